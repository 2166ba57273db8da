import Foundation
import GRDB
import Programme
import TestKit
import Testing

@testable import History

@Suite struct FactTests {
    @Test func aNewJournalHasNoState() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        #expect(try history.latestState(at: midnight + minutes(10), deadline: .seconds(60)) == nil)
        #expect(history.status.words == "writing")
        #expect(history.stop(deadline: .seconds(60)))
    }

    @Test func aStartTakesUpTheStateOfTheLastFactBeforeIt() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        for number in 1...5 { history.record(fact(number), state: state(number)) }
        #expect(history.stop(deadline: .seconds(60)))

        let again = History(folder.path)
        let latest = try #require(try again.latestState(at: midnight + minutes(60), deadline: .seconds(60)))
        #expect(latest.0 == fact(5))
        #expect(latest.1 == state(5))
        let earlier = try #require(try again.latestState(at: midnight + minutes(3), deadline: .seconds(60)))
        #expect(earlier.0 == fact(3))
        #expect(try again.latestState(at: midnight, deadline: .seconds(60)) == nil)
    }

    /// The clock was wrong by years, then set right: what was written last counts, not the highest time.
    @Test func aClockThatWasAheadDoesNotHideLaterFacts() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        history.record(fact(1, at: midnight + minutes(20)), state: state(1))
        history.record(fact(2, kind: .clock, at: midnight + minutes(10)), state: state(2))
        let latest = try #require(try history.latestState(at: midnight + minutes(30), deadline: .seconds(60)))
        #expect(latest.1 == state(2))
    }

    /// A machine without a clock of its own boots in 1970, or an hour ago.
    @Test func `a clock that is behind the journal hid its newest facts`() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        #expect(try history.newestState(deadline: .seconds(60)) == nil)
        #expect(try history.end(deadline: .seconds(60)) == nil)
        history.record(fact(1, at: midnight + minutes(20)), state: state(1))
        history.began(item(1, at: midnight + minutes(25)))
        #expect(history.stop(deadline: .seconds(60)))
        let again = History(folder.path, now: Instant(wallNanoseconds: 0))
        #expect(try again.latestState(at: Instant(wallNanoseconds: 0), deadline: .seconds(60)) == nil)
        #expect(try again.newestState(deadline: .seconds(60))?.1 == state(1))
        #expect(try again.end(deadline: .seconds(60))?.at == midnight + minutes(25))
    }

    @Test(arguments: 0..<5) func anyStateComesBackAsItWas(seed: Int) throws {
        let folder = try TemporaryDirectory()
        var generator = SeededGenerator(seed: UInt64(seed))
        let states = (0..<20).map { _ in Timeline.State(random: &generator) }
        let history = History(folder.path)
        for (number, state) in states.enumerated() { history.record(fact(number), state: state) }
        history.stop(deadline: .seconds(60))
        let again = History(folder.path)
        for (number, state) in states.enumerated() {
            let found = try again.latestState(at: fact(number).at, deadline: .seconds(60))
            #expect(try #require(found).1 == state)
        }
    }

    @Test func aConfirmedActIsOnDiskForEveryoneToSee() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        let confirmation = history.commit(fact(1), state: state(1), deadline: .seconds(60))
        #expect(confirmation == .onDisk)
        #expect(confirmation.words == nil)
        #expect(try inspect(folder.path) { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") } == 1)
    }

    /// No test can cut the power: it asks SQLite what it was told, 2 for a flush at every commit and 1 for none.
    @Test func onlyFactsAreFlushedToTheDiskAtOnce() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        func level() throws -> Int? {
            try history.ask(.seconds(60)) { store throws(Trouble) in
                try store.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            }
        }
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        #expect(try level() == 2)
        history.began(item(1, at: midnight))
        #expect(try level() == 1)
    }

    @Test func manyCallersAtOnceLoseNothingAndEachKeepsItsOrder() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path, capacity: 4_096)
        DispatchQueue.concurrentPerform(iterations: 8) { caller in
            for number in 0..<100 {
                let words = Fact(kind: .insert, at: midnight, file: "\(caller)", words: "\(number)")
                if number % 10 == 0 {
                    #expect(history.commit(words, state: state(number), deadline: .seconds(60)) == .onDisk)
                } else {
                    history.record(words, state: state(number))
                }
                history.began(item(caller * 1_000 + number, at: midnight + Length(frames: Int64(number))))
            }
        }
        let facts = try history.facts()
        #expect(facts.count == 800)
        for caller in 0..<8 {
            let words = facts.filter { $0.file == "\(caller)" }.map(\.words)
            #expect(words == (0..<100).map(String.init))
        }
        #expect(try history.items().count == 800)
        #expect(history.status.lost == 0)
    }

    @Test func aReaderLooksOnWhileTheDaemonWritesAndChangesNothing() throws {
        let folder = try TemporaryDirectory()
        let reader = History(folder.path, access: .reading)
        #expect(throws: HistoryError.self) { try reader.facts() }
        let history = History(folder.path)
        history.began(item(1, at: midnight))
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        #expect(try reader.facts() == [fact(1)])
        #expect(history.commit(fact(2), state: state(2), deadline: .seconds(60)) == .onDisk)
        #expect(try reader.facts() == [fact(1), fact(2)])
        #expect(try reader.items().map(\.length) == [nil])
        guard case .lost = reader.commit(fact(3), state: state(3)) else {
            Issue.record("A reader has written.")
            return
        }
    }

    @Test func anEndedJournalTakesNothingMore() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        #expect(history.stop(deadline: .seconds(60)))
        guard case .lost = history.commit(fact(1), state: state(1)) else {
            Issue.record("It was confirmed.")
            return
        }
        #expect(throws: HistoryError.closed) { try history.facts() }
        #expect(history.status.words == "closed")
    }
}

