import Broadcast
import Codecs
import TestKit
import Testing

@testable import Server

/// Listening, byte by byte over real sockets.
@Suite struct StreamTests {
    private let second = Title(artist: "Two", title: "Second")

    private func connect(_ port: Int, _ request: String) throws -> RawClient {
        let client = try RawClient(port: port)
        client.send(request)
        return client
    }

    @Test func aNewcomerGetsHeadHeadersAndBurstAtOnceAndThenEveryPage() async throws {
        let fake = FakeMount(pages: 50)
        try await withFrontDoor([fake]) { door, port in
            let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\n\r\n")
            let head = try await client.readHead()
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let fields = fields(head)
            #expect(fields["content-type"] == "application/ogg")
            #expect(fields["connection"] == "close")
            #expect(fields["server"] == "Funkhaus")
            #expect(fields["date"] == "Fri, 02 Jan 2026 03:04:05 GMT")
            #expect(fields["icy-name"] == "Radio")
            #expect(fields["icy-br"] == "32")
            #expect(fields["ice-audio-info"] == "channels=2;samplerate=44100;bitrate=32;quality=5.0")
            #expect(fields["access-control-allow-origin"] == "*")
            for absent in [
                "transfer-encoding", "content-length", "accept-ranges", "content-range", "icy-metaint",
            ] {
                #expect(fields[absent] == nil)
            }
            // 4 s of pages of 0.2 s, without any new page.
            let burst = fake.plain(from: 30)
            #expect(try await client.read(burst.count) == burst)
            fake.append(3, title: second)
            #expect(try await client.read(1200) == fake.pages[50...].flatMap(\.plain))
            #expect(door.listeners["/stream.ogg"] == AudienceCount(now: 1, peak: 1))
        }
    }

    @Test func anHTTP10RequestGetsAnHTTP10Answer() async throws {
        let fake = FakeMount(pages: 2)
        try await withFrontDoor([fake]) { _, port in
            let client = try connect(port, "GET /stream.ogg HTTP/1.0\n\n")
            #expect(try await client.readHead().hasPrefix("HTTP/1.0 200 OK\r\n"))
            #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
        }
    }

    @Test(arguments: ["", "?titles=icy"]) func headIsTheHeadOfGetWithoutABody(_ query: String) async throws {
        let fake = FakeMount(pages: 5)
        try await withFrontDoor([fake]) { door, port in
            let get = try connect(port, "GET /stream.ogg\(query) HTTP/1.1\r\n\r\n")
            let head = try connect(port, "HEAD /stream.ogg\(query) HTTP/1.1\r\n\r\n")
            let answer = String(decoding: try await head.readToEnd(), as: UTF8.self)
            #expect(try await get.readHead() == answer)
            #expect(answer.contains("icy-metaint:4096") == (query != ""))
            #expect(door.listeners["/stream.ogg"]?.peak == 1)
        }
    }

