public import Audio

/// How a rendition is encoded: a codec, and its one setting.
public enum StreamFormat: Hashable, Sendable {
    /// Ogg Vorbis at a quality from −1 to 10.
    case vorbis(quality: Double)
    /// MP3 (MPEG-1 layer III) at so many bits a second, of `mp3Bitrates`.
    case mp3(bitrate: Int)
    /// Ogg Opus at so many bits a second on average, of `opusBitrates`.
    case opus(bitrate: Int)

    /// The bits a second that MPEG-1 layer III has (ISO 11172-3, 2.4.2.3).
    public static let mp3Bitrates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320].map {
        $0 * 1_000
    }
    /// The bits a second at which Opus is worth listening to in stereo, up to the most that it has (RFC 6716, 2.1.1).
    public static let opusBitrates = 16_000...510_000

    /// A stream of a mix that begins at `start`.
    ///
    /// - Parameters:
    ///   - station: the name that stands as ORGANIZATION in the comments of an Ogg stream.
    ///   - serial: any random number, for an Ogg stream.
    public func stream(
        station: String, serial: UInt32, start: FrameTime
    ) throws(FormatRefusal) -> any EncodedStream {
        switch self {
        case .vorbis(let quality):
            try VorbisStream(quality: quality, station: station, serial: serial, start: start)
        case .mp3(let bitrate): try MP3Stream(bitrate: bitrate, start: start)
        case .opus(let bitrate):
            try OpusStream(bitrate: bitrate, station: station, serial: serial, start: start)
        }
    }

    /// The type of its bytes as HTTP names it, and as Icecast does for Ogg.
    public var contentType: String {
        switch self {
        case .vorbis, .opus: "application/ogg"
        case .mp3: "audio/mpeg"
        }
    }

    /// The codec's name, as Icecast's status has it.
    public var name: String {
        switch self {
        case .vorbis: "Vorbis"
        case .mp3: "MP3"
        case .opus: "Opus"
        }
    }

    /// Bits a second that music takes on average; 0 for a quality that there is not.
    public var nominalBitrate: Int {
        switch self {
        case .vorbis(let quality): VorbisStream.nominalBitrate(quality: quality)
        case .mp3(let bitrate), .opus(let bitrate): bitrate
        }
    }

    /// The encoder's quality, for a codec that is set by it.
    public var quality: Double? {
        if case .vorbis(let quality) = self { quality } else { nil }
    }

    /// Frames a second of the encoded audio.
    public var sampleRate: Int {
        switch self {
        case .vorbis, .mp3: EngineFormat.sampleRate
        case .opus: OpusStream.sampleRate
        }
    }

    /// Whether its pages have the chained framing beside the plain one.
    public var hasLinks: Bool {
        switch self {
        case .vorbis: true
        case .mp3, .opus: false
        }
    }
}

/// One rendition, encoded without interruption from the first frame of the mix to the last.
///
/// It belongs to the rendition's encoder thread, which gives it the mix block by block and hands on the pages that it
/// emits. It knows no time but the mix's, and touches no socket and no file.
public protocol EncodedStream: AnyObject {
    /// What a listener of the plain framing gets before its first page; empty where a page says all.
    var plainHeaders: [UInt8] { get }

    /// Says that from a position in the mix on the title is another. To be called in the order of the positions, and
    /// before the block that holds the position is encoded; one that comes later takes effect as soon as it can.
    ///
    /// At most 16 titles wait; one more replaces the last of them.
    func mark(title: Title, at position: FrameTime)

    /// Encodes the next frames of the mix, and emits the pages that are then complete.
    func encode(_ block: borrowing AudioBlock, emit: (StreamPage) -> Void)

    /// Ends the stream at the last frame, and emits what is left. Nothing may be encoded after it.
    func finish(emit: (StreamPage) -> Void)
}

/// A rendition cannot be encoded as the configuration wants it.
public struct FormatRefusal: Error, Hashable, CustomStringConvertible {
    /// What was asked for.
    public let format: StreamFormat

    public var description: String {
        switch format {
        case .vorbis(let quality):
            "Vorbis cannot encode at quality \(quality): choose a number from -1 (about 45 kbit/s) to 10 (about 500 "
                + "kbit/s)."
        case .mp3(let bitrate):
            "MP3 has no \(bitrate) bit/s: choose one of "
                + Self.mp3Choices.map(String.init).joined(separator: ", ") + " kbit/s."
        case .opus(let bitrate):
            "Opus cannot encode at \(bitrate) bit/s: choose a bit rate from 16 to 510 kbit/s."
        }
    }

    private static let mp3Choices = StreamFormat.mp3Bitrates.map { $0 / 1_000 }
}
