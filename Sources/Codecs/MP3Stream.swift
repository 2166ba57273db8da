public import Audio

/// One rendition in MP3, at a constant bit rate, as one endless row of frames.
///
/// ```
///   frame k   1,152 frames of output, of which the last is the mix's (k + 1) × 1,152 − delay
///   page      whole frames, about 0.2 s of them; the title changes between two frames
/// ```
///
/// The bit reservoir stays on, since at the usual rates it is worth much: a frame may have some of its bits before its
/// header, in the frames before it. Who joins in the middle therefore decodes its first frame or two as silence, a
/// twentieth of a second at the beginning of the burst, and everything after that. There is no Xing and no ID3 frame:
/// a live stream has no length, and its titles travel beside it.
public final class MP3Stream: EncodedStream {
    /// Frames of the mix in an MP3 frame of MPEG-1 layer III.
    static let frameLength = FrameCount(frames: 1_152)

    private let encoder: LameEncoder
    private let start: FrameTime
    /// Frames that have been encoded, and MP3 frames that have come out.
    private var length = FrameCount.zero
    private var frames: Int64 = 0
    /// What the encoder has put out and is not yet a whole frame.
    private var rest: [UInt8] = []
    private var page: [UInt8] = []
    private var cutter = PageCutter()

    /// Nothing: each frame says all that a decoder needs.
    public var plainHeaders: [UInt8] { [] }

    /// Makes the stream of a mix that begins at `start`.
    ///
    /// - Parameter bitrate: one of `StreamFormat.mp3Bitrates`.
    public init(bitrate: Int, start: FrameTime) throws(FormatRefusal) {
        encoder = try LameEncoder(bitrate: bitrate)
        self.start = start
    }

    public func mark(title: Title, at position: FrameTime) { cutter.marks.mark(title, at: position) }

    public func encode(_ block: borrowing AudioBlock, emit: (StreamPage) -> Void) {
        length.frames += Int64(block.capacity)
        encoder.encode(block, into: &rest)
        takeFrames(emit)
    }

    public func finish(emit: (StreamPage) -> Void) {
        encoder.finish(into: &rest)
        takeFrames(emit)
        if !page.isEmpty { emitPage(emit) }
    }

    private func takeFrames(_ emit: (StreamPage) -> Void) {
        var taken = 0
        while rest.count - taken >= LameEncoder.headerLength {
            let size = encoder.size(ofFrame: rest[(taken + 2)])
            guard rest.count - taken >= size else { break }
            page += rest[taken..<(taken + size)]
            taken += size
            let begin = end
            frames += 1
            if cutter.ends(behind: begin..<end, next: end + Self.frameLength) { emitPage(emit) }
        }
        rest.removeFirst(taken)
    }

    private func emitPage(_ emit: (StreamPage) -> Void) {
        emit(StreamPage(plain: page, end: min(end, start + length), title: cutter.title))
        page = []
    }

    /// The position in the mix behind what a decoder puts out for the frames so far.
    private var end: FrameTime {
        start + (FrameCount(frames: frames * Self.frameLength.frames) - encoder.delay)
    }
}
