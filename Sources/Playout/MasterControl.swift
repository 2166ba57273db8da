public import Audio
internal import CShims
public import Codecs
internal import Dispatch
public import Programme
internal import Synchronization
internal import Threads

/// The station on air: the conductor's thread, the clock, and the renditions (design, sections 3 and 4.1).
///
/// Any thread may call any method. What people do is carried out on the conductor's thread, one act after the other;
/// the caller waits for it, at most `actDeadline` until it begins.
public final class MasterControl: Sendable {
    /// What is known of the programme at one moment.
    public struct Report: Sendable {
        /// What is on air now.
        public var onAir: Item?
        /// What a person has listeners shown instead of its title.
        public var shownTitle: Title?
        /// What comes after it.
        public var next: [Item] = []
        public var queued: [Item] = []
        /// What the programme is planned from.
        public var timeline: Timeline?
        /// The station's time at the mix's head.
        public var now = Instant(frames: 0)
        public var troubles: [Trouble] = []
        /// The DJs who are connected, the earliest first.
        public var live: [LiveReport] = []
        public var clock = ClockReport()
        /// Frames that encoders had to leave out because they were too slow.
        public var lostFrames = 0
    }

    private typealias Act = @Sendable (Conductor) -> Void

    private struct State {
        var acts: [Act] = []
        var clock: AudioClock?
        var renditions: [Rendition] = []
        var tap: MixTap?
        var isStarted = false
        var stopping = false
        /// The station's name, when it was changed after the start.
        var stationName: String?
    }

    private let settings: PlayoutSettings
    private let journal: any Journal
    private let titles: TitleBook
    private let wall: @Sendable () -> Int64
    private let state = Mutex(State())
    private let line = EngineLine()
    private let thread = OwnedThread(name: "fh-conductor")
    /// Acts that wait; one more is refused.
    private static let actLimit = 64
    /// The longest that anybody waits for an act to begin: 10 s. What it does then has deadlines of its own.
    private static let actDeadline = DispatchTimeInterval.seconds(10)
    /// The longest that a skip waits for what follows: 5 s.
    private static let skipDeadline: Int64 = 5_000_000_000
    /// How long the conductor sleeps between two looks: 25 ms.
    private static let pause: Int64 = 25_000_000
    /// How long the first file may take before the station goes on air without it: 1.5 s.
    private static let startDeadline: Int64 = 1_500_000_000

    /// - Parameter wall: the wall clock, in nanoseconds since 1970-01-01T00:00Z.
    public init(settings: PlayoutSettings, journal: any Journal, wall: @escaping @Sendable () -> Int64) {
        self.settings = settings
        self.journal = journal
        self.wall = wall
        titles = TitleBook(tone: Title(title: settings.stationName))
    }

    // MARK: Life

    /// Goes on air. The mix begins a burst before now, so that the first listener gets a whole burst.
    public func start(timeline: Timeline, opener: any TrackOpener) {
        state.withLock { $0.isStarted = true }
        thread.start { [self] in run(timeline, opener) }
    }

    /// Ends the station: the encoders end their streams, every thread is joined.
    public func stop() {
        state.withLock { $0.stopping = true }
        thread.join()
        for rendition in state.withLock({ $0.renditions }) { rendition.join() }
        state.withLock { $0.tap }?.join()
    }

    /// Adds an output, before the start or while the station is on air. Outputs of the same format share one encoder;
    /// false when there are 16 encoders already.
    public func add(_ format: StreamFormat, output: RenditionOutput) -> Bool {
        let renditions = state.withLock { $0.renditions }
        if let same = renditions.first(where: { $0.format == format }) {
            same.add(output)
            return true
        }
        guard renditions.count < Engine.renditionLimit else { return false }
        let name = state.withLock { $0.stationName } ?? settings.stationName
        let rendition = Rendition(format: format, stationName: name, titles: titles, output: output)
        state.withLock { $0.renditions.append(rendition) }
        return line.commands.push(.feed(rendition.feed))
    }

    /// Lets somebody hear the mix itself, from the start on. To be called once, before it.
    ///
    /// - Parameter hear: gets each block and the position of its first frame in the mix, on a thread that may wait for
    ///   some seconds without being noticed.
    public func tap(_ hear: @escaping @Sendable (borrowing AudioBlock, FrameTime) -> Void) {
        let tap = MixTap(hear)
        state.withLock { $0.tap = tap }
        _ = line.commands.push(.feed(tap.feed))
    }

    private func run(_ timeline: Timeline, _ opener: any TrackOpener) {
        let conductor = Conductor(
            settings: settings, timeline: timeline, engine: line, opener: opener, journal: journal,
            titles: titles)
        let burst = settings.burst
        conductor.start(at: Instant(wallNanoseconds: wall()) - burst)
        let began = cshims_monotonic_now()
        while !conductor.isReady, cshims_monotonic_now() - began < Self.startDeadline {
            conductor.step()
            cshims_sleep_until(cshims_monotonic_now() + 2_000_000)
        }
        // What the first file took to open is caught up, so that the station's time is the wall clock's from the start.
        let preroll = Instant(wallNanoseconds: wall()) - conductor.now
        let clock = AudioClock(
            engine: Engine(line: line), preroll: FrameCount(frames: max(burst.frames, preroll.frames)))
        state.withLock { $0.clock = clock }
        let reference = Instant(wallNanoseconds: wall() - cshims_monotonic_now())
        while !state.withLock({ $0.stopping }) {
            conductor.step()
            for act in takeActs() { act(conductor) }
            // What the wall clock gained on the one that only counts, and what the engine left out: a step of NTP, a
            // sleep of the machine, a reset. An engine that is merely late is none of these.
            let ahead = Instant(wallNanoseconds: wall() - cshims_monotonic_now()) - reference
            let stood = Length(frames: clock.report.skippedFrames)
            conductor.follow(ahead: ahead + stood, stood: stood)
            cshims_sleep_until(cshims_monotonic_now() + Self.pause)
        }
        clock.stop()
        conductor.step()
        conductor.finish()
    }

