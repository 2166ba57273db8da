import Foundation
import TestKit
import Testing

/// The players that Debian has, on the station's one address, across at least five track changes.
///
/// Each writes what it decodes into a file, as fast as it comes from the station. That must be one stretch of the
/// count; and how far the file had come when a title was shown tells whether it was the title of what was heard.
@Suite(.timeLimit(.minutes(10))) struct PlayerTests {
    @Test(.peers("ffmpeg")) func ffmpegHearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(.ffmpeg)
    }

    @Test(.peers("ogg123", "ffmpeg")) func ogg123HearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(.ogg123)
    }

    @Test(.peers("cvlc", "ffmpeg")) func vlcHearsOneStreamAndShowsEachTitleInTime() async throws {
        try await play(.vlc)
    }

    @Test(.peers("gst-launch-1.0", "ffmpeg"), arguments: ["/stream.ogg", "/stream.mp3", "/stream.opus"])
    func gstreamerHearsOneStreamAndShowsEachTitleInTime(path: String) async throws {
        try await play(.gstreamer, path)
    }

    /// MPlayer is not told titles in a way that it would not understand, and so it plays.
    @Test(.peers("mplayer", "ffmpeg")) func mplayerHearsOneStream() async throws {
        try await play(.mplayer)
    }

    /// It plays the first packet of each link twice, but it goes on.
    @Test(.peers("mplayer", "ffmpeg")) func mplayerShowsEachTitleOfAChain() async throws {
        try await CounterStation.listen { station in
            let session = try PlayerSession(.mplayerOfChains, station.url())
            expectEachTitle(try await session.listen(seconds: Self.seconds).map(\.title))
            #expect(try await session.wav().silences(below: 0.001, atLeast: 2_048).isEmpty)
        }
    }

    @Test(.peers("mpv", "ffmpeg")) func mpvHearsOneStream() async throws {
        try await play(.mpv)
    }

    @Test(.peers("mpv")) func mpvShowsEachTitleInTime() async throws {
        try await CounterStation.listen { station in
            let mpv = try Player.mpvTitles(station.url())
            try await until("mpv shows seven titles", within: .seconds(180), telling: { mpv.output }) {
                #expect(mpv.status == nil, "mpv ended.")
                return Player.titles(ofMPV: mpv.output).count >= 7
            }
            mpv.signal(SIGTERM)
            try await mpv.wait(.seconds(20))
            let shown = Player.titles(ofMPV: mpv.output)
            expectEachTitle(shown.map(\.title))
            // The first title comes when mpv begins; from the second one to the last it plays so many pieces.
            let pieces = shown.dropFirst().dropLast().compactMap { CounterMusic.piece(shownAs: $0.title) }
            let aired = Double(pieces.reduce(0) { $0 + $1.length }) / 10
            let played = shown[shown.count - 1].second - shown[1].second
            #expect(abs(played - aired) < 1, "\(aired) s on air, \(played) s in mpv, from title to title.")
        }
    }

    // MARK: MP3 and Opus, from the same mix

    @Test(.peers("mpg123", "ffmpeg")) func mpg123HearsMP3AndShowsEachTitleInTime() async throws {
        try await play(.mpg123, "/stream.mp3")
    }

    @Test(.peers("mplayer", "ffmpeg")) func mplayerHearsMP3AndShowsEachTitleInTime() async throws {
        try await play(.mplayerOfMP3, "/stream.mp3")
    }

    /// It writes one file for all, and one for each title; of pieces as short as ours it names only every other one.
    @Test(.peers("streamripper", "ffmpeg")) func streamripperHearsMP3AndCutsItAtEachTitle() async throws {
        try await CounterStation.listen { station in
            let folder = try TemporaryDirectory()
            let ripper = try RunningProgram(
                "streamripper",
                [
                    station.url("/stream.mp3"), "-d", folder.path, "-s", "-a", "whole", "-l",
                    "\(Self.seconds)",
                    "--codeset-metadata=UTF-8", "--codeset-filesys=UTF-8",
                ])
            try await ripper.wait(.seconds(90))
            let decoded = try await aside {
                try Tool.run(
                    "ffmpeg",
                    ["-v", "fatal", "-i", folder.path + "/whole.mp3", "-c:a", "pcm_s16le", "-f", "wav", "-"])
            }
            #expect(try HeardCount(try #require(TestSignal(wav: decoded.output))).seconds > 20)
            let pieces = try FileManager.default.subpathsOfDirectory(atPath: folder.path).compactMap {
                CounterMusic.piece(
                    shownAs: URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent)
            }
            #expect(Set(pieces.map(\.number)).count >= 4, "\(ripper.output) \(ripper.errors)")
        }
    }

    @Test(.peers("ffmpeg"), arguments: ["/stream.mp3", "/stream.opus"])
    func ffmpegHearsTheOtherCodecsAndShowsEachTitleInTime(path: String) async throws {
        try await play(.ffmpeg, path)
    }

    @Test(.peers("cvlc", "ffmpeg"), arguments: ["/stream.mp3", "/stream.opus"])
    func vlcHearsTheOtherCodecsAndShowsEachTitleInTime(path: String) async throws {
        try await play(.vlc, path)
    }

    @Test(.peers("ffmpeg"), arguments: ["ogg", "mp3", "opus"])
    func aRenderIsEncodedAsItsEndingSays(ending: String) async throws {
        try await CounterStation.listen { station in
            let file = station.folder.appendingPathComponent("rendered.\(ending)").path
            let render = try await station.run(["render", "--for", "10s", "--output", file])
            #expect(render.status == 0, "\(render.errors)")
            let kinds = ["ogg": ["ogg", "vorbis"], "mp3": ["mp3", "mp3"], "opus": ["ogg", "opus"]]
            let probe = try await aside {
                try Tool.run(
                    "ffprobe",
                    [
                        "-v", "error", "-of", "csv=p=0", "-show_entries",
                        "format=format_name:stream=codec_name", file,
                    ])
            }
            let words = String(decoding: probe.output, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(words.reversed() == kinds[ending])
            let decoded = try await aside {
                try Tool.run(
                    "ffmpeg", ["-v", "error", "-nostdin", "-i", file, "-c:a", "pcm_s16le", "-f", "wav", "-"])
            }
            let signal = try #require(TestSignal(wav: decoded.output))
            // ffmpeg plays the first packet of each link twice.
            guard ending != "ogg" else { return }
            #expect(abs(try HeardCount(signal).seconds - 10) < 0.1)
        }
    }

    // MARK: What all of them must do

    /// Six of the longest pieces, so at least five changes.
    private static let seconds = 24

    private func play(_ player: Player, _ path: String = "/stream.ogg") async throws {
        try await CounterStation.listen { station in
            let session = try PlayerSession(player, station.url(path))
            let shown = try await session.listen(seconds: Self.seconds)
            let heard = try HeardCount(try await session.wav())
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
                let second = heard.signal.rate
                #expect(
                    early > -5 * second && late < second, "\(title.title): \(early)...\(late) frames late")
            }
        }
    }

    /// Each title once, in the order of the programme, and enough of them.
    private func expectEachTitle(_ titles: [String]) {
        #expect(titles.count >= 6 && CounterMusic.areInOrder(titles), "\(titles)")
    }
}
