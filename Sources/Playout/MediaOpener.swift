internal import Audio
internal import Codecs
public import Programme

/// Opens files by worker processes, one a file.
public final class MediaOpener: TrackOpener, Sendable {
    private let workers: MediaWorkers

    /// - Parameter program: the path of the `funkhaus-media` executable.
    public init(program: String) { workers = MediaWorkers(program: program) }

    /// Ends the idle worker. After the playout has stopped.
    public func stop() { workers.stop() }

    public func open(_ file: String, from start: Length) -> any OpenTrack {
        MediaTrack(
            MediaDecoder.start(workers: workers, file: file, from: FrameCount(frames: start.frames)))
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

extension MediaFault {
    /// Whether the same file may well open at a second try: its worker was killed or stood still.
    fileprivate var isPassing: Bool {
        switch self {
        case .crashed, .exited, .hung, .nonsense, .changed, .workerMissing: true
        default: false
        }
    }
}
