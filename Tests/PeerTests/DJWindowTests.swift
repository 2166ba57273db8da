import Foundation
import TestKit
import Testing

/// The schedule gives the air: who is named in a show gets it in the show, and nobody else does.
@Suite(.timeLimit(.minutes(8))) struct DJWindowTests {
    private struct Answer: Decodable, Sendable {
        struct DJ: Decodable, Sendable {
            var dj: String
            var place: String
            var until: String?
            var advice: [String]?
        }
        var live: [DJ]?
    }

    @Test(.peers("ffmpeg", "oggdec")) func `a DJ who is named in a show gets the air in it and nobody else`()
        async throws
    {
        try await LiveStation.onAir(
            djs: ["anna", "bert"], rules: "takeover: scheduled, bridge: { bed: bed.wav, for: 6s }"
        ) { live, listener in
            let station = live.station
            func send(_ dj: String, _ count: Int) throws -> RunningProgram {
                let options = ["-c:a", "flac", "-content_type", "audio/ogg", "-f", "ogg"]
                return try RunningProgram(
                    "ffmpeg",
                    ["-v", "error", "-stream_loop", "-1", "-re", "-i", live.count(from: count)]
                        + options + ["-page_duration", "100000", live.address(of: dj)])
            }
            let programs = [try send("anna", 0), try send("bert", 30)]
            defer { for program in programs { program.signal(SIGKILL) } }
            // Nobody's show is on: both wait, and are told so.
            try await until("both wait", telling: { station.log }) {
                let djs = try await (station.ask("status") as Answer).live ?? []
                return djs.count == 2
                    && djs.allSatisfy { $0.place == "green room" && $0.advice?.isEmpty == false }
            }
            try await Task.sleep(for: .seconds(2))
            #expect(try await station.now().kind == "track")
            let begin = Date(timeIntervalSinceNow: 4)
            let form = DateFormatter()
            form.locale = Locale(identifier: "en_US_POSIX")
            form.timeZone = TimeZone(identifier: "Europe/Berlin")
            form.dateFormat = "yyyy-MM-dd"
            let day = form.string(from: begin)
            form.dateFormat = "HH:mm:ss"
            let at = form.string(from: begin)
            let show = "name: Küchenradio, dates: \(day), at: \"\(at)\", for: 10s, live: anna"
            try station.reconfigure(("programme:", "shows: [ { \(show) } ]\nprogramme:"))
            let diff = try await station.run(["schedule", "diff"])
            #expect(String(decoding: diff.output, as: UTF8.self).contains("Küchenradio is new"))
            _ = try await station.run(["reload"])
            try await live.airs("live")
            let djs = try await (station.ask("status") as Answer).live ?? []
            #expect(Set(djs.map(\.place)) == ["on air", "green room"])
            #expect(djs.first { $0.place == "on air" }?.dj == "anna")
            #expect(djs.first { $0.dj == "anna" }?.until != nil)
            try await live.airs("track")
            try await Task.sleep(for: .seconds(2))
            let signal = try await listener.hangUp().signal
            let heard = try await aside { HeardAir(signal) }
            print("a show for one DJ: \(heard)")
            #expect(heard.order.wholeMatch(of: /pd+p/) != nil, "\(heard)")
            #expect(heard.gaps.isEmpty, "\(heard)")
            let onAir = heard.stretches.filter { if case .dj = $0.voice { true } else { false } }
            let seconds = Double(onAir.reduce(0) { $0 + $1.frames.count }) / 44_100
            #expect(seconds < 10.5 && seconds > 5, "\(heard)")
            #expect(station.log.contains("Küchenradio is new"))
        }
    }
}
