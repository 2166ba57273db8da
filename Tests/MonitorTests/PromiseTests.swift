import Audio
import Testing

@testable import Monitor

/// What a listener hears wrong is told within 15 seconds, and what is no trouble is not: the ear's own steps, on a clock
/// that counts lines.
@Suite struct PromiseTests {
    private static let promise = 15.0
    /// The worker and the thread need a moment, too, and in these tests have none.
    private static let margin = 1.0
    /// A second for the ear's clock.
    private static let interval = 0.5
    private static let mix = MadeUpMusic.contours(120, seed: 31)
    /// What a server has of it.
    private static let coded = MadeUpMusic.coded(mix, seed: 32)
    /// So much is over when something goes wrong, and so far behind is a listener.
    private static let before = Comparison.lines(60)
    private static let behind = Comparison.lines(2)
    private static let edge = before - behind

    /// What an ear has heard, and makes of it.
    private struct Listener {
        private var record = Trace(mix.prefix(before))
        private var heard = Trace(coded[(edge - Comparison.lines(20))..<edge])
        private var judgement = Judgement(at: -20)
        private var lag: Int?

        init() {
            #expect(Comparison.finding(heard, in: record, lag: &lag) == .good)
            #expect(lag == behind)
            _ = judgement.note(.good, at: 0)
        }

        /// The connection is made anew, to a server that sends no more at once than its pace.
        mutating func connectAnew() { (heard, lag) = (Trace(), nil) }

        /// Hears something for so many seconds, or until something is told.
        mutating func hear(
            _ seconds: Double, _ line: (Int) -> Contour
        ) -> (after: Double, change: Judgement.Change)? {
            let step = Comparison.lines(interval)
            for number in 0..<Comparison.lines(seconds) {
                record.append(mix[before + number])
                heard.append(line(number))
                guard number % step == step - 1 else { continue }
                let now = Comparison.seconds(number + 1)
                let finding = Comparison.finding(heard, in: record, lag: &lag)
                if let change = judgement.note(finding, at: now) { return (now, change) }
            }
            return nil
        }
    }

    @Test(arguments: [false, true])
    func `silence, something else and the programme of before are told in time`(isAnew: Bool) throws {
        let other = MadeUpMusic.contours(40, seed: 33)
        let late = Self.edge - Comparison.lines(20)
        let cases: [(Fault, (Int) -> Contour)] = [
            (.silent, { _ in MadeUpMusic.silence }), (.wrong, { other[$0] }),
            (.late(seconds: 22), { Self.coded[late + $0] }),
        ]
        for (fault, line) in cases {
            var listener = Listener()
            if isAnew { listener.connectAnew() }
            let news = listener.hear(40, line)
            let told = try #require(news, "\(fault)")
            #expect(told.change == .began(fault))
            #expect(told.after <= Self.promise - Self.margin)
        }
    }

    @Test(arguments: [0.4, 3.3, 8, 11.9, 14.8])
    func `a stream that freezes is told in time, however long its loop is`(period: Double) throws {
        let length = Comparison.lines(period)
        var listener = Listener()
        // The first second of it has been heard before.
        let news = listener.hear(40) { Self.coded[Self.edge - length + $0 % length] }
        let told = try #require(news)
        #expect(told.after <= 10)
        // The longest one is late before it is heard again.
        #expect(told.change == .began(.frozen) || period > 13)
    }

    @Test(arguments: [0.4, 3.3, 7.9, 11.9, 14.8])
    func `who comes to a loop is told of it as soon after its second turn`(period: Double) throws {
        let length = Comparison.lines(period)
        var listener = Listener()
        listener.connectAnew()
        // Its first turn is the programme, and nothing is wrong with it yet.
        let news = listener.hear(60) { Self.coded[Self.edge + $0 % length] }
        let told = try #require(news)
        #expect(told.change == .began(.frozen))
        #expect(told.after <= max(Comparison.seconds(Comparison.window), period) + 9)
        if period <= 8 { #expect(told.after <= Self.promise) }
    }

    @Test(arguments: [1.0, 4.0, 5.0])
    func `a relay that sends again what it had sent is no trouble`(seconds: Double) {
        var listener = Listener()
        let again = Self.edge - Comparison.lines(seconds)
        let news = listener.hear(40) { Self.coded[again + $0] }
        #expect(news == nil)
    }
}
