import Foundation
import TestKit
import Testing

/// A DJ behind a line that loses packets, in the kernel's own sense.
@Suite(
    .enabled(if: FarAway.isAllowed, "networks of a test's own need root and a kernel that allows them"),
    .peers("ffmpeg", "curl", "oggdec"), .timeLimit(.minutes(8)))
struct LiveFarAwayTests {
    private func connect(_ live: LiveStation, _ away: FarAway, from count: Int) throws -> RunningProgram {
        try away.run(
            "ffmpeg",
            [
                "-v", "error", "-re", "-i", live.count(from: count), "-c:a", "libopus", "-b:a", "160k",
                "-content_type", "audio/ogg", "-page_duration", "100000", "-flush_packets", "1", "-f", "ogg",
                live.address(at: away.address),
            ])
    }

    @Test func `one packet of twenty is lost, and nothing of it is heard`() async throws {
        try await LiveStation.onAir(listen: "0.0.0.0") { live, listener in
            let away = try FarAway()
            let anna = try connect(live, away, from: 0)
            try await live.airs("live")
            try away.drop(0.05)
            try await Task.sleep(for: .seconds(isProof ? 20 : 8))
            let signal = try await listener.hangUp().signal
            anna.signal(SIGKILL)
            let heard = try await aside { HeardAir(signal) }
            #expect(heard.order == "pd" && heard.gaps.isEmpty, "\(heard)")
        }
    }

    @Test func `a line that is dead without a word is covered, and the DJ comes in beside it`() async throws {
        try await LiveStation.onAir(listen: "0.0.0.0") { live, listener in
            let (old, new) = (try FarAway(), try FarAway())
            let first = try connect(live, old, from: 0)
            try await live.airs("live")
            try await Task.sleep(for: .seconds(2))
            try old.drop(1)
            try await live.airs("bed")
            first.signal(SIGKILL)
            let second = try connect(live, new, from: 30)
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            let signal = try await listener.hangUp().signal
            second.signal(SIGKILL)
            let heard = try await aside { HeardAir(signal) }
            #expect(heard.order == "pdbd" && heard.gaps.isEmpty, "\(heard)")
        }
    }
}
