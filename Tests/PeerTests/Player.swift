import Foundation
import TestKit

/// A player that Debian has, as it is told to write what it decodes into a WAV file and to say what it shows.
struct Player: Sendable {
    let program: String
    let arguments: @Sendable (_ url: String, _ file: String) -> [String]
    /// VLC refuses root.
    var unprivileged = false
    /// The titles in what it says, in order; nil for one that shows none.
    var titles: (@Sendable (String) -> [String])?

    static let ffmpeg = Player(
        program: "ffmpeg",
        arguments: { url, file in
            ["-v", "verbose", "-nostdin", "-nostats", "-i", url, "-flush_packets", "1", file]
        },
        titles: { $0.matches(of: /Metadata update for StreamTitle: (.*)/).map { String($0.1) } })

    static let ogg123 = Player(
        program: "ogg123", arguments: { url, file in ["-v", "-d", "wav", "-f", file, url] },
        titles: { $0.matches(of: /Artist: +(.*)\s+Title: +(.*)/).map { "\($0.1) - \($0.2)" } })

    static let vlc = Player(
        program: "cvlc",
        arguments: { url, file in ["-vv", "-I", "dummy", "--aout=afile", "--audiofile-file=\(file)", url] },
        unprivileged: true,
        titles: { $0.matches(of: /New Icy-Title=(.*)/).map { String($0.1) } })

    /// Into a file mpv plays faster than it looks at its titles; `mpvTitles` is for those.
    static let mpv = Player(
        program: "mpv",
        arguments: { url, file in ["--no-config", "--no-video", "--ao=pcm", "--ao-pcm-file=\(file)", url] })

    static let mplayer = Player(
        program: "mplayer",
        arguments: { url, file in
            ["-nolirc", "-noconsolecontrols", "-vo", "null", "-ao", "pcm:file=\(file)", url]
        })

    /// Of MP3 MPlayer takes titles as it was made to.
    static let mplayerOfMP3 = Player(
        program: "mplayer", arguments: mplayer.arguments,
        titles: { $0.matches(of: /ICY Info: StreamTitle='(.*)';/).map { String($0.1) } })

    static let mpg123 = Player(
        program: "mpg123", arguments: { url, file in ["-v", "--utf8", "-w", file, url] },
        titles: { $0.matches(of: /ICY-META: StreamTitle='(.*)';/).map { String($0.1) } })

    static let gstreamer = Player(
        program: "gst-launch-1.0",
        arguments: { url, file in
            "-e -t souphttpsrc iradio-mode=true location=\(url) ! decodebin ! audioconvert ! audio/x-raw,format=S16LE ! wavenc ! filesink location=\(file)"
                .split(separator: " ").map(String.init)
        },
        titles: {
            // Each new title is said by two elements.
            $0.matches(of: /\n +title: (.*)/).map { String($0.1) }.reduce(into: []) { titles, title in
                if titles.last != title { titles.append(title) }
            }
        })

    /// Who wants to see titles in MPlayer asks for links.
    static let mplayerOfChains = Player(
        program: "mplayer",
        arguments: { url, file in mplayer.arguments(url + "?titles=chained", file) },
        titles: {
            $0.matches(of: /Artist(?: changed to|:) (.*)\s+.*Title(?: changed to|:) (.*)/)
                .map { "\($0.1) - \($0.2)" }
        })

    /// mpv at the pace of a listener: it writes no file, and says where it is and what it shows.
    static func mpvTitles(_ url: String) throws -> RunningProgram {
        try RunningProgram(
            "mpv",
            [
                "--no-config", "--no-video", "--ao=null", "--msg-level=all=status",
                "--term-status-msg=at ${=playback-time}.", url,
            ], merged: true)
    }

    /// The titles in what `mpvTitles` says, and the second of its playing at which each was shown.
    static func titles(ofMPV words: String) -> [(second: Double, title: String)] {
        words.matches(of: /at ([0-9.]+)\.[^.]*? icy-title: (.*)/).map {
            (Double($0.1) ?? .nan, String($0.2))
        }
    }
}

/// A title that was shown, and the bytes that the player's file had before and after.
struct ShownTitle {
    let title: String
    let bytes: ClosedRange<Int>
}

/// A player that plays.
final class PlayerSession: Sendable {
    private let folder: TemporaryDirectory
    private let program: RunningProgram
    private let player: Player
    var file: String { folder.path + "/heard.wav" }

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

    /// Waits until the file is so long, and ends the player.
    ///
    /// - Returns: what it showed; the file stays as long as this object.
    func listen(seconds: Int) async throws -> [ShownTitle] {
        var shown: [ShownTitle] = []
        var before = 0
        try await until(
            "\(player.program) plays on", within: .seconds(180 + 2 * seconds), telling: { self.words }
        ) {
            let titles = player.titles?(words) ?? []
            let after = bytes
            shown += titles.dropFirst(shown.count).map { ShownTitle(title: $0, bytes: before...after) }
            before = after
            guard program.status == nil else {
                throw StationTrouble("\(player.program) ended: \(words.suffix(2_000))")
            }
            return form.map { frames(after) >= seconds * $0.rate } ?? false
        }
        // Some close their file only on this one.
        program.signal(SIGINT)
        try await program.wait(.seconds(20))
        return shown
    }

    /// The frames in so many bytes of the file.
    func frames(_ bytes: Int) -> Int { form.map { max(0, bytes - 44) / max(1, $0.width) } ?? 0 }

    /// Frames a second and bytes in a frame, as the header says with which the player has begun the file.
    private var form: (rate: Int, width: Int)? {
        guard let head = try? FileHandle(forReadingFrom: URL(fileURLWithPath: file)).read(upToCount: 36),
            head.count == 36
        else { return nil }
        return (Int(head[24]) + Int(head[25]) << 8 + Int(head[26]) << 16, Int(head[32]) + Int(head[33]) << 8)
    }

    /// The file as 16-bit samples; ffmpeg also reads one that was not closed.
    func wav() async throws -> TestSignal {
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
