import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

@Suite struct WebsiteTests {
    private func get(_ port: Int, _ target: String, _ fields: String = "") async throws -> (
        head: String, body: String
    ) {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\n\(fields)\r\n")
        return try await client.readResponse()
    }

    private func icestats(_ port: Int, _ target: String = "/status-json.xsl") async throws -> [String: Any] {
        let response = try await get(port, target, "Host: radio.example:8000\r\n")
        #expect(fields(response.head)["content-type"] == "application/json; charset=utf-8")
        #expect(fields(response.head)["access-control-allow-origin"] == "*")
        let json = try JSONSerialization.jsonObject(with: Data(response.body.utf8)) as? [String: Any]
        return try #require(json?["icestats"] as? [String: Any])
    }

    @Test func theStatusHasIcecastsShapeForNoneOneAndSeveralSources() async throws {
        let first = FakeMount(pages: 1)
        let second = FakeMount("/b c.ogg", pages: 1)
        try await withFrontDoor([FakeMount("/silent.ogg")]) { door, port in
            var stats = try await icestats(port)
            #expect(stats["source"] == nil)
            #expect(stats["dummy"] is NSNull)
            #expect(stats["server_start_iso8601"] as? String == "2026-01-02T03:04:05+0000")

            await door.setMounts([first.mount])
            let listener = try RawClient(port: port)
            listener.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await listener.readHead()
            stats = try await icestats(port)
            let source = try #require(stats["source"] as? [String: Any])
            #expect(source["artist"] as? String == "One")
            #expect(source["title"] as? String == "First")
            #expect(source["listeners"] as? Int == 1)
            #expect(source["listener_peak"] as? Int == 1)
            #expect(source["listenurl"] as? String == "http://radio.example:8000/stream.ogg")
            #expect(source["server_name"] as? String == "Radio")
            #expect(source["server_description"] as? String == "A test")
            #expect(source["genre"] as? String == "various")
            #expect(source["server_type"] as? String == "application/ogg")
            #expect(source["subtype"] as? String == "Vorbis")
            #expect(source["bitrate"] as? Int == 32)
            #expect(source["audio_bitrate"] as? Int == 32_000)
            for name in ["channels", "audio_channels"] { #expect(source[name] as? Int == 2) }
            for name in ["samplerate", "audio_samplerate"] { #expect(source[name] as? Int == 44_100) }
            #expect(source["quality"] as? Double == 5)
            #expect(source["stream_start"] as? String == "Fri, 02 Jan 2026 03:04:05 +0000")
            #expect(source["dummy"] is NSNull)

            await door.setMounts([first.mount, second.mount])
            stats = try await icestats(port)
            let both = try #require(stats["source"] as? [[String: Any]])
            #expect(
                both.map { $0["listenurl"] as? String } == [
                    "http://radio.example:8000/stream.ogg", "http://radio.example:8000/b%20c.ogg",
                ])
            stats = try await icestats(port, "/status-json.xsl?mount=/b%20c.ogg")
            #expect((stats["source"] as? [String: Any])?["subtype"] as? String == "Vorbis")
        }
    }

    @Test func theStatusTellsOfAStreamThatIcecastDoesNotReadWhatItsSourceWouldSay() async throws {
        let mp3 = FakeMount("/a.mp3", pages: 1, format: .mp3(bitrate: 128_000))
        try await withFrontDoor([mp3]) { _, port in
            let source = try #require(try await icestats(port)["source"] as? [String: Any])
            #expect(source["channels"] as? Int == 2 && source["samplerate"] as? Int == 44_100)
            #expect(!source.keys.contains { $0 == "quality" || $0 != "audio_info" && $0.hasPrefix("audio_") })
        }
    }

    @Test(arguments: ["1999", "true", "null", "\"quoted\\", "</script>", "a\u{1}b", "ü 🎷"])
    func aTitleIsAlwaysAString(_ title: String) async throws {
        let fake = FakeMount()
        fake.append(1, title: Title(artist: title, title: title))
        try await withFrontDoor([fake]) { _, port in
            let source = try #require(try await icestats(port)["source"] as? [String: Any])
            #expect(source["title"] as? String == Title(title: title).title)
            #expect(source["artist"] as? String == Title(title: title).title)
        }
    }

    @Test(arguments: [
        ("radio.example", "radio.example"), ("10.0.0.1:8000", "10.0.0.1:8000"), ("[::1]:8000", "[::1]:8000"),
        ("evil.example/x", nil), ("a b", nil), ("<script>", nil), ("a@b", nil), ("", nil),
        ("x:99999999", nil),
    ])
    func aPlaylistNamesTheHostOfTheRequestWhenItIsOne(_ host: String, _ expected: String?) async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let response = try await get(port, "/stream.ogg.m3u", "Host: \(host)\r\n")
            #expect(response.body == "http://\(expected ?? "fallback.example:8000")/stream.ogg\r\n")
            #expect(fields(response.head)["content-type"] == "audio/x-mpegurl")
        }
    }

    @Test func aPlaylistOfNoMountIsNotFound() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            for path in ["/nothing.ogg.m3u", "/.m3u"] {
                let head = try await get(port, path).head
                #expect(head.hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test func thePagePlaysThePlainStreamAndTrustsNoText() async throws {
        let fake = FakeMount("/a\"b.ogg")
        fake.append(1, title: Title(title: "<img src=x onerror=alert(1)>"))
        let station = StationTexts(name: "Radio <b>\"&", description: "<script>alert(1)</script>")
        try await withFrontDoor([fake], station: station) { door, port in
            let (head, body) = try await get(port, "/")
            #expect(body.contains("<h1>Radio &lt;b&gt;&quot;&amp;</h1>"))
            #expect(body.contains("&lt;img src=x onerror=alert(1)&gt;"))
            #expect(body.contains(#"src="/a%22b.ogg?titles=none""#))
            #expect(!body.contains("<script>"))
            #expect(!body.contains("<img"))
            let policy = try #require(fields(head)["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; "))
            #expect(!policy.contains("unsafe"))
            let nonce = try #require(policy.firstMatch(of: /'nonce-([a-z0-9]+)'/)?.1)
            #expect(body.contains("<script nonce=\"\(nonce)\">"))
            #expect(try await get(port, "/").body.contains(nonce) == false)

            door.station = StationTexts(name: "Other", description: "")
            #expect(try await get(port, "/").body.contains("<h1>Other</h1>"))
        }
    }

    @Test(arguments: [
        ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB,de", "en"), ("fr, de;q=0.5", "de"), ("fr", "en"),
        ("", "en"),
        // What is named first is not always what is wanted most (RFC 9110, section 12.4.2).
        ("en;q=0.3, de", "de"), ("en;q=0.3,de;q=0.30", "en"), ("de;q=0.2, en ; q=0.8", "en"),
        ("de;q=0, *", "en"), ("*, en;q=0.1", "de"), ("en;q=0", "en"), ("de;q=0", "en"), ("de;q=much", "en"),
        ("DE-at;q=0.4,de;q=0.9,en;q=0.5", "de"), ("del, en;q=0.1", "en"), ("*", "en"), (";q=1,,-", "en"),
    ])
    func thePageSpeaksGermanOrEnglish(_ accepted: String, _ language: String) async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let (head, body) = try await get(port, "/", "Accept-Language: \(accepted)\r\n")
            #expect(body.contains("<html lang=\"\(language)\">"))
            #expect(fields(head)["content-language"] == language)
        }
    }

    @Test func headOfAPageHasItsLengthAndNoBody() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let client = try RawClient(port: port)
            client.send("HEAD / HTTP/1.0\r\n\r\n")
            let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
            #expect(Int(fields(answer)["content-length"] ?? "") ?? 0 > 1000)
        }
    }
}
