import Audio
import TestKit
import Testing

@testable import Monitor

/// What a listener hears is found in what was mixed, and nothing else is.
@Suite struct ComparisonTests {
    @Test(arguments: 0..<12)
    func `the programme is found at its lag, through a codec`(seed: Int) {
        let seed = UInt64(seed)
        let mix = MadeUpMusic.contours(70, seed: seed)
        var random = SeededGenerator(seed: seed + 1_000)
        let lag = Int.random(in: 0...Comparison.furthest, using: &random)
        let end = mix.count - lag
        let heard = MadeUpMusic.coded(mix[(end - Comparison.lines(12))..<end], seed: seed + 2_000)
        #expect(Comparison.lag(of: Trace(heard), in: Trace(mix), last: nil) == lag)
        #expect(Comparison.lag(of: Trace(heard), in: Trace(mix), last: lag) == lag)
        #expect(!Comparison.isLooping(Trace(heard), Trace(mix), lag: lag))
    }

    @Test(arguments: 0..<12)
    func `another programme is found nowhere, and is no loop`(seed: Int) {
        let mix = Trace(MadeUpMusic.contours(70, seed: UInt64(seed)))
        let heard = Trace(MadeUpMusic.contours(20, seed: UInt64(seed) + 500))
        #expect(Comparison.lag(of: heard, in: mix, last: nil) == nil)
        #expect(!Comparison.isLooping(heard, mix, lag: nil))
    }

    @Test(arguments: 0..<8)
    func `a loop of the programme is a loop, as soon as it has been heard again`(seed: Int) {
        let mix = MadeUpMusic.contours(70, seed: UInt64(seed))
        var random = SeededGenerator(seed: UInt64(seed) + 9)
        let period = Int.random(in: Comparison.lines(0.5)...Comparison.lines(14), using: &random)
        let loop = mix[(mix.count - Comparison.lines(40))...].prefix(period)
        let heard = (0..<30).flatMap { _ in loop }.prefix(period + Comparison.lines(5))
        let trace = Trace(heard)
        let lag = Comparison.lag(of: trace, in: Trace(mix), last: nil)
        #expect(Comparison.isLooping(trace, Trace(mix), lag: lag))
    }

    @Test func `a programme that is a loop itself is none for its listeners`() {
        let bar = MadeUpMusic.contours(2, seed: 4)
        let mix = (0..<40).flatMap { _ in bar }
        let heard = MadeUpMusic.coded(mix[(mix.count - 500)..<(mix.count - 30)], seed: 5)
        let lag = Comparison.lag(of: Trace(heard), in: Trace(mix), last: nil)
        #expect(lag.map { $0 <= Comparison.allowed } == true)
        #expect(!Comparison.isLooping(Trace(heard), Trace(mix), lag: lag))
    }

    @Test func `silence of the programme's own is the programme`() {
        let mix =
            MadeUpMusic.contours(30, seed: 1)
            + Array(repeating: MadeUpMusic.silence, count: Comparison.lines(20))
        let heard = Array(repeating: MadeUpMusic.silence, count: Comparison.lines(8))
        #expect(Comparison.lag(of: Trace(heard), in: Trace(mix), last: nil) != nil)
        #expect(Trace(mix).silentLines >= Comparison.lines(19))
    }

    @Test func `a minute is kept, whatever comes`() {
        let trace = Trace(MadeUpMusic.contours(200, seed: 2))
        #expect(trace.end == Comparison.lines(200))
        #expect((Trace.span...(2 * Trace.span)).contains(trace.lines.count))
    }
}
