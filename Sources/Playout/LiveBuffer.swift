public import Audio
public import Codecs
public import Programme
internal import Synchronization

/// A DJ's jitter buffer: what was decoded and is not heard yet (design, section 4.7).
///
/// In the green room it keeps the newest span and forgets what is older, so that the source is always read. On air it
/// holds back nothing: frames go on to the ring that the engine reads, and a source that is faster than time waits when
/// that is full. The decoder's reader thread gives, any thread looks, the conductor says when it is on air.
///
/// How much has to wait is adapted to the line where nobody hears it: in the green room it grows with the jitter seen, and
/// after a drop-out it is doubled, each up to half of the limit. On air it does not grow: more could wait only if less
/// were heard, and that is what the bed is for.
public final class LiveBuffer: LiveSink, Sendable {
    /// How much is kept.
    public struct Depth: Sendable, Hashable {
        /// What must wait before it is heard, at the least: as much as the line may stall without anybody noticing.
        public var target: Length
        /// What may wait when a source is faster than time; of a line that stalls, up to half of this has to.
        public var limit: Length
        /// Below this level, in dBFS, it counts as silent.
        public var silence: Double
        /// What is lost on the way comes later: a level that falls while nothing comes is no matter of clocks.
        public var isGapless: Bool

        public init(
            target: Length = Length(seconds: 1.5), limit: Length = Length(seconds: 12), silence: Double = -60,
            isGapless: Bool = false
        ) {
            self.target = target
            self.limit = limit
            self.silence = silence
            self.isGapless = isGapless
        }
    }

    private struct State {
        /// Frames that must wait before it is heard, whatever the line looks like now.
        var floor: Int
        /// Frames that must wait before it is heard: more while the line is seen to stall.
        var target: Int
        var jitter = JitterWatch()
        /// The newest frames, in the green room; left and right.
        var held: (left: [Float], right: [Float]) = ([], [])
        /// The way to the engine; nil in the green room.
        var way: Way?
        var consumer: FrameConsumer?
        var drift = DriftControl()
        /// The mix's position at which the drift was looked at last.
        var lookedAt: Int64?
        /// Frames that came so far; and how many those were when that was looked at, and the mix's position when it
        /// was seen to grow last.
        var came = 0
        var cameBefore = (frames: 0, at: Int64(0))
        /// Titles, each with the frame from which on it holds, oldest first. The first one may have aired already.
        var titles: [(title: Title, from: Int)] = []
        var isEnded = false
        /// Frames since the last sound.
        var silent = 0
        /// How many frames had come when the sound began that goes on, but for pauses; nil before the first.
        var soundFrom: Int?
        var window = (power: 0.0, frames: 0)
        var check = SignalCheck()
        var judge = LiveJudge()
    }

    /// A ring, and the converter in front of it that takes up the difference of two clocks.
    private final class Way: Sendable {
        let producer: FrameProducer
        /// Used by the reader thread; by the conductor before that thread knows of it, and after it has ended.
        private let converter = Mutex(SteeredConverter())
        /// What the converter is steered to with the next frames. The converter itself may be held for as long as there
        /// is no room.
        let ratio = Mutex(1.0)

        init(_ producer: FrameProducer) { self.producer = producer }

        /// Waits for room as often as needed, until the engine wants no more.
        func write(_ left: Span<Float>, _ right: Span<Float>) {
            let ratio = ratio.withLock { $0 }
            converter.withLock { converter in
                converter.steer(to: ratio)
                converter.convert(left: left, right: right) { left, right in put(left, right) }
            }
        }

        func finish() {
            converter.withLock { $0.finish { left, right in _ = producer.write(left: left, right: right) } }
            producer.finish()
        }

        private func put(_ left: Span<Float>, _ right: Span<Float>) {
            var written = 0
            while written < left.count, !producer.isClosed {
                written += producer.write(
                    left: left.extracting(written...), right: right.extracting(written...))
                if written < left.count { _ = producer.waitForSpace(milliseconds: 1_000) }
            }
        }
    }

