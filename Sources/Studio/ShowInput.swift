internal import Audio
internal import Codecs
internal import Glibc
internal import Synchronization
internal import Threads

/// A show's source, opened: a worker process reads and decodes it, and its frames wait in a ring of two seconds. When
/// that is full, the source waits.
///
/// The show's thread opens, reads and stops it. Standard input is read by a thread of its own, named `studio-input`.
final class ShowInput: Sendable {
    /// Where the frames are read.
    let consumer: FrameConsumer
    private let decoder: LiveDecoder
    private let pipe: InputPipe?

    /// - Parameter title: called on the decoder's thread when the source says what is played.
    init(
        _ source: ShowSource, workers: MediaWorkers, settings: SoundSettings,
        title: @escaping @Sendable (Title) -> Void
    ) {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(seconds: 2))
        self.consumer = consumer
        let request: WorkerRequest =
            switch source {
            case .device(let device): .capture(device, settings)
            case .file(let path): .decode(path: path, from: .zero)
            case .standardInput: .receive
            }
        decoder = LiveDecoder.start(
            workers: workers, request: request, sink: RingSink(producer, title: title),
            ended: { _ in producer.finish() })
        guard case .standardInput(let raw) = source else {
            pipe = nil
            return
        }
        pipe = InputPipe(into: decoder, after: raw?.header ?? [])
    }

    /// Reads a block, a shorter one at the source's end only; nil when so much has not come in the time given.
    func read(into block: inout AudioBlock, waiting milliseconds: Int) -> Int? {
        _ = consumer.waitForFrames(block.capacity, milliseconds: milliseconds)
        let isFinished = consumer.isFinished
        guard consumer.available >= (isFinished ? 1 : block.capacity) else { return nil }
        return consumer.read(into: &block, at: 0, count: block.capacity)
    }

    /// Why no frame follows those in the ring; nil when that is the source's end.
    var fault: MediaFault? {
        if case .failed(let fault) = decoder.state { fault } else { nil }
    }

    /// What the source is; nil before that is known.
    var description: SourceDescription? {
        if case .open(let source) = decoder.state { source } else { nil }
    }

    /// Lets go of the source.
    func stop() {
        consumer.close()
        pipe?.stop()
        decoder.stop()
    }
}

/// Puts a decoder's frames into a ring, and waits where there is no room.
private final class RingSink: LiveSink {
    private let producer: FrameProducer
    private let title: @Sendable (Title) -> Void

    init(_ producer: FrameProducer, title: @escaping @Sendable (Title) -> Void) {
        self.producer = producer
        self.title = title
    }

    func take(left: Span<Float>, right: Span<Float>) {
        var written = 0
        while written < left.count, !producer.isClosed {
            written += producer.write(
                left: left.extracting(written...), right: right.extracting(written...))
            if written < left.count { _ = producer.waitForSpace(milliseconds: 1_000) }
        }
    }

    func take(title: Title) { self.title(title) }
}

/// Standard input on its way to a worker. Its thread never waits in a read that nobody can end.
private final class InputPipe: Sendable {
    private let flow: Flow
    private let thread = OwnedThread(name: "studio-input")

    init(into decoder: LiveDecoder, after header: [UInt8]) {
        let flow = Flow()
        self.flow = flow
        thread.start { flow.run(into: decoder, after: header) }
    }

    deinit { stop() }

    func stop() {
        flow.isStopped.store(true, ordering: .relaxed)
        thread.join()
    }

    private final class Flow: Sendable {
        let isStopped = Atomic(false)

        func run(into decoder: LiveDecoder, after header: [UInt8]) {
            var waiting = header[...]
            while !isStopped.load(ordering: .relaxed) {
                switch decoder.state {
                case .finished, .failed: return
                case .opening, .open: break
                }
                if waiting.isEmpty {
                    guard let bytes = read() else { return decoder.finish() }
                    waiting = bytes[...]
                }
                let taken = unsafe waiting.withUnsafeBytes { unsafe decoder.offer($0) }
                waiting = waiting.dropFirst(taken)
                // The worker's socket is full, or the worker is not there yet.
                if taken == 0, !waiting.isEmpty { usleep(5_000) }
            }
        }

        /// What has come; empty when nothing came for a moment, nil at the end.
        private func read() -> [UInt8]? {
            var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&wanted, 1, 200) > 0 else { return [] }
            var count = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { to, filled in
                count = unsafe Glibc.read(STDIN_FILENO, to.baseAddress, to.count)
                filled = max(0, count)
            }
            return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)) ? bytes : nil
        }
    }
}
