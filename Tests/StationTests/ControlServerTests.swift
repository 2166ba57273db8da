internal import Foundation
internal import Glibc
internal import Synchronization
internal import TestKit
internal import Testing

@testable import Station

/// The control socket with real sockets: what clients may do to it, and what it does then.
@Suite struct ControlServerTests {
    private let folder = try! TemporaryDirectory()
    private var path: String { folder.path + "/control.sock" }
    private var client: ControlClient { ControlClient(socket: path, configuration: "station.yaml") }

    private func running(
        _ handler: any ControlHandler = ScriptedStation(), deadline: Duration = .seconds(5)
    ) throws -> ControlServer {
        let server = try ControlServer(path: path, handler: handler, deadline: deadline)
        server.start()
        return server
    }

    /// A client that says what no `funkhaus` would; everything that comes back until the daemon hangs up.
    private func raw(_ bytes: [UInt8]) throws -> String {
        let socket = try connected(sending: bytes)
        defer { close(socket) }
        return answer(at: socket)
    }

    private func connected(sending request: ControlRequest) throws -> Int32 {
        try connected(sending: #require(controlLine(request)))
    }

    private func connected(sending bytes: [UInt8]) throws -> Int32 {
        let socket = try ControlSocket.make(for: path)
        try #require(ControlSocket.connect(socket, to: try ControlSocket.address(path)) == 0)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        return socket
    }

    private func answer(at socket: Int32) -> String {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test func everyRequestComesBackAnswered() throws {
        let server = try running(ScriptedStation(historyLength: 150))
        defer { server.stop() }
        #expect(try client.status() == .sample)
        #expect(try client.now() == .sinnerman)
        #expect(try client.next(count: 3).count == 3)
        #expect(try client.add(files: ["/a", "/b"]).entries?.map(\.id) == [1, 2])
        #expect(try client.queue().count == 2)
        #expect(try client.remove(id: 2).done == "Removed 2.")
        #expect(try client.history(from: .last(120)).entries.first?.id == 31)
        #expect(try client.history(from: .after(id: 130)).entries.map(\.id) == Array(131...150))
        #expect(try client.history(from: .since(StationTime("2026-01-01T00:00:00Z"))).more)
    }

    @Test func aRefusalKeepsItsSentenceAndRemedy() throws {
        let server = try running()
        defer { server.stop() }
        #expect(
            throws: ControlRefusal(
                "There is nothing to skip to.", remedy: "Put audio into a playlist.")
        ) { try client.skip() }
    }

    @Test func requestsBeyondTheirBoundsAreRefused() throws {
        let server = try running()
        defer { server.stop() }
        #expect(throws: ControlRefusal.self) { try client.next(count: 0) }
        #expect(throws: ControlRefusal.self) { try client.next(count: 101) }
        #expect(throws: ControlRefusal.self) { try client.add(files: []) }
        #expect(throws: ControlRefusal.self) { try client.add(files: ["../secret"]) }
        #expect(throws: ControlRefusal.self) { try client.add(files: ["/a\0b"]) }
        #expect(throws: ControlRefusal.tooLong) { try client.reload() }
        #expect(throws: ControlError.requestTooLong) {
            try client.add(files: Array(repeating: "/aaaaaaaaaaaaaaa", count: 5_000))
        }
    }

    @Test(arguments: [
        "garbage\n", "\n", "{}\n", "[]\n", "null\n", #"{"version":1,"request":"explode"}"# + "\n",
        #"{"version":1,"request":"next"}"# + "\n", #"{"version":1,"request":"next","count":1e99}"# + "\n",
        #"{"version":1,"request":"history"}"# + "\n", String(repeating: "[", count: 60_000) + "\n",
        "\u{0}\u{1b}[31m\n",
    ])
    func garbageGetsASentence(_ garbage: String) throws {
        let server = try running()
        defer { server.stop() }
        let answer = try raw(Array(garbage.utf8))
        #expect(answer.hasPrefix(#"{"refusal":{"remedy":"#) && answer.hasSuffix("}\n"))
        #expect(try client.now() == .sinnerman)
    }

