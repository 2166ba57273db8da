import Foundation
import GRDB
import Programme
import TestKit
import Testing

@testable import History

/// A file that is no journal of ours costs no second on air: it is kept beside a new one.
@Suite struct MisfitTests {
    @Test(arguments: ["this is no database\n", String(repeating: "x", count: 100_000), "SQLite format 3\0"])
    func whatIsNoDatabaseIsMovedAsideUnchanged(content: String) throws {
        let folder = try TemporaryDirectory()
        let file = "\(folder.path)/station.db"
        try Data(content.utf8).write(to: URL(filePath: file))
        let reports = Reports()
        let history = History(folder.path, reports: reports)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        let aside = "\(folder.path)/station-damaged-2026-07-01.db"
        #expect(try Data(contentsOf: URL(filePath: aside)) == Data(content.utf8))
        #expect(
            reports.all == [
                "In \(folder.path), the journal's file is damaged: it lies now beside it as "
                    + "station-damaged-2026-07-01.db, and a new one was begun."
            ])
        #expect(history.status.words == "writing")
    }

    @Test func anotherProgramsDatabaseIsMovedAsideWithAllItHolds() throws {
        let folder = try TemporaryDirectory()
        try inspect(folder.path) { try $0.execute(sql: "CREATE TABLE bookmarks (url TEXT)") }
        let history = History(folder.path)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        let other = try DatabaseQueue(path: "\(folder.path)/station-foreign-2026-07-01.db")
        #expect(try other.read { try $0.tableExists("bookmarks") })
    }

    @Test func aNewerVersionsJournalIsMovedAside() throws {
        let folder = try TemporaryDirectory()
        History(folder.path).record(fact(1), state: state(1))
        try inspect(folder.path) {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2031-01-01 what nobody knows yet')")
        }
        let reports = Reports()
        let history = History(folder.path, reports: reports)
        #expect(try history.facts() == [])
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("written by a newer Funkhaus") == true)
    }

    @Test func aFolderWithTheJournalsNameIsMovedAside() throws {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/station.db", withIntermediateDirectories: false)
        let history = History(folder.path)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
    }

    @Test func aJournalThatIsDamagedWhileOnAirIsBegunAnewWithTheStateThatCounts() throws {
        let folder = try TemporaryDirectory()
        let reports = Reports()
        let history = History(folder.path, reports: reports)
        #expect(history.commit(fact(1), state: state(41), deadline: .seconds(60)) == .onDisk)
        // The log's pages into the file, then rubbish over both.
        try inspect(folder.path) { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        let file = try FileHandle(forUpdating: URL(filePath: "\(folder.path)/station.db"))
        let size = try file.seekToEnd()
        for page in stride(from: UInt64(0), to: size, by: 4_096) {
            try file.seek(toOffset: page)
            try file.write(contentsOf: Data(repeating: 0xa5, count: 4_096))
        }
        try file.close()
        let next = fact(2, at: midnight + minutes(24 * 60))
        #expect(history.commit(next, state: state(42), deadline: .seconds(60)) == .onDisk)
        #expect(try history.facts().last == next)
        #expect(try history.latestState(at: next.at, deadline: .seconds(60))?.1 == state(42))
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("station-damaged-2026-07-02.db") == true)
        let found = try inspect(folder.path) { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(found == ["ok"])
    }

    @Test func aDyingDiskIsNotFilledWithDamagedJournals() throws {
        let folder = try TemporaryDirectory()
        for count in 1...(Store.mostAside + 1) {
            try Data("rubbish number \(count)\n".utf8).write(to: URL(filePath: "\(folder.path)/station.db"))
            let history = History(folder.path)
            let confirmation = history.commit(fact(1), state: state(1), deadline: .seconds(60))
            if count <= Store.mostAside {
                #expect(confirmation == .onDisk)
            } else {
                guard case .held = confirmation else {
                    Issue.record("One more was moved aside.")
                    return
                }
                #expect(history.status.words.contains("damaged"))
            }
        }
    }
}
