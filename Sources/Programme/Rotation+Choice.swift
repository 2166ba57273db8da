/// Tracks from which the end of a slot is made.
extension Rotation {
    /// A track of the rotation, and the cursor behind it.
    struct Choice {
        /// Its place in `tracks`.
        var index: Int
        var track: Track
        var after: Cursor
    }

    /// Tracks that come next, each once and none that was on just before.
    ///
    /// - Parameters:
    ///   - natural: where the rotation stands behind those that would come anyway. It goes on there, so that what comes
    ///     soon behind it is left out: nobody hears it twice.
    ///   - turn: the slot's number: what one slot may take out of its order, the next ones may not. Nil when the rotation
    ///     does not go on behind the slot.
    func choice(from cursor: Cursor, count: Int, natural: Cursor, turn: Int64?) -> [Choice] {
        let places = rounds.places
        let soon = turn == nil ? 0 : max(rules.title.tracks, min(places / 2, Self.soon))
        let classes = Int64(max(1, min(8, places / 25)))
        var seen = Set(lately(before: cursor, RotationRules.Gap(tracks: min(places / 2, 50))))
        var choice: [Choice] = []
        var place = cursor
        var behind: (tracks: Int, time: Length) = (0, .zero)
        // Two rounds hold every track once at least.
        for _ in 0..<min(2 * places, Self.farthest) where choice.count < count {
            let isNatural = (place.round, place.done) < (natural.round, natural.done)
            let isSoon = turn != nil && !isNatural && (behind.tracks < soon || behind.time < rules.title.time)
            let at = min(place.done, places - 1)
            let index = rounds.index(at: at, inRound: place.round)
            let track = tracks[index]
            place.pass(track.key, place: at, of: places)
            if !isNatural { behind = (behind.tracks + 1, behind.time + track.length!) }
            let isInTurn =
                isNatural
                || turn.map { rounds.group(of: index, among: classes) == floorModulo($0, classes) } ?? true
            if isSoon { seen.insert(index) }
            guard isInTurn, track.length! > .zero, seen.insert(index).inserted else { continue }
            choice.append(Choice(index: index, track: track, after: place))
        }
        return choice
    }

    /// What the rotation played before a cursor, as far back as a gap reaches, the last first.
    private func lately(before cursor: Cursor, _ gap: RotationRules.Gap) -> [Int] {
        var indices: [Int] = []
        var (place, time) = (cursor, Length.zero)
        while indices.count < min(Self.farthest, 2 * rounds.places),
            indices.count < gap.tracks || time < gap.time
        {
            if place.done == 0 {
                guard !Rounds.isFirst(place.round) else { break }
                (place.round, place.done) = (place.round - 1, rounds.places)
            }
            place.done -= 1
            let index = rounds.index(at: min(place.done, rounds.places - 1), inRound: place.round)
            indices.append(index)
            time = time + tracks[index].length!
        }
        return indices
    }

    /// How many tracks behind the natural ones come soon, in a large playlist.
    private static let soon = 100
    /// Tracks ahead among which a choice is made at the most.
    private static let farthest = 1_024

    /// Which of some tracks may stand together behind what was on before a cursor; nil when no rule says anything.
    func separation(among choice: [Choice], from cursor: Cursor) -> Backtiming.Separation? {
        guard rounds.isArranged else { return nil }
        let lately = lately(before: cursor, rules.artist.wider(rules.title))
        let indices = choice.map(\.index)
        let rounds = rounds
        return Backtiming.Separation(
            fits: indices.map { index in lately.allSatisfy { rounds.bear(index, $0) } },
            bear: { rounds.bear(indices[$0], indices[$1]) })
    }

    /// Whose turn each of some tracks can take, and whose turns come next; nil where there are none.
    func turns(of choice: [Choice], from cursor: Cursor) -> Backtiming.Turns? {
        guard let clock, !clock.isEmpty else { return nil }
        let first = cursor.done % clock.count
        return Backtiming.Turns(
            of: choice.map { rounds.partOf[$0.index] }, next: Array(clock[first...] + clock[..<first]))
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
        for choice in chosen {
            let after = choice.after
            if let identification = identification(due: &cursor) { add(.identification, identification) }
            if (after.round, after.done) > (cursor.round, cursor.done) {
                (cursor.round, cursor.done, cursor.last) = (after.round, after.done, after.last)
            }
            if every > 0 { cursor.sinceIdentification += 1 }
            add(.track, choice.track)
        }
        return items
    }
}
