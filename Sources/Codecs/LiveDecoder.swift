public import Audio
internal import CShims
internal import Synchronization
internal import Threads

/// Where a live source's audio goes. Called on the decoder's reader thread, one call after the other; `take` may wait,
/// which holds back a source that sends faster than it is heard.
public protocol LiveSink: AnyObject, Sendable {
    /// The next frames, as many left as right, in the engine's format.
    func take(left: Span<Float>, right: Span<Float>)
    /// The stream says what is played from the next frame on.
    func take(title: Title)
    /// The stream has been recognised; before its first frame.
    func take(source: SourceDescription)
}

extension LiveSink {
    public func take(source: SourceDescription) {}
}

/// A DJ's stream on its way to the mix: bytes go to a worker as they come, and a thread of this decoder's gives what
/// the worker made of them to a sink.
///
/// Any thread may offer bytes, look and stop; one at a time offers. The reader thread is named `live-reader`. Nothing is
/// queued here: what the worker does not take yet stays with the caller, who then stops reading its socket.
public final class LiveDecoder: Sendable {
    public enum State: Sendable, Equatable {
        /// Nothing is known of the stream yet.
        case opening
        case open(SourceDescription)
        /// All that was offered has been given to the sink.
        case finished
        /// No more will come than the frames already given.
        case failed(MediaFault)
    }

    private let line: Line
    private let thread: OwnedThread

    private init(_ line: Line, thread: OwnedThread) {
        self.line = line
        self.thread = thread
    }

    deinit { stop() }

    /// Begins to decode. Returns at once; what goes wrong is in `state`.
    ///
    /// - Parameters:
    ///   - request: what the worker is to read: the bytes that are offered, a device (`capture`), or a file (`decode`).
    ///   - patience: how long a worker may take no byte and give no frame while both are wanted, in milliseconds.
    ///   - ended: called once, on the reader thread, when no frame follows; it must return soon and not stop the decoder.
    public static func start(
        workers: MediaWorkers, request: WorkerRequest = .receive, sink: any LiveSink, patience: Int = 3_000,
        ended: @escaping @Sendable (State) -> Void = { _ in }
    ) -> LiveDecoder {
        let line = Line(request, sink, patience: patience, ended: ended)
        let thread = OwnedThread(name: "live-reader")
        thread.start { line.run(workers) }
        return LiveDecoder(line, thread: thread)
    }

    public var state: State { line.state.withLock { $0.state } }

    /// The worker's process; nil before it is started and after it has ended.
    public var processID: Int32? { line.state.withLock { $0.worker }?.processID }

    /// Gives the worker as many of the bytes as it takes now, and tells how many; it never waits.
    public func offer(_ bytes: UnsafeRawBufferPointer) -> Int { unsafe line.offer(bytes) }

    /// Says that no byte follows: what was offered is decoded to its end.
    public func finish() { line.finish() }

    /// Ends decoding at once: the worker is killed and reaped, the thread joined. The sink must not hold the thread:
    /// close it first. Safe to call again.
    public func stop() {
        line.stop()
        thread.join(within: .seconds(2))
    }
}

/// What the reader thread does and what others see of it.
private final class Line: Sendable {
    struct Known {
        var state = LiveDecoder.State.opening
        /// Set once it has its request.
        var worker: WorkerProcess?
        var isFinished = false
        var isStopped = false
        /// Since when the worker has refused bytes, on the monotonic clock.
        var refusedSince: Int64?
    }

    let state = Mutex(Known())
    private let request: WorkerRequest
    private let sink: any LiveSink
    private let patience: Int
    private let ended: @Sendable (LiveDecoder.State) -> Void

    init(
        _ request: WorkerRequest, _ sink: any LiveSink, patience: Int,
        ended: @escaping @Sendable (LiveDecoder.State) -> Void
    ) {
        self.request = request
        self.sink = sink
        self.patience = patience
        self.ended = ended
    }

    // MARK: Any thread

    func offer(_ bytes: UnsafeRawBufferPointer) -> Int {
        state.withLock { known in
            guard let worker = known.worker, !known.isFinished else { return 0 }
            let taken = unsafe worker.offer(bytes)
            known.refusedSince = taken > 0 ? nil : known.refusedSince ?? cshims_monotonic_now()
            return taken
        }
    }

    func finish() {
        state.withLock { known in
            known.isFinished = true
            known.worker?.finishSending()
        }
    }

    func stop() {
        state.withLock { known in
            known.isStopped = true
            known.worker?.kill()
        }
    }

    // MARK: The reader thread

    func run(_ workers: MediaWorkers) {
        let end: LiveDecoder.State
        do throws(MediaFault) {
            // A spare may have died while it waited: when it does not take the request, a fresh worker is asked.
            var worker = try workers.take()
            if !worker.send(request) {
                worker = try workers.fresh()
                _ = worker.send(request)
            }
            publish(worker)
            end = follow(worker)
            worker.kill()
            worker.reap()
        } catch {
            end = .failed(error)
        }
        state.withLock { known in
            known.worker = nil
            known.state = end
        }
        ended(end)
    }

    private func publish(_ worker: WorkerProcess) {
        state.withLock { known in
            known.worker = worker
            if known.isFinished { worker.finishSending() }
            if known.isStopped { worker.kill() }
        }
    }

    /// Takes the worker's messages until there are no more, and tells how that ended.
    private func follow(_ worker: WorkerProcess) -> LiveDecoder.State {
        var messages = WorkerMessages(worker)
        while true {
            do throws(MediaFault) {
                switch try messages.next(within: 500) {
                case .opened(let source):
                    state.withLock { $0.state = .open(source) }
                    sink.take(source: source)
                    give(artist: source.artist, title: source.title)
                case .audio(let left, let right): sink.take(left: left.span, right: right.span)
                case .title(let artist, let title): give(artist: artist, title: title)
                case .finished: return .finished
                case .failed(let fault): return .failed(fault)
                case nil:
                    worker.kill()
                    return .failed(worker.reap())
                default: return .failed(.nonsense)
                }
            } catch {
                // A DJ may be silent for as long as the daemon lets them; a worker that takes no bytes may not.
                guard error == .hung, !isStuck else { return .failed(error) }
            }
        }
    }

    private var isStuck: Bool {
        state.withLock { known in
            guard let since = known.refusedSince else { return false }
            return cshims_monotonic_now() - since > Int64(patience) * 1_000_000
        }
    }

    private func give(artist: String?, title: String?) {
        let title = Title(artist: artist, title: title ?? "")
        if !title.title.isEmpty { sink.take(title: title) }
    }
}
