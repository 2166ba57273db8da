/// What is on air at any instant: items that are laid down, then the plans of the slots, of which the first begins where
/// they end.
///
/// A pure value. Everything that a person or an accident does is a change of it, and the changed value says again
/// what will be on air. Its `state` is what the journal keeps with each fact, so that a crash changes nothing. What is
/// laid down counts in the slot in which it ends; the plan of a later slot is what it would be anyway.
///
/// ```
///   laid:  [ on air ][ queued ][ queued ]   the rest of the slot: [ ][ ][ ]│the next slot: [ ][ ] …
///                                        ↑ anchor.instant
/// ```
public struct Timeline: Sendable, Hashable {
    /// The part that the journal keeps.
    public struct State: Sendable, Hashable, Codable {
        /// Items that are laid down, one behind the other: what was on air when a fact came, and the queue.
        public var laid: [Item] = []
        /// Where the rotation goes on behind them.
        public var anchor: Anchor = .origin
        /// The digest of the music for which the anchor was made.
        public var digest: String = ""
        /// The number that the next queued item gets.
        public var nextQueueID = 1
        /// The start of the slot whose rotation the anchor's cursor is of; nil where no show has ever been.
        public var slot: Instant?
        /// By show, for those that go on where their last slot stopped: where their rotation stands from an instant on.
        public var continued: [String: Anchor]?
        /// The start of the slot whose show has nothing that can be played: the station's rotation is on in it.
        public var forsaken: Instant?

        public init() {}
    }

    public internal(set) var state: State
    public private(set) var programming: Programming

    /// The most items that wait in the queue; one more is refused.
    public static let queueLimit = 100

    /// Takes up a state that the journal kept, or begins at the origin of time.
    ///
    /// A rotation that is not the one of the state (the library changed while the station was off) goes on at the
    /// same place in its own order.
    public init(_ programming: Programming, state: State = State()) {
        self.programming = programming
        self.state = state
        if state.digest != programming.digest, state.anchor != .origin { relocate() }
        self.state.digest = programming.digest
    }

    /// A station without shows.
    public init(rotation: Rotation, state: State = State()) {
        self.init(Programming(rotation: rotation), state: state)
    }

    public var rotation: Rotation { programming.rotation }

    /// How many tracks the slot at an instant has to choose from.
    public func tracks(at instant: Instant) -> Int {
        supply(of: programming.slot(at: instant)).rotation.tracks.count
    }

    // MARK: Asking

    /// What is on air at an instant; nil when only the bottom of the programme can answer.
    ///
    /// An item that began before the instant is given with the start that it had. Where a length is unknown no
    /// position can be known: there the rotation's next track starts at the instant itself.
    public func item(at instant: Instant) -> Item? {
        if let laid = state.laid.first(where: { $0.start <= instant && $0.end.map { instant < $0 } ?? false })
        {
            return laid
        }
        return plan(at: instant, isAnchored: isKnown(at: instant)).item(at: instant)
            .map { upToWhatIsKnown($0, at: instant) }
    }

    private func isKnown(at instant: Instant) -> Bool {
        state.anchor != .origin && instant >= state.anchor.instant
    }

    /// Before everything that is known the programme went as it has gone since the origin of time, up to that: a start
    /// may lie in front of it by a burst.
    private func upToWhatIsKnown(_ item: Item, at instant: Instant) -> Item {
        let known = state.laid.first?.start ?? state.anchor.instant
        guard state.anchor != .origin, instant < known, item.end.map({ $0 > known }) ?? true else {
            return item
        }
        var item = item
        (item.length, item.until) = (known - item.start, nil)
        return item
    }

    /// What follows an item, as things stand; its start is provisional when the item's end is.
    ///
    /// - Parameter now: when it follows if nobody knows the item's end; nil for the item's start.
    public func item(after item: Item, at now: Instant? = nil) -> Item? {
        if let place = place(of: item) {
            guard place + 1 == state.laid.count else { return state.laid[place + 1] }
            return first(
                at: item.length == nil ? max(state.anchor.instant, now ?? item.start) : state.anchor.instant)
        }
        if let end = item.end, let first = state.laid.first, first.start == end { return first }
        if let end = item.end, item.isOfSlot {
            let plan = plan(at: end, isAnchored: isKnown(at: end))
            if let next = plan.item(after: item) { return upToWhatIsKnown(next, at: end) }
            if let next = plan.item(at: end), next.start == end || plan.start == end {
                return upToWhatIsKnown(next, at: end)
            }
        }
        var changed = self
        changed.lay(item)
        return changed.first(at: item.end ?? max(item.start, now ?? item.start))
    }

