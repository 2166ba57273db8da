import GRDB
import Programme
import TestKit
import Testing

@testable import History

@Suite struct AiredTests {
    @Test func anItemIsThereFromItsFirstSecondAndHasItsLengthAtItsEnd() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        var one = item(1, at: midnight)
        one.offset = Length(frames: 4_410)
        one.show = "Küchenradio"
        history.began(one)
        #expect(try history.items() == [one])
        history.ended(file: one.file, at: midnight + minutes(3), why: "skip")
        one.length = minutes(3)
        one.why = "skip"
        #expect(try history.items() == [one])
    }

    /// The journal of a station that was installed before there were shows.
    @Test func anOlderJournalKeepsItsLinesAndTakesShowsFromThenOn() throws {
        let folder = try TemporaryDirectory()
        let old = try DatabaseQueue(path: "\(folder.path)/station.db")
        try old.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
        }
        try Schema.migrator.migrate(old, upTo: "2026-11-23 journal and library")
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO journal (at, kind, file, key, artist, title, file_frame, length)
                    VALUES (?, 'track', '/music/1.ogg', '1.ogg', 'Artist 1', 'Title 1', 0, ?)
                    """, arguments: [midnight.frames, minutes(3).frames])
            try db.execute(
                sql: "INSERT INTO journal (at, kind, file, words, state) VALUES (?, 'skip', ?, 'Fact 1.', ?)",
                arguments: [
                    (midnight + minutes(1)).frames, "/music/1.ogg", try StoredState.text(state(1)),
                ])
        }
        try old.close()
        let one = item(1, at: midnight, length: minutes(3))
        // A command that may not write reads it as it is.
        let reader = History(folder.path, access: .reading)
        #expect(try reader.items() == [one])
        #expect(try reader.facts() == [fact(1)])
        reader.stop()
        let history = History(folder.path)
        var two = item(2, at: midnight + minutes(3))
        two.show = "Küchenradio"
        history.began(two)
        #expect(try history.items() == [one, two])
        #expect(try history.facts() == [fact(1)])
        #expect(try history.latestState(at: two.start, deadline: .seconds(60))?.1 == state(1))
    }

    /// Nobody tells the end of the tone: the next item's beginning is it.
    @Test func whatBeginsEndsWhatWasOnAir() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        history.began(Aired(kind: .tone, file: "", start: midnight))
        history.began(item(1, at: midnight + minutes(1)))
        #expect(try history.items().map(\.length) == [minutes(1), nil])
    }

    @Test func theItemsOfAFolderAreThoseBelowIt() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        let files = [
            "/data/podcasts/a/1.mp3", "/data/podcasts/2.mp3", "/data/podcasts0/3", "/data/podcast/4",
        ]
        for (number, file) in files.enumerated() {
            history.began(Aired(kind: .track, file: file, start: midnight + minutes(number)))
        }
        func found(since instant: Instant) throws -> [String] {
            try history.aired(below: "/data/podcasts", since: instant, deadline: .seconds(60)).map(\.file)
        }
        #expect(try found(since: Instant(frames: .min)) == Array(files.prefix(2)))
        #expect(try found(since: midnight + minutes(1)) == [files[1]])
    }

    @Test func overACrossfadeBothItemsHaveTheirWholeLength() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        history.began(item(1, at: midnight))
        history.began(item(2, at: midnight + minutes(3)))
        history.ended(file: item(1, at: midnight).file, at: midnight + minutes(4))
        #expect(try history.items().map(\.length) == [minutes(4), nil])
    }

    @Test func aRangeHoldsWhatReachesOverItsEdges() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        for number in 0..<6 { history.began(item(number, at: midnight + minutes(number * 10))) }
        func files(_ from: Int, _ to: Int, limit: Int = 10) throws -> [String] {
            try history.aired(
                from: midnight + minutes(from), to: midnight + minutes(to), limit: limit,
                deadline: .seconds(60)
            ).map { String($0.file.dropFirst("/music/".count).prefix(1)) }
        }
        #expect(try files(15, 25) == ["1", "2"])
        #expect(try files(10, 20) == ["1"])
        #expect(try files(0, 60) == ["0", "1", "2", "3", "4", "5"])
        #expect(try files(0, 60, limit: 2) == ["0", "1"])
        #expect(try files(70, 80) == ["5"], "What is on air has no end yet.")
        #expect(
            try history.aired(last: 2, deadline: .seconds(60)).map(\.file) == [
                "/music/4.ogg", "/music/5.ogg",
            ])
    }

    @Test func factsAndItemsStandInOneListThatIsReadInPages() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        for number in 0..<5 {
            history.began(item(number, at: midnight + minutes(number * 10)))
            history.record(fact(number * 10 + 5), state: state(number))
        }
        func page(_ place: JournalPlace, limit: Int = 100) throws -> [JournalLine] {
            try history.lines(from: place, limit: limit, deadline: .seconds(60))
        }
        let all = try page(.last(100))
        #expect(all.count == 10)
        #expect(all.map(\.id) == all.map(\.id).sorted())
        #expect(try page(.last(3)) == Array(all.suffix(3)))
        let first = try page(.last(10), limit: 4)
        #expect(first == Array(all.prefix(4)))
        #expect(try page(.after(first[3].id), limit: 4) == Array(all[4..<8]))
        #expect(
            try page(.since(midnight + minutes(22))) == Array(all[4...]), "The item on air then is the first."
        )
        #expect(try page(.since(midnight + minutes(100))) == Array(all[8...]), "It is on air still.")
        history.ended(file: item(4, at: midnight).file, at: midnight + minutes(50))
        #expect(try page(.since(midnight + minutes(100))) == [])
        #expect(try page(.last(-1), limit: -1) == [])
    }

    @Test func anItemThatACrashLeftOnAirEndsNoLaterThanTheNextStart() throws {
        let folder = try TemporaryDirectory()
        try crash(in: folder.path) { $0.began(item(1, at: midnight)) }
        let history = History(folder.path, now: midnight + minutes(2))
        let left = try #require(try history.items().first)
        #expect(left.length == minutes(2))
        #expect(left.why?.contains("without notice") == true)
    }

    @Test func anItemThatACrashLeftOnAirWasNoLongerThanItsFile() throws {
        let folder = try TemporaryDirectory()
        try crash(in: folder.path) { history in
            var known = entry(1)
            known.path = item(1, at: midnight).file
            known.length = minutes(4)
            history.keep([known])
            var one = item(1, at: midnight)
            one.offset = minutes(1)
            history.began(one)
        }
        let history = History(folder.path, now: midnight + minutes(600))
        #expect(try history.items().first?.length == minutes(3))
    }

    @Test func aClockThatStandsBeforeTheCrashGivesNoNegativeLength() throws {
        let folder = try TemporaryDirectory()
        try crash(in: folder.path) { $0.began(item(1, at: midnight)) }
        let history = History(folder.path, now: Instant(frames: 0))
        #expect(try history.items().first?.length == .zero)
    }

    @Test func `a boot in 1970 took what was on air at the crash from the journal`() throws {
        let folder = try TemporaryDirectory()
        try crash(in: folder.path) { history in
            var known = entry(1)
            known.path = item(1, at: midnight).file
            known.length = minutes(4)
            history.keep([known])
            history.began(item(1, at: midnight))
        }
        let history = History(folder.path, now: Instant(wallNanoseconds: 0))
        #expect(try history.items().first?.length == minutes(4))
        let end = try history.end(deadline: .seconds(60))
        #expect(end == JournalEnd(at: midnight, end: midnight + minutes(4)))
    }

    @Test func theJournalIsBoundedInLinesAndInStates() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        history.record(fact(0), state: state(0))
        _ = try history.items()
        // As if half a million lines had come since, all but the last long gone.
        try inspect(folder.path) { db in
            try db.execute(
                sql: "INSERT INTO journal (id, at, kind, words, state) VALUES (?, 0, 'skip', 'old', '{}')",
                arguments: [Schema.mostLines - Schema.mostStates + 1])
            try db.execute(
                sql: "INSERT INTO journal (id, at, kind, words, state) VALUES (?, 0, 'skip', 'new', '{}')",
                arguments: [Schema.mostLines])
        }
        history.record(fact(1), state: state(1))
        let facts = try history.facts()
        #expect(facts.map(\.words) == ["old", "new", "Fact 1."])
        let states = try inspect(folder.path) {
            try Bool.fetchAll($0, sql: "SELECT state IS NULL FROM journal ORDER BY id")
        }
        #expect(states == [true, false, false])
    }

    /// Leaves the files as `kill -9` would: copied while the database is open.
    private func crash(in folder: String, after: (History) -> Void) throws {
        let scene = try TemporaryDirectory()
        let history = History(scene.path)
        after(history)
        _ = try history.items()
        for suffix in ["", "-wal"] {
            let result = try Tool.run("cp", ["\(scene.path)/station.db\(suffix)", folder])
            try #require(result.status == 0)
        }
    }
}
