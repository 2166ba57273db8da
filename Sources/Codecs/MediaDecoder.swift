public import Audio
internal import CShims
internal import Synchronization
internal import Threads

/// One file on its way to the mix: a worker decodes it, and a thread of this decoder's fills a ring with its frames.
///
/// Any thread may start, look and stop; the frames are read by one thread, from `consumer`. The reader thread is
/// named `media-reader`. It is commanded by nothing but the ring's room, the worker's bytes and `stop`, and it believes
/// nothing that the worker says beyond what the wire's bounds allow. When the worker crashes, hangs or gives up, the
/// ring is finished after what was decoded so far, and `state` says why.
public final class MediaDecoder: Sendable {
    /// How far the file is.
    public enum State: Sendable {
        case opening
        /// Open; its frames flow into the ring.
        case open(SourceDescription)
        /// All of it is in the ring, or was.
        case finished(SourceDescription, frames: FrameCount)
        /// No more will come than the frames already delivered.
        case failed(MediaFailure, delivered: FrameCount)
    }

    /// How long a worker may keep silent before it counts as hung, in milliseconds. Time in which the ring is full
    /// does not count.
    public struct Patience: Sendable {
        /// Until the first frame.
        public var opening: Int
        /// After that: less than the ring holds, so that what follows can be ready before the ring is empty.
        public var playing: Int

        public init(opening: Int = 5_000, playing: Int = 2_000) {
            self.opening = opening
            self.playing = playing
        }
    }

    public let file: String
    /// Where the frames are read.
    public let consumer: FrameConsumer
    private let reader: Reader
    private let thread: OwnedThread

    private init(_ reader: Reader, consumer: FrameConsumer, thread: OwnedThread) {
        file = reader.file
        self.consumer = consumer
        self.reader = reader
        self.thread = thread
    }

    deinit { stop() }

    /// Begins to decode a file from a frame on. Returns at once; what goes wrong is in `state`.
    ///
    /// - Parameter ring: how much is decoded ahead.
    public static func start(
        workers: MediaWorkers, file: String, from: FrameCount = .zero,
        ring: FrameCount = FrameCount(seconds: 4),
        patience: Patience = Patience()
    ) -> MediaDecoder {
        let (producer, consumer) = FrameRing.make(capacity: ring)
        let reader = Reader(file: file, from: from, producer: producer, patience: patience)
        let thread = OwnedThread(name: "media-reader")
        thread.start { reader.run(workers) }
        return MediaDecoder(reader, consumer: consumer, thread: thread)
    }

    public var state: State { reader.state.withLock { $0 } }

    /// The worker's process; nil before it is started and after it has ended.
    public var processID: Int32? { reader.worker.withLock { $0 }?.processID }

    /// Ends decoding: the ring is closed, the worker killed and reaped, the thread joined. Safe to call again.
    public func stop() {
        consumer.close()
        reader.worker.withLock { $0 }?.kill()
        thread.join(within: .seconds(2))
    }
}

/// What the reader thread does and what others see of it.
private final class Reader: Sendable {
    /// Why the worker's messages ended.
    private enum End {
        case finished
        case stopped
        case fault(MediaFault)
        /// The worker is gone without a last word.
        case silent
    }

    let file: String
    let state = Mutex(MediaDecoder.State.opening)
    let worker = Mutex<WorkerProcess?>(nil)
    private let from: FrameCount
    private let producer: FrameProducer
    private let patience: MediaDecoder.Patience

    init(file: String, from: FrameCount, producer: FrameProducer, patience: MediaDecoder.Patience) {
        self.file = file
        self.from = from
        self.producer = producer
        self.patience = patience
    }

    func run(_ workers: MediaWorkers) {
        do throws(MediaFault) {
            // A spare may have died while it waited: when it leaves without a word, a fresh worker is asked.
            if try !serve(workers.take(), isFresh: false) { _ = try serve(workers.fresh(), isFresh: true) }
        } catch {
            finish(.fault(error), nil, 0)
        }
    }

    /// Follows one worker to its end. False when it was a spare that never said a word.
    private func serve(_ worker: WorkerProcess, isFresh: Bool) -> Bool {
        var source: SourceDescription?
        var delivered: Int64 = 0
        self.worker.withLock { $0 = worker }
        defer { self.worker.withLock { $0 = nil } }
        let end: End =
            worker.send(.decode(path: file, from: from)) ? follow(worker, &source, &delivered) : .silent
        worker.kill()
        guard case .silent = end else {
            // The ring is finished before the process is reaped: a process that cannot be ended delays nobody.
            finish(end, source, delivered)
            worker.reap()
            return true
        }
        let fault = worker.reap()
        if source == nil && !isFresh && !producer.isClosed { return false }
        finish(producer.isClosed ? .stopped : .fault(fault), source, delivered)
        return true
    }

    private func finish(_ end: End, _ source: SourceDescription?, _ delivered: Int64) {
        let frames = FrameCount(frames: delivered)
        state.withLock { state in
            switch end {
            case .finished: state = source.map { .finished($0, frames: frames) } ?? failed(.nonsense, frames)
            case .fault(let fault): state = failed(fault, frames)
            case .stopped, .silent: break
            }
        }
        producer.finish()
    }

    private func failed(_ fault: MediaFault, _ frames: FrameCount) -> MediaDecoder.State {
        .failed(MediaFailure(file: file, fault: fault), delivered: frames)
    }

    /// Takes the worker's messages until there are no more.
    private func follow(_ worker: WorkerProcess, _ source: inout SourceDescription?, _ delivered: inout Int64)
        -> End
    {
        var messages = WorkerMessages(worker)
        while !producer.isClosed {
            let milliseconds = delivered == 0 ? patience.opening : patience.playing
            do throws(MediaFault) {
                switch try messages.next(within: milliseconds) {
                case .opened(let description) where source == nil:
                    source = description
                    state.withLock { $0 = .open(description) }
                case .audio(let left, let right) where source != nil:
                    deliver(left.span, right.span)
                    delivered += Int64(left.count)
                case .finished where source != nil: return .finished
                case .failed(let fault): return .fault(fault)
                case nil: return .silent
                default: return .fault(.nonsense)
                }
            } catch {
                return .fault(error)
            }
        }
        return .stopped
    }

    /// Writes all of the frames, waiting for room as often as needed, until the consumer wants no more.
    private func deliver(_ left: Span<Float>, _ right: Span<Float>) {
        var written = 0
        while written < left.count && !producer.isClosed {
            written += producer.write(
                left: left.extracting(written...), right: right.extracting(written...))
            if written < left.count { _ = producer.waitForSpace(milliseconds: 1_000) }
        }
    }
}
