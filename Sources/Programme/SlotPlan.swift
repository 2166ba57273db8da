/// What is on in a slot from an instant to its end: a file, then a rotation in its order, and its last places chosen so that
/// the last track ends where the slot does.
///
/// ```
///   start                                     tail        slot.end
///     [ file  ][ ][ ] … as the rotation goes  [ ][ ][    ]|
/// ```
struct SlotPlan: Sendable {
    let slot: Slot
    /// When it really begins: late, when what was before it ran over.
    let start: Instant
    private(set) var file: Item?
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
    /// A continued show repeats what was cut by more than this: 5 s.
    private static let bearable = Length(seconds: 5)

    // MARK: Asking

    /// What is on at an instant between `start` and `end`; nil when there is nothing to play. Where a length is not known
    /// what is on starts at the instant.
    func item(at instant: Instant) -> Item? {
        guard instant < end else { return nil }
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

    /// What follows one of its items, when that can be told without counting; nil otherwise, and at the end.
    func item(after item: Item) -> Item? {
        guard rotation.isPlannable, item.slot == slot.key,
            item.kind == .track || item.kind == .identification,
            let itemEnd = item.end, item.start >= base.instant, itemEnd < tail.first?.start ?? end
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
        self.limit = max(limit, slot.end)
        rotation = supply.rotation
        end = max(slot.end, start)
        let own = { (at: Instant) in cursor ?? programming.firstCursor(of: slot, at: at, supply) }
        var from = start
        if let track = supply.file, let played = played.map({ $0 + (track.begin ?? .zero) }),
            track.length.map({ $0 > played }) ?? true
        {
            var item = Item(
                kind: .track, track: track, start: start - played, length: track.length, after: Cursor(),
                show: slot.show?.name, slot: slot.key)
            if slot.end < .farFuture { item.until = max(fileLimit, slot.end) }
            if let natural = item.end, let until = item.until {
                item.length = min(natural, until) - item.start
                end = max(end, item.end!)
            }
            from = item.end ?? start
            item.after = own(min(from, slot.end))
            file = item
        } else if start == .farPast {
            from = Anchor.origin.instant
        }
        base = Anchor(instant: from, cursor: file?.after ?? own(from))
        after = base.cursor
        guard from < slot.end, slot.end < .farFuture, rotation.isPlannable else { return }
        if supply.reorders { backtime() }
        close(repeating: !supply.reorders)
    }

    /// Chooses the last tracks.
    private mutating func backtime() {
        let about = Length(frames: Self.reach * rotation.meanTrack.frames)
        guard var place = rotation.place(at: max(base.instant, slot.end - about), anchor: base),
            var item = rotation.item(at: place.cursor, start: place.instant)
        else { return }
        if item.start < slot.end - about, item.end! < slot.end {
            place = Anchor(instant: item.end!, cursor: item.after)
        }
        // As the rotation goes, it may fit already.
        item = rotation.item(at: slot.end - Length(frames: 1), anchor: place)!
        let over = (item.end! - slot.end).frames
        guard over > Backtiming.tolerance else { return }
        let choice = rotation.choice(from: place.cursor, count: Self.choice)
        var search = Backtiming(choice.map { $0.track.length!.frames })
        let found = search.fill { count in
            (slot.end - place.instant).frames
                - rotation.identifications(among: count, from: place.cursor).frames
        }
        looked = search.looked
        guard let found, found.over < over else { return }
        tail = rotation.items(found.picks.map { choice[$0] }, from: place).map(fit)
    }

    /// Finds where it ends, and where the rotation stands then.
    private mutating func close(repeating: Bool) {
        guard let last = item(at: slot.end - Length(frames: 1)) else { return }
        end = max(slot.end, last.end ?? slot.end)
        after = last.after
        guard repeating, let natural = last.track.length, let length = last.length,
            natural - length > Self.bearable
        else { return }
        after = rotation.place(at: last.start, anchor: base)?.cursor ?? after
    }
}

extension Rotation {
    /// A track of the rotation, and the cursor behind it.
    typealias Choice = (track: Track, after: Cursor)

    /// The tracks that come next, each once and none that was on just before.
    func choice(from cursor: Cursor, count: Int) -> [Choice] {
        let lately = min(tracks.count / 2, 16, cursor.done)
        var seen = Set(
            (cursor.done - lately..<cursor.done).map { tracks[index(at: $0, inRound: cursor.round)].key })
        var choice: [Choice] = []
        var place = cursor
        // Two rounds hold every track once at least.
        for _ in 0..<min(count + lately, 2 * tracks.count) where choice.count < count {
            let at = min(place.done, tracks.count - 1)
            let track = tracks[index(at: at, inRound: place.round)]
            place.pass(track.key, place: at, of: tracks.count)
            if track.length! > .zero, seen.insert(track.key).inserted { choice.append((track, place)) }
        }
        return choice
    }

    /// The length of the identifications that come between so many tracks, and before the first.
    func identifications(among count: Int, from cursor: Cursor) -> Length {
        var (cursor, length) = (cursor, Length.zero)
        for _ in 0..<count {
            if let identification = identification(due: &cursor) { length = length + identification.length! }
            cursor.sinceIdentification += 1
        }
        return length
    }

    /// Chosen tracks as items, with the identifications that are due between them. Each item goes on behind the furthest
    /// of the tracks up to it, so that none comes again.
    func items(_ chosen: [Choice], from anchor: Anchor) -> [Item] {
        var items: [Item] = []
        var (cursor, start) = (anchor.cursor, anchor.instant)
        func add(_ kind: Item.Kind, _ track: Track) {
            items.append(Item(kind: kind, track: track, start: start, length: track.length, after: cursor))
            start = start + track.length!
        }
        for (track, after) in chosen {
            if let identification = identification(due: &cursor) { add(.identification, identification) }
            if (after.round, after.done) > (cursor.round, cursor.done) {
                (cursor.round, cursor.done, cursor.last) = (after.round, after.done, after.last)
            }
            if every > 0 { cursor.sinceIdentification += 1 }
            add(.track, track)
        }
        return items
    }
}
