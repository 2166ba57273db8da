import Codecs
import Logging
import Server
import Synchronization
import TestKit
import Testing

@testable import Studio

/// The DJ's end and the station's, with a line between them that is cut.
@Suite(.timeLimit(.minutes(2))) struct UplinkLineTests {
    /// Takes anna's stream, and keeps it.
    final class Stage: StageDoor {
        final class Line: SourceLine {
            struct Kept {
                var bytes: [UInt8] = []
                var end: Bool?
            }
            let kept = Mutex(Kept())

            func take(_ bytes: UnsafeRawBufferPointer) -> Int {
                kept.withLock { kept in
                    if kept.end != nil { Issue.record("Bytes behind the end.") }
                    kept.bytes += bytes
                }
                return bytes.count
            }

            func end(clean: Bool) { kept.withLock { $0.end = clean } }
            var bytes: [UInt8] { kept.withLock { $0.bytes } }
            var end: Bool? { kept.withLock { $0.end } }
        }

        let lines = Mutex<[(line: Line, visit: SourceVisit)]>([])
        let titles = Mutex<[String]>([])
        let patience: Duration

        init(patience: Duration = .seconds(60)) { self.patience = patience }

        var line: Line? { lines.withLock { $0.last?.line } }
        var downlink: Downlink? { lines.withLock { $0.last?.visit.uplink?.downlink } }

        func isEntrance(_ path: String) -> Bool { path == "/live" }
        func verify(_ login: SourceLogin) async -> LoginAnswer {
            login.name == "anna" && login.secret == "geheim" ? .dj : .stranger
        }
        func enter(_ visit: SourceVisit) async -> SourceAnswer {
            guard case .dj = await verify(visit.login) else { return .stranger }
            let line = Line()
            lines.withLock { $0.append((line, visit)) }
            return .welcome(line)
        }
        var takesDJs: Bool { true }
        func news() async -> StudioNews { StudioNews(clock: 0, djs: []) }
        func announce(_ title: Title, as login: SourceLogin) async -> TitleAnswer {
            titles.withLock { $0.append(title.line) }
            return .taken
        }
        func sendAwayWhoIsHeard() async -> DismissalAnswer { .refused("No DJ is on air.") }
    }

    /// What an uplink told.
    final class Told: Sendable {
        private let events = Mutex<[UplinkEvent]>([])
        func tell(_ event: UplinkEvent) { events.withLock { $0.append(event) } }
        var all: [UplinkEvent] { events.withLock { $0 } }
        func count(_ matches: (UplinkEvent) -> Bool) -> Int { all.count { matches($0) } }
        var connections: Int { count { if case .connected = $0 { true } else { false } } }
    }

    private func withLine(
        patience: Duration = .seconds(60), secret: String = "geheim", buffer: Double = 2,
        _ body: (Stage, CuttingProxy, Uplink, Told) async throws -> Void
    ) async throws {
        let stage = Stage(patience: patience)
        let door = FrontDoor(
            configuration: FrontDoorConfiguration(
                listen: [ListenAddress(host: "127.0.0.1", port: 0)],
                station: StationTexts(name: "Radio", description: "")), mounts: [], stage: stage,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { 0 })
        let port = try await door.start()[0]
        let proxy = CuttingProxy(to: port)
        let told = Told()
        let uplink = Uplink(
            UplinkTarget(host: "127.0.0.1", port: proxy.port, user: "anna", secret: secret, buffer: buffer),
            events: told.tell)
        do {
            try await body(stage, proxy, uplink, told)
        } catch {
            uplink.abandon()
            await door.shutdown()
            throw error
        }
        uplink.abandon()
        await door.shutdown()
    }

    private func until(_ what: Comment, _ condition: () -> Bool) async throws {
        for _ in 0..<8_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        try #require(condition(), what)
    }

    /// Pages that tell where in the stream they are.
    private func page(_ index: Int) -> [UInt8] {
        (0..<400).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0) }
    }

    @Test(arguments: CuttingProxy.Cut.allCases)
    func aCutLineIsResumedAndTheStreamArrivesOnceAndWhole(cut: CuttingProxy.Cut) async throws {
        try await withLine { stage, proxy, uplink, told in
            uplink.send(headers: Array("HEAD".utf8))
            var sent = Array("HEAD".utf8)
            try await until("it connects") { told.connections == 1 }
            for index in 0..<60 {
                if index == 20 { proxy.cut(cut) }
                if index == 40 { proxy.mend() }
                let page = page(index)
                uplink.send(page: page, seconds: 0.05)
                sent += page
                try await Task.sleep(for: .milliseconds(50))
            }
            await uplink.end()
            let all = sent
            #expect(stage.line?.bytes == all)
            #expect(stage.line?.end == true)
            #expect(stage.lines.withLock { $0.count } == 1)
            #expect(told.all.first == .connected(resumes: false, isFunkhaus: true))
            #expect(told.connections >= 2 && told.all.last == .ended, "\(told.all)")
            #expect(told.count { if case .dropped = $0 { true } else { false } } == 0)
        }
    }

    @Test func whatTheStationSaysReachesTheDJAndTheStateComesAgainAfterALoss() async throws {
        try await withLine { stage, proxy, uplink, told in
            uplink.send(headers: [1])
            try await until("it connects") { told.connections > 0 && stage.downlink != nil }
            stage.downlink?.tell(state: "green room")
            stage.downlink?.tell(state: "on air")
            stage.downlink?.say("Zu leise: \"Gain\" höher\ndrehen.")
            try await until("it is told") {
                told.all.contains(.state(.onAir))
                    && told.all.contains(.says("Zu leise: \"Gain\" höher drehen."))
            }
            // A starved machine may have lost the line by itself.
            let before = told.count { $0 == .state(.onAir) }
            proxy.cut(.reset)
            proxy.mend()
            try await until("it is told again") { told.count { $0 == .state(.onAir) } > before }
        }
    }

    @Test func aGoodbyeOfTheStationEndsItForGood() async throws {
        try await withLine { stage, proxy, uplink, told in
            uplink.send(headers: [1])
            try await until("it is in") { stage.line?.bytes == [1] }
            stage.downlink?.goodbye("You were sent off the air.")
            try await until("it has ended") { told.all.last == .ended }
            #expect(told.all.contains(.refused("The station has ended the show: You were sent off the air.")))
            #expect(stage.line?.end == false)
            #expect(proxy.connections == 1)
        }
    }

    /// It began a new session, and was on air again.
    @Test(arguments: CuttingProxy.Cut.allCases)
    func aDJWhoIsSentAwayWhileTheLineIsDownStaysAway(cut: CuttingProxy.Cut) async throws {
        try await withLine { stage, proxy, uplink, told in
            uplink.send(headers: [1])
            uplink.send(page: [2, 3], seconds: 0.1)
            try await until("it is acknowledged") { told.all.contains(.acknowledged(bytes: 3)) }
            proxy.cut(cut)
            stage.downlink?.goodbye("You were sent off the air.")
            uplink.send(page: [4], seconds: 0.1)
            proxy.mend()
            try await until("it has ended") { told.all.last == .ended }
            #expect(told.all.contains(.refused("The station has ended the show: You were sent off the air.")))
            #expect(stage.lines.withLock { $0.count } == 1)
            #expect(stage.line?.end == false)
        }
    }

    @Test func aSessionThatIsNotResumedInTimeIsOverAndTheDJBeginsAnew() async throws {
        // Long enough for a slow machine to come back within it.
        try await withLine(patience: .seconds(3)) { stage, proxy, uplink, told in
            uplink.send(headers: [1])
            uplink.send(page: [2, 3], seconds: 0.1)
            try await until("it is in") { stage.line?.bytes == [1, 2, 3] }
            try await until("it is acknowledged") { told.all.contains(.acknowledged(bytes: 3)) }
            proxy.cut(.close)
            uplink.send(page: [4], seconds: 0.1)
            try await until("the station gives up") { stage.line?.end == false }
            proxy.mend()
            try await until("a new stream begins") { stage.lines.withLock { $0.count } == 2 }
            await uplink.end()
            try await until("its end is there") { stage.line?.end == true }
            #expect(stage.line?.bytes == [1, 4])
        }
    }

    @Test func aWrongSecretIsToldOnce() async throws {
        try await withLine(secret: "falsch") { stage, proxy, uplink, told in
            try await until("it has ended") { told.all.last == .ended }
            #expect(told.all.count == 2 && proxy.connections == 1, "\(told.all)")
            await uplink.end()
        }
    }

    @Test func aTitleIsToldAgainAfterALossThatSwallowedIt() async throws {
        try await withLine { stage, proxy, uplink, told in
            uplink.announce(artist: "A", title: "B")
            uplink.send(headers: [1])
            try await until("it is told") { stage.titles.withLock { $0 } == ["A - B"] }
            proxy.cut(.reset)
            uplink.announce(artist: nil, title: "C")
            try await Task.sleep(for: .milliseconds(200))
            proxy.mend()
            try await until("it is told again") { stage.titles.withLock { $0.last } == "C" }
        }
    }

    @Test func aStationThatIsNotThereIsDialledUntilItIs() async throws {
        let told = Told()
        let port = IcecastLoopback.freePort()
        let uplink = Uplink(
            UplinkTarget(host: "127.0.0.1", port: Int(port), user: "a", secret: "b"), events: told.tell)
        try await until("it is told") { !told.all.isEmpty }
        await uplink.end()
        let words =
            "Nothing listens at 127.0.0.1, port \(port): check the address, and whether the station runs."
        #expect(told.all == [.lost(words), .ended])
    }

    @Test func aServerThatNeverAnswersAndOneThatTalksNonsenseAreNoStations() async throws {
        let told = Told()
        let server = ScriptedServer { line in
            _ = line.readHead()
            line.write("SSH-2.0-OpenSSH\r\n\r\n")
        }
        let uplink = Uplink(
            UplinkTarget(host: "127.0.0.1", port: server.port, user: "a", secret: "b"), events: told.tell)
        try await until("it is told") {
            told.all.contains(.lost("The station answers with something else than HTTP."))
        }
        uplink.abandon()
        await uplink.end()
        #expect(told.all.last == .ended)
    }
}
