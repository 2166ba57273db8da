/// All that planning reads: the station's rotation, who is on when, and what each show has to play (design, section 4.2).
///
/// A pure value. What it has worked out once it remembers, which no answer depends on; copies share that.
public struct Programming: Sendable, Hashable {
    /// What a show's content has come to.
    public enum Source: Sendable, Hashable {
        case rotation(Rotation)
        /// One file, from its beginning.
        case file(Track)
        /// One file in the slots that begin before an instant, and the next one, if there is one, in those behind it.
        case series(Track, until: Instant, then: Track?)
        /// A file for each day.
        case days([Day: Track])
    }

    /// What is on when no show is, and when a show has nothing to play.
    public let rotation: Rotation
    public let schedule: Schedule
    /// What is not in it cannot be played (yet).
    public let sources: [Content: Source]
    /// The station's identifications where they are due at minutes of the hour. (Those after some tracks are in the
    /// rotations.)
    public let identification: Jingles?
    let memory = PlanMemory()

    public init(
        rotation: Rotation, schedule: Schedule = .empty, sources: [Content: Source] = [:],
        identification: Jingles? = nil
    ) {
        self.identification = identification
        self.rotation = rotation
        self.schedule = schedule
        self.sources = sources
    }

    public static func == (a: Programming, b: Programming) -> Bool {
        a.rotation == b.rotation && a.schedule == b.schedule && a.sources == b.sources
            && a.identification == b.identification
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rotation)
        hasher.combine(schedule.shows)
    }

    /// Tells two states of the music apart: when it changes, a cursor has to be looked up anew.
    public var digest: String {
        let others = sources.values.compactMap { source in
            if case .rotation(let rotation) = source { rotation.digest } else { nil }
        }
        guard !others.isEmpty else { return rotation.digest }
        var hash = StableHash()
        for digest in [rotation.digest] + others.sorted() { hash.add(digest) }
        return hash.digits
    }

    /// An item's track as it is known now.
    func track(of item: Item) -> Track? {
        let rotations = sources.values.compactMap { source in
            if case .rotation(let rotation) = source { rotation } else { nil }
        }
        for rotation in [rotation] + rotations {
            if let track = rotation.track(of: item) { return track }
        }
        for case .file(let track) in sources.values where track.file == item.track.file { return track }
        for case .series(let first, _, let next) in sources.values {
            if let track = [first, next].compactMap(\.self).first(where: { $0.file == item.track.file }) {
                return track
            }
        }
        for case .days(let days) in sources.values {
            if let track = days.values.first(where: { $0.file == item.track.file }) { return track }
        }
        return nil
    }

    // MARK: Slots

    /// The slot that is on at an instant; one of the rotation reaches from the end of the last show to the start of the
    /// next, or for ever.
    public func slot(at instant: Instant) -> Slot {
        let endless = Slot(start: .farPast, end: .farFuture)
        guard !schedule.shows.isEmpty || !edges(of: endless).isEmpty else { return endless }
        return memory.slot(at: instant) {
            guard !schedule.shows.isEmpty else { return part(of: endless, at: instant) }
            var slot = schedule.slot(at: instant)
            if slot.show == nil {
                slot.start = self.end(ofTheLastBefore: instant)
                slot.end = start(ofTheNextAfter: instant)
            }
            return part(of: slot, at: instant)
        }
    }

    /// The slots that have at least a frame in a span, each whole.
    public func slots(from: Instant, to: Instant) -> [Slot] {
        var slots: [Slot] = []
        var instant = from
        while instant < to {
            let slot = slot(at: instant)
            slots.append(slot)
            instant = slot.end
        }
        return slots
    }

    func slot(before slot: Slot) -> Slot { self.slot(at: slot.start - Length(frames: 1)) }

    /// The last part of a show's slots that began before an instant; nil when there is none in the last year or so.
    func slot(of show: String, before instant: Instant) -> Slot? {
        for days in Self.spans.prefix(4) {
            let slots = schedule.slots(from: instant - days, to: instant)
            if let last = slots.last(where: { $0.show?.name == show && $0.start < instant }) {
                return part(of: last, at: min(last.end, instant) - Length(frames: 1))
            }
        }
        return nil
    }

    /// Looks back over longer and longer spans: what is far away is rare.
    private func end(ofTheLastBefore instant: Instant) -> Instant {
        for span in Self.spans {
            let from = max(instant - span, min(instant, Anchor.origin.instant))
            if let last = schedule.slots(from: from, to: instant).last(where: { $0.show != nil }) {
                return last.end
            }
            guard from > Anchor.origin.instant else { break }
        }
        return .farPast
    }

    /// What is more than a year away changes nothing that is on before.
    private func start(ofTheNextAfter instant: Instant) -> Instant {
        for span in Self.spans.prefix(4) {
            if let next = schedule.slots(from: instant, to: instant + span).first(where: { $0.show != nil }) {
                return next.start
            }
        }
        return .farFuture
    }

    private static let spans = [1, 8, 64, 512, 4_096, 1_000_000].map { Length(seconds: $0 * 86_400) }

    // MARK: What a slot plays

    /// What a slot plays: a file at first, if its show has one, then a rotation.
    struct Supply {
        var file: Track?
        var rotation: Rotation
        /// What is on before it.
        var jingle: Track?
        var intro: Track?
        /// What the slot ends with.
        var outro: Track?
        /// Whether the rotation is the station's, which goes on from slot to slot.
        var isStandard = false
        /// Whether the show goes on where its last slot stopped.
        var isContinued = false
        /// Tells two rotations of the same slot's parts apart.
        var variant: [String] { [rotation.seed.description] + rotation.parts.map(\.playlist) }
        /// Whether tracks may change places so that the last one ends where the slot does.
        var reorders: Bool { rotation.order == .shuffle && !isContinued }
        /// What is on before the file and the rotation.
        var opening: [Track] { [jingle, intro].compactMap(\.self) }
    }

    func supply(of slot: Slot) -> Supply {
        var supply = content(of: slot)
        let jingles = slot.show?.jingles ?? identification
        if slot.show?.jingles != nil {
            var every = 0
            if case .every(let tracks) = jingles?.due { every = tracks }
            supply.rotation = supply.rotation.with(identifications: tracks(of: jingles), every: every)
        }
        if slot.jingle != nil, supply.file == nil { supply.jingle = jingle(jingles, at: slot.start) }
        if !slot.isContinuation { supply.intro = file(slot.show?.intro) }
        if slot.occurrence.map({ $0.end == slot.end }) ?? false { supply.outro = file(slot.show?.outro) }
        return supply
    }

    /// The first of what its show has that can be played in it, and may be at that time of the day.
    private func content(of slot: Slot) -> Supply {
        var file: Track?
        let start = (slot.occurrence ?? slot.whole).start
        for content in [slot.show?.plays, slot.show?.otherwise].compactMap(\.self) {
            switch sources[content] {
            case .rotation(let rotation):
                guard let rotation = inHours(rotation, slot) else { continue }
                if case .continued = content {
                    return Supply(file: file, rotation: rotation, isContinued: true)
                }
                return Supply(file: file, rotation: rotation)
            case .file(let track): file = file ?? track
            case .series(let first, let until, let next): file = file ?? (start < until ? first : next)
            case .days(let days): file = file ?? days[schedule.agenda.day(at: start)]
            case nil: continue
            }
        }
        var standard = standard(in: slot)
        standard.file = file
        return standard
    }

    /// Whether something that nobody can know yet may change what is on: a DJ may come, a newer file, an episode.
    public func isProvisional(at item: Item) -> Bool {
        guard let show = slot(at: item.start).show else { return false }
        guard show.live.isEmpty else { return true }
        switch show.plays {
        case .newest, .podcast, .stream, .recording: return true
        case .playlist, .continued, .file, .dated, nil: return false
        }
    }

    /// An item with the show that is on at an instant: what people and accidents put in between is of no show's plan.
    public func shown(_ item: Item, at instant: Instant) -> Item {
        guard !item.isOfSlot else { return item }
        var item = item
        item.show = slot(at: instant).show?.name
        return item
    }

    /// The rotation of a show that goes on where its last slot stopped.
    func rotation(ofContinued name: String) -> Rotation? {
        let show = schedule.shows.first { $0.name == name }
        for case .continued(let playlist)? in [show?.plays, show?.otherwise] {
            if case .rotation(let rotation)? = sources[.continued(playlist: playlist)] { return rotation }
        }
        return nil
    }

    /// Where a slot's rotation begins, without any memory: the station's with the first whole track behind the place where
    /// it has come to since the origin of time, a show's own with an order of the slot's own.
    func firstCursor(of slot: Slot, at start: Instant, _ supply: Supply) -> Cursor {
        if supply.isStandard {
            return slot.start == .farPast ? Cursor() : supply.rotation.item(at: start)?.after ?? Cursor()
        }
        guard supply.rotation.order == .shuffle, !supply.isContinued else { return Cursor() }
        var hash = StableHash()
        hash.add(slot.show?.name ?? "")
        hash.add(UInt64(bitPattern: slot.start.frames))
        let number = Rounds.first(hash.value)
        return Cursor(round: number, identifications: number)
    }
}

extension Slot {
    /// What tells the plan of one slot from another's.
    var key: Instant? { start == .farPast ? nil : start }

    /// Itself as an occurrence.
    fileprivate var whole: Occurrence { Occurrence(show: 0, start: start, end: end) }

    func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }

    /// Whether it waits for the track that is on air.
    var isSoft: Bool { isCut ? jingle == .soft : show?.start == .soft && !isContinuation }
}

extension Instant {
    /// Before and behind everything.
    static let farPast = Instant(frames: -(1 << 60))
    static let farFuture = Instant(frames: 1 << 60)
}
