import Foundation
import TestKit
import Testing

/// Shows on air: what `preview` prints is what a render holds and what is aired, and no crash changes it.
@Suite(.peers("ffmpeg", "curl"), .timeLimit(.minutes(10)))
struct SlotPeerTests {
    @Test func `the preview of shows is what is rendered, and what is aired through a crash`() async throws {
        let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 15).rounded())
        let shows = [(12, 9, "eins"), (21, 10, "zwei"), (38, 6, "eins"), (44, 7, "zwei")]
        let station = try await StationUnderTest.withShows(
            shows.map { (begin.addingTimeInterval(Double($0.0)), $0.1, $0.2) })
        let span = ["--from", begin.ISO8601Format(), "--for", "60s"]
        let preview: [ShownItem] = try await station.ask("preview", span[0], span[1], span[2], span[3])
        let rendered: [ShownItem] = try await station.ask(
            "render", span[0], span[1], span[2], span[3], "--output",
            station.folder.appendingPathComponent("plan.wav").path)
        let simulated: Simulated = try await station.ask("simulate", span[0], span[1], span[2], span[3])
        #expect(simulated.items == preview.count)
        let calendar = try await station.run(["preview", "--ics"] + span).output
        let lines = String(decoding: calendar, as: UTF8.self).replacing("\r\n ", with: "")
        #expect(lines.components(separatedBy: "BEGIN:VEVENT").count == 1 + shows.count)
        for item in preview where item.show != nil {
            #expect(lines.contains("\(item.start.prefix(19).suffix(8)) "), "\(item) is in no event")
        }
        // The first of a render begins where the span does, in its middle; the last ends where the span does.
        #expect(rendered.map(\.file) == preview.map(\.file))
        #expect(rendered.dropFirst().map(\.start) == preview.dropFirst().map(\.start))
        for (second, length, name) in shows {
            let start = begin.timeIntervalSince1970 + Double(second)
            let first = try #require(preview.first { abs($0.instant - start) < 0.002 })
            #expect(first.show?.hasPrefix(name) ?? false)
            let end = start + Double(length)
            #expect(preview.contains { abs($0.instant - end) < 0.002 }, "Nothing begins where \(name) ends.")
        }

        try await station.start()
        try await until("the second show is on") { Date.now > begin.addingTimeInterval(25) }
        station.daemon?.signalAlone(SIGKILL)
        try await station.daemon?.wait(.seconds(10))
        try await station.start()
        let now: ShownItem = try await station.ask("now")
        #expect(now.show?.hasPrefix("zwei") ?? false)
        try await until("the shows are over") { Date.now > begin.addingTimeInterval(56) }
        let history: [ShownItem] = try await station.ask("history", "--last", "100")
        let aired = history.filter { $0.kind == "track" }
        let next: [ShownItem] = try await station.ask("next")
        #expect(!next.isEmpty)
        try await station.stop()
        // What the starts put on air had begun before them.
        let whole = aired.filter { $0.offset == nil }
        #expect(whole.count > 5)
        for item in whole where item.instant > begin.timeIntervalSince1970 {
            #expect(
                preview.contains {
                    $0.file == item.file && $0.show == item.show && abs($0.instant - item.instant) < 0.002
                }, "\(item) was not planned")
        }
    }
}

/// What `simulate --json` says, as far as this test asks.
private struct Simulated: Decodable, Sendable {
    var items: Int
}
