import Audio
import Codecs
import Foundation
import TestKit

@testable import Server

/// What can be smuggled into a text.
let hostileTexts = [
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "\" onmouseover=\"alert(1)",
    "&amp;'",
    "]]>", "\u{2028}data: x", "a\r\nevent: b\n\ndata: c", "${alert(1)}", "</textarea><b>", "\\u003cb\\u003e",
]

extension RunningOrder {
    /// An order in which one minute follows the other: `now` has been on since `testInstant`.
    static func sample(
        _ title: String = "Now", artist: String? = "Artist", last: Int = 10, next: Int = 5, length: Int = 0
    ) -> RunningOrder {
        let padding = String(repeating: "x", count: length)
        let now = testInstant / 1_000_000
        func entry(_ name: String, _ minutes: Int) -> Entry {
            Entry(
                kind: "track", title: Title(artist: artist.map { $0 + padding }, title: name + padding),
                start: now + Int64(minutes) * 60_000, duration: 60_000)
        }
        return RunningOrder(
            now: entry(title, 0), edge: now, last: (0..<last).map { entry("\(title) last \($0)", -1 - $0) },
            next: (0..<next).map { entry("\(title) next \($0)", 1 + $0) })
    }
}

/// A client of `/api/events` that knows what it is to get.
struct EventReader {
    let client: RawClient
    /// Makes the events that the door is to make.
    let twin = NoticeBoard()
    let station = StationTexts(name: "Radio", description: "A test")

    init(port: Int, _ fields: String = "", version: String = "1.1", receiveBuffer: Int32? = nil) throws {
        client = try RawClient(port: port, receiveBuffer: receiveBuffer)
        client.send("GET /api/events HTTP/\(version)\r\n\(fields)\r\n")
    }

    /// Reads as many bytes as the event has that is due.
    func next() async throws -> (read: String, expected: String) {
        let expected = twin.event(station, burst: FrameCount(seconds: 4), now: testInstant)
        let bytes = try await client.read(expected.utf8.count)
        return (String(decoding: bytes, as: UTF8.self), expected)
    }
}
