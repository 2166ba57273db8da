internal import Audio
internal import Synchronization

/// The mix on its way from the clock thread to one rendition's encoder thread: frames, and marks that say which deck
/// they come from (step 6 of design, section 3).
///
/// Full: the clock never waits for an encoder. Frames that do not fit are lost to this rendition; the gap is noted, and
/// the encoder puts silence of the same length in its place, so that its time stays the mix's time.
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
        let taken = block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
            producer.write(left: left.extracting(offset...), right: right.extracting(offset...))
        })
        guard taken < count else { return }
        gaps.push(Gap(after: producer.position, frames: count - taken))
        lost.add(count - taken, ordering: .relaxed)
    }

    /// No frame follows.
    func finish() { producer.finish() }

    /// Waits until a whole block fits, for an engine that runs faster than real time.
    func waitForRoom() { _ = producer.waitForSpace(milliseconds: 10_000) }
}
