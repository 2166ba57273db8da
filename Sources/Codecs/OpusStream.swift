public import Audio

/// One rendition in Ogg Opus: one logical stream for ever.
///
/// Opus knows 48 kHz alone, so the mix is converted on its way in. Granule positions count frames of that rate and begin
/// with the pre-skip; the first frame that a decoder gives is the mix's first (RFC 7845, section 4), and so is the last
/// its last.
///
/// ```
///   packet k   960 frames at 48 kHz, 882 of the mix's, of which the last is (k + 1) × 960 − pre-skip
///   page       ten packets; fewer where the title changes
/// ```
///
/// Its comments hold the station's name and no title: titles travel beside it.
public final class OpusStream: EncodedStream {
    /// Frames a second of the encoded audio.
    public static let sampleRate = OpusPackets.sampleRate

    private let encoder: OpusPackets
    private var converter = RateConverter(to: OpusPackets.sampleRate, pieceFrames: OpusPackets.packetFrames)
    private let framing = OggFraming()
    private let start: FrameTime
    /// The granule position behind the packets so far.
    private var granule = 0
    private var cutter = PageCutter()
    public let plainHeaders: [UInt8]

    /// Makes the stream of a mix that begins at `start`.
    ///
    /// - Parameters:
    ///   - bitrate: bits a second on average, of `StreamFormat.opusBitrates`.
    ///   - station: the name that stands as ORGANIZATION in the comments.
    ///   - serial: any random number.
    public init(bitrate: Int, station: String, serial: UInt32, start: FrameTime) throws(FormatRefusal) {
        encoder = try OpusPackets(bitrate: bitrate)
        self.start = start
        plainHeaders = framing.begin(serial: serial, headers: encoder.headers(station: station))
    }

    public func mark(title: Title, at position: FrameTime) { cutter.marks.mark(title, at: position) }

    public func encode(_ block: borrowing AudioBlock, emit: (StreamPage) -> Void) {
        converter.convert(block) { take($0, last: .max, emit) }
    }

    public func finish(emit: (StreamPage) -> Void) {
        let last = encoder.preSkip + converter.length
        converter.finish(silence: encoder.preSkip) { take($0, last: last, emit) }
    }

    /// Encodes a packet's frames. `last` is the granule position at which the stream ends.
    private func take(_ frames: Span<Float>, last: Int, _ emit: (StreamPage) -> Void) {
        let begin = position(granule)
        granule += OpusPackets.packetFrames
        let isLast = granule >= last
        let end = position(min(granule, last))
        framing.add(encoder.encode(frames), granule: Int64(min(granule, last)), ends: isLast)
        let next = position(granule + OpusPackets.packetFrames)
        if cutter.ends(behind: begin..<max(begin, end), next: next) || isLast {
            emit(StreamPage(plain: framing.cut(), end: end, title: cutter.title))
        }
    }

    /// The position in the mix of a granule position, to the frame.
    private func position(_ granule: Int) -> FrameTime {
        let frames = (granule - encoder.preSkip) * EngineFormat.sampleRate / Self.sampleRate
        return start + FrameCount(frames: Int64(frames))
    }
}