    private let depth: Depth
    private let state: Mutex<State>
    /// The most titles on their way; one more takes the place of the newest.
    private static let titleLimit = 64
    /// Frames over which silence is measured: 0.1 s.
    private static let window = 4_410
    /// So long is no page: 0.3 s.
    private static let gap: Int64 = 13_230
    /// Silence up to here is a pause: 1 s.
    private static let pause = 44_100
    /// By this is multiplied what the line fell behind at the most: the next time it may be a little more.
    private static let headroom = 1.25

    public init(_ depth: Depth) {
        self.depth = depth
        let target = Int(depth.target.frames)
        state = Mutex(State(floor: target, target: target))
    }

    // MARK: What comes

    public func take(left: Span<Float>, right: Span<Float>) {
        let way = state.withLock { state in
            listen(to: left, right, &state)
            state.came += left.count
            if state.way == nil { hold(left, right, &state) }
            return state.way
        }
        way?.write(left, right)
    }

    /// A title that holds from the frame that comes next on.
    public func take(title: Title) {
        state.withLock { state in
            guard state.titles.last?.title != title else { return }
            // Of a flood the newest is kept, and those whose turn comes before it.
            if state.titles.count == Self.titleLimit { state.titles.removeLast() }
            state.titles.append((title, state.came))
        }
    }

    /// The stream has been recognised.
    public func take(source: SourceDescription) {
        state.withLock { $0.judge.channels = source.channels }
    }

    /// No frame will come any more: what waits is heard to its end.
    public func end() {
        state.withLock { state in
            state.isEnded = true
            state.way?.finish()
        }
    }

    private func hold(_ left: Span<Float>, _ right: Span<Float>, _ state: inout State) {
        unsafe left.withUnsafeBufferPointer { unsafe state.held.left.append(contentsOf: $0) }
        unsafe right.withUnsafeBufferPointer { unsafe state.held.right.append(contentsOf: $0) }
        // Twice the target, so that what is forgotten is not moved each time.
        if state.held.left.count > 2 * state.target {
            state.held.left.removeFirst(state.held.left.count - state.target)
            state.held.right.removeFirst(state.held.right.count - state.target)
        }
    }

    private func listen(to left: Span<Float>, _ right: Span<Float>, _ state: inout State) {
        var judge = state.judge
        state.check.take(left: left, right: right) { judge.take($0) }
        state.judge = judge
        for frame in left.indices {
            state.window.power += Double(left[frame] * left[frame] + right[frame] * right[frame])
            state.window.frames += 1
            guard state.window.frames == Self.window else { continue }
            let level = Decibels.level((state.window.power / Double(2 * Self.window)).squareRoot())
            if level < depth.silence {
                state.silent += Self.window
            } else {
                // Of `came` the frames of this call are not part yet.
                if state.soundFrom == nil || state.silent > Self.pause {
                    state.soundFrom = state.came + frame + 1 - Self.window
                }
                state.silent = 0
            }
            state.window = (0, 0)
        }
    }

    // MARK: What is known

    /// Whether enough waits to begin with, and it sounds: whoever connects early and is silent does not get the air.
    public var isReady: Bool {
        sounds && state.withLock { $0.held.left.count >= $0.target && !$0.isEnded }
    }

    /// Whether all that would be heard at first lies behind the beginning of a sound.
    var sounds: Bool {
        state.withLock { state in
            state.soundFrom.map { state.came - $0 >= state.target } == true
                && state.silent <= Self.pause
        }
    }

    /// For how long nothing but silence has come.
    public var silence: Length { Length(frames: Int64(state.withLock { $0.silent })) }

    /// What a DJ should know now.
    var advice: [LiveAdvice] { state.withLock { $0.judge.advice } }

    /// The newest second of the signal; nil before the first.
    var newest: SignalSecond? { state.withLock { $0.judge.newest } }

