import Foundation
import TestKit
import Testing

/// What `funkhaus dj` changes while DJs are connected.
@Suite(.timeLimit(.minutes(8))) struct DJAccountTests {
    private struct Answer: Decodable, Sendable {
        struct DJ: Decodable, Sendable {
            var dj: String
            var place: String
            var advice: [String]?
        }
        var live: [DJ]?
    }

    @Test(.peers("ffmpeg", "oggdec"))
    func `a DJ whose account is closed is sent away and one whose time has come gets the air`() async throws {
        try await LiveStation.onAir(
            djs: ["anna", "bert"], rules: "takeover: when free, bridge: { bed: bed.wav, for: 6s }"
        ) { live, listener in
            let station = live.station
            func dj(_ words: String...) async throws { _ = try await station.run(["dj"] + words) }
            func djs() async throws -> [Answer.DJ] { try await (station.ask("status") as Answer).live ?? [] }
            func send(_ dj: String, _ count: Int) throws -> RunningProgram {
                let options = ["-c:a", "flac", "-content_type", "audio/ogg", "-f", "ogg"]
                return try RunningProgram(
                    "ffmpeg",
                    ["-v", "error", "-stream_loop", "-1", "-re", "-i", live.count(from: count)]
                        + options + ["-page_duration", "100000", live.address(of: dj)])
            }
            // In three days, in whatever zone.
            let weekday = Calendar(identifier: .gregorian).component(.weekday, from: Date())
            let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            try await dj("when", "bert", days[(weekday + 2) % 7])
            let bert = try send("bert", 30)
            defer { bert.signal(SIGKILL) }
            try await until("bert waits, and is told why", telling: { station.log }) {
                try await djs().contains { $0.place == "green room" && $0.advice?.isEmpty == false }
            }
            let anna = try send("anna", 0)
            defer { anna.signal(SIGKILL) }
            try await live.airs("live")
            #expect(try await djs().first { $0.place == "on air" }?.dj == "anna")
            try await Task.sleep(for: .seconds(2))
            try await dj("disable", "anna")
            try await live.airs("track")
            #expect(try await djs().map(\.dj) == ["bert"])
            #expect(station.log.contains("a DJ whose account was closed is sent away"))
            try await Task.sleep(for: .seconds(2))
            try await dj("when", "bert", "--always")
            try await live.airs("live")
            try await Task.sleep(for: .seconds(2))
            let signal = try await listener.hangUp().signal
            let heard = try await aside { HeardAir(signal) }
            print("accounts that change: \(heard)")
            #expect(heard.order.wholeMatch(of: /pd+pd+/) != nil, "\(heard)")
            #expect(heard.gaps.isEmpty, "\(heard)")
        }
    }
}
