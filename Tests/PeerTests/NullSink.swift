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

    /// Records what is played there for so long, beginning now, whatever that is.
    func record(seconds: Int) async throws -> TestSignal {
        let file = folder.path + "/heard.wav"
        try? FileManager.default.removeItem(atPath: file)
        let recorder = try RunningProgram(
            "parecord",
            [
                "--device=\(Self.monitor)", "--format=s16le", "--rate=44100", "--channels=2",
                "--file-format=wav", file,
            ],
            environment: environment)
        try await until(
            "\(seconds) seconds were recorded", within: .seconds(60 + 2 * seconds),
            telling: { recorder.errors }
        ) {
            let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            return size ?? 0 > seconds * 44_100 * 4
        }
        recorder.signalAlone(SIGTERM)
        try await recorder.wait(.seconds(10))
        let bytes = FileManager.default.contents(atPath: file) ?? Data()
        guard let signal = TestSignal(wav: [UInt8](bytes)) else {
            throw StationTrouble("\(bytes.count) bytes were recorded, and they are no audio.")
        }
        return signal
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