    /// What is to be said to the DJ now. Called at every step.
    ///
    /// - Parameter position: the mix's.
    func sayings(at position: Int64, _ circumstances: LiveCircumstances) -> [LiveAdvice] {
        state.withLock { state in
            let rate = Double(EngineFormat.sampleRate)
            let time = Double(position) / rate
            state.judge.look(came: Double(state.came) / rate, at: time)
            state.judge.look(circumstances)
            return state.judge.sayings(at: time)
        }
    }

    /// What waits to be heard.
    public var waiting: Length {
        state.withLock { state in
            Length(
                frames: Int64(state.consumer?.available ?? min(state.held.left.count, state.target)))
        }
    }

    /// Whether its last frame has come, and nobody hears what is left.
    var isOver: Bool { state.withLock { $0.isEnded && $0.consumer?.isExhausted != false } }

    /// What is played at the frame that is heard now, or will be heard first; nil when the stream has not said.
    var title: Title? {
        state.withLock { state in
            let heard = max(0, state.came - (state.consumer?.available ?? state.held.left.count))
            while state.titles.count > 1, state.titles[1].from <= heard { state.titles.removeFirst() }
            return state.titles.first.flatMap { $0.from <= heard ? $0.title : nil }
        }
    }

    // MARK: What the conductor says

    /// Goes on air: the newest span that waits is in the ring already, what comes goes behind it.
    func goOnAir() -> FrameConsumer {
        state.withLock { state in
            // Of an earlier way that is still fading out, what waits is enough; whoever waits for room there must not.
            state.consumer?.close()
            let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: depth.limit.frames))
            let way = Way(producer)
            let kept = min(state.held.left.count, state.target)
            let old = state.held.left.count - kept
            way.write(state.held.left.span.extracting(old...), state.held.right.span.extracting(old...))
            state.held = ([], [])
            if state.isEnded { way.finish() }
            state.way = way
            (state.drift, state.lookedAt) = (DriftControl(), nil)
            state.consumer = consumer
            (state.floor, state.jitter) = (state.target, JitterWatch())
            return consumer
        }
    }

    /// Back to the green room, or away: nobody reads this end any more. When it has gone on air anew since, that is not
    /// touched.
    func leaveAir(_ consumer: FrameConsumer) {
        consumer.close()
        state.withLock { state in
            guard state.consumer === consumer else { return }
            state.way = nil
            state.consumer = nil
        }
    }

    /// Off the air because it ran dry while more was to come: the line is worse than was thought. Twice as much has to
    /// wait before it is heard again, up to half of the limit.
    func dropOut(_ consumer: FrameConsumer) {
        leaveAir(consumer)
        state.withLock { state in
            state.floor = max(state.floor, min(2 * state.target, Int(depth.limit.frames) / 2))
            state.target = state.floor
        }
    }

    /// Measures the line while nobody hears it, and has more wait if it stalls. Called at every step.
    ///
    /// - Parameter position: the mix's.
    func measure(at position: Int64) {
        state.withLock { state in
            guard state.way == nil, !state.isEnded else { return }
            let rate = Double(EngineFormat.sampleRate)
            state.jitter.look(came: Double(state.came) / rate, at: Double(position) / rate)
            let needed = min(state.jitter.worst * Self.headroom, depth.limit.seconds / 2)
            state.target = max(state.floor, Int(needed * rate))
        }
    }

    /// Takes up the difference between the DJ's clock and ours. Called at every step.
    ///
    /// - Parameter position: the mix's.
    func steer(at position: Int64) {
        state.withLock { state in
            guard let way = state.way, let consumer = state.consumer else { return }
            let last = state.lookedAt ?? position
            state.lookedAt = position
            guard position > last else { return }
            if state.came != state.cameBefore.frames { state.cameBefore = (state.came, position) }
            if depth.isGapless, position - state.cameBefore.at > Self.gap { state.drift.pause() }
            let rate = Double(EngineFormat.sampleRate)
            let ratio = state.drift.ratio(
                waiting: Double(consumer.available) / rate, after: Double(position - last) / rate)
            way.ratio.withLock { $0 = ratio }
        }
    }
}
