import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

/// Titles beside the stream: `/api/now` and `/api/events`.
@Suite struct FollowerTests {
    private func object(_ json: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    private func now(_ port: Int) async throws -> (head: String, object: [String: Any]) {
        let client = try RawClient(port: port)
        client.send("GET /api/now HTTP/1.1\r\n\r\n")
        let (head, body) = try await client.readResponse()
        return (head, try object(body))
    }

    @Test func nowTellsWhatIsWasAndComes() async throws {
        try await withFrontDoor([]) { door, port in
            #expect(try await now(port).object["now"] is NSNull)
            var order = RunningOrder.sample(last: 2, next: 2)
            order.now.duration = nil
            order.now.start -= 5_000
            order.next[1].isProvisional = true
            order.ahead = 250
            door.runningOrder = order
            let (head, object) = try await now(port)
            #expect(fields(head)["access-control-allow-origin"] == "*")
            #expect(fields(head)["content-type"] == "application/json; charset=utf-8")
            #expect(object["clock"] as? Int64 == 1_767_323_045_250)
            #expect(object["burst"] as? Int == 4000)
            #expect(object["station"] as? [String: String] == ["name": "Radio", "description": "A test"])
            let onAir = try #require(object["now"] as? [String: Any])
            #expect(onAir["kind"] as? String == "track")
            #expect(onAir["title"] as? String == "Now")
            #expect(onAir["artist"] as? String == "Artist")
            #expect(onAir["start"] as? Int64 == 1_767_323_040_000)
            #expect(onAir["edge"] as? Int64 == 1_767_323_045_000)
            #expect(onAir["duration"] == nil && onAir["provisional"] == nil)
            let last = try #require(object["last"] as? [[String: Any]])
            #expect(last.map { $0["title"] as? String } == ["Now last 0", "Now last 1"])
            let next = try #require(object["next"] as? [[String: Any]])
            #expect(next.map { $0["provisional"] as? Bool } == [nil, true])
            #expect(next[0]["start"] as? Int64 == 1_767_323_105_000)
            #expect(next[0]["duration"] as? Int64 == 60_000)
        }
    }

    @Test func aReloadChangesTheStationsNameInIt() async throws {
        try await withFrontDoor([]) { door, port in
            door.runningOrder = .sample()
            for station in [
                StationTexts(name: "Other", description: ""), StationTexts(name: "A", description: "B"),
            ] {
                door.station = station
                let object = try await now(port).object["station"] as? [String: String]
                #expect(object == ["name": station.name, "description": station.description])
            }
        }
    }

    @Test(arguments: hostileTexts)
    func aTextIsAlwaysAStringInOneLine(_ text: String) async throws {
        try await withFrontDoor([]) { door, port in
            door.runningOrder = .sample(text, artist: text, last: 1, next: 1)
            let onAir = try #require(try await now(port).object["now"] as? [String: Any])
            #expect(onAir["title"] as? String == Title(title: text).title)

            let reader = try EventReader(port: port)
            _ = try await reader.client.readHead()
            reader.twin.order = .sample(text, artist: text, last: 1, next: 1)
            _ = try await reader.client.read("retry: 3000\n\n".utf8.count)
            let event = try await reader.next().read
            let lines = event.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 4 && lines[0] == "id: 1" && lines[2].isEmpty && lines[3].isEmpty)
            let data = try #require(
                try object(String(lines[1].dropFirst("data: ".count)))["now"] as? [String: Any])
            #expect(data["artist"] as? String == Title(title: text).title)
        }
    }

    @Test(arguments: ["1.0", "1.1"], ["", "Last-Event-ID: 77\r\n", "Last-Event-ID: <\r\n"])
    func anEventForEachChangeAndThePresentOneAtOnce(_ version: String, _ fields: String) async throws {
        try await withFrontDoor([]) { door, port in
            let reader = try EventReader(port: port, fields, version: version)
            let head = try await reader.client.readHead()
            #expect(head.hasPrefix("HTTP/\(version) 200 OK\r\n"))
            let named = ServerTests.fields(head)
            #expect(named["content-type"] == "text/event-stream")
            #expect(named["access-control-allow-origin"] == "*")
            #expect(named["connection"] == "close")
            #expect(named["cache-control"] == "no-cache, no-store")
            let retry = try await reader.client.read("retry: 3000\n\n".utf8.count)
            #expect(retry == Array("retry: 3000\n\n".utf8))
            for title in ["", "One", "Two", "Three"] {
                if !title.isEmpty {
                    door.runningOrder = .sample(title)
                    reader.twin.order = .sample(title)
                }
                let (read, expected) = try await reader.next()
                #expect(read == expected)
            }
        }
    }

    @Test func whoAsksForTheHeadGetsTheHead() async throws {
        try await withFrontDoor([]) { _, port in
            let client = try RawClient(port: port)
            client.send("HEAD /api/events HTTP/1.1\r\n\r\n")
            let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func aSignOfLifeComesWhenNothingChanges() async throws {
        var limits = patient
        limits.heartbeat = .milliseconds(30)
        try await withFrontDoor([], limits: limits) { _, port in
            let reader = try EventReader(port: port)
            _ = try await reader.client.readHead()
            _ = try await reader.client.read("retry: 3000\n\n".utf8.count)
            _ = try await reader.next()
            #expect(try await reader.client.read(9) == Array(":\n\n:\n\n:\n\n".utf8))
        }
    }

    @Test func oneTooManyIsToldSoUntilOneLeaves() async throws {
        var limits = patient
        limits.followers = 2
        try await withFrontDoor([FakeMount(pages: 1)], limits: limits) { _, port in
            let readers = [try EventReader(port: port), try EventReader(port: port)]
            for reader in readers {
                #expect(try await reader.client.readHead().hasPrefix("HTTP/1.1 200 "))
            }
            let refused = try await EventReader(port: port).client.readHead()
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            #expect(fields(refused)["retry-after"] == "60")
            let listener = try RawClient(port: port)
            listener.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            #expect(try await listener.readHead().hasPrefix("HTTP/1.1 200 "))

            readers[0].client.hangUp()
            try await becomesFree(port)
        }
    }

    @Test func whoDoesNotReadIsDroppedAndTheOthersMissNothing() async throws {
        // No heartbeat comes in between on a slow machine.
        try await withFrontDoor([], limits: patient) { door, port in
            let slow = try EventReader(port: port, receiveBuffer: 4096)
            _ = try await slow.client.readHead()
            let good = try EventReader(port: port)
            _ = try await good.client.readHead()
            _ = try await good.client.read("retry: 3000\n\n".utf8.count)
            _ = try await good.next()
            // The kernel takes some megabytes for the slow one before it says that it is full.
            for number in 0..<800 {
                let order = RunningOrder.sample("\(number)", length: 240)
                good.twin.order = order
                door.runningOrder = order
                let (read, expected) = try await good.next()
                try #require(read == expected)
            }
            // It is sent away, and what it was sent before that is far from all.
            #expect(try await slow.client.readToEnd().count < 7_000_000)
        }
    }

    /// Waits until another one may follow.
    private func becomesFree(_ port: Int) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await !EventReader(port: port).client.readHead().hasPrefix("HTTP/1.1 200 ") {
            try #require(ContinuousClock.now < end, "Nobody was dropped.")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func theStationsEndEndsTheConnection() async throws {
        var reader: EventReader?
        try await withFrontDoor([]) { _, port in
            reader = try EventReader(port: port)
            _ = try await reader?.client.readHead()
        }
        #expect(try await reader?.client.readToEnd().starts(with: "retry".utf8) == true)
    }
}
