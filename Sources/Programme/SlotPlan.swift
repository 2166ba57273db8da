/// What is on in a slot from an instant to its end: its opening, then a rotation in its order, its last places chosen so that
/// the last track ends where the outro begins, or where the slot ends.
///
/// ```
///   start                                              tail        close   slot.end
///     [ jingle, intro, file ][ ][ ] … as the rotation goes [ ][ ][    ][ outro ]|
/// ```
struct SlotPlan: Sendable {
    let slot: Slot
    /// When it really begins: late, when what was before it ran over.
    let start: Instant
    private var opening: [Item] = []
    private(set) var file: Item?
    /// What the slot ends with, and where that begins.
    private var outro: Item?
    let close: Instant
    private let rotation: Rotation
    /// Where the rotation stands behind the file.
    private(set) var base: Anchor
    /// The last items, in place of the rotation's order.
    private var tail: [Item] = []
    /// How long the last item may run on: the slot's end, unless a show waits for it.
    private let limit: Instant
    /// When it really ends: the slot's end, or later.
    private(set) var end: Instant
    /// Where the rotation stands then.
    private(set) var after: Cursor
    /// Looks that the search has taken.
    private(set) var looked = 0

    /// How long before the slot's end the search may begin, in mean tracks.
    private static let reach: Int64 = 4
    /// Tracks among which it chooses.
    private static let choice = 128
    private static let halfHour = 1_800 * Instant.rate
    /// A continued show repeats what was cut by more than this: 5 s.
    private static let bearable = Length(seconds: 5)

    // MARK: Asking

    /// What is on at an instant between `start` and `end`; nil when there is nothing to play. Where a length is not known
    /// what is on starts at the instant.
    func item(at instant: Instant) -> Item? {
        guard instant < end else { return nil }
        if let outro, instant >= outro.start { return outro }
        if let item = opening.last(where: { $0.start <= instant }), instant < item.end! { return item }
        if var file {
            guard let fileEnd = file.end else {
                file.start = max(file.start, instant)
                return file
            }
            if instant < fileEnd { return file }
        }
        if let first = tail.first, instant >= first.start { return tail.last { $0.start <= instant } }
        guard rotation.isPlannable else { return rotation.item(at: base.cursor, start: instant).map(fit) }
        return rotation.item(at: instant, anchor: base).map(fit)
    }

    /// Whether an item was chosen for its length.
    func isFitted(_ item: Item) -> Bool { tail.contains { $0.isSame(as: item) } }

    /// What follows one of its items, when that can be told without counting; nil otherwise, and at the end.
    func item(after item: Item) -> Item? {
        guard rotation.isPlannable, item.slot == slot.key,
            item.kind == .track || item.kind == .identification,
            let itemEnd = item.end, item.start >= base.instant,
            itemEnd < tail.first?.start ?? outro?.start ?? end
        else { return nil }
        return rotation.item(at: item.after, start: itemEnd).map(fit)
    }

    /// An item of the rotation as one of the slot's, and no longer than that.
    private func fit(_ item: Item) -> Item {
        var item = item
        (item.show, item.slot) = (slot.show?.name, slot.key)
        guard slot.end < .farFuture else { return item }
        item.until = limit
        if let natural = item.end, natural > limit { item.length = limit - item.start }
        return item
    }

    /// A track of the opening or the outro at its place.
    private func item(_ track: Track, start: Instant, after: Cursor, until: Instant? = nil) -> Item {
        var item = fit(
            Item(kind: .identification, track: track, start: start, length: track.length, after: after))
        if let until { (item.until, item.length) = (until, min(track.length!, until - start)) }
        return item
    }
}

// MARK: - Making

