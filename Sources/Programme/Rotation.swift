/// The order in which a playlist's tracks follow one another.
public enum Order: String, Sendable, Codable {
    /// As listed, round and round.
    case sequence
    /// Each track once before any repeats, in an order that the seed and the round decide.
    case shuffle
}

/// A playlist that goes round for ever, with station identifications between its tracks: a pure function from a
/// cursor, or from an instant, to what is on air (design, section 4.2).
///
/// What a round plays, and in which order, is said by its `Rounds`. After every `every` tracks comes the next
/// identification. So many rounds have a length that can be added up without looking at each: an instant's round is found
/// by halving, and no walk is longer than a round, however many years lie between.
public struct Rotation: Sendable, Hashable {
    public let seed: UInt64
    public let order: Order
    /// Those of all parts.
    public let tracks: [Track]
    public let identifications: [Track]
    /// Tracks between two identifications; 0 when there are none.
    public let every: Int
    /// What it draws from: itself alone for a playlist of files.
    public let parts: [RotationPart]
    /// The part of each turn, round and round; nil when there are no turns.
    public let clock: [Int]?
    public let rules: RotationRules

    let rounds: Rounds
    private let station: String
    private let playlist: String
    /// Frames of the identifications before each, and of all; nil when a length is unknown.
    private let identificationFrames: [Int64]?

    /// A playlist of files.
    ///
    /// - Parameters:
    ///   - station: the station's name or seed, and `playlist` the playlist's: the seed of every shuffle.
    public init(
        station: String, playlist: String, order: Order, tracks: [Track], rules: RotationRules = .none,
        identifications: [Track] = [], every: Int = 0
    ) {
        self.init(
            station: station, playlist: playlist,
            parts: [RotationPart(playlist: playlist, order: order, tracks: tracks)], clock: nil, rules: rules,
            identifications: identifications, every: every, isOfFiles: true)
    }

    /// A playlist that draws from others.
    ///
    /// - Parameters:
    ///   - parts: those without tracks lose their turns.
    ///   - clock: the part of each turn, round and round; nil for a mix by the parts' weights.
    public init(
        station: String, playlist: String, parts: [RotationPart], clock: [Int]? = nil,
        rules: RotationRules = .none, identifications: [Track] = [], every: Int = 0
    ) {
        self.init(
            station: station, playlist: playlist, parts: parts, clock: clock, rules: rules,
            identifications: identifications, every: every, isOfFiles: false)
    }

    private init(
        station: String, playlist: String, parts: [RotationPart], clock: [Int]?, rules: RotationRules,
        identifications: [Track], every: Int, isOfFiles: Bool
    ) {
        (self.station, self.playlist) = (station, playlist)
        var hash = StableHash()
        hash.add(station)
        hash.add(playlist)
        seed = hash.value
        let kept = parts.indices.filter { isOfFiles || !parts[$0].tracks.isEmpty }
        self.parts = kept.map { parts[$0] }
        self.clock = clock?.compactMap { kept.firstIndex(of: $0) }
        order = isOfFiles ? parts[0].order : .shuffle
        tracks =
            isOfFiles
            ? parts[0].tracks
            : self.parts.flatMap { part in
                part.tracks.map { track in
                    var track = track
                    track.key = "\(part.playlist)/\(track.key)"
                    return track
                }
            }
        self.rules = rules
        self.identifications = every > 0 ? identifications : []
        self.every = identifications.isEmpty ? 0 : every
        rounds = Rounds(seed: seed, tracks: tracks, parts: self.parts, clock: self.clock, rules: rules)
        identificationFrames = Rounds.sums(self.identifications.map(\.length))
    }

    /// The same with other identifications.
    func with(identifications: [Track], every: Int) -> Rotation {
        Rotation(
            self, identifications: every > 0 ? identifications : [],
            every: identifications.isEmpty ? 0 : every)
    }

    private init(_ other: Rotation, identifications: [Track], every: Int) {
        (station, playlist, seed, order) = (other.station, other.playlist, other.seed, other.order)
        (tracks, parts, clock, rules, rounds) = (
            other.tracks, other.parts, other.clock, other.rules, other.rounds
        )
        self.identifications = identifications
        self.every = every
        identificationFrames = Rounds.sums(identifications.map(\.length))
    }

    /// Which of its parts may be drawn from in all of a span.
    func parts(from start: Instant, to end: Instant, _ agenda: any Agenda) -> [Int] {
        parts.indices.filter { parts[$0].hours?.hold(from: start, to: end, agenda) ?? true }
    }