    @Test func theStreamWithItsBlocksTakenOutIsThePlainStreamAndTheBlocksTellEachTitleOnce() async throws {
        let fake = FakeMount(pages: 30)
        try await withFrontDoor([fake]) { _, port in
            let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\nIcy-METADATA: 1\r\n\r\n")
            #expect(fields(try await client.readHead())["icy-metaint"] == "4096")
            fake.append(31, title: second)
            fake.append(29, title: second)
            fake.append(40, title: Title(title: "Third ü"))
            let plain = fake.plain(from: 10)
            var received: [UInt8] = []
            var blocks: [(at: Int, text: String)] = []
            while received.count < plain.count / 4096 * 4096 {
                received += try await client.read(4096)
                let length = Int(try await client.read(1)[0]) * 16
                let text = try await client.read(length)
                if length > 0 { blocks.append((received.count, String(decoding: text, as: UTF8.self))) }
            }
            #expect(received == Array(plain.prefix(received.count)))
            #expect(
                blocks.map { $0.text.replacing("\0", with: "") } == [
                    "StreamTitle='One - First';", "StreamTitle='Two - Second';", "StreamTitle='Third ü';",
                ])
            // Each in the first block behind the beginning of its first page.
            let starts = [0, 20 * 400, 80 * 400].map { $0 == 0 ? 0 : $0 + FakeMount.headers.count }
            #expect(blocks.map(\.at) == starts.map { max(1, ($0 + 4095) / 4096) * 4096 })
        }
    }

    @Test func aChainedListenerGetsTheHeadersOfItsLinkFirstAndOfEachNewLinkOnce() async throws {
        let fake = FakeMount(pages: 30)
        fake.append(5, title: second)
        try await withFrontDoor([fake]) { _, port in
            // Joins in the middle of the first link; the second is within its burst.
            let middle = try connect(port, "GET /stream.ogg?titles=chained HTTP/1.1\r\n\r\n")
            _ = try await middle.readHead()
            let burst = fake.chained(from: 15)
            #expect(try await middle.read(burst.count) == burst)
            // The burst of this one begins with the first page of a link.
            fake.append(15, title: second)
            let start = try connect(port, "GET /stream.ogg HTTP/1.1\r\nUser-Agent: Icecast 2.4.4\r\n\r\n")
            _ = try await start.readHead()
            fake.append(2, title: Title(title: "Third"))
            #expect(fake.pages[30].startsLink)
            #expect(try await start.read(fake.chained(from: 30).count) == fake.chained(from: 30))
            let all = fake.chained(from: 15)
            #expect(try await middle.read(all.count - burst.count) == Array(all[burst.count...]))
        }
    }

    @Test func anMP3StreamBeginsWithItsFirstPageAndHasBlocksAndNoLinks() async throws {
        let fake = FakeMount("/stream.mp3", pages: 30, format: .mp3(bitrate: 128_000))
        try await withFrontDoor([fake]) { _, port in
            let plain = try connect(port, "GET /stream.mp3 HTTP/1.1\r\n\r\n")
            let fields = fields(try await plain.readHead())
            #expect(fields["content-type"] == "audio/mpeg" && fields["icy-br"] == "128")
            #expect(fields["ice-audio-info"] == "channels=2;samplerate=44100;bitrate=128")
            let burst = fake.pages[10...].flatMap(\.plain)
            #expect(try await plain.read(burst.count) == burst)
            let icy = try connect(port, "GET /stream.mp3 HTTP/1.0\r\nIcy-MetaData: 1\r\n\r\n")
            #expect(try await icy.readHead().contains("icy-metaint:4096\r\n"))
            #expect(try await icy.read(4_096) == Array(burst.prefix(4_096)))
            let words = try await icy.read(Int(try await icy.read(1)[0]) * 16)
            #expect(String(decoding: words, as: UTF8.self).hasPrefix("StreamTitle='One - First';"))
            let chained = try connect(port, "GET /stream.mp3?titles=chained HTTP/1.1\r\n\r\n")
            let refusal = String(decoding: try await chained.readToEnd(), as: UTF8.self)
            #expect(refusal.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(refusal.hasSuffix("\r\n\r\n\(Refusal.noLinks.sentence)\n"))
        }
    }

    @Test func anOpusStreamIsOggAt48000Hertz() async throws {
        let fake = FakeMount("/stream.opus", pages: 3, format: .opus(bitrate: 96_000))
        try await withFrontDoor([fake]) { _, port in
            let client = try connect(port, "GET /stream.opus HTTP/1.1\r\nUser-Agent: Icecast 2.4.4\r\n\r\n")
            let fields = fields(try await client.readHead())
            #expect(fields["content-type"] == "application/ogg")
            #expect(fields["ice-audio-info"] == "channels=2;samplerate=48000;bitrate=96")
            #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            let status = try connect(port, "GET /status-json.xsl HTTP/1.0\r\n\r\n")
            let json = String(decoding: try await status.readToEnd(), as: UTF8.self)
            #expect(json.contains("\"subtype\":\"Opus\"") && json.contains("\"bitrate\":96"))
        }
    }

    @Test func aSlowListenerIsDroppedAndAGoodOneGetsEverything() async throws {
        let fake = FakeMount(pages: 2, pageBytes: 100_000, span: 5)
        try await withFrontDoor([fake], eventLoops: 1) { door, port in
            let slow = try RawClient(port: port, receiveBuffer: 4096)
            slow.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await slow.readHead()
            let good = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await good.readHead()
            var received = try await good.read(fake.plain(from: 0).count)
            for _ in 0..<100 {
                fake.append(1, title: second)
                received += try await good.read(100_000)
            }
            #expect(received == fake.plain(from: 0))
            try await eventually { door.listeners["/stream.ogg"]?.departures == [.slow: 1] }
            #expect(door.listeners["/stream.ogg"]?.now == 1)
            // What it got is an unbroken piece all the same.
            let got = try await slow.readToEnd()
            #expect(got.count > 2_000 && got == Array(fake.plain(from: 0).prefix(got.count)))
        }
    }

    @Test func theKernelDoesNotHideForLongThatAListenerReadsNothing() async throws {
        // In all less than a socket takes by itself, and more than some seconds of this mount.
        let fake = FakeMount(pages: 2, pageBytes: 20_000, span: 5)
        try await withFrontDoor([fake], eventLoops: 1) { door, port in
            let slow = try RawClient(port: port, receiveBuffer: 4096)
            slow.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await slow.readHead()
            let good = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await good.readHead()
            _ = try await good.read(fake.plain(from: 0).count)
            for _ in 0..<60 {
                fake.append(1, title: second)
                _ = try await good.read(20_000)
            }
            try await eventually { door.listeners["/stream.ogg"]?.departures == [.slow: 1] }
        }
    }

    @Test func listenersWhoHangUpAreForgottenAtOnce() async throws {
        let fake = FakeMount(pages: 20)
        try await withFrontDoor([fake]) { door, port in
            for round in 0..<30 {
                let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
                if round % 3 > 0 { _ = try await client.readHead() }
                if round % 3 > 1 { client.finishSending() } else { client.hangUp() }
            }
            try await eventually {
                let count = door.listeners["/stream.ogg"]
                return count?.now == 0 && (count?.departures[.left] ?? 0) >= 20
            }
            fake.append(1, title: nil)
            let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await client.readHead()
            #expect(try await client.read(fake.plain(from: 1).count) == fake.plain(from: 1))
        }
    }

    @Test func aListenerWaitsForTheFirstPageOfAMount() async throws {
        let fake = FakeMount()
        try await withFrontDoor([fake]) { _, port in
            let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            try await Task.sleep(for: .milliseconds(50))
            fake.append(1, title: nil)
            #expect(try await client.readHead().hasPrefix("HTTP/1.1 200"))
            fake.append(1, title: second)
            #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
        }
    }

    @Test func aMountWithoutAPageIsRefusedAfterAWhile() async throws {
        var limits = patient
        limits.firstPageTime = .milliseconds(50)
        try await withFrontDoor([FakeMount()], limits: limits) { door, port in
            for method in ["GET", "HEAD"] {
                let client = try connect(port, "\(method) /stream.ogg HTTP/1.1\r\n\r\n")
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 503 "))
                #expect(fields(head)["retry-after"] == "2")
                _ = try await client.readToEnd()
            }
            #expect(door.listeners["/stream.ogg"] == AudienceCount())
        }
    }

    @Test func manyListenersOnSeveralLoopsAreServedInBatchesAndEachGetsEveryPage() async throws {
        let fake = FakeMount(pages: 3)
        var clients: [(client: RawClient, query: String)] = []
        try await withFrontDoor([fake]) { door, port in
            for number in 0..<450 {
                let query = ["", "?titles=chained", "?titles=icy"][number % 3]
                let client = try connect(port, "GET /stream.ogg\(query) HTTP/1.1\r\n\r\n")
                _ = try await client.readHead()
                clients.append((client, query))
            }
            #expect(door.listeners["/stream.ogg"] == AudienceCount(now: 450, peak: 450))
            for number in 0..<24 {
                fake.append(1, title: number < 12 ? second : Title(title: "Third"))
                try await Task.sleep(for: .milliseconds(2))
            }
            await door.shutdown()
            for (client, query) in clients {
                var received = try await client.readToEnd()
                if query == "?titles=icy" {
                    // Each with the title of the page into which it falls, whichever pages came with it.
                    let blocks = takeBlocks(outOf: &received)
                    #expect(blocks == ["StreamTitle='Two - Second';", "StreamTitle='Third';"])
                }
                #expect(
                    received == (query == "?titles=chained" ? fake.chained(from: 0) : fake.plain(from: 0)))
            }
            #expect(door.listeners["/stream.ogg"]?.departures == [.ended: 450])
        }
    }

    private func takeBlocks(outOf body: inout [UInt8]) -> [String] {
        var blocks: [String] = []
        var at = 4096
        while at < body.count {
            let text = body[(at + 1)..<(at + 1 + Int(body[at]) * 16)]
            if !text.isEmpty { blocks.append(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)) }
            body.removeSubrange(at..<text.endIndex)
            at += 4096
        }
        return blocks
    }

    @Test func aPageThatANewcomerTakesInReachesTheOthersAtOnce() async throws {
        let fake = FakeMount(pages: 1)
        try await withFrontDoor([fake], eventLoops: 1) { _, port in
            let listener = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await listener.readHead()
            _ = try await listener.read(fake.plain(from: 0).count)
            var newcomers: [RawClient] = []
            for _ in 0..<100 {
                newcomers.append(try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n"))
                fake.append(1, title: second)
                #expect(try await listener.read(400) == fake.pages.last?.plain)
            }
        }
    }

    @Test func shutdownEndsEveryResponseBehindAWholePage() async throws {
        let fake = FakeMount(pages: 25)
        try await withFrontDoor([fake]) { door, port in
            let plain = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            let chained = try connect(port, "GET /stream.ogg?titles=chained HTTP/1.1\r\n\r\n")
            _ = try await (plain.readHead(), chained.readHead())
            fake.append(3, title: second)
            await door.shutdown()
            #expect(try await plain.readToEnd() == fake.plain(from: 5))
            #expect(try await chained.readToEnd() == fake.chained(from: 5))
        }
    }

    @Test func mountsComeAndGoWhileOthersGoOn() async throws {
        let (old, new) = (FakeMount(pages: 5), FakeMount("/new.ogg", pages: 5))
        try await withFrontDoor([old]) { door, port in
            let listener = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await listener.readHead()
            let missing = try connect(port, "GET /new.ogg HTTP/1.1\r\n\r\n")
            #expect(try await missing.readHead().hasPrefix("HTTP/1.1 404 "))

            await door.setMounts([old.mount, new.mount])
            let other = try connect(port, "GET /new.ogg HTTP/1.1\r\n\r\n")
            _ = try await other.readHead()
            #expect(try await other.read(new.plain(from: 0).count) == new.plain(from: 0))

            await door.setMounts([old.mount])
            #expect(try await other.readToEnd().isEmpty)
            #expect(door.listeners.keys.sorted() == ["/stream.ogg"])
            old.append(2, title: second)
            #expect(try await listener.read(old.plain(from: 0).count) == old.plain(from: 0))
        }
    }

    @Test func noTextOfTheStationBecomesAHeader() async throws {
        let fake = FakeMount(pages: 1, name: "Evil\r\nSet-Cookie: a=b\r\n\r\nbody\u{85}\u{2028}x\u{0}y")
        try await withFrontDoor([fake]) { _, port in
            let client = try connect(port, "GET /stream.ogg HTTP/1.1\r\n\r\n")
            let head = try await client.readHead()
            #expect(fields(head)["icy-name"] == "Evil Set-Cookie: a=b body x y")
            #expect(fields(head)["set-cookie"] == nil)
            #expect(try await client.read(5) == Array(FakeMount.headers.prefix(5)))
        }
    }
}
