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
        /// The DJ's connection, when it is one.
        var session: Int?
        /// The frame of the file with which the deck begins.
        var offset: Length
        let deck: Deck
        let track: any OpenTrack
        /// Whether the engine has it.
        var handed = false
    }

    var settings: PlayoutSettings {
        // Who may have the air may have changed with them.
        didSet { liveDesk.isWindowKnown = false }
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
    private(set) var followed = Length.zero
    /// The station's time is to move by this at the next boundary.
    var pendingShift: Length?
    /// The station's time is to move by about this when the programme goes to where it would be.
    var leap = Length.zero
    /// For how long the engine has stood still since the start, as far as that was written down.
    var standstill = Length.zero
    /// What went wrong lately, newest last, for status: each until its file is heard whole. At most `troubleLimit`.
    private(set) var troubles: [Trouble] = []
    static let troubleLimit = 50

    /// The DJs who are connected, and who of them has the air.
    var liveDesk: LiveDesk

    /// Everything that the engine has or may still get, by deck.
    private var lent: [Int: Loaded] = [:]
    var lastDeck = Engine.toneID
    private var failuresInARow = 0
    private var retried: Item?
    /// Steps for which nothing is opened, after everything has failed; and the same for the emergency track.
    private var backOff = 0
    private var emergencyBackOff = 0
    /// Why what was on air ended before its time.
    private var accident: String?

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
    func shown(_ item: Item) -> Item {
        guard !item.isPlanned || item.queueID != nil else { return item }
        var item = item
        item.show = timeline.programming.slot(at: max(item.start, min(now, item.end ?? now))).show?.name
        return item
    }

    /// The station's time at the mix's head.
    var now: Instant { base + Length(frames: engine.position.frames) }

    /// The place in the mix of an instant, in the time that the station will have when the next item begins.
    private func frame(of instant: Instant?) -> FrameTime? {
        instant.map { FrameTime(frames: ($0 - (base + (pendingShift ?? leap))).frames) }
    }

    /// When the next item begins: where the one on air ends, or soon when nobody knows that.
    private var nextStart: Instant { current?.end ?? now + Self.ahead }
    /// How long before a slot ends its next one is made ready when something is on air whose end nobody knows: 5 s.
    private static let ahead = Length(seconds: 5)

    // MARK: Opening

    private func load(_ item: Item, from offset: Length) { next = open(item, from: offset) }

    func open(_ item: Item, from offset: Length) -> Loaded {
        let track = opener.open(item.track.file, from: offset)
        let deck = Deck(
            id: nextDeck(), frames: track.frames, gainDecibels: item.track.gain(target: settings.loudness),
            // What the slot's end cuts off is there to be faded.
            length: (item.until == nil ? item.length : item.track.length).map { Int(($0 - offset).frames) },
            until: frame(of: item.until))
        return lend(Loaded(item: item, offset: offset, deck: deck, track: track))
    }

    func nextDeck() -> Int {
        lastDeck += 1
        return lastDeck
    }

    /// Keeps what the engine may get until it has given it back.
    func lend(_ loaded: Loaded) -> Loaded {
        titles.set(title(of: loaded.item), for: loaded.deck.id)
        lent[loaded.deck.id] = loaded
        return loaded
    }

    private func title(of item: Item) -> TitleBook.Entry {
        switch item.kind {
        case .emergency, .tone: .title(Title(title: settings.stationName))
        case .identification where item.track.title == nil: .keep
        case .bed: .keep
        case .track, .queued, .identification, .live: .title(item.track.shownTitle)
        }
    }

    private func chooseNext() {
        guard backOff == 0 else {
            backOff -= 1
            return
        }
        if let loaded = liveNext() {
            next = loaded
        } else if let current {
            // What was aired before may have been joined in its middle, when a span of the past is rendered; and a file
            // that a show interrupted goes on.
            guard let item = timeline.item(after: current, at: nextStart) else { return }
            load(item, from: max(.zero, (current.end ?? item.start) - item.start))
        } else if let item = timeline.item(at: now) {
            load(item, from: now - item.start)
        }
    }

    /// Takes back what was to follow when its slot ends before it was its turn: somebody is on air whose end nobody knows.
    private func dropOutdated() {
        guard let next, next.item.isPlanned, let current, current.length == nil, let until = next.item.until,
            until <= nextStart
        else { return }
        withdraw(next)
    }

    /// Gives the engine what follows as soon as it has frames, or drops it when it cannot be played.
    private func handNext() {
        guard let loaded = next, loaded.track.state != .opening else { return }
        let file = loaded.item.track.file
        if case .failed(let words, let passing) = loaded.track.state {
            return fail(loaded, words: words, passing: passing)
        }
        guard !loaded.handed else { return }
        let frames = loaded.deck.frames
        if frames.isExhausted {
            return fail(
                loaded, words: "\(file) holds no sound; remove it or put a good copy in its place.",
                passing: false)
        }
        guard frames.available >= settings.readyFrames || frames.isFinished else { return }
        if !loaded.item.track.hasTitle, case .open(let title?) = loaded.track.state {
            titles.set(.title(title), for: loaded.deck.id)
            next?.item.track.artist = title.artist
            next?.item.track.title = title.title
            next?.item.track.album = title.album
        }
        guard engine.commands.push(.follow(loaded.deck)) else { return }
        next?.handed = true
        failuresInARow = 0
        if tone != nil || onAir?.item.kind == .emergency || cutFact != nil { cutToNext() }
    }

    /// Has the engine go on to what follows now, which it has.
    func cutToNext() {
        let isLive = cutFact == .liveIn || cutFact == .liveOut
        _ = engine.commands.push(.cut(fade: isLive ? Int(settings.live.fade.frames) : Engine.fade))
    }

    /// What was to follow cannot be played: it costs itself and nothing else.
    private func fail(_ loaded: Loaded, words: String, passing: Bool) {
        withdraw(loaded)
        if loaded.item.kind == .live { return }
        if loaded.item.kind == .bed {
            liveDesk.bedFailed = true
            return note(words, file: loaded.item.track.file)
        }
        if passing, retried != loaded.item {
            retried = loaded.item
            return load(loaded.item, from: loaded.offset)
        }
        note(words, file: loaded.item.track.file)
        if let current {
            timeline.drop(loaded.item, onAir: current)
        } else {
            timeline.drop(loaded.item, beginningAt: now)
        }
        failuresInARow += 1
        let hasAllFailed =
            failuresInARow >= max(3, timeline.tracks(at: loaded.item.start) + timeline.queued.count)
        if hasAllFailed { timeline.forsake(loaded.item) }
        record(.deviation, file: loaded.item.track.file, words: words)
        if hasAllFailed {
            failuresInARow = 0
            backOff = settings.stepsOfBackOff
        }
    }

    /// Opens an item to follow instead of what was to.
    func replace(next item: Item, from offset: Length) {
        if let loaded = next { withdraw(loaded) }
        load(item, from: offset)
    }

    /// Something has changed for the better: tries again at once.
    func backOffIsOver() { backOff = 0 }

    /// Takes back what was to follow; its file is closed when the engine has let go of it.
    func withdraw(_ loaded: Loaded) {
        next = nil
        if loaded.handed { _ = engine.commands.push(.unfollow) } else { release(loaded.deck.id) }
    }

    private func release(_ deck: Int) {
        lent.removeValue(forKey: deck)?.track.close()
    }

    private func loadEmergency() {
        guard let file = settings.emergency else { return }
        guard emergencyBackOff == 0 else {
            emergencyBackOff -= 1
            return
        }
        let track = Track(file: file, key: file)
        emergency = open(
            Item(kind: .emergency, track: track, start: base, length: nil, after: Cursor()), from: .zero)
    }

    private func handEmergency() {
        guard let loaded = emergency, !loaded.handed else { return }
        if case .failed(let words, _) = loaded.track.state {
            note(words, file: loaded.item.track.file)
            release(loaded.deck.id)
            emergency = nil
            emergencyBackOff = settings.stepsOfBackOff
            return
        }
        guard loaded.deck.frames.available >= settings.readyFrames || loaded.deck.frames.isFinished else {
            return
        }
        emergency?.handed = engine.commands.push(.emergency(loaded.deck))
    }

    // MARK: Events

    private func take(_ event: EngineEvent) {
        switch event {
        case .began(let deck, let at): began(deck, at: base + Length(frames: at.frames))
        case .ended(let deck, let at, _, let complete):
            guard let loaded = onAir, loaded.deck.id == deck else { return }
            if let session = loaded.session { liveEnded(session, deck: deck) }
            if cutFact == nil { accident = accident(of: loaded, complete: complete) }
            if complete, accident == nil { troubles.removeAll { $0.file == loaded.item.track.file } }
            journal.ended(
                loaded.item, at: base + Length(frames: at.frames), why: accident ?? cutFact?.rawValue)
        case .tone(let at): beganTone(at: base + Length(frames: at.frames))
        case .released(let deck): release(deck)
        }
    }

    /// Why a deck ended before its time, if it did so by itself.
    private func accident(of loaded: Loaded, complete: Bool) -> String? {
        // A file whose length was not known seems complete wherever its frames end.
        if case .failed(let words, _) = loaded.track.state, !complete || loaded.item.isProvisional {
            return words
        }
        // The emergency track goes as soon as something else is ready; a DJ as it pleases.
        guard !complete, loaded.item.isPlanned else { return nil }
        let file = loaded.item.track.file
        return loaded.deck.frames.isFinished
            ? "\(file) is shorter than it was when it was measured; it will be measured again."
            : "\(file) gave no sound for too long; the next track was put on air."
    }

    private func began(_ deck: Int, at instant: Instant) {
        guard var loaded = lent[deck] else { return }
        if let next, next.deck.id == deck {
            // What was learned of it since it was opened: its tags, its length, its place in a changed plan.
            loaded = next
            self.next = nil
        }
        loaded.handed = true
        var instant = shifted(instant)
        if cutFact == .clock {
            // The station slept: the plan is what it was, and the station's time goes to its place in it.
            let place = loaded.item.start + loaded.offset
            self.shift(by: place - instant)
            instant = place
        } else {
            if loaded.item.isPlanned { loaded.item.start = instant - loaded.offset }
        }
        leap = .zero
        if loaded.item.isPlanned {
            loaded.item.fade(at: loaded.deck.until.map { base + Length(frames: $0.frames) })
        }
        if cutFact != .clock { settle(endedAt: instant, before: loaded.item) }
        cutFact = nil
        if !loaded.item.isPlanned {
            loaded.item.start = instant
            timeline.interpose(loaded.item, after: current)
            recordInterlude(loaded.item)
        }
        onAir = loaded
        (tone, shownTitle) = (nil, nil)
        journal.began(loaded.item, at: instant, offset: loaded.offset)
        if loaded.item.isProvisional, loaded.item.isPlanned {
            timeline.hold(loaded.item)
            record(
                .deviation, file: loaded.item.track.file,
                words: "\(loaded.item.track.file) is not measured yet.")
        }
        replan()
    }

    /// Writes down what went on air beside the plan.
    private func recordInterlude(_ item: Item) {
        switch item.kind {
        case .live: record(.liveIn, words: "\(item.track.artist ?? "A DJ") went live.")
        case .bed:
            record(
                .deviation, file: item.track.file,
                words: "The bed is on air: the DJ's line is gone or silent.")
        default:
            emergency = nil
            record(
                .deviation, file: item.track.file,
                words: "The emergency track is on air: nothing else was ready.")
        }
    }

    private func beganTone(at instant: Instant) {
        let item = Item(
            kind: .tone, track: Track(file: "", key: ""), start: instant, length: nil, after: Cursor())
        settle(endedAt: instant, before: item)
        timeline.interpose(item, after: current)
        (onAir, tone, shownTitle) = (nil, item, nil)
        journal.began(item, at: instant, offset: .zero)
        record(.deviation, words: "Nothing could be played, not even an emergency track: the tone is on air.")
    }

    /// Moves the station's time if a jump of the wall clock waits for a boundary.
    private func shifted(_ instant: Instant) -> Instant {
        guard let shift = pendingShift else { return instant }
        pendingShift = nil
        self.shift(by: shift)
        return instant + shift
    }

    /// Moves the station's time.
    func shift(by length: Length) {
        base = base + length
        followed = followed + length
    }

    /// Tells the timeline where what was on air has ended, if that is not where it was to end.
    private func settle(endedAt instant: Instant, before item: Item) {
        defer { accident = nil }
        if let previous = current, previous.end != instant { timeline.end(previous, at: instant) }
        if item.isPlanned { timeline.begin(item, at: instant) }
        guard let previous = current, previous.end != instant else { return }
        if cutFact == .liveOut, item.isPlanned { record(.liveOut, words: "The programme is back on air.") }
        if let accident { note(accident, file: previous.track.file) }
        if cutFact == nil {
            let file = previous.track.file
            record(
                .deviation, file: file.isEmpty ? nil : file,
                words: accident
                    ?? (previous.end == nil
                        ? "It ended; until then nobody knew when it would."
                        : "It did not end at the instant that was planned."))
        }
    }

    func record(_ kind: Fact.Kind, file: String? = nil, words: String) {
        journal.record(Fact(kind: kind, at: now, file: file, words: words), state: timeline.state)
    }

    private func note(_ words: String, file: String) {
        if troubles.count == Self.troubleLimit { troubles.removeFirst() }
        troubles.append(Trouble(at: now, file: file, words: words))
        settings.report(words)
    }

    /// Throws away what was opened if the timeline now says something else.
    func replan() {
        guard let current, let loaded = next, loaded.item.isPlanned else { return }
        if let expected = timeline.item(after: current, at: nextStart),
            expected.track.file == loaded.item.track.file,
            expected.kind == loaded.item.kind, expected.queueID == loaded.item.queueID,
            expected.start + loaded.offset == current.end ?? expected.start,
            frame(of: expected.until) == loaded.deck.until
        {
            next?.item = expected
        } else {
            withdraw(loaded)
        }
    }
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
    fileprivate mutating func fade(at latest: Instant?) {
        guard let latest else { return }
        until = latest
        length = track.length.map { min($0, latest - start) }
    }
}
