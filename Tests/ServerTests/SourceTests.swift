import Codecs
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import Server

/// DJs at the door: what source clients really send, and what they need to hear.
@Suite struct SourceTests {
    /// Lets "anna" with "geheim:nis" in, and keeps what comes.
    final class FakeStage: StageDoor {
        final class Line: SourceLine {
            struct Kept {
                var bytes: [UInt8] = []
                var end: Bool?
            }

            let kept = Mutex(Kept())
            /// The most bytes that it takes at a time, and whether it takes any.
            let most: Int
            let isOpen = Atomic<Bool>(true)

            init(most: Int) { self.most = most }

            func take(_ bytes: UnsafeRawBufferPointer) -> Int {
                guard isOpen.load(ordering: .relaxed) else { return 0 }
                let taken = bytes.prefix(most)
                kept.withLock { $0.bytes += taken }
                return taken.count
            }

            func end(clean: Bool) { kept.withLock { $0.end = clean } }

            var text: String { String(decoding: kept.withLock { $0.bytes }, as: UTF8.self) }
            var wasClean: Bool? { kept.withLock { $0.end } }
        }

        let line: Line
        let visits = Mutex<[SourceVisit]>([])
        let titles = Mutex<[Title]>([])
        let refusal: String?
        /// Whether it remembers anna's login.
        let remembers = Atomic<Bool>(false)

        let patience: Duration

        init(most: Int = .max, refusal: String? = nil, patience: Duration = .seconds(60)) {
            self.patience = patience
            line = Line(most: most)
            self.refusal = refusal
        }

        func isEntrance(_ path: String) -> Bool { path == "/live" }

        var takesDJs: Bool { true }

        func news() async -> StudioNews {
            StudioNews(
                clock: 1_700_000_000_000,
                djs: [
                    .init(
                        name: "anna", place: "on air", since: 1_699_999_990_000, buffer: 1.5,
                        title: "</script><b>Küche", peaks: [-12, -99],
                        advice: [.init(en: "Only one channel sounds.", de: "Nur ein Kanal klingt.")])
                ])
        }

        func verify(_ login: SourceLogin) async -> LoginAnswer {
            login.name == "anna" && login.secret == "geheim:nis" ? .dj : .stranger
        }

        func isKnown(_ login: SourceLogin) -> Bool {
            remembers.load(ordering: .relaxed) && login.name == "anna" && login.secret == "geheim:nis"
        }

        func enter(_ visit: SourceVisit) async -> SourceAnswer {
            guard visit.login.name == "anna", visit.login.secret == "geheim:nis" else { return .stranger }
            if let refusal { return .refused(refusal) }
            visits.withLock { $0.append(visit) }
            return .welcome(line)
        }

        func announce(_ title: Title, as login: SourceLogin) async -> TitleAnswer {
            guard login.name == "anna", login.secret == "geheim:nis" else { return .stranger }
            titles.withLock { $0.append(title) }
            return .taken
        }

        func sendAwayWhoIsHeard() async -> DismissalAnswer {
            guard let visit = visits.withLock({ $0.last }) else { return .refused("No DJ is on air.") }
            visit.hangUp()
            return .sentAway(visit.login.name)
        }
    }

    private static let login = basic("anna:geheim:nis")

    /// Connects as a source, sends a head and what comes with it, and gives the answer that comes before any audio.
    private func connect(_ house: House, _ head: String, _ bytes: String = "") async throws -> (
        RawClient, String
    ) {
        let client = try RawClient(port: house.port)
        client.send(head.replacing("\n", with: "\r\n") + "\r\n" + bytes)
        return (client, try await client.readHead())
    }

