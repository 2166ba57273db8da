internal import Audio
internal import Codecs
public import Programme

/// A track that could not be played.
public struct Trouble: Sendable, Hashable {
    public var at: Instant
    public var file: String
    /// Why, and what to do, in a sentence.
    public var words: String
}

/// Keeps the engine supplied: asks the timeline what follows, opens it ahead of time, hands it to the engine as a deck,
/// and writes down what was aired and what went otherwise than planned.
///
/// Confined to one thread: the playout's own, or the renderer's. It never waits for the engine, a listener or a disk,
/// but for the journal's `commit` of a person's act. The engine never waits for it: rings hold seconds.
final class Conductor {
    /// A file on its way to the air or on it.
    struct Loaded {
        var item: Item
        /// The DJ's connection and account, when it is one.
        var session: Int?
        var account: String?
        /// The frame of the file with which the deck begins.
        var offset: Length
        let deck: Deck
        let track: any OpenTrack
        /// Whether the engine has it.
        var handed = false
    }

    var settings: PlayoutSettings {
        didSet {
            // Who may have the air may have changed with them.
            liveDesk.isWindowKnown = false
            if settings.emergency != oldValue.emergency { renewEmergency() }
            if settings.stationName != oldValue.stationName {
                titles.set(.title(Title(title: settings.stationName)), for: Engine.toneID)
            }
        }
    }
    let engine: EngineLine
    let opener: any TrackOpener
    let journal: any Journal
    let titles: TitleBook

    var timeline: Timeline
    /// The instant of the mix's frame 0. The clock's jumps move it.
    var base: Instant
    var onAir: Loaded?
    /// What is on air when no file is: the tone.
    var tone: Item?
    /// What a person has listeners shown instead of the title of what is on air.
    var shownTitle: Title?
    var next: Loaded?
    var emergency: Loaded?
    /// Why what is on air is about to be cut: the fact that the cut will be.
    var cutFact: Fact.Kind?
    /// By how much the station's time has been moved since the start.
    var followed = Length.zero
    /// The station's time is to move by this at the next boundary.
    var pendingShift: Length?
    /// The station's time is to move by about this when the programme goes to where it would be.
    var leap = Length.zero
    /// For how long the engine has stood still since the start, as far as that was written down.
    var standstill = Length.zero
    /// What went wrong lately, newest last, for status: each until its file is heard whole. At most `troubleLimit`.
    var troubles: [Trouble] = []
    static let troubleLimit = 50

    /// The DJs who are connected, and who of them has the air.
    var liveDesk: LiveDesk

    /// Everything that the engine has or may still get, by deck.
    var lent: [Int: Loaded] = [:]
    var lastDeck = Engine.toneID
    var failuresInARow = 0
    var retried: Item?
    /// Steps for which nothing is opened, after everything has failed; and the same for the emergency track.
    var backOff = 0
    var emergencyBackOff = 0
    /// Why what was on air ended before its time.
    var accident: String?

    init(
        settings: PlayoutSettings, timeline: Timeline, engine: EngineLine, opener: any TrackOpener,
        journal: any Journal, titles: TitleBook
    ) {
        self.settings = settings
        self.timeline = timeline
        self.engine = engine
        self.opener = opener
        self.journal = journal
        self.titles = titles
        liveDesk = LiveDesk(rules: settings.live.handOver)
        base = Instant(frames: 0)
    }

    // MARK: Life

    /// Begins the programme: the mix's frame 0 will be this instant.
    func start(at instant: Instant) {
        base = instant
        record(.start, words: "The station went on air.")
        loadEmergency()
        if let item = timeline.item(at: instant) { load(item, from: instant - item.start) }
    }

    /// Whether there is something to put on air at once.
    var isReady: Bool { next?.handed == true || (next == nil && emergency?.handed == true) }

    /// Does what there is to do, without waiting. Called a few dozen times a second, or before every block of a render.
    func step() {
        while let event = engine.events.pop() { take(event) }
        if emergency == nil { loadEmergency() }
        handEmergency()
        stepLive()
        dropOutdated()
        if next == nil { chooseNext() }
        handNext()
    }

    /// Closes every file. The engine must have stopped.
    func finish() {
        if let current { journal.ended(current, at: now, why: "the station stopped") }
        record(.stop, words: "The station went off air.")
        for loaded in lent.values { loaded.track.close() }
        lent = [:]
        (onAir, tone, next, emergency) = (nil, nil, nil, nil)
    }

    /// What is on air, whatever it is; nil before the first frame.
    var current: Item? { onAir?.item ?? tone }

    /// `count` items that follow, as things stand.
    func coming(_ count: Int) -> [Item] {
        guard let current else { return [] }
        return Array(timeline.items(from: current, count: count + 1, at: now).dropFirst())
    }

    /// An item with the show in which it airs, whatever put it there.
    func shown(_ item: Item) -> Item { shown(item, at: max(item.start, min(now, item.end ?? now))) }

    /// The same, at an instant.
    func shown(_ item: Item, at instant: Instant) -> Item {
        timeline.programming.shown(item, at: instant)
    }

    /// The station's time at the mix's head.
    var now: Instant { base + Length(frames: engine.position.frames) }

    /// The place in the mix of an instant, in the time that the station will have when the next item begins.
    func frame(of instant: Instant?) -> FrameTime? {
        instant.map { FrameTime(frames: ($0 - (base + (pendingShift ?? leap))).frames) }
    }

    /// When the next item begins: where the one on air ends, or soon when nobody knows that.
    var nextStart: Instant { current?.end ?? now + Self.ahead }
    /// How long before a slot ends its next one is made ready when something is on air whose end nobody knows: 5 s.
    private static let ahead = Length(seconds: 5)
}

extension Item {
    /// Whether the programme planned it: what people and accidents put in between is not.
    var isPlanned: Bool {
        switch kind {
        case .track, .identification, .queued: true
        case .emergency, .tone, .live, .bed: false
        }
    }

    /// Ends at an instant at the latest: that of the place in the mix at which its deck ends.
    mutating func fade(at latest: Instant?) {
        guard let latest else { return }
        until = latest
        length = track.length.map { min($0, latest - start) }
    }
}