    @Test func anotherVersionIsToldSo() throws {
        let server = try running()
        defer { server.stop() }
        let answer = try raw(Array(#"{"version":2,"request":"now"}"#.utf8) + [10])
        #expect(answer.contains("speaks version 1 of the control language, the command version 2"))
    }

    @Test func aLineWithoutEndIsRefusedAtItsBound() throws {
        let server = try running()
        defer { server.stop() }
        let answer = try raw([UInt8](repeating: 65, count: 1_000_000))
        #expect(answer.contains("longer than 65536 bytes"))
        #expect(try client.now() == .sinnerman)
    }

    @Test func randomBytesDoNoHarm() throws {
        var numbers = SeededGenerator(seed: 11)
        let server = try running()
        defer { server.stop() }
        for _ in 0..<40 {
            let length = Int.random(in: 1...300, using: &numbers)
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &numbers) }
            #expect(try raw(bytes + [10]).hasPrefix(#"{"refusal""#))
        }
    }

    @Test func aClientThatSaysNothingIsSentAway() throws {
        let server = try running(deadline: .milliseconds(50))
        defer { server.stop() }
        #expect(try raw([]) == "")
        #expect(try raw(Array("half a line".utf8)) == "")
    }

    @Test func aClientThatDoesNotTakeItsAnswerIsSentAway() throws {
        // More than a socket's buffers hold, below the bound of an answer.
        let server = try running(LongStatus(), deadline: .milliseconds(100))
        defer { server.stop() }
        let greedy = try connected(sending: .status)
        defer { close(greedy) }
        // The daemon hangs up, and meanwhile it answers everybody else.
        var hungUp = pollfd(fd: greedy, events: 0, revents: 0)
        #expect(try client.now() == .sinnerman)
        #expect(poll(&hungUp, 1, 20_000) == 1)
    }

    @Test func silentClientsInEveryPlaceOnlyDelayTheOthers() throws {
        let server = try running(deadline: .milliseconds(100))
        defer { server.stop() }
        var silent: [Int32] = []
        defer { for socket in silent { close(socket) } }
        for _ in 0..<16 { silent.append(try connected(sending: [])) }
        #expect(try client.now() == .sinnerman)
    }

    @Test func fiftyCommandsAtOnceAreAllAnswered() async throws {
        let server = try running()
        let client = client
        let threads = (0..<50).map { _ in OneCommand { try client.next(count: 100).count == 100 } }
        let right = threads.count { $0.result }
        server.stop()
        #expect(right == 50)
    }