    /// What begins at an instant behind everything that is laid down.
    private func first(at instant: Instant) -> Item? {
        var moved = self
        moved.state.anchor.instant = instant
        return moved.plan(at: instant, isAnchored: true).item(at: instant)
    }

    /// `count` items, from one that is on air on, that one first.
    public func items(from first: Item, count: Int, at now: Instant? = nil) -> [Item] {
        var items = [first]
        while items.count < count, let next = item(after: items[items.count - 1], at: now) {
            items.append(next)
        }
        return items
    }

    private func place(of item: Item) -> Int? {
        // A track that a restart cut in two is laid down twice with one start.
        state.laid.lastIndex { $0.isSame(as: item) && $0.length == item.length }
            ?? state.laid.lastIndex { $0.isSame(as: item) }
    }

    /// This timeline with what was really on air laid down in front of it, so that a span of the past can be asked for.
    ///
    /// - Parameter aired: what was on air, the earliest first, each with the place in its file of its first frame and
    ///   the length that it had. Times at which the station was off are left out.
    public func replaying(_ aired: [(item: Item, offset: Length, length: Length)]) -> Timeline {
        guard let last = aired.last else { return self }
        var replay = self
        let end = last.item.start + last.length
        if let current = item(at: end) { replay.lay(current) } else { replay.state.laid = [] }
        var start = aired[0].item.start
        let laid = aired.map { aired in
            var item = aired.item
            item.start = start - aired.offset
            item.length = aired.offset + aired.length
            if item.until != nil { item.until = item.end }
            start = start + aired.length
            return item
        }
        replay.state.laid.insert(contentsOf: laid, at: 0)
        return replay
    }

    // MARK: Changing

    /// Lays down what is on air, so that what follows it can be changed.
    private mutating func lay(_ onAir: Item) {
        remember(at: onAir.start)
        if let place = place(of: onAir) {
            state.laid.removeFirst(place)
        } else {
            state.laid = [onAir]
            goOn(behind: onAir)
        }
    }

    /// Has the slot's rotation go on behind an item.
    private mutating func goOn(behind item: Item) {
        state.anchor = Anchor(instant: item.end ?? item.start, cursor: item.after)
        state.slot = item.slot
    }

    /// Moves what follows the item on air up or back, so that one ends where the next begins.
    private mutating func close() {
        for place in state.laid.indices.dropFirst() {
            state.laid[place].start = state.laid[place - 1].end ?? state.laid[place - 1].start
        }
        guard let last = state.laid.last else { return }
        state.anchor.instant = last.end ?? last.start
    }

    /// What is on air ends at an instant: a person skipped it, its file was shorter, it was not measured.
    public mutating func end(_ onAir: Item, at instant: Instant) {
        lay(onAir)
        state.laid[0].length = max(.zero, instant - onAir.start)
        state.laid[0].until = nil
        close()
    }

    /// An item that was to follow cannot be played: what stands behind it moves up.
    public mutating func drop(_ failed: Item, onAir: Item) {
        lay(onAir)
        if let place = place(of: failed), place > 0 {
            state.laid.remove(at: place)
        } else {
            (state.anchor.cursor, state.slot) = (failed.after, failed.slot)
        }
        close()
    }

    /// Nothing that a slot's show has can be played, as its last failed item has shown: for the rest of the slot the
    /// station's rotation is on.
    public mutating func forsake(_ failed: Item) {
        let slot = programming.slot(at: state.anchor.instant)
        guard failed.show != nil, failed.slot == slot.key, !supply(of: slot).isStandard else { return }
        state.forsaken = slot.start
        state.slot = slot.key
        state.anchor.cursor = programming.firstCursor(of: slot, at: state.anchor.instant, supply(of: slot))
    }

