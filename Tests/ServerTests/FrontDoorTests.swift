import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

/// What happens at the door itself: decisions, bounds, manners.
@Suite struct FrontDoorTests {
    private func ask(_ port: Int, _ request: String) async throws -> String {
        let client = try RawClient(port: port)
        client.send(request)
        return String(decoding: try await client.readToEnd(), as: UTF8.self)
    }

    @Test(arguments: [
        ("GET /no.ogg HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        ("GET /stream.ogg?titles=maybe HTTP/1.1\r\n\r\n", 400),
        ("POST /stream.ogg HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405),
        ("DELETE / HTTP/1.1\r\n\r\n", 405),
        ("PUT /live.ogg HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", 403),
        ("SOURCE /live.ogg ICE/1.0\n\n", 403),
        ("hackme\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}", 400), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("GET /../../etc/passwd HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        ("GET /%2e%2e/%2e%2e/etc/passwd.m3u HTTP/1.0\r\n\r\n", 404),
    ])
    func whatIsNotHereIsToldInOneSentenceAndTheDoorCloses(_ request: String, _ status: Int) async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let answer = try await ask(port, request)
            #expect(answer.hasPrefix("HTTP/1.\(request.contains("1.0") ? 0 : 1) \(status) "))
            #expect(fields(answer.components(before: "\r\n\r\n"))["connection"] == "close")
            #expect(answer.hasSuffix(".\n"))
        }
    }

    @Test func aHeadThatIsTooLongIsRefusedInWords() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let long = String(repeating: "x", count: 20_000)
            let target = try await ask(port, "GET /\(long) HTTP/1.1\r\n\r\n")
            #expect(target.hasPrefix("HTTP/1.1 414 "))
            let field = try await ask(port, "GET /stream.ogg HTTP/1.1\r\nCookie: \(long)\r\n\r\n")
            #expect(field.hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test func pageThenPlaylistThenStreamOnOneConnectionPipelinedAndInTurn() async throws {
        let fake = FakeMount(pages: 10)
        try await withFrontDoor([fake]) { _, port in
            let pipelined = try RawClient(port: port)
            pipelined.send(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /stream.ogg.m3u HTTP/1.1\r\nHost: a\r\n\r\nGET /stream.ogg HTTP/1.1\r\n\r\n"
            )
            let inTurn = try RawClient(port: port)
            for client in [pipelined, inTurn] {
                if client === inTurn { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
                let page = try await client.readResponse()
                #expect(page.body.hasPrefix("<!doctype html>"))
                #expect(fields(page.head)["connection"] == "keep-alive")
                if client === inTurn { client.send("GET /stream.ogg.m3u HTTP/1.1\r\nHost: a\r\n\r\n") }
                #expect(try await client.readResponse().body == "http://a/stream.ogg\r\n")
                if client === inTurn { client.send("GET /stream.ogg HTTP/1.1\r\n\r\n") }
                _ = try await client.readHead()
                #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            }
            fake.append(2, title: nil)
            for client in [pipelined, inTurn] {
                #expect(try await client.read(800) == fake.pages[10...].flatMap(\.plain))
            }
        }
    }

    @Test func aHeadIsReadHoweverItIsCut() async throws {
        let fake = FakeMount(pages: 1)
        try await withFrontDoor([fake]) { _, port in
            let client = try RawClient(port: port)
            for byte in "GET /stream.ogg HTTP/1.1\r\nHost: a\r\n\r\n".utf8 {
                client.send([byte])
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(try await client.readHead().hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func whoIsSilentOrStopsInTheMiddleIsSentAway() async throws {
        var limits = patient
        limits.headTime = .milliseconds(80)
        try await withFrontDoor([FakeMount(pages: 1)], limits: limits) { _, port in
            #expect(try await ask(port, "") == "")
            #expect(try await ask(port, "GET /stream.ogg HTT").hasPrefix("HTTP/1.1 408 "))
            let idle = try RawClient(port: port)
            idle.send("GET / HTTP/1.1\r\n\r\n")
            _ = try await idle.readResponse()
            #expect(try await idle.readToEnd().isEmpty)
        }
    }

    @Test func aClientThatStopsSendingBehindItsRequestStillGetsItsPage() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let client = try RawClient(port: port)
            client.send("GET /status-json.xsl HTTP/1.1\r\n\r\n")
            client.finishSending()
            #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).contains("icestats"))
        }
    }

    @Test func hostileHeadsDisturbNobody() async throws {
        let fake = FakeMount(pages: 1)
        var limits = patient
        limits.headTime = .milliseconds(200)
        try await withFrontDoor([fake], limits: limits) { door, port in
            let listener = try RawClient(port: port)
            listener.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            _ = try await listener.readHead()
            var random = SeededGenerator(seed: 20)
            let seed = Array(
                "GET /stream.ogg?titles=icy HTTP/1.1\r\nHost: a:1\r\nIcy-MetaData: 1\r\n\r\n".utf8)
            for _ in 0..<150 {
                var bytes = seed
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                        in: 0...255, using: &random)
                }
                let client = try RawClient(port: port)
                client.send(bytes.prefix(Int.random(in: 1...bytes.count, using: &random)))
                client.hangUp()
            }
            fake.append(1, title: nil)
            #expect(try await listener.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            try await eventually { door.listeners["/stream.ogg"]?.now == 1 }
        }
    }

    @Test(.enabled(if: hasIPv6, "this machine has no IPv6")) func oneSocketServesBothFamilies() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], listen: "[::]:0") { _, port in
            for overIPv6 in [false, true] {
                let client = try RawClient(port: port, overIPv6: overIPv6)
                client.send("HEAD /stream.ogg HTTP/1.1\r\n\r\n")
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test func anAddressInUseIsOneClearSentence() async throws {
        try await withFrontDoor([]) { _, port in
            let address = ListenAddress(host: "127.0.0.1", port: port)
            let error = await #expect(throws: FrontDoorError.self) {
                try await withFrontDoor([], listen: "127.0.0.1:\(port)") { _, _ in }
            }
            #expect(error == .addressInUse(address))
            #expect(
                error?.description.contains("Another program already listens at 127.0.0.1:\(port)") == true)
        }
    }

    @Test(arguments: [
        ("[::]:8000", "::", 8000), ("0.0.0.0:80", "0.0.0.0", 80), ("localhost:0", "localhost", 0),
    ])
    func listenAddressesAreParsed(_ text: String, _ host: String, _ port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: ["8000", "::1:8000", ":8000", "a:b", "a:70000", "[::]"])
    func whatIsNoListenAddressIsNone(_ text: String) { #expect(ListenAddress(text) == nil) }
}

private let hasIPv6 = FileManager.default.fileExists(atPath: "/proc/net/if_inet6")

extension String {
    fileprivate func components(before separator: String) -> String {
        firstRange(of: separator).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
