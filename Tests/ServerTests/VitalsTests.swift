import Foundation
import TestKit
import Testing

@testable import Server

/// What the door says of the station's health, and how it treats the station's own listeners.
@Suite struct VitalsTests {
    private struct FakeVitals: Vitals {
        var troubles: [String] = []
        var isHeard = true
        var figures: [Figure] = [
            Figure("funkhaus_silence_seconds", "Seconds since the last sound.", value: 0.5),
            Figure(
                "funkhaus_heard", "1 while it is heard.",
                samples: [(labels: [("address", "a\"b\\c\nd")], value: 1)]),
            Figure("funkhaus_loudness_momentary_lufs", "Unknown yet.", value: nil),
        ]
    }

    private func answer(_ path: String, _ vitals: FakeVitals) async throws -> String {
        let configuration = FrontDoorConfiguration(
            listen: [try #require(ListenAddress("127.0.0.1:0"))],
            station: StationTexts(name: "R", description: ""))
        let door = FrontDoor(
            configuration: configuration, mounts: [FakeMount(pages: 1).mount], vitals: vitals, logger: silent,
            now: { testInstant })
        let port = try await door.start()[0]
        let client = try RawClient(port: port)
        client.send("GET \(path) HTTP/1.1\r\nHost: radio.example\r\n\r\n")
        let answer = try await client.readResponse()
        await door.shutdown()
        return answer.head + answer.body
    }

    @Test func `health is red with a sentence a trouble, and green without any`() async throws {
        let red = try await answer("/health", FakeVitals(troubles: ["A is silent.", "B is gone."]))
        #expect(red.hasPrefix("HTTP/1.1 503 "))
        #expect(red.hasSuffix("\r\n\r\nA is silent.\nB is gone.\n"))
        #expect(try await answer("/health", FakeVitals()).hasPrefix("HTTP/1.1 200 "))
        let early = try await answer("/health", FakeVitals(isHeard: false))
        #expect(early.hasPrefix("HTTP/1.1 200 ") && early.contains("about to listen"))
    }

    @Test func `figures are what Prometheus reads`() async throws {
        let text = try await answer("/metrics", FakeVitals())
        #expect(fields(text)["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let body = text.components(separatedBy: "\r\n\r\n").last ?? ""
        #expect(body.contains("# TYPE funkhaus_silence_seconds gauge\nfunkhaus_silence_seconds 0.5\n"))
        #expect(body.contains("funkhaus_heard{address=\"a\\\"b\\\\c\\nd\"} 1\n"))
        #expect(body.contains("# TYPE funkhaus_listeners_gone_total counter\n"))
        #expect(body.contains("funkhaus_listeners_gone_total{mount=\"/stream.ogg\",reason=\"slow\"} 0\n"))
        #expect(!body.contains("loudness"))
        let line = /(#.*|[a-z_]+(\{[^{}]*\})? (-?[0-9.e+-]+|NaN|[+-]Inf))/
        #expect(try body.split(separator: "\n").allSatisfy { try line.wholeMatch(in: $0) != nil })
    }

    @Test func `the house's own listener needs no login and no room, and is in no count`() async throws {
        let fake = FakeMount(pages: 3)
        try await withFrontDoor([fake], limits: FrontDoorConfiguration.Limits(listeners: 1)) { door, port in
            await door.setMounts(
                [fake.mount], rules: ["/stream.ogg": MountRules(maxListeners: 1, members: Nobody())])
            let stranger = try RawClient(port: port)
            stranger.send(
                "GET /stream.ogg HTTP/1.1\r\nFunkhaus-Pass: \(String(repeating: "a", count: 25))\r\n\r\n")
            #expect(try await stranger.readHead().hasPrefix("HTTP/1.1 401 "))
            for _ in 0..<3 {
                let ear = try RawClient(port: port)
                ear.send("GET /stream.ogg HTTP/1.1\r\n\(door.pass)\r\n\r\n")
                #expect(try await ear.readHead().hasPrefix("HTTP/1.1 200 "))
                let bytes = fake.plain(from: 0)
                #expect(try await ear.read(bytes.count) == bytes)
                #expect(door.listeners["/stream.ogg"] == AudienceCount())
            }
        }
    }

    private struct Nobody: Membership {
        func verify(user: String, password: String) async -> MembershipAnswer { .stranger }
    }
}
