internal import Audio
internal import Synchronization

/// The mix on its way from the clock thread to one rendition's encoder thread: frames, and marks that say which deck
/// they come from (step 6 of design, section 3).
///
/// Full: the clock never waits for an encoder. Frames that do not fit are lost to this rendition; the gap is noted, and
/// the encoder puts silence of the same length in its place, so that its time stays the mix's time. However long an
/// encoder stalls, that is one gap: it grows until a frame fits again, and is told before that frame is.
final class MixFeed: Sendable {
    /// The deck whose frames begin at a position of the mix.
    struct Mark: BitwiseCopyable, Sendable {
        var at: FrameTime
        var deck: Int
    }

    /// Frames that are missing behind the first `after` frames of the ring.
    struct Gap: BitwiseCopyable, Sendable {
        var after: Int
        var frames: Int
    }

    private let producer: FrameProducer
    let consumer: FrameConsumer
    /// Marks that the encoder has not seen yet; only an encoder that stalls for 64 tracks fills it.
    let marks = SignalQueue<Mark>(capacity: 64)
    let gaps = SignalQueue<Gap>(capacity: 64)
    /// Frames lost behind the last one of the ring, which the encoder has not been told of. The clock's own.
    private let missing = Atomic<Int>(0)
    /// The position in the mix of the first frame; negative until the engine feeds it.
    private let first = Atomic<Int64>(-1)
    private let lost = Atomic<Int>(0)

    init(capacity: FrameCount) {
        (producer, consumer) = FrameRing.make(capacity: capacity)
    }

    /// The position in the mix of the first frame; meaningful once a frame is there.
    var start: FrameTime { FrameTime(frames: first.load(ordering: .acquiring)) }

    /// Whether the engine has begun to feed it.
    var isFed: Bool { first.load(ordering: .acquiring) >= 0 }

    /// Frames lost so far because the encoder was too slow.
    var lostFrames: Int { lost.load(ordering: .relaxed) }

    /// Frames that fit in now.
    var free: Int { producer.free }

    // MARK: The clock's side

    /// Says where the first frame stands and which deck it comes from, if that is known. Before the first `write`.
    func begin(at position: FrameTime, deck: Int?) {
        if let deck { marks.push(Mark(at: position, deck: deck)) }
        first.store(position.frames, ordering: .releasing)
    }

    /// Writes a block's frames from `offset` on.
    func write(_ block: borrowing AudioBlock, from offset: Int) {
        let count = block.capacity - offset
        guard tellsGap() else { return lose(count) }
        let taken = block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
            producer.write(left: left.extracting(offset...), right: right.extracting(offset...))
        })
        if taken < count { lose(count - taken) }
    }

    private func lose(_ frames: Int) {
        missing.add(frames, ordering: .relaxed)
        lost.add(frames, ordering: .relaxed)
    }

    /// Tells the encoder of the frames that are missing, if any are and others fit behind them; false when these have to
    /// be lost as well.
    private func tellsGap(atEnd: Bool = false) -> Bool {
        let frames = missing.load(ordering: .relaxed)
        guard frames > 0 else { return true }
        guard atEnd || producer.free > 0, gaps.push(Gap(after: producer.position, frames: frames)) else {
            return false
        }
        missing.store(0, ordering: .relaxed)
        return true
    }

    /// No frame follows.
    func finish() {
        _ = tellsGap(atEnd: true)
        producer.finish()
    }

    /// Waits until a whole block fits, for an engine that runs faster than real time.
    func waitForRoom() { _ = producer.waitForSpace(milliseconds: 10_000) }
}