    /// The same without the other parts.
    func with(parts kept: [Int]) -> Rotation {
        Rotation(
            station: station, playlist: playlist, parts: kept.map { parts[$0] },
            clock: clock?.compactMap { kept.firstIndex(of: $0) }, rules: rules,
            identifications: identifications,
            every: every)
    }

    /// Whether there is anything to play.
    public var isEmpty: Bool { rounds.places == 0 }

    /// Whether every length is known and time is not standing still, so that an instant has an answer.
    public var isPlannable: Bool { identificationFrames != nil && rounds.isPlannable }

    /// Tells two inputs of planning apart: a change of it is an epoch.
    public var digest: String {
        var hash = StableHash()
        hash.add(seed)
        hash.add(order.rawValue)
        hash.add(UInt64(every))
        if rounds.isArranged {
            for number in [rules.artist.tracks, rules.title.tracks, rules.artistShare ?? 0] {
                hash.add(UInt64(number))
            }
            for gap in [rules.artist, rules.title] { hash.add(UInt64(gap.time.frames)) }
            for part in parts {
                hash.add(part.playlist)
                hash.add(part.order.rawValue)
                hash.add(UInt64(part.weight))
                for time in [part.hours?.from ?? -1, part.hours?.until ?? -1] {
                    hash.add(UInt64(bitPattern: Int64(time)))
                }
            }
            for turn in clock ?? [] { hash.add(UInt64(turn)) }
        }
        for track in tracks + identifications {
            hash.add(track.key)
            hash.add(UInt64(bitPattern: track.length?.frames ?? -1))
        }
        return hash.digits
    }

    /// An item's track as this rotation knows it.
    func track(of item: Item) -> Track? { tracks.first { $0.file == item.track.file } }

    /// The order of a round: indices into `tracks`.
    public func round(_ number: Int64) -> [Int] { rounds.order(of: number) }

    // MARK: From a cursor

    /// What comes at a cursor, and the cursor behind it; nil when there are no tracks.
    public func next(at cursor: Cursor) -> (kind: Item.Kind, track: Track, after: Cursor)? {
        guard !isEmpty else { return nil }
        var after = cursor
        if let identification = identification(due: &after) {
            return (.identification, identification, after)
        }
        let place = min(cursor.done, rounds.places - 1)
        let track = tracks[rounds.index(at: place, inRound: cursor.round)]
        after.pass(track.key, place: place, of: rounds.places)
        if every > 0 { after.sinceIdentification += 1 }
        return (.track, track, after)
    }

    /// The identification that is due at a cursor, which then is behind it.
    func identification(due cursor: inout Cursor) -> Track? {
        guard every > 0, cursor.sinceIdentification >= every else { return nil }
        let place = floorModulo(cursor.identifications, Int64(identifications.count))
        cursor.sinceIdentification = 0
        cursor.identifications += 1
        return identifications[Int(place)]
    }

    /// The same place in this rotation for a cursor of an earlier state of the library: each track still once before
    /// any repeats. A track that came in at a place already passed waits for the next round.
    public func relocate(_ cursor: Cursor) -> Cursor {
        guard let last = cursor.last, cursor.done > 0, !isEmpty else {
            var start = cursor
            start.done = 0
            start.last = nil
            return start
        }
        var moved = cursor
        let places = rounds.order(of: cursor.round)
        let known = places.indices.filter { tracks[places[$0]].key == last }
        if let place = known.min(by: { abs($0 - cursor.done + 1) < abs($1 - cursor.done + 1) }) {
            moved.done = place + 1
        } else {
            moved.done = rounds.rank(of: last, inRound: cursor.round) ?? min(cursor.done, places.count)
        }
        if moved.done >= places.count {
            moved.round += 1
            moved.done = 0
            moved.last = nil
        }
        return moved
    }

    // MARK: From an instant

    /// The mean length of a track.
    var meanTrack: Length { Length(frames: rounds.frames(from: 0, count: 1) / Int64(max(1, rounds.places))) }

    /// What is on air at an instant, for a rotation that stands at `cursor` at the instant `anchor`; nil when there
    /// is nothing to play, when a length is unknown, or before the anchor.
    ///
    /// Without an anchor the rotation has been going since the origin of time.
    public func item(at instant: Instant, anchor: Anchor = .origin) -> Item? {
        place(at: instant, anchor: anchor).flatMap { item(at: $0.cursor, start: $0.instant) }
    }