    /// The item with which the station was to begin cannot be played: what stands behind it begins at the instant.
    public mutating func drop(_ failed: Item, beginningAt instant: Instant) {
        if let place = place(of: failed) { state.laid.removeFirst(place + 1) } else { state.laid = [] }
        if state.laid.isEmpty {
            state.anchor = Anchor(instant: instant, cursor: failed.after)
            state.slot = failed.slot
        } else {
            state.laid[0].start = instant
            close()
        }
    }

    /// An item is on air whose end nobody knows yet: what follows is what follows it, however long it takes.
    public mutating func hold(_ onAir: Item) {
        lay(onAir)
        close()
    }

    /// Something that the timeline did not plan goes on air at its own start: the emergency track or the tone. What is
    /// laid down behind it, and the rotation, wait until it ends.
    public mutating func interpose(_ item: Item, after onAir: Item?) {
        if let onAir { lay(onAir) }
        state.laid.removeAll { $0.queueID == nil || $0.queueID == onAir?.queueID }
        var item = item
        (item.after, item.slot) = (state.anchor.cursor, state.slot)
        state.laid.insert(item, at: 0)
        close()
    }

    /// Puts a track at the end of the queue, behind what is on air.
    ///
    /// - Returns: the queued item, or nil when `queueLimit` items wait.
    public mutating func queue(_ track: Track, onAir: Item) -> Item? {
        lay(onAir)
        guard state.laid.count <= Self.queueLimit else { return nil }
        let item = Item(
            kind: .queued, track: track, start: state.anchor.instant, length: track.length,
            after: state.anchor.cursor, queueID: state.nextQueueID, slot: state.slot)
        state.nextQueueID += 1
        state.laid.append(item)
        close()
        return item
    }

    /// Takes an item out of the queue; nil when it does not wait there (any more).
    public mutating func unqueue(_ id: Int, onAir: Item) -> Item? {
        guard onAir.queueID != id, let item = queued.first(where: { $0.queueID == id }) else { return nil }
        lay(onAir)
        state.laid.removeAll { $0.queueID == id }
        close()
        return item
    }

    /// The items that wait in the queue, what is on air not among them once it was laid down.
    public var queued: [Item] { state.laid.filter { $0.kind == .queued } }

    /// An item went on air that is not what stands here: it was opened before something changed. What waits in the queue
    /// follows it, then the rest of its slot.
    ///
    /// - Parameter instant: when its first frame airs; later than its start when it is joined in its middle.
    public mutating func begin(_ item: Item, at instant: Instant) {
        guard place(of: item) == nil, !(self.item(at: instant)?.isSame(as: item) ?? false) else { return }
        remember(at: item.start)
        state.laid = [item] + queued
        goOn(behind: item)
        close()
    }

    /// The music or the schedule changed: what is on air and the queue stay, then the slot goes on at the same place in
    /// its new order. What is on air gets its length if that has become known; the caller asks `item(at:)` for it.
    public mutating func adopt(_ programming: Programming, onAir: Item) {
        lay(onAir)
        self.programming = programming
        if onAir.isProvisional, let track = programming.track(of: onAir) {
            state.laid[0].track = track
            state.laid[0].length = track.length.map { length in
                onAir.until.map { min(length, $0 - onAir.start) } ?? length
            }
            close()
        }
        // The same show at another time goes on.
        let slot = programming.slot(at: state.anchor.instant)
        if let show = onAir.show, show == slot.show?.name { state.slot = slot.key }
        relocate()
        state.digest = programming.digest
    }

    /// Looks the anchor's place up in the rotation of its slot.
    private mutating func relocate() {
        let slot = programming.slot(at: state.anchor.instant)
        let rotation = fits(slot) ? supply(of: slot).rotation : programming.rotation
        state.anchor.cursor = rotation.relocate(state.anchor.cursor)
        for (show, anchor) in state.continued ?? [:] {
            guard let rotation = programming.rotation(ofContinued: show) else { continue }
            state.continued?[show]?.cursor = rotation.relocate(anchor.cursor)
        }
    }

    /// The station's time jumps while an item is on air, by `shift`: the item and what follows it move along.
    public mutating func move(_ onAir: Item, by shift: Length) {
        lay(onAir)
        state.laid[0].start = onAir.start + shift
        state.laid[0].until = onAir.until.map { $0 + shift }
        close()
    }
}