    @Test func aDiskThatDoesNotAnswerKeepsNoQuestionWaiting() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk))
        defer { server.stop() }
        let errands = try (0..<9).map { number in
            let socket = try connected(sending: .add(files: ["/\(number)"]))
            // One in hand, eight behind it.
            if number == 0 { disk.waitForRequest() }
            return socket
        }
        defer { for socket in errands { close(socket) } }
        #expect(try client.now() == .sinnerman)
        #expect(throws: ControlRefusal.busy) { try client.reload() }
        disk.revive()
        for socket in errands { #expect(answer(at: socket).contains("Queued.")) }
        #expect(try client.queue().count == 9)
    }

    @Test func aStationThatEndsAnswersWhatIsInHand() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk))
        let errand = try connected(sending: .add(files: ["/1"]))
        defer { close(errand) }
        disk.waitForRequest()
        disk.revive()
        server.stop()
        #expect(answer(at: errand).contains("Queued."))
    }

    @Test func aStationThatEndsDoesNotWaitForADeadDisk() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk))
        let errands = try (0..<2).map { try connected(sending: .add(files: ["/\($0)"])) }
        defer { for socket in errands { close(socket) } }
        disk.waitForRequest()
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            server.stop(patience: .milliseconds(20))
            ended.signal()
        }
        // Nobody has revived the disk. Who waits behind it is hung up on.
        try #require(ended.wait(timeout: .now() + .seconds(30)) == .success)
        #expect(access(path, F_OK) != 0)
        #expect(answer(at: errands[1]) == "")
        disk.revive()
        _ = answer(at: errands[0])
    }

    @Test func whoHasGivenUpGetsNothingQueuedBehindItsBack() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk))
        defer { server.stop() }
        let first = try connected(sending: .add(files: ["/1"]))
        defer { close(first) }
        disk.waitForRequest()
        // It will ask again, and would have its file twice.
        close(try connected(sending: .add(files: ["/2"])))
        let last = try connected(sending: .add(files: ["/3"]))
        defer { close(last) }
        // The errands lie in the queue once the thread has looked at the connections behind them.
        #expect(try client.now() == .sinnerman)
        disk.revive()
        #expect(answer(at: first).contains("Queued."))
        #expect(answer(at: last).contains("Queued."))
        #expect(try client.queue().count == 2)
    }

    @Test func whoGivesUpWhileItsFilesAreMeasuredGetsNoneQueued() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk, signs: (1, .zero)))
        defer { server.stop() }
        let gone = try connected(sending: .add(files: ["/1"]))
        disk.waitForRequest()
        close(gone)
        let last = try connected(sending: .add(files: ["/2"]))
        defer { close(last) }
        disk.revive()
        #expect(answer(at: last).contains("Queued."))
        #expect(try client.queue().count == 1)
    }

    @Test func longMeasuringDoesNotTimeOut() throws {
        // Silent for longer than the client's patience in all, and never for as long at a time.
        let server = try running(ScriptedStation(signs: (40, .milliseconds(50))))
        defer { server.stop() }
        let client = ControlClient(socket: path, configuration: nil, patience: .seconds(1))
        var signs = 0
        let answer = try client.add(files: ["/long"]) { signs += 1 }
        #expect(answer.entries?.count == 1)
        #expect(signs > 0)
    }

    @Test func whoWaitsBehindLongMeasuringIsToldThatItIsNotForgotten() throws {
        let disk = ScriptedStation.DeadDisk()
        let server = try running(ScriptedStation(disk: disk, signs: (1, .zero)))
        defer { server.stop() }
        let first = try connected(sending: .add(files: ["/1"]))
        defer { close(first) }
        disk.waitForRequest()
        let second = try connected(sending: .add(files: ["/2"]))
        defer { close(second) }
        #expect(try client.now() == .sinnerman)
        disk.revive()
        // One sign for the errand before it, one for its own.
        #expect(answer(at: second).hasPrefix("  {"))
    }

    @Test func aStationThatEndsHangsUpOnWhoWaits() throws {
        // Listens and never answers, like a daemon that is about to end.
        let dying = try ControlSocket.make(for: path)
        try #require(ControlSocket.bind(dying, to: try ControlSocket.address(path)) == 0)
        try #require(listen(dying, 1) == 0)
        let client = client
        let path = path
        let command = OneCommand {
            let error = #expect(throws: ControlError.self) { try client.now() }
            return error == .hungUp(socket: path)
        }
        let connection = accept(dying, nil, nil)
        close(connection)
        #expect(command.result)
        close(dying)
    }

    @Test func theSocketIsForItsOwnerAlone() throws {
        let server = try running()
        var file = stat()
        #expect(stat(path, &file) == 0)
        #expect(file.st_mode == S_IFSOCK | 0o600)
        server.stop()
        #expect(access(path, F_OK) != 0, "it is removed in the end")
    }

    @Test func theFolderOfTheSocketIsMade() throws {
        let path = folder.path + "/run/control.sock"
        let server = try ControlServer(path: path, handler: ScriptedStation())
        server.stop()
        var file = stat()
        #expect(stat(folder.path + "/run", &file) == 0 && file.st_mode & 0o777 == 0o700)
    }

    @Test func whatAKilledDaemonLeftIsReplaced() throws {
        let left = try ControlSocket.make(for: path)
        try #require(ControlSocket.bind(left, to: try ControlSocket.address(path)) == 0)
        close(left)
        #expect(throws: ControlError.notRunning(socket: path, configuration: "station.yaml")) {
            try client.now()
        }
        let server = try running()
        defer { server.stop() }
        #expect(try client.now() == .sinnerman)
    }

    @Test func aSecondDaemonIsRefusedAndTheFirstGoesOn() throws {
        let server = try running()
        defer { server.stop() }
        #expect(throws: ControlError.taken(socket: path)) {
            try ControlServer(path: path, handler: ScriptedStation())
        }
        #expect(try client.now() == .sinnerman)
    }

    @Test func aSecondDaemonIsRefusedAlsoWhenTheSocketIsGone() throws {
        let server = try running()
        defer { server.stop() }
        // Whoever tidies up folders may have taken it away.
        unlink(path)
        #expect(throws: ControlError.taken(socket: path)) {
            try ControlServer(path: path, handler: ScriptedStation())
        }
    }

    @Test func theSocketOfAnotherProgramIsLeftAlone() throws {
        let other = try ControlSocket.make(for: path)
        defer { close(other) }
        try #require(ControlSocket.bind(other, to: try ControlSocket.address(path)) == 0)
        try #require(listen(other, 1) == 0)
        #expect(throws: ControlError.taken(socket: path)) {
            try ControlServer(path: path, handler: ScriptedStation())
        }
        #expect(access(path, F_OK) == 0)
    }

    @Test func aFileAtThePathIsNeverDeleted() throws {
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(throws: ControlError.notASocket(path: path)) {
            try ControlServer(path: path, handler: ScriptedStation())
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func aPathTooLongForASocketIsToldSo() throws {
        let long = folder.path + "/" + String(repeating: "x", count: 108)
        #expect(throws: ControlError.pathTooLong(long)) {
            try ControlServer(path: long, handler: ScriptedStation())
        }
        #expect(throws: ControlError.pathTooLong(long)) {
            try ControlClient(socket: long, configuration: nil).now()
        }
    }

    @Test func aDaemonThatIsNotThereIsToldWithTheRemedy() throws {
        let error = try #require(throws: ControlError.self) { try client.now() }
        #expect(error == .notRunning(socket: path, configuration: "station.yaml"))
        #expect(error.isUnreachable)
        #expect(error.remedy == "Start it with: funkhaus serve --config station.yaml")
    }

    @Test func aDaemonThatHangsIsGivenUp() throws {
        let server = try ControlServer(path: path, handler: ScriptedStation())
        defer { server.stop() }
        let impatient = ControlClient(socket: path, configuration: nil, patience: .milliseconds(30))
        // It was never started: the connection waits in the backlog.
        #expect(throws: ControlError.silent(socket: path, seconds: 0)) { try impatient.now() }
    }

    @Test func stoppingTwiceAndWithoutStartIsFine() throws {
        let server = try ControlServer(path: path, handler: ScriptedStation())
        server.stop()
        server.stop()
    }
}

