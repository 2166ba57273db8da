import Foundation
import TestKit
import Testing

/// Another station's stream on air in shows: on the second, without a seam between two shows, and with the programme in
/// its place when it breaks.
@Suite(.timeLimit(.minutes(8))) struct RelayPeerTests {
    @Test(.peers("curl", "oggdec")) func `a stream is on air in its shows and the programme when it breaks`()
        async throws
    {
        // Its tone is that of the bed, which the other station does not have.
        let far = try StationUnderTest()
        try Data(TestSignal.sine(hertz: LiveStation.bed, frames: 44_100 * 20, level: 0.2).wav())
            .write(to: far.music.appendingPathComponent("1.wav"))
        try await far.onAir {
            try await LiveStation.onAir(rules: "takeover: at once") { live, listener in
                let station = live.station
                let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 15).rounded())
                func show(_ name: String, _ offset: Double, _ seconds: Int) -> String {
                    let form = DateFormatter()
                    form.locale = Locale(identifier: "en_US_POSIX")
                    form.timeZone = TimeZone(identifier: "Europe/Berlin")
                    form.dateFormat = "yyyy-MM-dd"
                    let day = form.string(from: begin.addingTimeInterval(offset))
                    form.dateFormat = "HH:mm:ss"
                    let time = form.string(from: begin.addingTimeInterval(offset))
                    return
                        "{ name: \(name), dates: \(day), at: \"\(time)\", for: \(seconds)s, play: \"\(far.url())\" }"
                }
                let shows = [show("Eins", 0, 8), show("Zwei", 8, 8), show("Drei", 24, 30)]
                try station.reconfigure(
                    ("programme:", "shows: [ \(shows.joined(separator: ", ")) ]\nprogramme:"))
                _ = try await station.run(["reload"])
                try await live.airs("live")
                #expect(Date.now.timeIntervalSince(begin) < 3)
                try await until("the second show is over") { Date.now > begin.addingTimeInterval(20) }
                #expect(try await station.now().kind == "track")
                try await until("the third show is on") { Date.now > begin.addingTimeInterval(27) }
                #expect(try await station.now().kind == "live")
                far.daemon?.signalAlone(SIGKILL)
                try await until("the programme is on", telling: { station.log }) {
                    try await station.now().kind == "track"
                }
                try await until("its trouble is told", telling: { station.log }) {
                    try await station.status().library.problems.contains { $0.hasPrefix("Eins: ") }
                }
                try await Task.sleep(for: .seconds(3))
                let signal = try await listener.hangUp().signal
                let heard = try await aside { HeardAir(signal) }
                print("a stream in three shows: \(heard)")
                #expect(heard.order == "pbpbp", "\(heard)")
                let relayed = heard.stretches.filter { $0.voice == .bed }.map {
                    Double($0.frames.count) / 44_100
                }
                #expect(relayed.first.map { $0 > 15 && $0 < 16.5 } ?? false, "\(heard)")
            }
            far.end()
            try await far.start()
        }
    }
}