extension SlotPlan {
    /// - Parameters:
    ///   - cursor: where the rotation stands; nil for where the slot lets it begin.
    ///   - played: what of the file was on air before a show interrupted this one; nil when the slot does not begin here.
    ///   - limit: how long the last item may run on when the next show waits for it.
    ///   - fileLimit: the same for the file.
    init(
        _ programming: Programming, _ slot: Slot, _ supply: Programming.Supply, from start: Instant,
        cursor: Cursor?, played: Length?,
        limit: Instant, fileLimit: Instant
    ) {
        self.slot = slot
        self.start = start
        let outro = supply.outro.flatMap { track in
            slot.end < .farFuture && track.length! < slot.end - start ? track : nil
        }
        close = slot.end - (outro?.length ?? .zero)
        self.limit = outro == nil ? max(limit, slot.end) : close
        rotation = supply.rotation
        end = max(slot.end, start)
        base = Anchor(instant: start, cursor: Cursor())
        after = base.cursor
        var cursor = cursor
        let passed = cursor?.opening ?? 0
        cursor?.opening = nil
        if passed > 0, cursor == Cursor() { cursor = nil }
        let own = { (at: Instant) in cursor ?? programming.firstCursor(of: slot, at: at, supply) }
        var from = start
        if played != nil {
            for (place, track) in supply.opening.enumerated() where place >= passed && from < close {
                let isLast = place + 1 == supply.opening.count && supply.file == nil
                var after = cursor ?? Cursor()
                after.opening = isLast ? nil : place + 1
                let item = item(
                    track, start: from, after: isLast ? own(min(from + track.length!, close)) : after)
                opening.append(item)
                from = item.end!
            }
            // Into a show that waits for it.
            end = max(end, from)
        }
        if let track = supply.file, let played = played.map({ $0 + (track.begin ?? .zero) }),
            track.length.map({ $0 > played }) ?? true
        {
            var item = Item(
                kind: .track, track: track, start: from - played, length: track.length, after: Cursor(),
                show: slot.show?.name, slot: slot.key)
            if slot.end < .farFuture { item.until = outro == nil ? max(fileLimit, slot.end) : close }
            if let natural = item.end, let until = item.until {
                item.length = min(natural, until) - item.start
                end = max(end, item.end!)
            }
            from = item.end ?? from
            item.after = own(min(from, close))
            file = item
        } else if start == .farPast {
            from = Anchor.origin.instant
        }
        var first = file?.after ?? opening.last?.after ?? own(from)
        first.opening = nil
        base = Anchor(instant: from, cursor: first)
        after = first
        if let outro { self.outro = item(outro, start: close, after: after, until: slot.end) }
        guard from < close, slot.end < .farFuture, rotation.isPlannable else { return }
        if supply.reorders {
            let isWhole = slot.occurrence.map { $0.start == slot.start && $0.end == slot.end } ?? false
            backtime(goesOn: supply.isStandard || !isWhole)
        }
        finish(repeating: !supply.reorders)
        self.outro?.after = after
    }

    /// Chooses the last tracks.
    ///
    /// - Parameter goesOn: whether the rotation does so behind the slot.
    private mutating func backtime(goesOn: Bool) {
        let about = Length(frames: Self.reach * rotation.meanTrack.frames)
        guard var place = rotation.place(at: max(base.instant, close - about), anchor: base),
            var item = rotation.item(at: place.cursor, start: place.instant)
        else { return }
        if item.start < close - about, item.end! < close {
            place = Anchor(instant: item.end!, cursor: item.after)
        }
        // As the rotation goes, it may fit already.
        item = rotation.item(at: close - Length(frames: 1), anchor: place)!
        let over = (item.end! - close).frames
        guard over > Backtiming.tolerance else { return }
        let left = close - place.instant
        let choice = rotation.choice(
            from: place.cursor, count: Self.choice, natural: item.after,
            turn: goesOn ? close.frames / Self.halfHour : nil)
        let kept = rotation.separation(among: choice, from: place.cursor)
        var found: (picks: [Int], over: Int64)?
        // A slot that hits its second is worth more than two tracks of an artist in a row.
        for separation in [kept, nil] where found.map({ $0.over > Backtiming.tolerance }) ?? true {
            var search = Backtiming(
                choice.map { $0.track.length!.frames }, turns: rotation.turns(of: choice, from: place.cursor),
                separation: separation)
            let one = search.fill { count in
                left.frames - rotation.identifications(among: count, from: place.cursor).frames
            }
            looked += search.looked
            if let one, found.map({ one.over < $0.over }) ?? true { found = one }
        }
        guard let found, found.over < over else { return }
        tail = rotation.items(found.picks.map { choice[$0] }, from: place).map(fit)
    }

    /// Finds where it ends, and where the rotation stands then.
    private mutating func finish(repeating: Bool) {
        guard let last = item(at: close - Length(frames: 1)) else { return }
        if outro == nil { end = max(slot.end, last.end ?? slot.end) }
        // What was chosen from further away comes again in its own place.
        after =
            tail.isEmpty
            ? last.after : rotation.item(at: close - Length(frames: 1), anchor: base)?.after ?? last.after
        guard repeating, let natural = last.track.length, let length = last.length,
            natural - length > Self.bearable
        else { return }
        after = rotation.place(at: last.start, anchor: base)?.cursor ?? after
    }
}
