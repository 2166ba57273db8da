import Foundation
import GRDB
import Glibc
import Programme
import TestKit
import Testing

@testable import History

/// What a disk can do to a station. None of it is heard.
@Suite struct DiskTests {
    /// A file system of 1 MiB of a test's own; only root may have one.
    private final class SmallDisk {
        let folder: TemporaryDirectory
        var path: String { folder.path }

        init() throws {
            folder = try TemporaryDirectory()
            let result = try Tool.run(
                "mount", ["-t", "tmpfs", "-o", "size=1m", "funkhaus-test", folder.path])
            try #require(result.status == 0, "\(result.errors)")
        }

        deinit { _ = try? Tool.run("umount", ["-l", folder.path]) }

        func remount(_ option: String) throws {
            let result = try Tool.run("mount", ["-o", "remount,\(option)", folder.path])
            try #require(result.status == 0, "\(result.errors)")
        }

        /// Writes a file until the disk takes no more.
        func fill() throws {
            let descriptor = open("\(path)/music.flac", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try #require(descriptor >= 0)
            let bytes = [UInt8](repeating: 1, count: 512)
            while write(descriptor, bytes, bytes.count) > 0 {}
            close(descriptor)
        }

        func free() { unlink("\(path)/music.flac") }
    }

    static let mayMount: Bool = {
        guard geteuid() == 0, let disk = try? SmallDisk() else { return false }
        _ = disk
        return true
    }()

