internal import CShims
internal import Glibc
internal import Synchronization

/// A bounded queue of stereo frames between one producer thread and one consumer thread.
///
/// The ring never grows. A full ring takes fewer frames than it is offered (the producer waits and offers the
/// rest again); an empty ring gives fewer than it is asked for. The two endpoints are different types, and each
/// belongs to one thread at a time.
///
/// ```
///   producer → [ … written, not yet read … ] → consumer
///                ↑ read (consumer's counter)  ↑ written (producer's counter)
/// ```
///
/// The counters only grow; an index is a counter modulo the capacity. Each side loads its own counter relaxed and
/// the other's acquiring, and publishes its own releasing.
///
/// ## Realtime safety
/// `read`, `write`, `available`, `free` and `finish` neither allocate nor lock. Waking a waiting peer is one
/// `sem_post`, and only when it said that it waits.
public enum FrameRing {
    /// Makes a ring that holds at least `capacity` frames of two channels.
    public static func make(capacity: FrameCount) -> (producer: FrameProducer, consumer: FrameConsumer) {
        let storage = FrameRingStorage(capacity: Int(capacity.frames))
        return (FrameProducer(storage), FrameConsumer(storage))
    }
}

/// The writing end of a ring. Used by one thread at a time.
public final class FrameProducer: Sendable {
    private let ring: FrameRingStorage

    fileprivate init(_ ring: FrameRingStorage) { self.ring = ring }

    /// Frames that fit in now.
    public var free: Int {
        ring.capacity - (ring.written.load(ordering: .relaxed) - ring.read.load(ordering: .acquiring))
    }

    /// Frames written so far.
    public var position: Int { ring.written.load(ordering: .relaxed) }

    /// Writes as many of the given frames as fit, from the first on, and tells how many those were.
    ///
    /// - Precondition: both spans have the same length.
    public func write(left: Span<Float>, right: Span<Float>) -> Int {
        precondition(left.count == right.count)
        let written = ring.written.load(ordering: .relaxed)
        let room = ring.capacity - (written - ring.read.load(ordering: .acquiring))
        let count = min(room, left.count)
        ring.copyIn(left, right, count: count, at: written)
        ring.written.store(written + count, ordering: .releasing)
        ring.wakeConsumer()
        return count
    }

    /// Says that no frame follows. What was written stays to be read.
    public func finish() {
        ring.finished.store(true, ordering: .releasing)
        ring.wakeConsumer()
    }

    /// Waits until at least a quarter of the ring is free, or the consumer has closed it, or the time is over.
    ///
    /// - Returns: false when the time was over.
    public func waitForSpace(milliseconds: Int) -> Bool {
        unsafe ring.wait(on: ring.spaceSignal, flag: ring.producerWaits, milliseconds: milliseconds) {
            free >= ring.capacity / 4 || isClosed
        }
    }

    /// Whether the consumer wants no more frames.
    public var isClosed: Bool { ring.closed.load(ordering: .acquiring) }
}

/// The reading end of a ring. Used by one thread at a time.
public final class FrameConsumer: Sendable {
    private let ring: FrameRingStorage

    fileprivate init(_ ring: FrameRingStorage) { self.ring = ring }

    /// Frames that can be read now.
    public var available: Int {
        ring.written.load(ordering: .acquiring) - ring.read.load(ordering: .relaxed)
    }

    /// Whether the producer has finished and every frame has been read.
    public var isExhausted: Bool {
        // The flag first: after it, `written` is final.
        ring.finished.load(ordering: .acquiring) && available == 0
    }

    /// Whether the producer has said that no frame follows those in the ring.
    public var isFinished: Bool { ring.finished.load(ordering: .acquiring) }

    /// Frames read so far.
    public var position: Int { ring.read.load(ordering: .relaxed) }

    /// Reads up to `count` frames into a block from its frame `offset` on, and tells how many those were.
    public func read(into block: inout AudioBlock, at offset: Int, count: Int) -> Int {
        precondition(offset >= 0 && count >= 0 && offset + count <= block.capacity)
        let read = ring.read.load(ordering: .relaxed)
        let count = min(count, ring.written.load(ordering: .acquiring) - read)
        block.withChannels { left, right in
            ring.copyOut(&left, &right, at: offset, count: count, from: read)
        }
        ring.read.store(read + count, ordering: .releasing)
        ring.wakeProducer()
        return count
    }

    /// Waits until `count` frames can be read, or no more will come, or the time is over. Not for the clock thread.
    ///
    /// - Returns: false when the time was over.
    public func waitForFrames(_ count: Int, milliseconds: Int) -> Bool {
        let wanted = min(count, ring.capacity)
        return unsafe ring.wait(on: ring.framesSignal, flag: ring.consumerWaits, milliseconds: milliseconds) {
            available >= wanted || isFinished
        }
    }