    @Test(arguments: [
        // libshout, liquidsoap without a Host, old darkice, butt, ffmpeg, curl: icecast-protocol 1.2.
        "SOURCE /live HTTP/1.0\nAuthorization: Basic LOGIN\nHost: localhost:8000\nContent-Type: application/ogg\n",
        "SOURCE /live HTTP/1.0\nContent-Type: audio/mpeg\nAuthorization: Basic LOGIN\nice-audio-info: channels=2\n",
        "SOURCE /live ICE/1.0\nContent-type: audio/mpeg\nAuthorization: Basic LOGIN\n",
        "SOURCE /live HTTP/1.1\nauthorization: basic LOGIN\n",
    ])
    func aSourceIsTakenAndHeardFromItsFirstByte(head: String) async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let head = head.replacing("Authorization: Basic LOGIN", with: Self.login)
                .replacing("basic LOGIN", with: Self.login.dropFirst("Authorization: ".count))
            let (client, answer) = try await connect(house, head, "first ")
            #expect(answer == "HTTP/1.0 200 OK\r\n\r\n")
            client.send("and more")
            client.finishSending()
            #expect(try await client.readToEnd() == [])
            try await eventually { stage.line.wasClean != nil }
            #expect(stage.line.text == "first and more")
            #expect(stage.line.wasClean == true)
        }
    }

    @Test func anEarlyContinueAndAnEarlyOKComeBeforeTheBody() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, first) = try await connect(
                house,
                "PUT /live HTTP/1.1\nHost: a\n\(Self.login)\nExpect: 100-continue\nContent-Type: audio/ogg\n"
                    + "Ice-Name: Küchenradio\nUser-Agent: butt\n")
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try await client.readHead() == "HTTP/1.0 200 OK\r\n\r\n")
            client.hangUp()
            try await eventually { stage.line.wasClean != nil }
            let visit = stage.visits.withLock { $0.first }
            #expect(visit?.showName == "Küchenradio" && visit?.userAgent == "butt" && visit?.path == "/live")
        }
    }

    @Test func whoHasHungUpBeforeItWasLetInIsHeardToTheEnd() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let client = try RawClient(port: house.port)
            client.send("SOURCE /live HTTP/1.0\r\n\(Self.login)\r\n\r\nall of it")
            client.finishSending()
            _ = try await client.readToEnd()
            #expect(stage.line.text == "all of it" && stage.line.wasClean == true)
        }
    }

    @Test func whoCanOnlySaySourceWritesTheNameIntoTheSecret() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let login = basic("source:anna:geheim:nis")
            let (client, answer) = try await connect(house, "SOURCE /live HTTP/1.0\n\(login)\n")
            #expect(answer.hasPrefix("HTTP/1.0 200 "))
            client.hangUp()
        }
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func chunksAreTakenApart(piece: Int) async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, _) = try await connect(
                house,
                "PUT /live HTTP/1.1\n\(Self.login)\nTransfer-Encoding: chunked\nContent-Type: application/ogg\n"
            )
            let body = Array(
                "5\r\nHello\r\nA;name=value\r\n 0\r\nWorld!\r\n1\r\n.\r\n0\r\nTrailer: x\r\n\r\n".utf8)
            for start in stride(from: 0, to: body.count, by: piece) {
                client.send(body[start..<min(start + piece, body.count)])
            }
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.text == "Hello 0\r\nWorld!.")
            #expect(stage.line.wasClean == true)
        }
    }

    @Test(arguments: [
        "zz\r\n", "fffffffff\r\n", "\r\n", "5\r\nHelloo\r\n", String(repeating: "0", count: 300),
    ])
    func brokenChunksEndTheSource(body: String) async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, _) = try await connect(
                house,
                "PUT /live HTTP/1.1\n\(Self.login)\nTransfer-Encoding: chunked\nContent-Type: application/ogg\n",
                body)
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.wasClean == false)
        }
    }

    @Test func aLengthEndsTheStreamAndNothingBehindItIsAudio() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, _) = try await connect(
                house, "PUT /live HTTP/1.1\n\(Self.login)\nContent-Length: 4\nContent-Type: audio/ogg\n",
                "OggS junk")
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.text == "OggS" && stage.line.wasClean == true)
        }
    }

    @Test func aStreamThatBreaksOffInAChunkIsNoCleanEnd() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, _) = try await connect(
                house,
                "PUT /live HTTP/1.1\n\(Self.login)\nTransfer-Encoding: chunked\nContent-Type: audio/ogg\n",
                "9\r\nabc")
            client.finishSending()
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.wasClean == false && stage.line.text == "abc")
        }
    }

    @Test func aSourceThatSendsNothingIsGivenUp() async throws {
        let stage = FakeStage()
        try await withHouse(
            [FakeMount(pages: 1)], stage: stage, configured: { $0.limits.sourcePatience = .milliseconds(300) }
        ) { house in
            let (client, _) = try await connect(house, "SOURCE /live HTTP/1.0\n\(Self.login)\n", "x")
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.wasClean == false)
        }
    }

    @Test func nothingIsLostOrPiledUpWhileThereIsNoRoom() async throws {
        let stage = FakeStage(most: 1_000)
        stage.line.isOpen.store(false, ordering: .relaxed)
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (client, _) = try await connect(house, "SOURCE /live HTTP/1.0\n\(Self.login)\n")
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            client.send(bytes)
            client.finishSending()
            stage.line.isOpen.store(true, ordering: .relaxed)
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.kept.withLock { $0.bytes == bytes })
        }
    }

    @Test(arguments: [
        ("SOURCE /live HTTP/1.0\nContent-Length: 0\nConnection: Keep-Alive\n", 401),
        ("SOURCE /live HTTP/1.0\nAuthorization: Basic !!!\n", 401),
        ("PUT /live HTTP/1.1\nLOGIN\n", 403), ("SOURCE /other HTTP/1.0\nLOGIN\n", 403),
        ("PUT /live HTTP/1.1\nWRONG\nExpect: 100-continue\nContent-Type: audio/ogg\n", 401),
    ])
    func whoIsNotTakenIsToldSoWithoutAContinue(head: String, status: Int) async throws {
        try await withHouse([FakeMount(pages: 1)], stage: FakeStage()) { house in
            let head = head.replacing("LOGIN", with: Self.login).replacing(
                "WRONG", with: basic("anna:falsch"))
            let (_, answer) = try await connect(house, head)
            #expect(answer.dropFirst(8).hasPrefix(" \(status) "), "\(answer)")
        }
    }

    @Test func aRefusalIsASentence() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: FakeStage(refusal: "All places are taken.")) {
            house in
            let answer = try await house.ask("SOURCE /live HTTP/1.0\r\n\(Self.login)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.0 403 ") && answer.hasSuffix("All places are taken.\n"))
        }
    }

    @Test func libshoutsPokeIsNoAttemptAndGuessesAre() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: FakeStage()) { house in
            for _ in 0..<20 {
                let poke = try await house.ask("SOURCE /live HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
                #expect(poke.hasPrefix("HTTP/1.0 401 "))
            }
            let wrong = "SOURCE /live HTTP/1.0\r\n\(basic("anna:falsch"))\r\n\r\n"
            for _ in 0..<10 { #expect(try await house.ask(wrong).hasPrefix("HTTP/1.0 401 ")) }
            #expect(try await house.ask(wrong).hasPrefix("HTTP/1.0 429 "))
        }
    }

    @Test(arguments: [
        ("song=J%C3%BCrgen%20-%20Lied", "Jürgen - Lied"), ("title=Lied&artist=J%C3%BCrgen", "Jürgen - Lied"),
        ("charset=ISO-8859-1&song=J%FCrgen", "Jürgen"), ("song=Ja%FC", "Jaü"), ("song=", ""),
    ])
    func aDJsTitleComesInEverySpelling(query: String, line: String) async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let answer = try await house.get("/admin/metadata?mode=updinfo&mount=/live&\(query)", Self.login)
            #expect(answer.contains("<return>1</return>"))
            #expect(stage.titles.withLock { $0.map(\.line) } == [line])
        }
    }

    @Test func aTitleCountsThoughItsSenderDoesNotWaitForTheAnswer() async throws {
        let stage = FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let client = try RawClient(port: house.port)
            client.send(
                "GET /admin/metadata?mode=updinfo&mount=/live&song=x HTTP/1.0\r\n\(Self.login)\r\n\r\n")
            client.hangUp()
            try await eventually { stage.titles.withLock { $0.count } == 1 }
        }
    }

    @Test func whoAsksForTheLiveMountIsSentToTheStation() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: FakeStage()) { house in
            let answer = try await house.get("/live")
            #expect(answer.hasPrefix("HTTP/1.1 302 "))
            #expect(fields(answer)["location"] == "http://radio.example/stream.ogg")
        }
    }

    // MARK: SHOUTcast

    private func shoutcast(_ stage: FakeStage, _ body: (House, () throws -> RawClient) async throws -> Void)
        async throws
    {
        try await withHouse(
            [FakeMount(pages: 1)], stage: stage,
            configured: { $0.shoutcast = ListenAddress(host: "127.0.0.1", port: 0) }
        ) { house in
            let port = try #require(house.door.shoutcastPort)
            try await body(house) { try RawClient(port: port) }
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r\r\n"])
    func anEncoderThatSpeaksShoutcastComesIn(end: String)
        async throws
    {
        let stage = FakeStage()
        try await shoutcast(stage) { house, connect in
            let client = try connect()
            client.send("anna:geheim:nis\(end)")
            #expect(try await client.readHead() == "OK2\r\nicy-caps:11\r\n\r\n")
            client.send("icy-name:Küche\(end)icy-br:128\(end)content-type:audio/mpeg\(end)\(end)Audio")
            client.send(" ohne Ende\n")
            client.finishSending()
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.text == "Audio ohne Ende\n" && stage.line.wasClean == true)
            #expect(stage.visits.withLock { $0.first?.showName } == "Küche")
            let title = try await house.get("/admin.cgi?mode=updinfo&pass=anna:geheim:nis&song=A%20-%20B")
            #expect(title.hasPrefix("HTTP/1.1 200 ") && stage.titles.withLock { $0.map(\.line) } == ["A - B"])
            let wrong = try await house.get("/admin.cgi?mode=updinfo&pass=anna:falsch&song=x")
            #expect(wrong.hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test(arguments: [
        "anna:falsch\r\n", "geheim\r\n", "GET / HTTP/1.1\r\n\r\n", String(repeating: "x", count: 2_000),
    ])
    func whoHasNoPasswordIsToldSoInAWord(line: String) async throws {
        let stage = FakeStage()
        try await shoutcast(stage) { _, connect in
            let client = try connect()
            client.send(line)
            let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(answer == "invalid password\r\n" || (line.count == 2_000 && answer.isEmpty))
            #expect(stage.visits.withLock { $0.isEmpty })
        }
    }

    @Test func nothingThatStrangersDoAtTheShoutcastPortKeepsADJOut() async throws {
        let stage = FakeStage()
        try await withHouse(
            [FakeMount(pages: 1)], stage: stage,
            configured: {
                $0.shoutcast = ListenAddress(host: "127.0.0.1", port: 0)
                $0.limits.headTime = .milliseconds(300)
                $0.limits.headBytes = 1_000
            }
        ) { house in
            let port = try #require(house.door.shoutcastPort)
            var random = SeededGenerator(seed: 77)
            let starts = [
                "", "anna", "anna:falsch\n", "\r\n", "\n\n\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u{16}\u{3}\u{1}", ":\n", "anna:\n", String(repeating: "a:", count: 5_000),
                // Those who have the password are not spared either.
                "anna:geheim:nis\n", "anna:geheim:nis\nicy-name:",
                "anna:geheim:nis\n" + String(repeating: "icy-name:x\r\n", count: 500),
            ]
            var clients: [RawClient] = []
            for index in 0..<130 {
                let client = try RawClient(port: port)
                client.send(starts[index % starts.count])
                if index % 3 == 0 {
                    client.send(
                        (0..<Int.random(in: 1...2_000, using: &random)).map { _ in
                            // But no line's end, which could be that of the texts.
                            UInt8.random(in: 11...255, using: &random)
                        })
                }
                if index % 4 == 0 { client.hangUp() }
                clients.append(client)
            }
            try await eventually { house.door.connections == 0 }
            clients = []
            #expect(stage.visits.withLock { $0.isEmpty } && house.door.connectionsInHall == 0)
        }
        try await shoutcast(stage) { _, connect in
            let client = try connect()
            // All at once, and more than a head may have, as one that does not wait for the answers sends it.
            client.send("anna:geheim:nis\nicy-name:Küche\n\n" + String(repeating: "x", count: 20_000))
            #expect(try await client.readHead().hasPrefix("OK2"))
            client.finishSending()
            #expect(try await client.readToEnd() == [])
            #expect(stage.line.text.utf8.count == 20_000)
        }
    }
}