    @Test(.enabled(if: mayMount, "only root may mount a disk that is small enough to fill"))
    func onAFullDiskActsAreHeldAndWrittenWhenThereIsSpaceAgain() throws {
        let disk = try SmallDisk()
        let reports = Reports()
        let history = History(disk.path, reports: reports)
        #expect(history.commit(fact(0), state: state(0), deadline: .seconds(60)) == .onDisk)
        try disk.fill()
        var held: [Int] = []
        for number in 1...200 {
            let confirmation = history.commit(fact(number), state: state(number), deadline: .seconds(60))
            if confirmation != .onDisk {
                held.append(number)
                #expect(
                    confirmation.words
                        == "This is not on disk yet, because the disk is full: it waits in memory; "
                        + "free some space on \(disk.path).")
            }
        }
        #expect(held.count > 100)
        #expect(
            history.status.words == "the disk is full: \(held.count) entries wait in memory; "
                + "free some space on \(disk.path)")
        #expect(try history.facts().count == 201 - held.count, "A full disk can still be read.")
        disk.free()
        #expect(history.reaches { $0.isWriting && $0.waiting == 0 })
        #expect(try history.facts() == (0...200).map { fact($0) })
        #expect(
            reports.all == [
                "The disk is full; free some space on \(disk.path).", "The journal is written again.",
            ])
        #expect(history.stop(deadline: .seconds(60)))
    }

    @Test(.enabled(if: mayMount, "only root may mount a disk that is small enough to fill"))
    func aStartOnAFullDiskTakesUpTheStateAndWritesLater() throws {
        let disk = try SmallDisk()
        let before = History(disk.path)
        before.record(fact(1), state: state(1))
        #expect(before.stop(deadline: .seconds(60)))
        try disk.fill()
        let history = History(disk.path)
        #expect(try history.latestState(at: fact(1).at, deadline: .seconds(60))?.1 == state(1))
        let confirmation = history.commit(fact(2), state: state(2), deadline: .seconds(60))
        #expect(confirmation.words?.contains("the disk is full") == true)
        disk.free()
        #expect(history.reaches { $0.waiting == 0 })
        #expect(try history.facts() == [fact(1), fact(2)])
        #expect(history.stop(deadline: .seconds(60)))
    }

    @Test(.enabled(if: mayMount, "only root may mount a disk read-only"))
    func aDiskThatTurnsReadOnlyHoldsWhatHappensUntilItIsWritableAgain() throws {
        let disk = try SmallDisk()
        let history = History(disk.path)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        history.stop(deadline: .seconds(60))
        try disk.remount("ro")

        let again = History(disk.path)
        #expect(try again.latestState(at: fact(1).at, deadline: .seconds(60))?.1 == state(1))
        let confirmation = again.commit(fact(2), state: state(2), deadline: .seconds(60))
        #expect(confirmation.words?.contains("the disk is read-only") == true)
        #expect(
            again.status.words == "the disk is read-only: 1 entry waits in memory; "
                + "make \(disk.path) writable again")
        try disk.remount("rw")
        #expect(again.reaches { $0.waiting == 0 })
        #expect(try again.facts() == [fact(1), fact(2)])
        #expect(again.stop(deadline: .seconds(60)))
    }

    /// After a crash the newest lines are in SQLite's log only, and a read-only disk does not let it be put away.
    @Test(.enabled(if: mayMount, "only root may mount a disk read-only"))
    func afterACrashTheStateIsFoundOnAReadOnlyDisk() throws {
        let scene = try TemporaryDirectory()
        let history = History(scene.path)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        let disk = try SmallDisk()
        for suffix in ["", "-wal", "-shm"] {
            try #require(try Tool.run("cp", ["\(scene.path)/station.db\(suffix)", disk.path]).status == 0)
        }
        try disk.remount("ro")
        let again = History(disk.path)
        #expect(try again.latestState(at: fact(1).at, deadline: .seconds(60))?.1 == state(1))
        #expect(again.reaches { $0.words.contains("the disk is read-only") })
        #expect(!again.stop(deadline: .seconds(60)) || again.status.waiting == 0)
    }

    @Test func aFolderThatIsMissingIsMade() throws {
        let folder = try TemporaryDirectory()
        let deep = "\(folder.path)/var/lib/funk haus?#%41"
        let history = History(deep)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        #expect(history.stop(deadline: .seconds(60)))
        #expect(try History(deep, access: .reading).facts() == [fact(1)])
    }

    @Test func aJournalThatSomebodyRemovesIsBegunAnewWithTheStateThatCounts() throws {
        let folder = try TemporaryDirectory()
        let data = "\(folder.path)/data"
        let reports = Reports()
        let history = History(data, reports: reports)
        #expect(history.commit(fact(1), state: state(1), deadline: .seconds(60)) == .onDisk)
        try FileManager.default.removeItem(atPath: data)
        history.began(item(1, at: midnight))
        #expect(history.commit(fact(2), state: state(2), deadline: .seconds(60)) == .onDisk)
        #expect(try history.facts() == [fact(1), fact(2)])
        #expect(try history.items() == [item(1, at: midnight)])
        #expect(reports.all == ["The journal's file is gone; a new one is begun in \(data)."])
    }

    @Test func aDiskThatDoesNotAnswerInTimeHoldsTheAct() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path)
        _ = try history.facts()
        let other = try DatabaseQueue(path: "\(folder.path)/station.db")
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            // The deadline comes long before SQLite gives up the wait for the lock.
            let confirmation = history.commit(fact(1), state: state(1), deadline: .milliseconds(50))
            #expect(confirmation.words?.contains("waits in memory") == true)
            #expect(
                history.reaches {
                    $0.words.contains("another program keeps the journal locked: 1 entry waits")
                })
            try db.execute(sql: "COMMIT")
        }
        #expect(history.reaches { $0.waiting == 0 })
        #expect(try history.facts() == [fact(1)])
    }

    @Test func duringTroubleAPersonsActIsTriedAtOnce() throws {
        let folder = try TemporaryDirectory()
        let history = History(folder.path, patience: .seconds(3_600))
        _ = try history.facts()
        let other = try DatabaseQueue(path: "\(folder.path)/station.db")
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            let confirmation = history.commit(fact(1), state: state(1), deadline: .seconds(60))
            #expect(confirmation.words?.contains("another program keeps the journal locked") == true)
            try db.execute(sql: "COMMIT")
        }
        #expect(history.status.waiting == 1)
        #expect(history.commit(fact(2), state: state(2), deadline: .seconds(60)) == .onDisk)
        #expect(try history.facts() == [fact(1), fact(2)])
    }
}
