public import Audio

/// What a show is made of.
public enum ShowSource: Hashable, Sendable {
    /// A sound device; nil is the default one.
    case device(SoundDevice?)
    /// A file of whatever the station plays, from beginning to end, at the pace of time.
    case file(String)
    /// What comes on standard input: any container that the station plays, or bare samples.
    case standardInput(RawSound?)
}

/// Bare samples, as recording programs write them to a pipe.
public struct RawSound: Hashable, Sendable {
    /// A sample: signed integers or floats, little-endian.
    public enum Sample: String, Sendable, CaseIterable {
        case s16le
        case s24le
        case s32le
        case f32le

        var bytes: Int {
            switch self {
            case .s16le: 2
            case .s24le: 3
            case .s32le, .f32le: 4
            }
        }
    }

    public let rate: Int
    public let channels: Int
    public let sample: Sample

    /// Reads `44100:2:s16le`: frames a second, channels, sample. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let rate = Int(parts[0]), (8_000...192_000).contains(rate),
            let channels = Int(parts[1]), (1...8).contains(channels),
            let sample = Sample(rawValue: String(parts[2]))
        else { return nil }
        self.rate = rate
        self.channels = channels
        self.sample = sample
    }

    /// The head of an endless WAV file, with which the worker reads the samples as it reads any other stream
    /// (RIFF's sizes at their greatest: whoever writes to a pipe knows no length).
    var header: [UInt8] {
        let frame = channels * sample.bytes
        return Array("RIFF".utf8) + Self.little(0xffff_ffff, 4) + Array("WAVEfmt ".utf8) + Self.little(16, 4)
            + Self.little(sample == .f32le ? 3 : 1, 2) + Self.little(channels, 2) + Self.little(rate, 4)
            + Self.little(rate * frame, 4) + Self.little(frame, 2) + Self.little(8 * sample.bytes, 2)
            + Array("data".utf8) + Self.little(0xffff_ffff, 4)
    }

    private static func little(_ number: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
