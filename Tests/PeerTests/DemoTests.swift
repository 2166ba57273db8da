import Foundation
import TestKit
import Testing

/// The demo station with its own music, as it lies in the repository, in every player at once for ten minutes.
@Suite(.enabled(if: isProof, "make proof runs it"), .timeLimit(.minutes(40))) struct DemoTests {
    private static let seconds = 600

    @Test(.peers("ffmpeg", "ogg123", "cvlc", "mpv", "mplayer", "chromium", "firefox-esr"))
    func everyPlayerPlaysTheDemoStation() async throws {
        let station = try StationUnderTest()
        let package = StationUnderTest.package.path
        let demo = try String(contentsOfFile: package + "/Config/station.yaml", encoding: .utf8)
        try station.configure(
            demo.replacing("[::]:8000", with: "127.0.0.1:0").replacing("../.funkhaus", with: "data")
                .replacing("../Playlists", with: package + "/Playlists"))
        try await station.measure()
        try await station.onAir {
            let mpv = try Player.mpvTitles(station.url())
            try await withThrowingTaskGroup { group in
                for player in [Player.ffmpeg, .ogg123, .vlc, .mpv, .mplayer, .mplayerOfChains] {
                    group.addTask { try await play(player, station) }
                }
                for browser in [Browser.chromium, .firefox] {
                    group.addTask { try await play(browser, station) }
                }
                try await group.waitForAll()
            }
            #expect(mpv.status == nil, "mpv ended.")
            try await expectTitles(Player.titles(ofMPV: mpv.output).map(\.title), "mpv", station)
            let status = try await station.status()
            #expect(status.clock.resets == 0 && status.library.problems == [])
        }
    }

    private func play(_ player: Player, _ station: StationUnderTest) async throws {
        let session = try PlayerSession(player, station.url())
        let shown = try await session.listen(seconds: Self.seconds)
        try await expectSound(session.file, player.program)
        if player.titles != nil { try await expectTitles(shown.map(\.title), player.program, station) }
    }

    private func play(_ browser: Browser, _ station: StationUnderTest) async throws {
        let report = try await browser.listen(to: station.url(), seconds: Self.seconds)
        // On a busy machine it may run dry for a moment; a hole of a second is heard below.
        #expect(Set(report.events).isSubset(of: ["waiting", "playing"]), "\(report.events)")
        let folder = try TemporaryDirectory()
        try report.audio.write(to: URL(fileURLWithPath: folder.path + "/heard"))
        try await expectSound(folder.path + "/heard", "The browser")
    }

    /// The pieces of the demo have pauses, but none of a second.
    private func expectSound(_ file: String, _ who: String) async throws {
        let result = try await aside {
            try Tool.run(
                "ffmpeg",
                ["-v", "info", "-nostdin", "-ignore_unknown", "-i", file]
                    + ["-af", "silencedetect=noise=-60dB:d=1", "-f", "null", "-"], deadline: .seconds(300))
        }
        // The first second may be a recorder's that began before the first sound.
        let silences = result.errors.matches(of: /silence_start: ([0-9.]+)/).filter { Double($0.1) ?? 0 > 1 }
        #expect(result.status == 0 && silences.isEmpty, "\(who): \(silences.map { $0.1 })")
    }

    /// Who shows titles shows those of the journal, each of them.
    private func expectTitles(_ shown: [String], _ who: String, _ station: StationUnderTest) async throws {
        // An identification is a title only where its tags make it one.
        let aired = try await station.history(last: 1_000).filter {
            $0.kind == "track" || $0.kind == "identification" && $0.title != nil
        }.map(\.shown)
        #expect(shown.count >= 15 && aired.containsInOrder(shown), "\(who): \(shown), \(aired)")
    }
}
