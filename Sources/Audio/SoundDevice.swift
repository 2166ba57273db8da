/// Where sound comes into a machine: a microphone, a line, the monitor of an output.
public struct SoundDevice: Hashable, Sendable {
    /// Who knows the device, by libavdevice's name. PipeWire answers as PulseAudio too.
    public enum System: String, Sendable, CaseIterable {
        case pulse
        case alsa
    }

    public var system: System
    /// The system's own name of it.
    public var name: String
    /// What it is, for people; empty where the system does not say.
    public var label: String

    public init(_ system: System, name: String, label: String = "") {
        self.system = system
        self.name = name
        self.label = label
    }

    /// As people name it: `pulse:NAME`, `alsa:NAME`. Nil for anything else.
    public init?(address: String) {
        let parts = address.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let system = System(rawValue: String(parts[0])), !parts[1].isEmpty else {
            return nil
        }
        self.init(system, name: String(parts[1]))
    }

    public var address: String { "\(system.rawValue):\(name)" }
}

/// What the sound systems' libraries read of a person's environment: a worker is given these words of it and no others.
public struct SoundSettings: Hashable, Sendable {
    public static let names = [
        "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_SERVER", "PULSE_SOURCE", "PULSE_COOKIE",
        "PULSE_RUNTIME_PATH", "PULSE_CLIENTCONFIG", "ALSA_CONFIG_PATH", "ALSA_CONFIG_DIR", "ALSA_CARD",
    ]
    /// No path of a person's is longer; what is, is left out.
    static let mostBytes = 1_024

    /// By name; never others than `names`.
    public let values: [String: String]

    public init(environment: [String: String]) {
        values = environment.filter { Self.names.contains($0.key) && $0.value.utf8.count <= Self.mostBytes }
    }
}
