import TestKit
import Testing

@testable import Playout

/// Two sound cards' clocks, and pages that come in bursts.
@Suite struct DriftTests {
    /// What waits after each second of two hours, when a DJ's clock is so many ppm fast and its audio comes in bursts.
    private func waiting(ppm: Double, burst: Double, jitter: Double, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        var control = DriftControl()
        var (waiting, sent, arrived, ratio) = (1.5, 0.0, 0.0, 1.0)
        var seconds: [Double] = []
        let step = 0.025
        for index in 0..<Int(7_200 / step) {
            sent += step * (1 + ppm / 1_000_000)
            // A burst comes as a whole, somewhat late.
            let whole = (sent / burst).rounded(.down) * burst
            if whole > arrived, sent - whole > Double.random(in: 0...jitter, using: &random) {
                waiting += (whole - arrived) / ratio
                arrived = whole
            }
            waiting -= step
            ratio = control.ratio(waiting: waiting, after: step)
            if index % 40 == 0 { seconds.append(waiting) }
        }
        return seconds
    }

    @Test(arguments: [-500.0, -300, -20, 0, 20, 300, 500], [0.05, 0.2, 1.0])
    func twoHoursStayWithinTheBandWithoutASkip(ppm: Double, burst: Double) {
        let waiting = waiting(ppm: ppm, burst: burst, jitter: burst / 2, seed: UInt64(abs(ppm)))
        #expect(waiting.min() ?? 0 > 1.5 - 2 * burst - 0.3, "\(waiting.min() ?? 0)")
        #expect(waiting.max() ?? 0 < 1.5 + 0.3 + burst, "\(waiting.max() ?? 0)")
    }

    @Test func withoutADriftNothingIsSteered() {
        var control = DriftControl()
        for index in 0..<100_000 {
            let ratio = control.ratio(waiting: 1.5 + (index % 40 < 20 ? 0.1 : -0.1), after: 0.025)
            #expect(ratio == 1)
        }
    }

    @Test(arguments: [0.0, 300, -300])
    func aLossThatIsMadeUpForIsNoMatterOfClocks(ppm: Double) {
        var control = DriftControl()
        var (waiting, ratio) = (1.5, 1.0)
        let step = 0.025
        for _ in 0..<Int(1_800 / step) {
            waiting += step * (1 + ppm / 1_000_000) / ratio - step
            ratio = control.ratio(waiting: waiting, after: step)
        }
        let before = ratio
        #expect(abs((before - 1) * 1_000_000 - ppm) < 20)
        // For a second nothing comes; it is noticed after 0.3 s. Then all of it comes at once.
        for index in 0..<Int(1 / step) {
            waiting -= step
            if index > 12 { control.pause() }
            ratio = control.ratio(waiting: waiting, after: step)
            #expect(abs(ratio - before) < 0.000_2)
        }
        waiting += 1
        for _ in 0..<Int(60 / step) {
            ratio = control.ratio(waiting: waiting, after: step)
            waiting += step * (1 + ppm / 1_000_000) / ratio - step
            #expect(abs(ratio - before) < 0.000_2)
            if ppm == 0 { #expect(ratio == 1) }
        }
    }

    @Test func aBufferThatStaysEmptierIsFilledAsEver() {
        var control = DriftControl()
        for _ in 0..<1_000 { _ = control.ratio(waiting: 1.5, after: 0.025) }
        control.pause()
        var ratio = 1.0
        for _ in 0..<380 { ratio = control.ratio(waiting: 0.7, after: 0.025) }
        #expect(ratio == 1)
        for _ in 0..<1_000 { ratio = control.ratio(waiting: 0.7, after: 0.025) }
        #expect(ratio == 0.999)
    }

    @Test func howeverFarItIsOffItIsSteeredByAThousandPpmAtTheMost() {
        var control = DriftControl()
        for _ in 0..<1_000 { _ = control.ratio(waiting: 1, after: 0.025) }
        var ratios: [Double] = []
        for _ in 0..<4_000 { ratios.append(control.ratio(waiting: 9, after: 0.025)) }
        #expect(ratios.max() == 1.001)
        for _ in 0..<4_000 { ratios.append(control.ratio(waiting: 0, after: 0.025)) }
        #expect(ratios.min() == 0.999)
        // Never at once: nobody hears a jump of the pitch.
        #expect(zip(ratios, ratios.dropFirst()).allSatisfy { abs($0 - $1) < 0.000_3 })
    }
}
