import NIOCore
import TestKit
import Testing

@testable import Server

/// The page for DJs: who may see it, and what it tells.
@Suite struct StudioOfficeTests {
    private static let login = basic("anna:geheim:nis")

    private func ask(
        _ house: House, _ path: String, login: String? = Self.login, fields: String = ""
    ) throws -> RawClient {
        let client = try RawClient(port: house.port)
        client.send(
            "GET \(path) HTTP/1.1\r\nHost: a\r\n" + (login.map { $0 + "\r\n" } ?? "") + fields + "\r\n")
        return client
    }

    @Test(arguments: ["/studio", "/api/studio"])
    func `nobody sees it without a DJ's login`(path: String) async throws {
        try await withHouse([FakeMount(pages: 1)], stage: SourceTests.FakeStage()) { house in
            for login in [nil, basic("anna:falsch"), basic("source:nis")] {
                let (head, body) = try await ask(house, path, login: login).readResponse()
                #expect(head.hasPrefix("HTTP/1.1 401 ") && head.contains("WWW-Authenticate: Basic"))
                #expect(!body.contains("anna"))
            }
        }
    }

    @Test func `the page speaks the browser's language and lets nothing else run`() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: SourceTests.FakeStage()) { house in
            for (language, word) in [("de-AT,en;q=0.5", "AUF SENDUNG"), ("fr,en", "ON AIR")] {
                let client = try ask(house, "/studio", fields: "Accept-Language: \(language)\r\n")
                let (head, body) = try await client.readResponse()
                #expect(head.hasPrefix("HTTP/1.1 200 ") && head.contains("script-src 'nonce-"))
                #expect(head.contains("frame-ancestors 'none'"))
                #expect(body.contains(word) && body.contains("/api/studio"))
            }
        }
    }

    @Test func `what a DJ should know comes live, as data`() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: SourceTests.FakeStage()) { house in
            let client = try ask(house, "/api/studio")
            let head = try await client.readHead()
            #expect(head.contains("Content-Type: text/event-stream") && head.contains("Connection: close"))
            let expected = """
                retry: 200

                data: {"clock":1700000000000,"djs":[{"advice":[{"de":"Nur ein Kanal klingt.",\
                "en":"Only one channel sounds."}],"buffer":1.5,"name":"anna","peaks":[-12,-99],"place":"on air",\
                "since":1699999990000,"title":"</script><b>Küche"}]}


                """
            let bytes = try await client.read(expected.utf8.count)
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
            client.hangUp()
        }
    }

    @Test func `a HEAD kept a follower's place for ever`() async throws {
        try await withHouse(
            [FakeMount(pages: 1)], stage: SourceTests.FakeStage(), configured: { $0.limits.followers = 1 }
        ) { house in
            for _ in 0..<3 {
                let answer = try await house.get("/api/studio", Self.login, method: "HEAD")
                #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\n"))
            }
            let client = try ask(house, "/api/studio")
            #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 "))
            let second = try await house.get("/api/studio", Self.login)
            #expect(second.hasPrefix("HTTP/1.1 503 "))
            client.hangUp()
        }
    }

    @Test func `a station that takes no DJs has no such page`() async throws {
        try await withHouse([FakeMount(pages: 1)]) { house in
            let (head, _) = try await ask(house, "/studio").readResponse()
            #expect(head.hasPrefix("HTTP/1.1 404 "))
        }
    }
}
