internal import Audio
public import Codecs
public import Programme

/// Opens files by worker processes, one a file.
public final class MediaOpener: TrackOpener, Sendable {
    private let workers: MediaWorkers
    private let patience: MediaDecoder.Patience

    /// - Parameters:
    ///   - program: the path of the `funkhaus-media` executable.
    ///   - isOnAir: whether listeners wait. A render waits a minute for a worker on a busy machine before it takes it
    ///     for hung; on air the next track is better than that.
    public init(program: String, isOnAir: Bool) {
        workers = MediaWorkers(program: program)
        patience = isOnAir ? MediaDecoder.Patience() : MediaDecoder.Patience(opening: 60_000, playing: 60_000)
    }

    /// Ends the idle worker. After the playout has stopped.
    public func stop() { workers.stop() }

    /// Begins to decode a DJ's stream into its buffer.
    ///
    /// - Parameter ended: called once, when the last frame is in the buffer, on a thread that must not be kept.
    public func openLive(
        into buffer: LiveBuffer, ended: @escaping @Sendable (LiveDecoder.State) -> Void
    ) -> LiveDecoder {
        LiveDecoder.start(workers: workers, sink: buffer, ended: ended)
    }

    public func open(_ file: String, from start: Length) -> any OpenTrack {
        MediaTrack(
            MediaDecoder.start(
                workers: workers, file: file, from: FrameCount(frames: start.frames), patience: patience))
    }
}

private final class MediaTrack: OpenTrack {
    private let decoder: MediaDecoder

    init(_ decoder: MediaDecoder) { self.decoder = decoder }

    var frames: FrameConsumer { decoder.consumer }

    var state: OpenTrackState {
        switch decoder.state {
        case .opening: .opening
        case .open(let source), .finished(let source, _):
            .open(source.title.map { Title(artist: source.artist, title: $0, album: source.album) })
        case .failed(let failure, _): .failed(failure.sentence, passing: failure.fault.isPassing)
        }
    }

    func close() { decoder.stop() }
}
