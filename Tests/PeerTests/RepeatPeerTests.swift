import Foundation
import TestKit
import Testing

/// A live show is recorded and repeated: from where it began, and not from where its DJ had connected.
@Suite(.timeLimit(.minutes(8))) struct RepeatPeerTests {
    @Test(.peers("ffmpeg", "oggdec")) func `what was live in a show is on again in its repeat`() async throws
    {
        try await LiveStation.onAir(
            rules: "takeover: scheduled, recordings: { to: Recordings }, bridge: { bed: bed.wav, for: 6s }"
        ) { live, listener in
            let station = live.station
            let options = ["-c:a", "flac", "-content_type", "audio/ogg", "-f", "ogg"]
            let anna = try RunningProgram(
                "ffmpeg",
                ["-v", "error", "-stream_loop", "-1", "-re", "-i", live.count()] + options
                    + ["-page_duration", "100000", live.address()])
            defer { anna.signal(SIGKILL) }
            let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 15).rounded())
            let shows = [("Küchenradio", 0.0, "live: anna"), ("Wiederholung", 40, "repeat_of: Küchenradio")]
                .map {
                    name, after, what in
                    "{ name: \(name), \(StationUnderTest.airing(begin.addingTimeInterval(after), 8)), \(what) }"
                }
            try station.reconfigure(
                ("programme:", "shows: [ \(shows.joined(separator: ", ")) ]\nprogramme:"))
            _ = try await station.run(["reload"])
            for kind in ["live", "track"] { try await live.airs(kind) }
            anna.signal(SIGTERM)
            func repeats() async throws -> [StationItem] {
                try await station.history().filter { $0.kind == "track" && $0.title == "Küchenradio" }
            }
            try await until("the repeat is on air", telling: { station.log }) { try await !repeats().isEmpty }
            try await until("it is over", telling: { station.log }) {
                try await station.history().last?.title != "Küchenradio"
            }
            let bytes = listener.bytes
            try await until("what follows is heard") { listener.bytes > bytes + 10_000 }
            #expect(listener.isConnected, "\(station.log)")
            let signal = try await listener.hangUp().signal
            let heard = try await aside { HeardAir(signal) }
            print("a show and its repeat: \(heard)")
            #expect(heard.order.wholeMatch(of: /pd+pd+p/) != nil, "\(heard)")
            let counts = heard.counts
            try #require(counts.count == 2, "\(heard)")
            #expect(heard.order.wholeMatch(of: /pd+pd+p/) != nil, "\(heard)")
            // What is heard of a DJ was sent a buffer's length before.
            let period = 30 * 44_100
            let difference = (counts[1].lowerBound - counts[0].lowerBound + 2 * period) % period
            let later = Double(difference > period / 2 ? difference - period : difference) / 44_100
            print("the repeat begins \(later) s behind what was on air first")
            #expect(abs(later) < 4, "\(heard)")
        }
    }
}
