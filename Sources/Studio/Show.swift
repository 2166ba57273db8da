public import Audio
internal import CShims
public import Codecs
internal import Synchronization
internal import Threads

/// Whether what comes in goes out.
public enum Fader: Sendable, Hashable {
    case open
    /// For a moment: the station, the recording and the listeners get silence.
    case muted
    /// Not on air yet: the station gets silence, with which nobody is given the air, and nothing is recorded. The meter
    /// shows what comes in.
    case cued
}

/// What a show tells whoever watches it; called on its own threads.
public enum ShowEvent: Sendable, Hashable {
    /// The source is there.
    case opened(SourceDescription)
    /// The source gives nothing more, and is opened again until it does; the station gets silence.
    case inputLost(MediaFault)
    /// A title, announced to the station.
    case title(Title)
    case recording(path: String)
    case recordingEnded(RecordingFault)
    /// The source's end, the show's, or why there is no source; nothing follows.
    case ended(MediaFault?)
}

/// A show: what comes in is metered, encoded, sent and recorded.
///
/// A thread of its own, named `studio-show`, does a block after the other; it takes what waits in the input's ring and
/// waits for nothing but that ring and the pace of time, not for the line and not for the disk. Any thread may watch and
/// command. libav runs in a worker process and never here.
public final class Show: Sendable {
    public struct Plan: Sendable {
        public var source: ShowSource
        public var format: StreamFormat
        /// What the stream's comments call it.
        public var name: String
        public var fader: Fader
        /// Nil when it is not recorded.
        public var recording: RecordingPlan?
        /// Where the sound systems' libraries find theirs.
        public var sound: SoundSettings

        public init(
            source: ShowSource, format: StreamFormat, name: String, fader: Fader = .open,
            recording: RecordingPlan? = nil, sound: SoundSettings
        ) {
            self.source = source
            self.format = format
            self.name = name
            self.fader = fader
            self.recording = recording
            self.sound = sound
        }
    }

    private let desk: Desk
    private let thread = OwnedThread(name: "studio-show")

    /// Begins at once. What is sent before there is a connection is the line's to keep.
    public init(
        _ plan: Plan, workers: MediaWorkers, line: any ShowLine,
        events: @escaping @Sendable (ShowEvent) -> Void
    ) throws(FormatRefusal) {
        let stream = try plan.format.stream(
            station: plan.name, serial: .random(in: 0 ... .max), start: FrameTime(frames: 0))
        let desk = Desk(plan, workers, line, events)
        self.desk = desk
        thread.start(with: stream) { stream in desk.run(stream) }
    }

    deinit { end() }

    /// What the meter shows.
    public var level: ShowLevel { desk.state.withLock { $0.level } }

    public var fader: Fader {
        get { desk.state.withLock { $0.fader } }
        set { desk.state.withLock { $0.fader = newValue } }
    }

    /// Tells the station what is played from now on. The same title again is told once.
    public func announce(_ title: Title) { desk.announce(title) }

    /// Ends the show: what has come in is encoded and recorded to its end, and then `ended` is told.
    public func finish() { desk.state.withLock { $0.isEnding = true } }

    /// Ends the show and waits for that; not from within `events`. Safe to call again.
    public func end() {
        finish()
        thread.join()
    }
}

/// What the show's thread does and what others see of it.
private final class Desk: Sendable {
    struct State {
        var fader: Fader
        var level = ShowLevel()
        var title: Title?
        var isEnding = false
    }

    let state: Mutex<State>
    private let plan: Show.Plan
    private let workers: MediaWorkers
    private let line: any ShowLine
    private let events: @Sendable (ShowEvent) -> Void

    init(
        _ plan: Show.Plan, _ workers: MediaWorkers, _ line: any ShowLine,
        _ events: @escaping @Sendable (ShowEvent) -> Void
    ) {
        state = Mutex(State(fader: plan.fader))
        self.plan = plan
        self.workers = workers
        self.line = line
        self.events = events
    }

    func announce(_ title: Title) {
        let isNew = state.withLock { state in
            guard !title.title.isEmpty, state.title != title else { return false }
            state.title = title
            return true
        }
        guard isNew else { return }
        line.announce(artist: title.artist, title: title.title)
        events(.title(title))
    }

    // MARK: The show's thread

    func run(_ stream: any EncodedStream) {
        let recorder = plan.recording.map { plan in
            Recorder(plan) { [events] result in
                switch result {
                case .success(let path): events(.recording(path: path))
                case .failure(let fault): events(.recordingEnded(fault))
                }
            }
        }
        var chain = ShowChain(stream, line, recorder)
        let fault = follow(&chain)
        chain.finish()
        recorder?.finish()
        events(.ended(fault))
    }

    /// So many nanoseconds without a frame, and a device counts as lost; so many later it is opened again. The first
    /// time, a sound system may have to be started.
    private static let patience: (opening: Int64, playing: Int64) = (15_000_000_000, 3_000_000_000)
    private static let retry: Int64 = 2_000_000_000

    /// Takes the source's frames until it ends, or the show does.
    ///
    /// - Returns: why there are no more; nil when that is as it should be.
    private func follow(_ chain: inout ShowChain) -> MediaFault? {
        var input: ShowInput? = open()
        defer { input?.stop() }
        var pace = ShowPace(isFile: isFile)
        var block = AudioBlock()
        var (hasSounded, isLost) = (false, false)
        var last = cshims_monotonic_now()
        while !(state.withLock { $0.isEnding }) {
            // A lost source is not waited for: silence goes out in its place.
            if let input, let count = input.read(into: &block, waiting: isLost ? 0 : 100) {
                if !hasSounded || isLost, let source = input.description { events(.opened(source)) }
                (hasSounded, isLost) = (true, false)
                last = cshims_monotonic_now()
                pace.wait(for: count)
                pass(&block, count, &chain)
                continue
            }
            let silent = cshims_monotonic_now() - last
            let isHung =
                isDevice && silent > (hasSounded && !isLost ? Self.patience.playing : Self.patience.opening)
            if let gone = input, gone.consumer.isExhausted || isHung {
                let fault = gone.consumer.isExhausted ? gone.fault : .hung
                guard isDevice, hasSounded else { return fault }
                if !isLost { events(.inputLost(fault ?? .hung)) }
                gone.stop()
                (input, isLost, last) = (nil, true, cshims_monotonic_now())
            } else if input == nil, silent > Self.retry {
                (input, last) = (open(), cshims_monotonic_now())
            }
            guard isLost else { continue }
            block.clear(from: 0, count: block.capacity)
            pace.wait(for: block.capacity)
            pass(&block, block.capacity, &chain)
        }
        return nil
    }

    private func pass(_ block: inout AudioBlock, _ count: Int, _ chain: inout ShowChain) {
        let fader = state.withLock { $0.fader }
        let level = chain.pass(&block, count: count, fader: fader)
        state.withLock { $0.level = level }
    }

    private func open() -> ShowInput {
        ShowInput(plan.source, workers: workers, settings: plan.sound) { [weak self] in self?.announce($0) }
    }

    private var isFile: Bool { if case .file = plan.source { true } else { false } }
    private var isDevice: Bool { if case .device = plan.source { true } else { false } }
}