    /// Says that no frame is wanted any more; a waiting producer is woken.
    public func close() {
        ring.closed.store(true, ordering: .releasing)
        ring.wakeProducer(always: true)
    }
}

/// The storage that both ends share.
@safe
private final class FrameRingStorage: @unchecked Sendable {
    // Unsafe and unchecked Sendable: `samples` is written by the one producer only in [written, read + capacity) and
    // read by the one consumer only in [read, written). The counters' release/acquire pairs order those accesses,
    // so the two threads never touch the same frame. The semaphores are the system's own.
    private let samples: UnsafeMutablePointer<Float>
    let capacity: Int
    let written = Atomic<Int>(0)
    let read = Atomic<Int>(0)
    let finished = Atomic<Bool>(false)
    let closed = Atomic<Bool>(false)
    let producerWaits = Atomic<Bool>(false)
    let consumerWaits = Atomic<Bool>(false)
    let spaceSignal: UnsafeMutablePointer<sem_t>
    let framesSignal: UnsafeMutablePointer<sem_t>

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        unsafe samples = .allocate(capacity: capacity * EngineFormat.channels)
        unsafe samples.initialize(repeating: 0, count: capacity * EngineFormat.channels)
        unsafe spaceSignal = .allocate(capacity: 1)
        unsafe framesSignal = .allocate(capacity: 1)
        unsafe sem_init(spaceSignal, 0, 0)
        unsafe sem_init(framesSignal, 0, 0)
    }

    deinit {
        unsafe sem_destroy(spaceSignal)
        unsafe sem_destroy(framesSignal)
        unsafe spaceSignal.deallocate()
        unsafe framesSignal.deallocate()
        unsafe samples.deallocate()
    }

    /// Copies frames in at a counter, in one or two pieces. The caller has seen that they fit.
    func copyIn(_ left: Span<Float>, _ right: Span<Float>, count: Int, at counter: Int) {
        copyIn(left, channel: 0, count: count, at: counter)
        copyIn(right, channel: 1, count: count, at: counter)
    }

    private func copyIn(_ source: Span<Float>, channel: Int, count: Int, at counter: Int) {
        let start = counter % capacity
        let first = min(count, capacity - start)
        unsafe source.withUnsafeBufferPointer { from in
            guard let base = from.baseAddress, count > 0 else { return }
            let to = unsafe samples + channel * capacity
            unsafe (to + start).update(from: base, count: first)
            unsafe to.update(from: base + first, count: count - first)
        }
    }

    /// Copies frames out from a counter on, in one or two pieces. The caller has seen that they are there.
    func copyOut(
        _ left: inout MutableSpan<Float>, _ right: inout MutableSpan<Float>, at offset: Int, count: Int,
        from counter: Int
    ) {
        copyOut(&left, channel: 0, at: offset, count: count, from: counter)
        copyOut(&right, channel: 1, at: offset, count: count, from: counter)
    }

    private func copyOut(
        _ target: inout MutableSpan<Float>, channel: Int, at offset: Int, count: Int, from counter: Int
    ) {
        let start = counter % capacity
        let first = min(count, capacity - start)
        unsafe target.withUnsafeMutableBufferPointer { to in
            guard let base = to.baseAddress, count > 0 else { return }
            let from = unsafe samples + channel * capacity
            unsafe (base + offset).update(from: from + start, count: first)
            unsafe (base + offset + first).update(from: from, count: count - first)
        }
    }

    func wakeProducer(always: Bool = false) {
        guard
            always
                || capacity - (written.load(ordering: .relaxed) - read.load(ordering: .relaxed)) >= capacity
                    / 4
        else { return }
        if producerWaits.exchange(false, ordering: .acquiringAndReleasing) { unsafe sem_post(spaceSignal) }
    }

    func wakeConsumer() {
        if consumerWaits.exchange(false, ordering: .acquiringAndReleasing) { unsafe sem_post(framesSignal) }
    }

    func wait(
        on signal: UnsafeMutablePointer<sem_t>, flag: borrowing Atomic<Bool>, milliseconds: Int,
        until condition: () -> Bool
    ) -> Bool {
        let deadline = cshims_monotonic_now() + Int64(milliseconds) * 1_000_000
        while true {
            // The flag before the last look: a peer that published before it saw the flag is seen here.
            flag.store(true, ordering: .sequentiallyConsistent)
            if condition() { return true }
            if unsafe cshims_sem_wait(signal, deadline - cshims_monotonic_now()) != 0, errno == ETIMEDOUT {
                return condition()
            }
        }
    }
}