    /// The start of the item that is on air at an instant, and the cursor in front of it.
    func place(at instant: Instant, anchor: Anchor = .origin) -> Anchor? {
        guard isPlannable, instant >= anchor.instant || anchor == .origin else { return nil }
        var start = anchor.instant
        var cursor = anchor.cursor
        // To the end of the round that the anchor stands in, item by item; from there many rounds at once.
        while cursor.done > 0 {
            var behind = cursor
            let end = start + step(over: &behind)
            if instant < end { return Anchor(instant: start, cursor: named(cursor)) }
            (start, cursor) = (end, behind)
        }
        let count = rounds(within: instant - start, from: cursor)
        start = start + length(ofRounds: count, from: cursor)
        skip(count, &cursor)
        while true {
            var behind = cursor
            let end = start + step(over: &behind)
            if instant < end { return Anchor(instant: start, cursor: named(cursor)) }
            (start, cursor) = (end, behind)
        }
    }

    /// A cursor that was counted to, with the key that it lacks.
    private func named(_ cursor: Cursor) -> Cursor {
        guard cursor.done > 0 else { return cursor }
        var named = cursor
        let place = min(cursor.done, rounds.places) - 1
        named.last = tracks[rounds.index(at: place, inRound: cursor.round)].key
        return named
    }

    /// Goes over what comes at a cursor and gives its length. For long ways: it looks at nothing else.
    private func step(over cursor: inout Cursor) -> Length {
        if let identification = identification(due: &cursor) { return identification.length! }
        let place = min(cursor.done, rounds.places - 1)
        let length = tracks[rounds.index(at: place, inRound: cursor.round)].length!
        if every > 0 { cursor.sinceIdentification += 1 }
        (cursor.done, cursor.last) = (place + 1, nil)
        if cursor.done == rounds.places { (cursor.round, cursor.done) = (cursor.round + 1, 0) }
        return length
    }

    /// The item that starts at an instant when the rotation stands at a cursor.
    public func item(at cursor: Cursor, start: Instant) -> Item? {
        next(at: cursor).map {
            Item(kind: $0.kind, track: $0.track, start: start, length: $0.track.length, after: $0.after)
        }
    }

    // MARK: Whole rounds

    /// The most rounds from the beginning of one on that are over within a time; a negative time asks for those before.
    private func rounds(within time: Length, from cursor: Cursor) -> Int64 {
        // Rounds differ little: the mean leads near it, and halving the rest of the way.
        var low = Int64((Double(time.frames) / meanRound).rounded(.down)) - 1
        var step: Int64 = 1
        while length(ofRounds: low, from: cursor) > time {
            (low, step) = (low - step, 2 * step)
        }
        var high = low + 2
        step = 1
        while length(ofRounds: high, from: cursor) <= time {
            (low, high, step) = (high, high + step, 2 * step)
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if length(ofRounds: middle, from: cursor) <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Frames of a round and of the identifications in it, in the long run.
    private var meanRound: Double {
        let between =
            identificationFrames?.last.map { Double($0) / Double(max(1, identifications.count)) } ?? 0
        let count = every > 0 ? Double(rounds.places) / Double(every) : 0
        return rounds.meanFrames + count * between
    }

    /// How long rounds are from the beginning of one on, with the identifications before their last track.
    private func length(ofRounds count: Int64, from cursor: Cursor) -> Length {
        var frames = rounds.frames(from: cursor.round, count: count)
        if every > 0, let sums = identificationFrames {
            let size = Int64(identifications.count)
            let first = floorModulo(cursor.identifications, size)
            let (passes, rest) = floorDivision(first + identifications(inRounds: count, from: cursor), size)
            frames += passes * sums[sums.count - 1] + sums[Int(rest)] - sums[Int(first)]
        }
        return Length(frames: frames)
    }

    /// How many identifications come before the last track of so many rounds.
    private func identifications(inRounds count: Int64, from cursor: Cursor) -> Int64 {
        guard every > 0, count != 0 else { return 0 }
        let since = Int64(min(cursor.sinceIdentification, every))
        let passed = since + count * Int64(rounds.places) - 1
        let every = Int64(every)
        return floorDivision(passed, every).passes - floorDivision(since - 1, every).passes
            - (since == 0 ? 1 : 0)
    }

    /// Goes over whole rounds.
    private func skip(_ count: Int64, _ cursor: inout Cursor) {
        guard count != 0 else { return }
        cursor.identifications += identifications(inRounds: count, from: cursor)
        if every > 0 {
            let tracks = Int64(min(cursor.sinceIdentification, every)) + count * Int64(rounds.places)
            cursor.sinceIdentification = Int(floorModulo(tracks - 1, Int64(every))) + 1
        }
        cursor.round += count
    }
}
