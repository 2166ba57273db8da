internal import Audio
internal import COpus

/// libopus for stereo at 48 kHz, in packets of 20 ms, with a variable bit rate that is held to its mean. One owner, one
/// thread at a time.
@safe
struct OpusPackets: ~Copyable {
    static let sampleRate = 48_000
    /// Frames in a packet.
    static let packetFrames = 960
    /// The most that a packet of one Opus frame can be (RFC 6716, 3.2.1, with its first byte).
    private static let mostBytes = 1_276

    // Unsafe: made in `init`, freed by this value alone, which cannot be copied.
    private let opus: OpaquePointer
    /// Frames by which a decoder's output is late, which it is told to leave out at the beginning.
    let preSkip: Int

    /// Makes an encoder for so many bits a second, of `StreamFormat.opusBitrates`.
    init(bitrate: Int) throws(FormatRefusal) {
        let made = unsafe opus_encoder_create(
            Int32(Self.sampleRate), Int32(EngineFormat.channels), OPUS_APPLICATION_AUDIO, nil)
        guard StreamFormat.opusBitrates.contains(bitrate), let opus = unsafe made else {
            unsafe opus_encoder_destroy(made)
            throw FormatRefusal(format: .opus(bitrate: bitrate))
        }
        unsafe copus_set_bitrate(opus, Int32(bitrate))
        var lookahead: Int32 = 0
        unsafe copus_get_lookahead(opus, &lookahead)
        unsafe self.opus = opus
        preSkip = Int(lookahead)
    }

    deinit { unsafe opus_encoder_destroy(opus) }

    /// Encodes `packetFrames` frames, left and right in turn.
    func encode(_ frames: Span<Float>) -> [UInt8] {
        precondition(frames.count == Self.packetFrames * EngineFormat.channels)
        return unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { bytes, count in
            let written = unsafe frames.withUnsafeBufferPointer {
                unsafe opus_encode_float(
                    opus, $0.baseAddress!, Int32(Self.packetFrames), bytes.baseAddress!, Int32(Self.mostBytes)
                )
            }
            count = Int(max(0, written))
        }
    }

    /// The two header packets of a logical stream (RFC 7845, section 5): what it is, and the station's name.
    func headers(station: String) -> [[UInt8]] {
        let head =
            Array("OpusHead".utf8) + [1, UInt8(EngineFormat.channels)] + Self.little(preSkip, 2)
            + Self.little(EngineFormat.sampleRate, 4) + [0, 0, 0]
        let version = unsafe opus_get_version_string().map { unsafe String(cString: $0) } ?? ""
        let comments = station.isEmpty ? [] : ["ORGANIZATION=\(station)"]
        let tags =
            Array("OpusTags".utf8) + Self.text(version) + Self.little(comments.count, 4)
            + comments.flatMap(Self.text)
        return [head, tags]
    }

    private static func text(_ text: String) -> [UInt8] { little(text.utf8.count, 4) + Array(text.utf8) }

    private static func little(_ number: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
