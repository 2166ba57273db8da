internal import Audio
internal import CAV

/// Reads one file to its end, in the engine's format, from an exact frame on.
///
/// Runs on the worker's one thread, behind its walls. A start in the middle gives the same frames as a decode from
/// the beginning gives there: the container is sought to a place ahead of it, so that decoder and filter have
/// settled, and the filter starts at a sample that coincides with an engine frame. Where the container cannot be
/// sought to the sample, everything is decoded and what is before the start is dropped.
final class TrackReader {
    let source: SourceDescription
    private var stream: SampleStream
    private var resampler: Resampler?
    /// The index in the source of the first sample of the stream's frame.
    private var position: Int64 = 0
    /// The first sample that is resampled.
    private var firstSample: Int64 = 0
    /// The sample behind the last.
    private let endSample: Int64
    /// Resampled frames to drop before the first one that is given.
    private var drop: Int64

    /// Opens a file and goes to a frame of it. A start behind the end gives no frames.
    init(_ file: InputFile, from: FrameCount) throws(MediaFault) {
        stream = try SampleStream(file)
        let container = stream.container
        source = SourceDescription(
            codec: stream.codec, container: container.name, sampleRate: stream.rate,
            channels: stream.channels,
            artist: container.text("artist") ?? container.text("album_artist")
                ?? container.text("albumartist"),
            title: container.text("title"), album: container.text("album"))
        endSample = stream.statedEnd ?? .max
        drop = from.frames
        try start(at: from.frames)
    }

    private func start(at frame: Int64) throws(MediaFault) {
        // `up` engine frames last exactly as long as `down` samples of the source.
        let common = Self.commonDivisor(Int64(EngineFormat.sampleRate), Int64(stream.rate))
        let up = Int64(EngineFormat.sampleRate) / common
        let down = Int64(stream.rate) / common
        // A second for the filter to settle, and a second before that for the decoder.
        let spans = (frame - Int64(EngineFormat.sampleRate)) / up
        let sample = spans * down
        let sought = sample - Int64(stream.rate)
        guard sought > 0 else { return }
        if let index = try stream.seek(to: sought) {
            position = index
            firstSample = sample
            drop = frame - spans * up
        } else {
            stream = try SampleStream(stream.file)
        }
    }

    /// Gives every frame from the start to the end of the file.
    func read(into sink: some FrameSink) throws(MediaFault) {
        let window = Window(sink, drop: drop)
        var goesOn = true
        while goesOn {
            let first = max(0, firstSample - position)
            let end = min(Int64(stream.count), endSample - position)
            if first < end {
                try resample(first: Int(first), count: Int(end - first), into: window)
            }
            position += Int64(stream.count)
            goesOn = position < endSample
            if goesOn { goesOn = try stream.next() }
        }
        try resampler?.drain(into: window)
        guard !stream.file.hasChanged else { throw .changed }
    }

    private func resample(
        first: Int, count: Int, into window: Window<some FrameSink>
    ) throws(MediaFault) {
        let frame = unsafe stream.frame
        if unsafe resampler?.fits(frame) != true {
            try resampler?.drain(into: window)
            resampler = try unsafe Resampler(like: frame)
        }
        try unsafe resampler?.convert(frame, first: first, count: count, into: window)
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        b == 0 ? a : commonDivisor(b, a % b)
    }
}

/// Lets frames through from a place on, and a day of them at most.
private final class Window<Sink: FrameSink>: FrameSink {
    private let sink: Sink
    private var drop: Int64
    private var given: Int64 = 0

    init(_ sink: Sink, drop: Int64) {
        self.sink = sink
        self.drop = drop
    }

    func take(left: Span<Float>, right: Span<Float>) throws(MediaFault) {
        let dropped = Int(min(drop, Int64(left.count)))
        drop -= Int64(dropped)
        given += Int64(left.count)
        guard given <= WorkerWire.mostLength.frames else { throw .endless }
        guard dropped < left.count else { return }
        try sink.take(left: left.extracting(dropped...), right: right.extracting(dropped...))
    }
}