extension Timeline.State {
    /// Any state, also one that no station would reach.
    fileprivate init(random generator: inout SeededGenerator) {
        self.init()
        laid = (0..<Int.random(in: 0...100, using: &generator)).map { _ in Item(random: &generator) }
        anchor = Anchor(instant: .any(&generator), cursor: .any(&generator))
        digest = .any(&generator)
        nextQueueID = .random(in: .min ... .max, using: &generator)
    }
}

extension Item {
    fileprivate init(random generator: inout SeededGenerator) {
        let kinds: [Kind] = [.track, .identification, .queued, .emergency, .tone]
        self.init(
            kind: kinds.randomElement(using: &generator)!,
            track: Track(
                file: .any(&generator), key: .any(&generator), length: .any(&generator),
                loudness: .any(&generator), truePeak: .any(&generator), artist: .any(&generator),
                title: Bool.random(using: &generator) ? nil : .any(&generator), album: nil),
            start: .any(&generator), length: Bool.random(using: &generator) ? nil : .any(&generator),
            after: .any(&generator), queueID: Bool.random(using: &generator) ? nil : 7)
    }
}

extension Programme.Cursor {
    fileprivate static func any(_ generator: inout SeededGenerator) -> Programme.Cursor {
        Programme.Cursor(
            round: .random(in: .min ... .max, using: &generator), done: .random(in: 0...9, using: &generator),
            last: .any(&generator), sinceIdentification: 3, identifications: 5)
    }
}

extension Instant {
    fileprivate static func any(_ generator: inout SeededGenerator) -> Instant {
        Instant(frames: .random(in: .min ... .max, using: &generator))
    }
}

extension Length {
    fileprivate static func any(_ generator: inout SeededGenerator) -> Length {
        Length(frames: .random(in: .min ... .max, using: &generator))
    }
}

extension Double {
    fileprivate static func any(_ generator: inout SeededGenerator) -> Double {
        let odd = [
            -14.1, 0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1.0 / 3,
        ]
        return odd.randomElement(using: &generator)!
    }
}

extension String {
    /// Quotes, control characters, NUL, other scripts, and nothing.
    fileprivate static func any(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "", "a", "'", "\"", "\\", "\0", "\n", "ß", "日本", "🎙️", "\u{202e}", "%s", "--", "\u{ffff}",
        ]
        return (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            pieces.randomElement(using: &generator)!
        }.joined()
    }
}
