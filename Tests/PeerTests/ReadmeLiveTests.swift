import Foundation
import TestKit
import Testing

/// README's section "Going live", word for word: whoever does what it says goes live.
@Suite(.timeLimit(.minutes(8))) struct ReadmeLiveTests {
    /// The section's command lines and its configuration.
    private func section() throws -> (commands: [String], yaml: String) {
        let readme = try String(
            contentsOf: StationUnderTest.package.appendingPathComponent("README.md"), encoding: .utf8)
        let parts = readme.components(separatedBy: "\n## ")
        let section = try #require(parts.first { $0.hasPrefix("Going live\n") })
        let commands = section.split(separator: "\n").filter { $0.hasPrefix("    ") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let blocks = section.components(separatedBy: "```")
        let yaml = try #require(blocks.first { $0.hasPrefix("yaml\n") })
        return (commands, String(yaml.dropFirst(5)))
    }

    @Test(.peers("pulseaudio", "paplay", "script", "ffmpeg"))
    func `a new DJ goes live by README alone, at a terminal`() async throws {
        let (commands, yaml) = try section()
        let sound = try await PrivateSound()
        let station = try StationUnderTest()
        let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        let music = TestSignal(left: tone, right: tone).wav()
        try Data(music).write(to: station.music.appendingPathComponent("tone.wav"))
        let show = station.folder.appendingPathComponent("show.flac").path
        _ = try await aside {
            try Tool.run("ffmpeg", ["-v", "error", "-f", "wav", "-i", "-", "-t", "8", show], input: music)
        }
        try await station.onAir {
            let configuration = station.folder.appendingPathComponent("station.yaml")
            let old = try String(contentsOf: configuration, encoding: .utf8)
            try station.configure(old + "\n" + yaml)
            var secret = ""
            for command in ["funkhaus reload", "funkhaus dj add anna"] {
                #expect(commands.contains(command))
                let done = try await station.run(command.split(separator: " ").dropFirst().map { String($0) })
                #expect(done.status == 0, "\(done.errors)")
                secret =
                    String(decoding: done.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).last
                    .map { String($0) } ?? ""
            }
            let place = Place(folder: station.folder, port: station.port, environment: sound.environment)
            let devices = try await aside {
                try place.run(try #require(commands.first { $0.contains("--devices") }))
            }
            #expect(String(decoding: devices.output, as: UTF8.self).contains("pulse:\(PrivateSound.monitor)"))

            // With the default device, and everything typed.
            let live = try place.begin("funkhaus live http://radio.example:8000 --as anna", of: commands)
            try await live.answer(secret)
            let player = try sound.play(station.music.appendingPathComponent("tone.wav").path)
            try await until("the show is on air", telling: { live.program.output + player.errors }) {
                try await station.now().kind == "live"
            }
            try live.type("Mia - Getippt\r")
            try await until("the typed title is shown", telling: { live.program.output }) {
                try await station.now().shown == "Mia - Getippt"
            }
            let title = try #require(commands.first { $0.hasPrefix("funkhaus title") })
            let told = try await aside { try place.run(title) }
            #expect(told.status == 0, "\(told.errors)")
            try await until("the told title is shown", telling: { live.program.output }) {
                try await station.now().shown == "Nina Simone - Sinnerman"
            }
            try live.type("\t")
            try await until("it is muted", telling: { live.program.output }) {
                live.program.output.contains("Muted")
            }
            try live.type("\u{3}")
            #expect(try await live.program.wait(.seconds(60)) == 0, "\(live.program.output)")
            #expect(!live.program.output.contains(secret))
            #expect(live.program.output.contains("ON AIR."))
            let recordings = try FileManager.default.contentsOfDirectory(atPath: station.folder.path).filter {
                $0.hasSuffix("anna.flac")
            }
            #expect(recordings.count == 1)

            let file = try place.begin(
                "funkhaus live http://radio.example:8000 --as anna --input show.flac", of: commands)
            try await file.answer(secret)
            #expect(try await file.program.wait(.seconds(60)) == 0, "\(file.program.output)")
            #expect(file.program.output.contains("ON AIR."), "\(file.program.output)")
        }
    }

    /// Where the commands are typed.
    private struct Place: Sendable {
        let folder: URL
        let port: Int
        let environment: [String: String]

        /// The command of README with this station's address in place of the example's.
        private func words(_ command: String) -> String {
            let path = StationUnderTest.programs.appendingPathComponent("funkhaus").path
            return command.replacing("http://radio.example:8000", with: "http://127.0.0.1:\(port)").replacing(
                "funkhaus ", with: "'\(path)' ", maxReplacements: 1)
        }

        private var variables: [String] {
            (environment.map { "\($0)=\($1)" } + ["LC_ALL=C", "TERM=xterm"]).sorted()
        }

        func run(_ command: String) throws -> Tool.Result {
            try Tool.run("env", variables + ["sh", "-c", "cd '\(folder.path)' && " + words(command)])
        }

        /// Begins a command at a terminal of its own.
        func begin(_ command: String, of commands: [String]) throws -> AtTerminal {
            #expect(commands.contains(command), "README has: \(command)")
            return try AtTerminal("cd '\(folder.path)' && " + words(command), environment: environment)
        }
    }

    /// A program at a terminal, and somebody who types.
    private final class AtTerminal: Sendable {
        let program: RunningProgram
        private let folder: TemporaryDirectory
        private let keys: Int32

        init(_ command: String, environment: [String: String]) throws {
            folder = try TemporaryDirectory()
            let pipe = folder.path + "/keys"
            mkfifo(pipe, 0o600)
            // Open for both: neither end waits for the other.
            keys = open(pipe, O_RDWR | O_CLOEXEC)
            program = try RunningProgram(
                "sh", ["-c", "exec script -qefc \"$1\" /dev/null <'\(pipe)'", "sh", command],
                environment: environment.merging(["LC_ALL": "C", "TERM": "xterm"]) { $1 }, merged: true)
        }

        deinit { close(keys) }

        /// Types the secret when it is asked for.
        func answer(_ secret: String) async throws {
            try await until("the secret is asked for", telling: { program.output }) {
                program.output.contains("Secret of anna at")
            }
            try type(secret + "\r")
        }

        func type(_ text: String) throws {
            let bytes = Array(text.utf8)
            guard write(keys, bytes, bytes.count) == bytes.count else {
                throw StationTrouble("Nobody reads the keys.")
            }
        }
    }
}
