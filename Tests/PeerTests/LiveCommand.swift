import Foundation
import TestKit

/// `funkhaus live`, as a DJ starts it.
final class LiveCommand: Sendable {
    let program: RunningProgram
    let folder: TemporaryDirectory
    private static let path = StationUnderTest.programs.appendingPathComponent("funkhaus").path

    /// Starts it without a terminal; it records into a folder of its own.
    init(
        _ url: String, as user: String, secret: String, _ more: [String], environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryDirectory()
        program = try RunningProgram(
            Self.path, ["live", url, "--as", user, "--record", folder.path, "--show", "Nachtschicht"] + more,
            environment: environment.merging([
                "FUNKHAUS_SECRET": secret, "XDG_RUNTIME_DIR": folder.path, "LC_ALL": "C",
            ]) { $1 }, merged: true)
    }

    /// Tells the running show a title, as on a second terminal.
    func title(_ words: String) async throws {
        let told = try await aside { [folder] in
            try Tool.run("env", ["XDG_RUNTIME_DIR=\(folder.path)", Self.path, "title", words])
        }
        guard told.status == 0 else { throw StationTrouble(told.errors) }
    }

    /// What it recorded.
    func recording() async throws -> TestSignal {
        try await aside { [folder] in
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix("Nachtschicht.flac")
            }
            guard let file = files.first, files.count == 1 else { throw StationTrouble("\(files)") }
            let wav = try Tool.run(
                "ffmpeg",
                ["-v", "error", "-i", folder.path + "/" + file, "-c:a", "pcm_s16le", "-f", "wav", "-"])
            guard let signal = TestSignal(wav: wav.output) else { throw StationTrouble(wav.errors) }
            return signal
        }
    }
}

/// A sound server of a test's own, with one output that nobody hears and its monitor.
final class PrivateSound: Sendable {
    private let folder: TemporaryDirectory
    private let server: RunningProgram
    /// By which programs find it.
    let environment: [String: String]
    static let monitor = "test.monitor"

    init() async throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        let home = ["HOME": folder.path, "XDG_RUNTIME_DIR": folder.path]
        server = try RunningProgram(
            "pulseaudio",
            [
                "-n", "--daemonize=no", "--exit-idle-time=-1", "-L",
                "module-null-sink sink_name=test rate=44100",
                "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(folder.path)/native",
            ], environment: home)
        environment = home.merging(["PULSE_SERVER": "unix:\(folder.path)/native"]) { $1 }
        try await until("the sound server listens", telling: { [server] in server.errors }) {
            FileManager.default.fileExists(atPath: folder.path + "/native")
        }
    }

    /// Plays a WAV file to its end.
    func play(_ file: String) throws -> RunningProgram {
        try RunningProgram("paplay", ["--device=test", file], environment: environment)
    }
}
