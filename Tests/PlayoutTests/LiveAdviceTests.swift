import Audio
import Testing

@testable import Playout

/// What a DJ is told, and when.
@Suite struct LiveAdviceTests {
    /// A second as a good one sounds: about −16 dBFS, stereo.
    private func good(_ change: (inout SignalSecond) -> Void = { _ in }) -> SignalSecond {
        var second = SignalSecond()
        second.peak = SIMD2(0.5, 0.5)
        second.power = SIMD2(0.025, 0.025)
        second.cross = 0.015
        second.difference = 0.02
        change(&second)
        return second
    }

    private func advice(after seconds: Int, of second: SignalSecond) -> [LiveAdvice] {
        var judge = LiveJudge()
        for _ in 0..<seconds { judge.take(second) }
        return judge.advice
    }

    @Test func `a good signal needs no advice`() {
        #expect(advice(after: 120, of: good()) == [])
    }

    @Test func `each fault of a signal has its advice and no other`() {
        #expect(advice(after: 6, of: SignalSecond()) == [.silence])
        #expect(
            advice(
                after: 25,
                of: good {
                    $0.power = SIMD2(1e-4, 1e-4); $0.cross = 5e-5
                }) == [.tooQuiet])
        #expect(advice(after: 5, of: good { $0.clipped = 400 }) == [.tooLoud])
        #expect(
            advice(
                after: 8,
                of: good {
                    $0.power.y = 0; $0.cross = 0
                }) == [.oneChannel])
        #expect(advice(after: 8, of: good { $0.cross = -0.024 }) == [.outOfPhase])
        #expect(
            advice(
                after: 45,
                of: good {
                    $0.difference = 0; $0.cross = 0.025
                }) == [.mono])
        #expect(advice(after: 4, of: good { $0.hum = 0.95 }) == [.hum])
        #expect(advice(after: 8, of: good { $0.offset.x = -0.1 }) == [.offset])
    }

    @Test func `a fault that passes is none`() {
        var judge = LiveJudge()
        for second in 0..<60 { judge.take(good { $0.clipped = second % 12 == 0 ? 400 : 0 }) }
        #expect(judge.advice == [])
    }

    @Test func `an advice ends when its fault has not been seen for a while`() {
        var judge = LiveJudge()
        for _ in 0..<8 {
            judge.take(
                good {
                    $0.power.y = 0; $0.cross = 0
                })
        }
        judge.take(good())
        #expect(judge.advice == [.oneChannel])
        for _ in 0..<8 { judge.take(good()) }
        #expect(judge.advice == [])
    }

    @Test func `an advice is said when it begins, and not again within its rest`() {
        var judge = LiveJudge()
        var said: [(second: Int, advice: [LiveAdvice])] = []
        for second in 0..<400 {
            // Ten seconds of silence in every twenty.
            judge.take(second % 20 < 10 ? SignalSecond() : good())
            let advice = judge.sayings(at: Double(second))
            if !advice.isEmpty { said.append((second, advice)) }
        }
        #expect(said.map(\.second) == [4, 124, 244, 364])
        #expect(said.allSatisfy { $0.advice == [.silence] })
    }

    @Test(
        arguments: [(1.0, []), (1.0005, []), (48.0 / 44.1, [.wrongRate]), (0.9, [.tooSlow])]
            as [(Double, [LiveAdvice])])
    func `the pace of what comes is judged after its span`(pace: Double, expected: [LiveAdvice]) {
        var judge = LiveJudge()
        for step in 0..<2_000 {
            let time = Double(step) / 20
            if step == 700 { #expect(judge.advice == []) }
            judge.look(came: time * pace, at: time)
        }
        #expect(judge.advice == expected)
    }

    @Test func `a line that stalls again and again is told, one that stalled once is not`() {
        for (every, expected) in [(10.0, [LiveAdvice.unstable]), (100.0, [])] {
            var judge = LiveJudge()
            for step in 0..<1_200 {
                let time = Double(step) / 20
                let rest = time.truncatingRemainder(dividingBy: every)
                // Nothing comes for 0.8 s, and then all of it at once.
                judge.look(came: rest < 0.8 ? time - rest : time, at: time)
            }
            #expect(judge.advice == expected)
        }
    }

    @Test(arguments: [0.2, 1.0, 2.0])
    func `an encoder that sends a page now and then is no unstable line`(page: Double) {
        var judge = LiveJudge()
        for step in 0..<2_400 {
            let time = Double(step) / 20
            judge.look(came: (time / page).rounded(.down) * page, at: time)
        }
        #expect(judge.advice == [])
    }

    @Test(arguments: [1.0, 1.3, 100])
    func `a loss that was made up for was told as a wrong rate, and the loss as a slow encoder`(haste: Double)
    {
        var judge = LiveJudge()
        for step in 0..<4_000 {
            let time = Double(step) / 20
            // At 80 s nothing comes for 3 s, and then it as fast as the line allows, or never.
            let isMadeUp = haste > 1
            let late = 80 + haste * (time - 83)
            judge.look(
                came: time < 80 ? time : time < 83 ? 80 : isMadeUp ? min(time, late) : time - 3, at: time)
            #expect(judge.advice == [])
        }
    }

    @Test func `a stream of one channel was told that both of its channels are the same`() {
        var judge = LiveJudge()
        judge.channels = 1
        for _ in 0..<60 {
            judge.take(
                good {
                    $0.difference = 0; $0.cross = 0.025
                })
        }
        #expect(judge.advice == [])
    }

    @Test func `who waits is told to the one who is heard`() {
        var judge = LiveJudge()
        judge.look(LiveCircumstances(somebodyWaits: true))
        #expect(judge.sayings(at: 1) == [.somebodyWaits])
        judge.look(LiveCircumstances())
        #expect(judge.advice == [])
    }
}
