/// What is on air at any instant: items that are laid down, then the rotation from an anchor.
///
/// A pure value. Everything that a person or an accident does is a change of it, and the changed value says again
/// what will be on air. Its `state` is what the journal keeps with each fact, so that a crash changes nothing.
///
/// ```
///   laid:  [ on air ][ queued ][ queued ]      the rotation from the anchor: [ ][ ][ ][ ] …
///                                        ↑ anchor.instant
/// ```
public struct Timeline: Sendable, Hashable {
    /// The part that the journal keeps.
    public struct State: Sendable, Hashable, Codable {
        /// Items that are laid down, one behind the other: what was on air when a fact came, and the queue.
        public var laid: [Item] = []
        /// Where the rotation goes on behind them.
        public var anchor: Anchor = .origin
        /// The digest of the rotation for which the anchor was made.
        public var digest: String = ""
        /// The number that the next queued item gets.
        public var nextQueueID = 1

        public init() {}
    }

    public private(set) var state: State
    public private(set) var rotation: Rotation

    /// The most items that wait in the queue; one more is refused.
    public static let queueLimit = 100

    /// Takes up a state that the journal kept, or begins at the origin of time.
    ///
    /// A rotation that is not the one of the state (the library changed while the station was off) goes on at the
    /// same place in its own order.
    public init(rotation: Rotation, state: State = State()) {
        self.rotation = rotation
        self.state = state
        if state.digest != rotation.digest, state.anchor != .origin {
            self.state.anchor.cursor = rotation.relocate(state.anchor.cursor)
        }
        self.state.digest = rotation.digest
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
        if rotation.isPlannable {
            // Before everything that is known the rotation went as it has gone since the origin of time.
            return rotation.item(at: instant, anchor: state.anchor) ?? rotation.item(at: instant)
        }
        return rotation.item(at: state.anchor.cursor, start: instant)
    }

    /// What follows an item, as things stand; its start is provisional when the item's end is.
    public func item(after item: Item) -> Item? {
        let end = item.end ?? item.start
        guard let place = place(of: item) else { return rotation.item(at: item.after, start: end) }
        guard place + 1 < state.laid.count else { return rotation.item(at: state.anchor.cursor, start: end) }
        return state.laid[place + 1]
    }

    /// `count` items, from one that is on air on, that one first.
    public func items(from first: Item, count: Int) -> [Item] {
        var items = [first]
        while items.count < count, let next = item(after: items[items.count - 1]) { items.append(next) }
        return items
    }

    private func place(of item: Item) -> Int? {
        func isSame(_ other: Item) -> Bool {
            other.start == item.start && other.kind == item.kind && other.track.file == item.track.file
        }
        // A track that a restart cut in two is laid down twice with one start.
        return state.laid.lastIndex { isSame($0) && $0.length == item.length }
            ?? state.laid.lastIndex(where: isSame)
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
            start = start + aired.length
            return item
        }
        replay.state.laid.insert(contentsOf: laid, at: 0)
        return replay
    }

    // MARK: Changing

    /// Lays down what is on air, so that what follows it can be changed.
    private mutating func lay(_ onAir: Item) {
        if let place = place(of: onAir) {
            state.laid.removeFirst(place)
        } else {
            state.laid = [onAir]
            state.anchor = Anchor(instant: onAir.end ?? onAir.start, cursor: onAir.after)
        }
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
        close()
    }

    /// An item that was to follow cannot be played: what stands behind it moves up.
    public mutating func drop(_ failed: Item, onAir: Item) {
        lay(onAir)
        if let place = place(of: failed), place > 0 {
            state.laid.remove(at: place)
        } else {
            state.anchor.cursor = failed.after
        }
        close()
    }

    /// The item with which the station was to begin cannot be played: what stands behind it begins at the instant.
    public mutating func drop(_ failed: Item, beginningAt instant: Instant) {
        if let place = place(of: failed) { state.laid.removeFirst(place + 1) } else { state.laid = [] }
        if state.laid.isEmpty {
            state.anchor = Anchor(instant: instant, cursor: failed.after)
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
        item.after = state.anchor.cursor
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
            after: state.anchor.cursor, queueID: state.nextQueueID)
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

    /// The rotation changed: what is on air and the queue stay, then it goes on at the same place in its new order. What
    /// is on air gets its length if that has become known; the caller asks `item(at:)` for it.
    public mutating func adopt(_ rotation: Rotation, onAir: Item) {
        lay(onAir)
        self.rotation = rotation
        if onAir.isProvisional, let track = rotation.track(of: onAir) {
            state.laid[0].track = track
            state.laid[0].length = track.length
            close()
        }
        state.anchor.cursor = rotation.relocate(state.anchor.cursor)
        state.digest = rotation.digest
    }

    /// The station's time jumps while an item is on air, by `shift`: the item and what follows it move along.
    public mutating func move(_ onAir: Item, by shift: Length) {
        lay(onAir)
        state.laid[0].start = onAir.start + shift
        close()
    }
}
