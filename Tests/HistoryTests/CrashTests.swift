import Foundation
import GRDB
import Glibc
import Programme
import TestKit
import Testing

@testable import History

/// What happens to a process, in a process of its own.
@Suite struct CrashTests {
    /// Every confirmed act is there after `kill -9` in the middle of writing; no line is half there or out of order.
    @Test(arguments: 0..<10) func aKillLosesNothingThatWasConfirmed(seed: Int) async throws {
        let folder = try TemporaryDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path as String, seed = seed as Int] in
            let history = History(path)
            let confirmed = open("\(path)/confirmed", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            Thread.detachNewThread {
                var generator = SeededGenerator(seed: UInt64(seed))
                usleep(.random(in: 20_000...200_000, using: &generator))
                kill(getpid(), SIGKILL)
            }
            for number in 1... {
                history.began(item(number, at: midnight + minutes(number)))
                history.keep([entry(number)])
                let isAct = number.isMultiple(of: 3)
                if isAct,
                    history.commit(fact(number), state: state(number), deadline: .seconds(60)) == .onDisk
                {
                    var number = Int32(number)
                    write(confirmed, &number, 4)
                } else if !isAct {
                    history.record(fact(number), state: state(number))
                }
            }
        }
        let confirmed = try Data(contentsOf: URL(filePath: "\(folder.path)/confirmed")).count / 4 * 3
        let history = History(folder.path, now: midnight + minutes(1_000_000))
        let facts = try history.facts()
        #expect(facts.count >= confirmed)
        #expect(facts == (1..<(facts.count + 1)).map { fact($0) })
        let items = try history.items()
        #expect(items.count >= confirmed)
        #expect(items.allSatisfy { $0.length != nil }, "What was on air at the crash is closed.")
        #expect(
            try inspect(folder.path) { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }

    /// A limit on files' sizes is what an ordinary user has for a disk that takes no more.
    @Test func aDiskThatRefusesWritesHoldsActsAndLaterTakesThem() async throws {
        let folder = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let history = History(path)
            #expect(history.commit(fact(0), state: state(0), deadline: .seconds(60)) == .onDisk)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let all = limit.rlim_cur
            limit.rlim_cur = 4_096
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let answers = (1...100).map {
                history.commit(fact($0), state: state($0), deadline: .seconds(60))
            }
            #expect(!answers.contains(.onDisk))
            #expect(history.status.words.contains("the disk does not take the journal"))
            limit.rlim_cur = all
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #expect(history.reaches { $0.waiting == 0 && $0.isWriting })
            let facts = try history.facts()
            #expect(facts == (0...100).map { fact($0) })
        }
    }

    /// Root may write everywhere, so the child becomes nobody.
    @Test func aFolderThatMustNotBeWrittenIsNamedWithTheRemedy() async throws {
        let folder = try TemporaryDirectory()
        chmod(folder.path, 0o755)
        let data = "\(folder.path)/data"
        mkdir(data, 0o555)
        await #expect(processExitsWith: .success) { [data = data as String] in
            if geteuid() == 0 { #expect(setuid(65_534) == 0) }
            let reports = Reports()
            let history = History(data, reports: reports)
            let confirmation = history.commit(fact(1), state: state(1), deadline: .seconds(60))
            #expect(confirmation.words?.contains("waits in memory") == true)
            #expect(
                reports.all == [
                    "\(data) must not be written by this user; give \(data) to the user that the station runs as."
                ])
            #expect(!history.stop(deadline: .seconds(60)))
        }
    }
}
