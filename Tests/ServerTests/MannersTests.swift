import Foundation
import TestKit
import Testing

@testable import Server

/// A hostile internet: a short correct answer or a close, and nobody else is disturbed.
@Suite struct MannersTests {
    @Test(arguments: [
        // HTTP/2 with prior knowledge, an upgrade, a WebSocket, a TLS hello, a Shoutcast password, SSH, SMB.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (
            "GET /no HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
            404
        ),
        (
            "GET / HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 200
        ),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", 400), ("secret\r\n", 400),
        ("SSH-2.0-OpenSSH_9.2\r\n", 400), ("\u{0}\u{0}\u{0}\u{54}\u{ff}SMB", 400),
        ("GET  HTTP/1.1\r\n\r\n", 400), ("GET\r\n\r\n", 400), ("GET / HTTP/1.1 extra\r\n\r\n", 400),
        ("GET /a\u{1}b HTTP/1.1\r\n\r\n", 400), ("GET /%00 HTTP/1.1\r\n\r\n", 400),
        ("GET /%0d%0aSet-Cookie:x HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nX: a\u{0}b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\n folded\r\n\r\n", 400),
        ("GET /%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.0\r\n\r\n", 404),
        ("GET /..%252f..%252fetc/passwd HTTP/1.0\r\n\r\n", 404),
        ("GET \\..\\..\\etc\\passwd HTTP/1.0\r\n\r\n", 400), ("GET /admin/../../x HTTP/1.0\r\n\r\n", 400),
        ("CONNECT a:1 HTTP/1.1\r\n\r\n", 400), ("TRACE / HTTP/1.1\r\n\r\n", 405),
        ("GET http://[ HTTP/1.0\r\n\r\n", 200), ("GET /%n%s%n HTTP/1.0\r\n\r\n", 400),
        (String(repeating: "\r\n", count: 5_000), 431),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde", 405),
    ])
    func aShortAnswerAndAClose(_ request: String, _ status: Int) async throws {
        let book = LogBook()
        try await withHouse([FakeMount(pages: 1)], logger: book.logger) { house in
            let client = try RawClient(port: house.port)
            // As Latin-1, so that a byte is a byte.
            client.send(request.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(answer.dropFirst(8).hasPrefix(" \(status) "), "\(answer.prefix(200))")
            #expect(!answer.contains("Set-Cookie"))
            try await eventually { house.door.connections == 0 }
        }
        // Nothing that a stranger sends is worth a line at the level that people read.
        #expect(!book.lines.contains { $0.hasPrefix("warning") || $0.hasPrefix("error") })
    }

    @Test(arguments: [31, 33, 100, 101, 1_000])
    func headerLinesAreBounded(_ count: Int) async throws {
        try await withHouse([FakeMount(pages: 1)], configured: { $0.limits.headBytes = 65_536 }) { house in
            let lines = (0..<count).map { "X-\($0): \($0)\r\n" }.joined()
            let answer = try await house.ask("HEAD /stream.ogg HTTP/1.0\r\n\(lines)\r\n")
            #expect(answer.hasPrefix(count <= 100 ? "HTTP/1.0 200 " : "HTTP/1.1 431 "))
        }
    }

    @Test func longFieldsOfAListenerStayShortWhereverTheyAreShown() async throws {
        try await withHouse([FakeMount(pages: 1)], configured: { $0.admin = Login(user: "a", password: "b") })
        {
            house in
            let long = String(repeating: "é<", count: 1_800)
            let listener = try await house.listen("/stream.ogg", "User-Agent: \(long)\r\n")
            let answer = try await house.get("/admin/listclients?mount=/stream.ogg", basic("a:b"))
            #expect(answer.utf8.count < 2_500 && answer.contains("é&lt;é&lt;"))
            listener.hangUp()
        }
    }

    @Test func aFloodOfHalfRequestsLeavesNothingBehindAndAListenerWhole() async throws {
        let fake = FakeMount(pages: 1)
        try await withHouse(
            [fake],
            configured: {
                $0.admin = Login(user: "a", password: "b")
                $0.limits.headTime = .milliseconds(300)
            }
        ) { house in
            let listener = try await house.listen()
            var random = SeededGenerator(seed: 41)
            let starts = [
                "GET /stream.ogg HTTP/1.1\r\n",
                "POST /admin/killclient HTTP/1.1\r\nContent-Length: 50\r\n\r\nmou",
                "GET /admin/stats HTTP/1.1\r\nAuthorization: Basic ", "OPTIONS * HTTP/1.1\r\n\r\nOPTIO",
                "\u{16}\u{3}", "",
            ]
            var clients: [RawClient] = []
            for index in 0..<120 {
                let client = try RawClient(port: house.port)
                client.send(starts[index % starts.count])
                if index % 3 == 0 {
                    client.send(
                        (0..<Int.random(in: 1...200, using: &random)).map { _ in
                            UInt8.random(in: 0...255, using: &random)
                        })
                }
                if index % 4 == 0 { client.hangUp() }
                clients.append(client)
            }
            fake.append(1, title: nil)
            #expect(try await listener.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            // All but the listener are sent away by the clock.
            try await eventually { house.door.connections == 1 }
            clients = []
            #expect(house.door.listeners["/stream.ogg"]?.now == 1)
        }
    }
}
