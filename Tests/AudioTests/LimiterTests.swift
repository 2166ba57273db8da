import Audio
import Foundation
import Testing

/// Sends a signal through a limiter, block by block, and gives what came out without the delay.
private func limited(_ left: [Float], _ right: [Float]) -> (left: [Float], right: [Float]) {
    var limiter = Limiter()
    var out: (left: [Float], right: [Float]) = ([], [])
    let padded = left.count + Limiter.delay
    var block = AudioBlock()
    for start in stride(from: 0, to: padded, by: block.capacity) {
        block.withChannels { (l: inout MutableSpan<Float>, r: inout MutableSpan<Float>) in
            for frame in 0..<l.count {
                l[frame] = start + frame < left.count ? left[start + frame] : 0
                r[frame] = start + frame < right.count ? right[start + frame] : 0
            }
        }
        limiter.process(&block)
        block.withChannels(reading: { (l: Span<Float>, r: Span<Float>) in
            for frame in 0..<l.count {
                out.left.append(l[frame])
                out.right.append(r[frame])
            }
        })
    }
    out.left.removeFirst(Limiter.delay)
    out.right.removeFirst(Limiter.delay)
    return (Array(out.left.prefix(left.count)), Array(out.right.prefix(right.count)))
}

private func sine(_ hertz: Double, _ amplitude: Double, frames: Int, phase: Double = 0) -> [Float] {
    (0..<frames).map { Float(amplitude * sin(2 * .pi * hertz * Double($0) / 44_100 + phase)) }
}

/// The true peak by plain oversampling with a long windowed sinc, independent of the limiter's filter.
private func truePeak(_ signal: [Float]) -> Double {
    var highest = 0.0
    let half = 24
    for centre in half..<(signal.count - half) where abs(signal[centre]) > 0.5 {
        for phase in 0..<8 {
            let offset = Double(phase) / 8
            var sum = 0.0
            for tap in -half...half {
                let x = Double(tap) - offset
                let window = 0.5 + 0.5 * cos(.pi * x / Double(half + 1))
                sum += Double(signal[centre + tap]) * (x == 0 ? 1 : sin(.pi * x) / (.pi * x)) * window
            }
            highest = max(highest, abs(sum))
        }
    }
    return highest
}

@Suite struct LimiterTests {
    @Test func `below the ceiling every bit passes as it came`() {
        let left = sine(997, 0.85, frames: 9_000)
        let right = sine(311, 0.3, frames: 9_000)
        let out = limited(left, right)
        #expect(zip(out.left, left).allSatisfy(==))
        #expect(zip(out.right, right).allSatisfy(==))
    }

    @Test func `a loud passage comes down to the ceiling and both channels keep their balance`() {
        let left = sine(440, 2.0, frames: 12_000)
        let right = sine(440, 1.0, frames: 12_000)
        let out = limited(left, right)
        let loudest = out.left.map(abs).max()!
        #expect(loudest <= Float(Decibels.linear(-1)) * 1.000_1)
        #expect(loudest > 0.85)
        for frame in stride(from: 1_000, to: 12_000, by: 37) where abs(right[frame]) > 0.1 {
            #expect(abs(out.left[frame] / out.right[frame] - 2) < 0.001)
        }
    }

    @Test func `peaks between the samples are held too`() {
        // At a quarter of the rate and 45 degrees the samples are 3 dB below the wave that they stand for.
        let hidden = sine(11_025, 1.2, frames: 6_000, phase: .pi / 4)
        #expect(hidden.map(abs).max()! < 0.86)
        let out = limited(hidden, hidden)
        #expect(truePeak(Array(out.left[1_000..<3_000])) < Decibels.linear(-1) * 1.01)
    }

    @Test func `after a single peak the gain comes back and stays at exactly one`() {
        var signal = sine(220, 0.2, frames: 60_000)
        signal[5_000] = 1.5
        let out = limited(signal, signal)
        #expect(abs(out.left[5_000]) <= 0.892)
        #expect(zip(out.left[..<4_600], signal[..<4_600]).allSatisfy(==))
        #expect(zip(out.left[55_000...], signal[55_000...]).allSatisfy(==))
        // It falls ahead of the peak, never in one step.
        for frame in 4_700..<4_990 where abs(signal[frame]) > 0.01 && abs(signal[frame + 1]) > 0.01 {
            let step = out.left[frame + 1] / signal[frame + 1] - out.left[frame] / signal[frame]
            #expect(abs(step) < 0.01)
        }
    }
}