    private func takeActs() -> [Act] {
        state.withLock { state in
            defer { state.acts = [] }
            return state.acts
        }
    }

    // MARK: Acts

    /// What is on air, what comes next and how the clock does. `count` items at the most.
    public func report(count: Int = 10) throws(ActRefusal) -> Report {
        var report = try perform { conductor in
            Report(
                onAir: conductor.current.map(conductor.shown), shownTitle: conductor.shownTitle,
                next: conductor.coming(count).map(conductor.shown),
                queued: conductor.timeline.queued.filter { $0.start > conductor.current?.start ?? $0.start }
                    .map(conductor.shown),
                timeline: conductor.timeline,
                now: conductor.now, troubles: conductor.troubles, live: conductor.liveReport)
        }
        (report.clock, report.lostFrames) = (clock, lostFrames)
        return report
    }

    /// The position in the mix behind the last block that went out. Does not wait, as the next two.
    public var position: FrameTime { line.position }

    /// How the clock does.
    public var clock: ClockReport { state.withLock { $0.clock?.report ?? ClockReport() } }

    /// Frames that encoders had to leave out because they were too slow.
    public var lostFrames: Int { state.withLock { $0.renditions.reduce(0) { $0 + $1.feed.lostFrames } } }

    /// Puts on air at once what follows.
    ///
    /// - Returns: what was left, what is on air now, and why the journal holds the act in memory, if it does.
    public func skip() throws(ActRefusal) -> (left: Item, onAir: Item, held: String?) {
        let result: Result<Skip, ActRefusal> = try perform { conductor in
            guard let left = conductor.current else { return .failure(.notOnAir) }
            if let account = conductor.liveOnAir { return .failure(.live(account)) }
            let deck = conductor.onAir?.deck.id
            conductor.beginSkip()
            let deadline = cshims_monotonic_now() + Self.skipDeadline
            while !conductor.hasLeft(deck), cshims_monotonic_now() < deadline {
                cshims_sleep_until(cshims_monotonic_now() + 5_000_000)
                conductor.step()
            }
            guard conductor.hasLeft(deck), let onAir = conductor.current else {
                conductor.cutFact = nil
                return .failure(.nothingFollows)
            }
            return .success(Skip(left: left, onAir: onAir, held: conductor.confirmSkip(of: left)))
        }
        let skip = try result.get()
        return (skip.left, skip.onAir, skip.held)
    }

    private struct Skip: Sendable {
        var left: Item
        var onAir: Item
        var held: String?
    }

    /// Puts tracks at the end of the queue, all of them or none.
    public func queue(_ tracks: [Track]) throws(ActRefusal) -> (items: [Item], held: String?) {
        try perform { $0.queue(tracks) }.get()
    }

    /// Takes an entry out of the queue.
    public func unqueue(_ id: Int) throws(ActRefusal) -> (item: Item, held: String?) {
        try perform { $0.unqueue(id) }.get()
    }

    /// Shows listeners a title instead of that of what is on air, until the next item begins.
    public func override(title: Title) throws(ActRefusal) {
        guard try perform({ $0.show(title) }) else { throw .notOnAir }
    }

    /// Lets a DJ into the green room; false when all places are taken.
    public func welcome(_ guest: LiveGuest) throws(ActRefusal) -> Bool { try perform { $0.welcome(guest) } }

    /// Says that a DJ's last frame has come. Does not wait.
    ///
    /// - Parameter clean: whether the DJ's client ended its stream in good order.
    public func farewell(_ session: Int, clean: Bool) {
        state.withLock { $0.acts.append { $0.farewell(session, clean: clean) } }
    }

    /// The DJs who are connected, the earliest first.
    public func djs() throws(ActRefusal) -> [LiveReport] { try perform { $0.liveReport } }

    /// Gives a DJ the air, takes it away, or sends the DJ away.
    ///
    /// - Returns: why the journal holds the act in memory, if it does.
    @discardableResult
    public func direct(_ account: String, _ act: LiveAct) throws(ActRefusal) -> String? {
        try perform { $0.direct(account, act) }.get()
    }

    /// Takes up a changed library, schedule or rules, from the next boundary on.
    public func adopt(_ programming: Programming) throws(ActRefusal) {
        try perform(isLasting: true) { $0.adopt(programming) }
    }

    /// Takes up changed settings; what is on air keeps its gain. Streams that run keep the station's name of their start:
    /// it stands in headers that are sent once.
    public func apply(_ settings: PlayoutSettings) throws(ActRefusal) {
        state.withLock { $0.stationName = settings.stationName }
        try perform(isLasting: true) { $0.settings = settings }
    }

    /// Runs something on the conductor's thread and waits for its answer. What has not begun within `actDeadline` is not
    /// done at all, unless it is lasting.
    private func perform<Answer: Sendable>(
        isLasting: Bool = false, _ body: @escaping @Sendable (Conductor) -> Answer
    ) throws(ActRefusal) -> Answer {
        let answer = Pending<Answer>(isLasting: isLasting)
        let taken = state.withLock { state in
            // Before the start nobody would answer, and whoever asks would wait for it in vain.
            guard state.isStarted, !state.stopping, state.acts.count < Self.actLimit else { return false }
            state.acts.append { conductor in answer.carryOut { body(conductor) } }
            return true
        }
        guard taken, let value = answer.wait(Self.actDeadline) else { throw .notOnAir }
        return value
    }
}
