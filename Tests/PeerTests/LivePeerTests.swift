import Foundation
import TestKit
import Testing

/// Real source clients go live: each is heard without a break, to its last frame, with its own title from the first.
@Suite(.timeLimit(.minutes(8))) struct LivePeerTests {
    /// How a client sends a file, at the pace of time, and what it calls it.
    struct Client: Sendable, CustomTestStringConvertible {
        let name: String
        /// Whether the client itself says what it plays.
        let tellsTitle: Bool
        /// Frames at the end that it never sends, to any server.
        let lost: Int
        let command: @Sendable (_ house: House) throws -> [String]
        var testDescription: String { name }

        init(
            _ name: String, tellsTitle: Bool = true, lost: Int = 0,
            _ command: @escaping @Sendable (House) throws -> [String]
        ) {
            self.name = name
            self.tellsTitle = tellsTitle
            self.lost = lost
            self.command = command
        }
    }

    /// Where a client finds what it needs.
    struct House: Sendable {
        /// Where the station listens; at the port behind it, to those who speak SHOUTcast.
        let port: Int
        let secret: String
        let folder: URL
        var wav: String { folder.appendingPathComponent("live.wav").path }

        /// The file in Ogg Vorbis, with its title, for clients that only pass on what is encoded.
        func ogg() throws -> String {
            let ogg = folder.appendingPathComponent("live.ogg").path
            let encoding = ["-v", "error", "-y", "-i", wav, "-c:a", "libvorbis", "-q:a", "6"]
            let tags = [
                "-metadata", "artist=\(LivePeerTests.artist)", "-metadata", "title=\(LivePeerTests.title)",
            ]
            _ = try Tool.run("ffmpeg", encoding + tags + [ogg])
            return ogg
        }

        func write(_ name: String, _ text: String) throws -> String {
            let file = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: file)
            return file.path
        }
    }

    private static let seconds = 8
    fileprivate static let artist = "Zählwerk"
    fileprivate static let title = "Счётчик live"

    private static func ffmpeg(_ house: House, _ options: [String], to address: String) -> [String] {
        [
            "ffmpeg", "-v", "error", "-re", "-i", house.wav, "-metadata", "artist=\(artist)", "-metadata",
            "title=\(title)",
        ]
            + options + [address]
    }

    private static func curl(_ house: House, encoding: [String], fields: [String]) throws -> [String] {
        let encode = quoted(ffmpeg(house, encoding, to: "-"))
        let url = "http://127.0.0.1:\(house.port)/live"
        let send =
            ["curl", "-sS", "-u", "anna:\(house.secret)"] + fields.flatMap { ["-H", $0] } + ["-T", "-", url]
        return ["sh", "-c", "\(encode) | \(quoted(send))"]
    }

    /// For a shell.
    private static func quoted(_ words: [String]) -> String {
        words.map { "'\($0)'" }.joined(separator: " ")
    }

    private static func address(_ house: House) -> String {
        "icecast://anna:\(house.secret)@127.0.0.1:\(house.port)/live"
    }

    static let clients = [
        Client("ffmpeg, PUT, Vorbis") { house in
            ffmpeg(
                house, ["-c:a", "libvorbis", "-content_type", "audio/ogg", "-f", "ogg"], to: address(house))
        },
        Client("ffmpeg, PUT, Opus") { house in
            ffmpeg(
                house, ["-c:a", "libopus", "-b:a", "160k", "-content_type", "audio/ogg", "-f", "ogg"],
                to: address(house))
        },
        Client("ffmpeg, SOURCE, MP3", tellsTitle: false) { house in
            ffmpeg(
                house, ["-c:a", "libmp3lame", "-b:a", "192k", "-legacy_icecast", "1", "-f", "mp3"],
                to: address(house))
        },
        Client("curl, PUT in chunks, FLAC") { house in
            try curl(house, encoding: ["-c:a", "flac", "-f", "ogg"], fields: ["Content-Type: audio/ogg"])
        },
        Client("curl, PUT in chunks, without Expect, AAC", tellsTitle: false) { house in
            try curl(
                house, encoding: ["-c:a", "aac", "-b:a", "192k", "-f", "adts"],
                fields: ["Content-Type: audio/aac", "Expect:"])
        },
        // A request as the oldest clients make it.
        Client("bash, SOURCE, ICE/1.0, Opus") { house in
            let encode = quoted(ffmpeg(house, ["-c:a", "libopus", "-b:a", "160k", "-f", "ogg"], to: "-"))
            let login = Data("anna:\(house.secret)".utf8).base64EncodedString()
            let head =
                "SOURCE /live ICE/1.0\\r\\nAuthorization: Basic \(login)\\r\\nContent-Type: audio/ogg\\r\\n\\r\\n"
            return [
                "bash", "-c",
                "exec 3<>/dev/tcp/127.0.0.1/\(house.port); printf '\(head)' >&3; read -r answer <&3; \(encode) >&3",
            ]
        },
        // libshout with its poke and its OPTIONS.
        Client("ezstream, libshout, Vorbis") { house in
            let file = try house.write(
                "ezstream.xml",
                """
                <ezstream><servers><server><protocol>HTTP</protocol><hostname>127.0.0.1</hostname>
                <port>\(house.port)</port><user>anna</user><password>\(house.secret)</password><tls>May</tls>
                </server></servers>
                <streams><stream><mountpoint>/live</mountpoint><format>Ogg</format></stream></streams>
                <intakes><intake><type>file</type><filename>\(try house.ogg())</filename><stream_once>Yes</stream_once></intake>
                </intakes></ezstream>
                """)
            chmod(file, 0o600)
            return ["ezstream", "-c", file]
        },
        Client("liquidsoap, SOURCE, Vorbis", lost: 44_100) { house in
            let script = try house.write(
                "live.liq",
                """
                settings.init.allow_root.set(true)
                s = once(single("annotate:artist=\\"\(artist)\\",title=\\"\(title)\\":\(house.wav)"))
                output.icecast(%vorbis(quality=0.6), host="127.0.0.1", port=\(house.port), user="anna",
                  password="\(house.secret)", mount="/live", fallible=true, s)
                """)
            return ["liquidsoap", script]
        },
        Client("liquidsoap, SHOUTcast, MP3") { house in
            let script = try house.write(
                "live.liq",
                """
                settings.init.allow_root.set(true)
                s = once(single("annotate:artist=\\"\(artist)\\",title=\\"\(title)\\":\(house.wav)"))
                output.shoutcast(%mp3(bitrate=192), host="127.0.0.1", port=\(house.port),
                  password="anna:\(house.secret)", encoding="UTF-8", fallible=true, s)
                """)
            return ["liquidsoap", script]
        },
        Client("GStreamer, libshout, Vorbis") { house in
            let pipeline =
                "filesrc location=\(try house.ogg()) ! oggdemux ! vorbisparse ! oggmux ! shout2send"
            let target = "ip=127.0.0.1 port=\(house.port) username=anna password=\(house.secret) mount=/live"
            return ["sh", "-c", "exec gst-launch-1.0 -q \(pipeline) \(target) sync=true"]
        },
        Client("ices2, libshout, Vorbis") { house in
            let list = try house.write("ices.txt", try house.ogg() + "\n")
            let file = try house.write(
                "ices.xml",
                """
                <ices><background>0</background><logpath>\(house.folder.path)</logpath><logfile>ices.log</logfile>
                <loglevel>4</loglevel><consolelog>1</consolelog><stream><metadata><name>Nachts</name></metadata>
                <input><module>playlist</module><param name="type">basic</param><param name="file">\(list)</param>
                <param name="random">0</param><param name="once">1</param></input>
                <instance><hostname>127.0.0.1</hostname><port>\(house.port)</port><username>anna</username>
                <password>\(house.secret)</password><mount>/live</mount></instance></stream></ices>
                """)
            return ["ices2", file]
        },
    ]

    @Test(
        .peers("ffmpeg", "curl", "bash", "ezstream", "liquidsoap", "gst-launch-1.0", "ices2", "oggdec"),
        arguments: clients)
    func `a client is heard without a break and with its title`(client: Client) async throws {
        let ports = IcecastLoopback.freePorts()
        let station = try StationUnderTest(
            sections: "live: { mounts: [ /live ], shoutcast_port: \(ports.second) }")
        try station.reconfigure(("127.0.0.1:0", "127.0.0.1:\(ports.first)"))
        let (music, live) = try await aside {
            let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
            return (
                TestSignal(left: tone, right: tone).wav(),
                // A count alone needs so few bits that a page of it lasts for seconds.
                TestSignal.counter(frames: Self.seconds * 44_100).under(0.02, seed: 1).wav()
            )
        }
        try Data(music).write(to: station.music.appendingPathComponent("tone.wav"))
        try Data(live).write(to: station.folder.appendingPathComponent("live.wav"))
        let added = try await station.run(["dj", "add", "anna"])
        let secret = String(decoding: added.output, as: UTF8.self).split(separator: " ").last ?? ""
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let house = House(
                port: station.port, secret: secret.trimmingCharacters(in: .newlines), folder: station.folder)
            let words = try await aside { try client.command(house) }
            if !client.tellsTitle { try await tellTitle(house) }
            let program = try RunningProgram(words[0], Array(words.dropFirst()))
            try await until(
                "\(client.name) is on air", telling: { program.errors + program.output + station.log }
            ) {
                try await station.now().kind == "live"
            }
            let shown = try await station.now()
            #expect(shown.shown == "\(Self.artist) - \(Self.title)", "\(shown)")
            try await until("\(client.name) has ended", telling: { program.errors + station.log }) {
                try await station.now().kind != "live"
            }
            #expect(listener.isConnected)
            // The mix is a burst ahead of nobody: what was last is heard within the next seconds.
            try await Task.sleep(for: .seconds(1))
            let heard = try await listener.hangUp().signal
            let runs = heard.counterRuns(tolerance: 2).filter { $0.frames.count > 22_050 }
            #expect(runs.count == 1, "\(runs)")
            // All but the fade in, and what a client sends faster than time before it has the air.
            let run = try #require(runs.first)
            let sent = Self.seconds * 44_100 - client.lost
            #expect(run.frames.count > sent - 66_150, "\(run)")
            #expect(abs(run.offset + run.frames.upperBound - sent) < 8_192, "\(run)")
            // An MP3 encoder fills its last frames up with silence.
            #expect(heard.silences(below: 0.001, atLeast: 2_304).isEmpty)
            #expect(try await station.history().contains { $0.kind == "live-in" })
        }
    }

    /// As butt does it, ahead of the audio.
    private func tellTitle(_ house: House) async throws {
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        let query = "mode=updinfo&mount=/live&artist=\(escaped(Self.artist))&title=\(escaped(Self.title))"
        let answer = try await aside {
            try Tool.run(
                "curl",
                [
                    "-sS", "-u", "anna:\(house.secret)",
                    "http://127.0.0.1:\(house.port)/admin/metadata?\(query)",
                ])
        }
        #expect(String(decoding: answer.output, as: UTF8.self).contains("<return>1</return>"))
    }
}
