import Foundation
import TestKit
import Testing

/// Browsers without a window play the station across at least five track changes.
@Suite(.timeLimit(.minutes(10))) struct BrowserTests {
    @Test(.peers("chromium", "ffmpeg")) func chromiumHearsOneStream() async throws {
        try await play { page, home in
            try RunningProgram(
                "chromium",
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(home)/profile",
                    "--autoplay-policy=no-user-gesture-required", page,
                ], environment: ["HOME": home])
        }
    }

    @Test(.peers("firefox-esr", "ffmpeg")) func firefoxHearsOneStream() async throws {
        try await play { page, home in
            // Without a sound card Firefox gives up after some seconds: ALSA has one that is none.
            let settings = """
                user_pref("media.autoplay.default", 0);
                user_pref("media.autoplay.blocking_policy", 0);
                user_pref("media.cubeb.backend", "alsa");
                """
            let profile = home + "/profile"
            try FileManager.default.createDirectory(
                atPath: profile, withIntermediateDirectories: false)
            try settings.write(toFile: profile + "/user.js", atomically: false, encoding: .utf8)
            try "pcm.!default { type null }\n".write(
                toFile: home + "/.asoundrc", atomically: false, encoding: .utf8)
            return try RunningProgram(
                "firefox-esr", ["--headless", "--no-remote", "--profile", profile, page],
                environment: ["HOME": home])
        }
    }

    /// What a browser told at its end.
    private struct Session {
        let report: ListeningPage.Report
        let heard: Result<HeardCount, any Error>

        /// It waits for the first bytes, and then never again.
        var isUninterrupted: Bool { report.events.count { $0 == "waiting" } <= 1 }
    }

    /// A browser for which the machine has no time runs dry with seconds of music in hand. It gets another chance: a
    /// fault of the stream would be heard each time.
    private func play(_ start: @escaping @Sendable (_ page: String, _ home: String) throws -> RunningProgram)
        async throws
    {
        try await CounterStation.listen { station in
            var session = try await listen(to: station, start)
            for _ in 0..<2 where !session.isUninterrupted {
                session = try await listen(to: station, start)
            }
            let (times, events) = (session.report.times, session.report.events)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "\(times)")
            #expect(session.isUninterrupted && Set(events) == ["waiting", "playing"], "\(events)")
            #expect(try session.heard.get().seconds >= 20)
        }
    }

    private func listen(
        to station: StationUnderTest, _ start: (_ page: String, _ home: String) throws -> RunningProgram
    ) async throws -> Session {
        let folder = try TemporaryDirectory()
        let page = try ListeningPage(playing: station.url())
        let browser = try start(page.url, folder.path)
        try await until(
            "the browser plays on", within: .seconds(240),
            telling: {
                "\(page.report.events) \(page.report.times.suffix(3)) \(browser.errors.suffix(2_000))"
            }
        ) {
            guard browser.status == nil else { throw StationTrouble("It ended.") }
            return page.report.times.last ?? 0 >= 24
        }
        browser.signalAlone(SIGTERM)
        _ = try? await browser.wait(.seconds(20))
        let report = page.report
        let wav = try await aside {
            try Tool.run(
                "ffmpeg", ["-v", "quiet", "-i", "pipe:0", "-c:a", "pcm_s16le", "-f", "wav", "-"],
                input: [UInt8](report.audio)
            ).output
        }
        let signal = try #require(TestSignal(wav: wav))
        // A recorder may begin before the first sound.
        return Session(report: report, heard: Result { try HeardCount(signal, settling: signal.rate) })
    }
}
