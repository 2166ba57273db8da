import Foundation
import TestKit
import Testing

/// The players that Debian has, on the station's one address, across at least five track changes.
///
/// Each writes what it decodes into a file, as fast as it comes from the station. That must be one stretch of the
/// count; and how far the file had come when a title was shown tells whether it was the title of what was heard.
@Suite(.timeLimit(.minutes(10))) struct PlayerTests {
    @Test(.peers("ffmpeg")) func ffmpegHearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(
            Player(
                program: "ffmpeg",
                arguments: { url, file in
                    ["-v", "verbose", "-nostdin", "-nostats", "-i", url, "-flush_packets", "1", file]
                },
                titles: { $0.matches(of: /Metadata update for StreamTitle: (.*)/).map { String($0.1) } }))
    }

    @Test(.peers("ogg123", "ffmpeg")) func ogg123HearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(
            Player(
                program: "ogg123", arguments: { url, file in ["-v", "-d", "wav", "-f", file, url] },
                titles: {
                    $0.matches(of: /Artist: +(.*)\s+Title: +(.*)/).map { "\($0.1) - \($0.2)" }
                }))
    }

    /// VLC refuses root.
    @Test(.peers("cvlc", "ffmpeg")) func vlcHearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(
            Player(
                program: "cvlc",
                arguments: { url, file in
                    ["-vv", "-I", "dummy", "--aout=afile", "--audiofile-file=\(file)", url]
                },
                unprivileged: true,
                titles: { $0.matches(of: /New Icy-Title=(.*)/).map { String($0.1) } }))
    }

    /// MPlayer is not told titles in a way that it would understand, and so it plays.
    @Test(.peers("mplayer", "ffmpeg")) func mplayerHearsOneStream() async throws {
        try await play(Player(program: "mplayer", arguments: mplayer, titles: nil))
    }

    /// Who wants to see titles in MPlayer asks for links; it then plays the first packet of each twice.
    @Test(.peers("mplayer", "ffmpeg")) func mplayerShowsEachTitleOfAChain() async throws {
        try await CounterStation.listen { station in
            let session = try Session(
                Player(
                    program: "mplayer", arguments: mplayer,
                    titles: {
                        $0.matches(of: /Artist(?: changed to|:) (.*)\s+.*Title(?: changed to|:) (.*)/)
                            .map { "\($0.1) - \($0.2)" }
                    }), station.url() + "?titles=chained")
            let (wav, shown) = try await session.listen()
            expectEachTitle(shown.map(\.title))
            #expect(wav.silences(below: 0.001, atLeast: 2_048).isEmpty)
        }
    }

    private func mplayer(_ url: String, _ file: String) -> [String] {
        ["-nolirc", "-noconsolecontrols", "-vo", "null", "-ao", "pcm:file=\(file)", url]
    }

    /// Into a file mpv plays faster than it looks at its titles, so another one shows them at the pace of a listener.
    @Test(.peers("mpv", "ffmpeg")) func mpvHearsOneStreamAndShowsEachTitleInTime() async throws {
        let common = ["--no-config", "--no-video"]
        async let heard: Void = play(
            Player(
                program: "mpv",
                arguments: { url, file in common + ["--ao=pcm", "--ao-pcm-file=\(file)", url] },
                titles: nil))
        try await CounterStation.listen { station in
            let mpv = try RunningProgram(
                "mpv",
                common + [
                    "--ao=null", "--msg-level=all=status", "--term-status-msg=at ${=playback-time}.",
                    station.url(),
                ], merged: true)
            let shown = { mpv.output.matches(of: /at ([0-9.]+)\.[^.]*? icy-title: (.*)/) }
            try await until("mpv shows seven titles", within: .seconds(180), telling: { mpv.output }) {
                #expect(mpv.status == nil, "mpv ended.")
                return shown().count >= 7
            }
            mpv.signal(SIGTERM)
            try await mpv.wait(.seconds(20))
            let titles = shown().map { String($0.2) }
            expectEachTitle(titles)
            // The first title comes when mpv begins; from the second one to the last it plays so many pieces.
            let places = shown().map { Double($0.1) ?? .nan }
            let pieces = titles.dropFirst().dropLast().compactMap { CounterMusic.piece(shownAs: $0)?.length }
            let played = places[places.count - 1] - places[1]
            let aired = Double(pieces.reduce(0, +)) / 10
            #expect(abs(played - aired) < 1, "\(aired) s on air, \(played) s in mpv, from title to title.")
        }
        try await heard
    }

    // MARK: A player's session

    private struct Player: Sendable {
        let program: String
        let arguments: @Sendable (_ url: String, _ file: String) -> [String]
        var unprivileged = false
        /// The titles in what it says, in order; nil for one that shows none.
        let titles: (@Sendable (String) -> [String])?
    }

    /// A title that was shown, and the bytes that the file had before and after.
    private struct Shown {
        let title: String
        let bytes: ClosedRange<Int>
    }

    private final class Session: Sendable {
        /// Six of the longest pieces, so at least five changes.
        static let seconds = 24
        private let folder: TemporaryDirectory
        private let program: RunningProgram
        private let player: Player
        private var file: String { folder.path + "/heard.wav" }

        init(_ player: Player, _ url: String) throws {
            folder = try TemporaryDirectory()
            // Also for a player that runs as nobody.
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
            self.player = player
            program = try RunningProgram(
                player.program, player.arguments(url, folder.path + "/heard.wav"),
                environment: ["HOME": folder.path], unprivileged: player.unprivileged)
        }

        private var words: String { program.output + program.errors }
        private var bytes: Int {
            (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int ?? 0
        }

        /// Waits until the file is long enough, and ends the player.
        func listen() async throws -> (TestSignal, [Shown]) {
            var shown: [Shown] = []
            var before = 0
            try await until("\(player.program) plays on", within: .seconds(180), telling: { self.words }) {
                let titles = player.titles?(words) ?? []
                let after = bytes
                shown += titles.dropFirst(shown.count).map { Shown(title: $0, bytes: before...after) }
                before = after
                guard program.status == nil else {
                    throw StationTrouble("\(player.program) ended: \(words.suffix(2_000))")
                }
                return frames(after) >= Self.seconds * 44_100
            }
            // Some close their file only on this one.
            program.signal(SIGINT)
            try await program.wait(.seconds(20))
            return (try await wav(), shown)
        }

        /// The frames in so many bytes of the file, which ffmpeg or another one has begun with a header.
        func frames(_ bytes: Int) -> Int {
            guard let head = try? FileHandle(forReadingFrom: URL(fileURLWithPath: file)).read(upToCount: 36),
                head.count == 36
            else { return 0 }
            return max(0, bytes - 44) / max(1, Int(head[32]) + Int(head[33]) << 8)
        }

        /// The file as 16-bit samples; ffmpeg also reads one that was not closed.
        private func wav() async throws -> TestSignal {
            let file = self.file
            let result = try await aside {
                try Tool.run(
                    "ffmpeg",
                    ["-v", "error", "-nostdin", "-ignore_length", "1", "-i", file, "-c:a", "pcm_s16le"]
                        + ["-f", "wav", "-"])
            }
            guard let signal = TestSignal(wav: result.output) else {
                throw StationTrouble("\(player.program) left no WAV file: \(result.errors)")
            }
            return signal
        }
    }

    private func play(_ player: Player) async throws {
        try await CounterStation.listen { station in
            let session = try Session(player, station.url())
            let (wav, shown) = try await session.listen()
            let heard = try HeardCount(wav)
            #expect(heard.seconds >= 23)
            guard player.titles != nil else { return }
            expectEachTitle(shown.map(\.title))
            for title in shown.dropFirst() {
                guard let piece = CounterMusic.piece(shownAs: title.title) else { continue }
                let place =
                    session.frames(title.bytes.lowerBound)...session.frames(title.bytes.upperBound)
                let seam = heard.seam(of: piece, nearest: place.lowerBound)
                // Early by what the player had read ahead; late by a block, a page and a buffer of the file.
                let early = place.upperBound - seam
                let late = place.lowerBound - seam
                #expect(
                    early > -5 * 44_100 && late < 44_100, "\(title.title): \(early)...\(late) frames late")
            }
        }
    }

    /// Each title once, in the order of the programme, and enough of them.
    private func expectEachTitle(_ titles: [String]) {
        #expect(titles.count >= 6 && CounterMusic.areInOrder(titles), "\(titles)")
    }
}
