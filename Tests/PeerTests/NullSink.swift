import Foundation
import TestKit

/// A sound card that is none: PulseAudio with a null sink. What a test plays there is what programs record.
///
/// Any thread may call it. It ends with the object.
final class NullSink: Sendable {
    /// What programs need in their environment to find it and nothing else.
    let environment: [String: String]
    /// Its name as a source.
    static let monitor = "studio.monitor"
    private let folder: TemporaryDirectory
    private let server: RunningProgram

    /// Starts it, and waits until it takes connections.
    init() async throws {
        folder = try TemporaryDirectory()
        environment = [
            "HOME": folder.path, "XDG_RUNTIME_DIR": folder.path,
            "PULSE_SERVER": "unix:\(folder.path)/pulse.sock",
        ]
        let server = try RunningProgram(
            "pulseaudio",
            [
                "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                "-L", "module-null-sink sink_name=studio rate=44100 channels=2",
                "-L", "module-native-protocol-unix socket=\(folder.path)/pulse.sock auth-anonymous=1",
            ], environment: environment)
        self.server = server
        try await until("PulseAudio takes connections", telling: { server.errors }) { [environment] in
            try await RunningProgram("pactl", ["info"], environment: environment).wait(.seconds(10)) == 0
        }
    }

    /// Plays a file once, for as long as the test keeps what this gives.
    func play(_ file: String) throws -> RunningProgram {
        try RunningProgram("paplay", ["--device=studio", file], environment: environment)
    }
}

/// An X server that shows its windows to nobody.
final class HiddenScreen: Sendable {
    /// The name of the display.
    let display: String
    private let server: RunningProgram

    init() async throws {
        let server = try RunningProgram(
            "Xvfb", ["-displayfd", "1", "-screen", "0", "800x600x16", "-nolisten", "tcp"])
        self.server = server
        try await until("Xvfb names its display", telling: { server.errors }) {
            server.output.hasSuffix("\n")
        }
        display = ":" + server.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
