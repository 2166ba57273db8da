import Audio
import TestKit
import Testing

@testable import Monitor

/// What a listener hears is found in what was mixed, and nothing else is.
@Suite struct ComparisonTests {
    /// Contours of something like music: notes of their own length in each band, over a noise.
    private func music(_ seconds: Double, seed: UInt64) -> [Contour] {
        var random = SeededGenerator(seed: seed)
        var levels = SIMD4<Float>(repeating: -30)
        var left = SIMD4<Int>(repeating: 0)
        return (0..<Comparison.lines(seconds)).map { _ in
            for band in 0..<4 {
                left[band] -= 1
                if left[band] <= 0 {
                    left[band] = .random(in: 4...25, using: &random)
                    levels[band] = .random(in: (-45)...(-12), using: &random)
                } else {
                    levels[band] -= .random(in: 0...0.6, using: &random)
                }
            }
            return contour(levels)
        }
    }

    private func contour(_ decibels: SIMD4<Float>) -> Contour {
        var power = SIMD4<Float>()
        for band in 0..<4 { power[band] = Float(Decibels.linear(Double(decibels[band]) * 2)) }
        return Contour(power: power)
    }

    /// The same through something like a codec: each level off by a little.
    private func coded(_ contours: ArraySlice<Contour>, seed: UInt64, by most: Float = 1.5) -> [Contour] {
        var random = SeededGenerator(seed: seed)
        return contours.map { contour in
            var power = contour.power
            for band in 0..<4 {
                power[band] *= Float(
                    Decibels.linear(Double(Float.random(in: -most...most, using: &random)) * 2))
            }
            return Contour(power: power)
        }
    }

    private func trace(_ contours: some Sequence<Contour>) -> Trace {
        var trace = Trace()
        for contour in contours { trace.append(contour) }
        return trace
    }

    private let silence = Contour(power: SIMD4(repeating: 0))

    @Test(arguments: 0..<12)
    func `the programme is found at its lag, through a codec`(seed: Int) {
        let seed = UInt64(seed)
        let mix = music(70, seed: seed)
        var random = SeededGenerator(seed: seed + 1_000)
        let lag = Int.random(in: 0...Comparison.furthest, using: &random)
        let end = mix.count - lag
        let heard = coded(mix[(end - Comparison.lines(12))..<end], seed: seed + 2_000)
        #expect(Comparison.lag(of: trace(heard), in: trace(mix), last: nil) == lag)
        #expect(Comparison.lag(of: trace(heard), in: trace(mix), last: lag) == lag)
        #expect(!Comparison.isLooping(trace(heard), trace(mix), lag: lag))
    }

    @Test(arguments: 0..<12)
    func `another programme is found nowhere, and is no loop`(seed: Int) {
        let mix = trace(music(70, seed: UInt64(seed)))
        let heard = trace(music(20, seed: UInt64(seed) + 500))
        #expect(Comparison.lag(of: heard, in: mix, last: nil) == nil)
        #expect(!Comparison.isLooping(heard, mix, lag: nil))
    }

    @Test(arguments: 0..<8)
    func `a loop of the programme is a loop, as soon as it has been heard again`(seed: Int) {
        let mix = music(70, seed: UInt64(seed))
        var random = SeededGenerator(seed: UInt64(seed) + 9)
        let period = Int.random(in: Comparison.lines(0.5)...Comparison.lines(11), using: &random)
        let loop = mix[(mix.count - Comparison.lines(40))...].prefix(period)
        let heard = (0..<30).flatMap { _ in loop }.prefix(period + Comparison.lines(5))
        let trace = trace(heard)
        let lag = Comparison.lag(of: trace, in: self.trace(mix), last: nil)
        #expect(Comparison.isLooping(trace, self.trace(mix), lag: lag))
    }

    @Test func `a programme that is a loop itself is none for its listeners`() {
        let bar = music(2, seed: 4)
        let mix = (0..<40).flatMap { _ in bar }
        let heard = coded(mix[(mix.count - 500)..<(mix.count - 30)], seed: 5)
        let lag = Comparison.lag(of: trace(heard), in: trace(mix), last: nil)
        #expect(lag.map { $0 <= Comparison.allowed } == true)
        #expect(!Comparison.isLooping(trace(heard), trace(mix), lag: lag))
    }

    @Test func `silence of the programme's own is the programme`() {
        let mix = music(30, seed: 1) + Array(repeating: silence, count: Comparison.lines(20))
        let heard = Array(repeating: silence, count: Comparison.lines(8))
        #expect(Comparison.lag(of: trace(heard), in: trace(mix), last: nil) != nil)
        #expect(trace(mix).silentLines >= Comparison.lines(19))
    }

    @Test func `a minute is kept, whatever comes`() {
        let trace = trace(music(200, seed: 2))
        #expect(trace.end == Comparison.lines(200))
        #expect((Trace.span...(2 * Trace.span)).contains(trace.lines.count))
    }
}