/// Answers `status` with nearly as much as an answer may hold.
private struct LongStatus: ControlHandler {
    func status() throws(ControlRefusal) -> StatusReport {
        var report = StatusReport.sample
        report.journal = String(repeating: "x", count: 1_000_000)
        return report
    }

    func now() throws(ControlRefusal) -> OnAirItem { .sinnerman }
    func next(count: Int) throws(ControlRefusal) -> [OnAirItem] { [] }
    func skip() throws(ControlRefusal) -> Acknowledgement { Acknowledgement(done: "") }
    func reload() throws(ControlRefusal) -> Acknowledgement { Acknowledgement(done: "") }
    func queue() throws(ControlRefusal) -> [QueueEntry] { [] }
    func add(files: [String], while isWanted: () -> Bool) throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: "")
    }
    func remove(id: Int) throws(ControlRefusal) -> Acknowledgement { Acknowledgement(done: "") }
    func direct(_ dj: String, _ act: DJAct) throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: "")
    }
    func schedule(from: StationTime, seconds: Int) throws(ControlRefusal) -> ScheduleReport {
        ScheduleReport(from: from, until: from, shows: [])
    }
    func scheduleDiff() throws(ControlRefusal) -> ScheduleDiff { ScheduleDiff(changes: []) }
    func history(from start: HistoryStart) throws(ControlRefusal) -> HistoryPage {
        HistoryPage(entries: [], more: false)
    }
}

/// A blocking call on a thread of its own.
private final class OneCommand: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex(false)

    init(_ body: @escaping @Sendable () throws -> Bool) {
        Thread.detachNewThread { [self] in
            let right = (try? body()) ?? false
            outcome.withLock { $0 = right }
            done.signal()
        }
    }

    /// Waits for the end of the call.
    var result: Bool {
        done.wait()
        return outcome.withLock { $0 }
    }
}
