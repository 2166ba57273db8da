import Audio
import Foundation
import TestKit
import Testing

@testable import Studio

/// The meter shows what EBU R128 and BS.1770 say that it has to.
@Suite struct ShowMeterTests {
    private func level(of signal: TestSignal) -> ShowLevel {
        var meter = ShowMeter()
        var level = ShowLevel()
        for start in stride(from: 0, to: signal.count, by: 1_024) {
            let frames = start..<min(signal.count, start + 1_024)
            level = meter.take(left: Array(signal.left[frames]).span, right: Array(signal.right[frames]).span)
        }
        return level
    }

    private func tone(_ decibels: Double, hertz: Double, seconds: Int) -> TestSignal {
        let peak = pow(10, decibels / 20)
        let samples = (0..<(seconds * 44_100)).map {
            Float(peak * sin(2 * .pi * hertz * Double($0) / 44_100))
        }
        return TestSignal(left: samples, right: samples)
    }

    /// EBU Tech 3341, cases 1 and 2: a tone of 1 kHz at −23 dBFS on both sides is −23 LUFS, to 0.1.
    @Test(arguments: [-23.0, -33]) func aStereoToneHasTheLoudnessOfItsLevel(decibels: Double) throws {
        let level = level(of: tone(decibels, hertz: 1_000, seconds: 4))
        #expect(abs(try #require(level.loudness.momentary) - decibels) < 0.1)
        #expect(abs(try #require(level.loudness.shortTerm) - decibels) < 0.1)
        #expect(level.peaks.allSatisfy { abs($0 - decibels) < 0.1 })
        #expect(level.clipped == 0)
    }

    @Test func aPeakIsSeenOnItsOwnSideAndFallsBackSlowly() {
        var signal = TestSignal(
            left: Array(repeating: 0, count: 44_100), right: Array(repeating: 0, count: 44_100))
        signal.left[100] = 0.5
        let whole = level(of: signal)
        // 20 dB in 1.7 s, from −6.02 dBFS on.
        #expect(abs(whole.peaks[0] - (-6.02 - 20 / 1.7)) < 0.4)
        #expect(whole.peaks[1] == -.infinity)
    }

    @Test func samplesAtFullScaleAreCounted() {
        let loud = TestSignal(left: [1, -1, 0.5, 0.999], right: [0, 1.5, 0, 0])
        #expect(level(of: loud).clipped == 3)
    }
}
