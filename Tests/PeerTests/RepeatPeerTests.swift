import Foundation
import TestKit
import Testing

/// A live show is recorded and repeated: from where it began, and not from where its DJ had connected.
@Suite(.timeLimit(.minutes(8))) struct RepeatPeerTests {
    private struct ShownItem: Decodable, Sendable {
        var kind: String
        var show: String?
        var title: String?
    }

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
            let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 10).rounded())
            func show(_ name: String, _ offset: Double, _ what: String) -> String {
                let form = DateFormatter()
                form.locale = Locale(identifier: "en_US_POSIX")
                form.timeZone = TimeZone(identifier: "Europe/Berlin")
                form.dateFormat = "yyyy-MM-dd"
                let day = form.string(from: begin.addingTimeInterval(offset))
                form.dateFormat = "HH:mm:ss"
                let time = form.string(from: begin.addingTimeInterval(offset))
                return "{ name: \(name), dates: \(day), at: \"\(time)\", for: 8s, \(what) }"
            }
            let shows = [
                show("Küchenradio", 0, "live: anna"),
                show("Wiederholung", 20, "repeat_of: Küchenradio"),
            ]
            try station.reconfigure(
                ("programme:", "shows: [ \(shows.joined(separator: ", ")) ]\nprogramme:"))
            _ = try await station.run(["reload"])
            try await live.airs("live")
            try await until("the show is over") { Date.now > begin.addingTimeInterval(9) }
            anna.signal(SIGTERM)
            var onAir: ShownItem?
            try await until("the repeat is on air", telling: { "\(onAir, default: "") \(station.log)" }) {
                let now: ShownItem = try await station.ask("now")
                onAir = now
                return now.show == "Wiederholung"
            }
            #expect(onAir?.kind == "track" && onAir?.title == "Küchenradio")
            try await until("it is over") { Date.now > begin.addingTimeInterval(31) }
            let signal = try await listener.hangUp().signal
            let heard = try await aside { HeardAir(signal) }
            print("a show and its repeat: \(heard)")
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
