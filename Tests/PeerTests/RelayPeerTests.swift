import Foundation
import TestKit
import Testing

/// Another station's stream on air in shows: from where they begin, without a seam between two of them, and with the
/// programme in its place when it breaks.
@Suite(.timeLimit(.minutes(8))) struct RelayPeerTests {
    @Test(.peers("curl", "oggdec")) func `a stream is on air in its shows and the programme when it breaks`()
        async throws
    {
        // Its tone is that of the bed, which the other station does not have.
        let far = try StationUnderTest()
        try Data(TestSignal.sine(hertz: LiveStation.bed, frames: 44_100 * 20, level: 0.2).wav())
            .write(to: far.music.appendingPathComponent("Hof.wav"))
        try await far.onAir {
            try await LiveStation.onAir(rules: "takeover: at once") { live, listener in
                let station = live.station
                let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 15).rounded())
                let shows = [("Eins", 0.0, 8), ("Zwei", 8, 8), ("Drei", 30, 30), ("Vier", 70, 90)].map {
                    name, after, seconds in
                    let time = StationUnderTest.airing(begin.addingTimeInterval(after), seconds)
                    // As the other station's page offers it.
                    return "{ name: \(name), \(time), play: \"\(far.url()).m3u\" }"
                }
                try station.reconfigure(
                    ("programme:", "shows: [ \(shows.joined(separator: ", ")) ]\nprogramme:"))
                _ = try await station.run(["reload"])
                try await live.airs("live")
                try await until("it is shown by the title that it has there", telling: { station.log }) {
                    try await station.now().title == "Hof"
                }
                for kind in ["track", "live"] { try await live.airs(kind) }
                let bytes = listener.bytes
                try await until("it is heard") { listener.bytes > bytes + 10_000 }
                // Whoever is sent away stays away until the show is over.
                let kicked = try await station.run(["kick", "stream:Eins"])
                #expect(kicked.status == 0, "\(kicked.errors)")
                for kind in ["track", "live"] { try await live.airs(kind) }
                far.daemon?.signalAlone(SIGKILL)
                try await live.airs("track")
                try await until("its trouble is told", telling: { station.log }) {
                    try await station.status().library.problems.contains { $0.hasPrefix("Vier: ") }
                }
                #expect(listener.isConnected, "\(station.log)")
                let signal = try await listener.hangUp().signal
                let heard = try await aside { HeardAir(signal) }
                print("a stream in four shows: \(heard)")
                #expect(heard.order.wholeMatch(of: /pbpbpbp?/) != nil && heard.gaps.isEmpty, "\(heard)")
                // The first two shows are 16 s, and it may have come when the first one had begun.
                let from = heard.stretches.first { $0.voice == .bed }?.frames.lowerBound ?? 0
                let to = heard.stretches.first { $0.voice == .programme && $0.frames.lowerBound > from }
                let seconds = Double((to?.frames.lowerBound ?? 0) - from) / 44_100
                #expect(seconds > 9 && seconds < 16.5, "\(heard)")
            }
            far.end()
            try await far.start()
        }
    }
}
