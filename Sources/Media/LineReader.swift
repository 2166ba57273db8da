internal import Audio
internal import CAV

/// Decodes a live source, or a sound device, in the engine's format, as it comes.
///
/// Runs on the worker's one thread. Where the stream changes its rate, its channels or its track,
/// it goes on; a line may be damaged for as long as it likes, if only something can be decoded now and then.
final class LineReader {
    let source: SourceDescription
    private let container: Container
    private let packet: Packet
    private let decoder: PacketDecoder
    private var resampler: Resampler?

    /// Waits for enough bytes to say what they are.
    convenience init(_ line: InputLine) throws(MediaFault) { try self.init(Container(line)) }

    /// Waits for the first frame.
    init(_ container: Container) throws(MediaFault) {
        self.container = container
        packet = try Packet()
        decoder = try PacketDecoder(container)
        var damage = 0
        guard try decoder.decode(from: container, packet, damage: &damage) else { throw .notAudio }
        let rate = unsafe Int(decoder.frame.pointee.sample_rate)
        let channels = unsafe Int(decoder.frame.pointee.ch_layout.nb_channels)
        guard rate > 0, channels > 0 else { throw .corrupt }
        source = SourceDescription(
            codec: decoder.name, container: container.name, sampleRate: rate, channels: channels,
            artist: container.text("artist"), title: container.text("title"), album: container.text("album"))
        _ = container.hasNewTexts()
    }

    /// Gives every frame until the line ends, and each change of the title ahead of its first frame.
    func read(
        into sink: some FrameSink, title: (_ artist: String?, _ title: String?) throws(MediaFault) -> Void
    ) throws(MediaFault) {
        repeat {
            if container.hasNewTexts() { try title(container.text("artist"), container.text("title")) }
            let frame = unsafe decoder.frame
            if unsafe resampler?.fits(frame) != true {
                try resampler?.drain(into: sink)
                resampler = try unsafe Resampler(like: frame)
            }
            try unsafe resampler?.convert(
                frame, first: 0, count: Int(frame.pointee.nb_samples), into: sink)
        } while try next()
        try resampler?.drain(into: sink)
    }

    private func next() throws(MediaFault) -> Bool {
        var damage = 0
        return try decoder.decode(from: container, packet, damage: &damage)
    }
}
