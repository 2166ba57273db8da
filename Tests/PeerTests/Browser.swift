import Foundation
import TestKit

/// A browser without a window that plays a stream.
struct Browser: Sendable {
    /// Opens a page, with a home of its own.
    let open: @Sendable (_ page: String, _ home: String) throws -> RunningProgram

    static let chromium = Browser { page, home in
        try RunningProgram(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(home)/profile",
                "--autoplay-policy=no-user-gesture-required", page,
            ], environment: ["HOME": home])
    }

    static let firefox = Browser { page, home in
        // Without a sound card Firefox gives up after some seconds: ALSA has one that is none.
        let settings = """
            user_pref("media.autoplay.default", 0);
            user_pref("media.autoplay.blocking_policy", 0);
            user_pref("media.cubeb.backend", "alsa");
            """
        let profile = home + "/profile"
        try FileManager.default.createDirectory(atPath: profile, withIntermediateDirectories: false)
        try settings.write(toFile: profile + "/user.js", atomically: false, encoding: .utf8)
        try "pcm.!default { type null }\n".write(
            toFile: home + "/.asoundrc", atomically: false, encoding: .utf8)
        return try RunningProgram(
            "firefox-esr", ["--headless", "--no-remote", "--profile", profile, page],
            environment: ["HOME": home])
    }

    /// Plays a stream until the element says that so many seconds were played, and closes.
    func listen(to url: String, seconds: Int) async throws -> ListeningPage.Report {
        let folder = try TemporaryDirectory()
        let page = try ListeningPage(playing: url)
        let browser = try open(page.url, folder.path)
        try await until(
            "the browser plays on", within: .seconds(240 + 2 * seconds),
            telling: {
                "\(page.report.events) \(page.report.times.suffix(3)) \(browser.errors.suffix(2_000))"
            }
        ) {
            guard browser.status == nil else { throw StationTrouble("The browser ended: \(browser.errors)") }
            return page.report.times.last ?? 0 >= Double(seconds)
        }
        browser.signalAlone(SIGTERM)
        _ = try? await browser.wait(.seconds(20))
        return page.report
    }
}

extension ListeningPage.Report {
    /// It waits for the first bytes, and then never again.
    var isUninterrupted: Bool { events.count { $0 == "waiting" } <= 1 }

    /// What was decoded.
    func wav() async throws -> TestSignal {
        let audio = [UInt8](audio)
        let result = try await aside {
            try Tool.run(
                "ffmpeg", ["-v", "quiet", "-i", "pipe:0", "-c:a", "pcm_s16le", "-f", "wav", "-"], input: audio
            )
        }
        guard let signal = TestSignal(wav: result.output) else {
            throw StationTrouble("The browser recorded \(audio.count) bytes, and they are no audio.")
        }
        return signal
    }
}
