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
/// A round plays every track once. A shuffled round sorts the tracks by a hash of (seed, round, key), so that a track
/// that is added or removed moves no other. After every `every` tracks comes the next identification. After
/// `roundsInCycle` rounds the identifications stand where they stood: that is a cycle, whose length D is a constant.
/// So an instant's cycle is a division, and no walk is longer than a cycle, however many years lie between.
public struct Rotation: Sendable, Hashable {
    public let seed: UInt64
    public let order: Order
    public let tracks: [Track]
    public let identifications: [Track]
    /// Tracks between two identifications; 0 when there are none.
    public let every: Int

    /// Hashes of the tracks' keys with the seed, in the order of `tracks`.
    private let keyHashes: [UInt64]
    /// Frames of one round without identifications, and of all identifications; nil when a length is unknown.
    private let roundFrames: Int64?
    private let identificationFrames: Int64?
    private let rounds = RoundMemory()

    /// - Parameters:
    ///   - station: the station's name or seed, and `playlist` the playlist's: the seed of every shuffle.
    public init(
        station: String, playlist: String, order: Order, tracks: [Track], identifications: [Track] = [],
        every: Int = 0
    ) {
        var hash = StableHash()
        hash.add(station)
        hash.add(playlist)
        let seed = hash.value
        self.seed = seed
        self.order = order
        self.tracks = tracks
        self.identifications = every > 0 ? identifications : []
        self.every = identifications.isEmpty ? 0 : every
        keyHashes = tracks.map { track in
            var hash = StableHash()
            hash.add(seed)
            hash.add(track.key)
            return hash.value
        }
        roundFrames = Self.total(tracks)
        identificationFrames = Self.total(self.identifications)
    }

    private static func total(_ tracks: [Track]) -> Int64? {
        var sum: Int64 = 0
        for track in tracks {
            guard let length = track.length else { return nil }
            sum += length.frames
        }
        return sum
    }

    /// Whether there is anything to play.
    public var isEmpty: Bool { tracks.isEmpty }

    /// Whether every length is known and time is not standing still, so that an instant has an answer.
    public var isPlannable: Bool {
        guard let roundFrames, identificationFrames != nil else { return false }
        return roundFrames > 0
    }

    /// Tells two inputs of planning apart: a change of it is an epoch.
    public var digest: String {
        var hash = StableHash()
        hash.add(seed)
        hash.add(order.rawValue)
        hash.add(UInt64(every))
        for track in tracks + identifications {
            hash.add(track.key)
            hash.add(UInt64(bitPattern: track.length?.frames ?? -1))
        }
        return hash.digits
    }

    /// An item's track as this rotation knows it.
    func track(of item: Item) -> Track? { tracks.first { $0.file == item.track.file } }

    // MARK: From a cursor

    /// What comes at a cursor, and the cursor behind it; nil when there are no tracks.
    public func next(at cursor: Cursor) -> (kind: Item.Kind, track: Track, after: Cursor)? {
        guard !tracks.isEmpty else { return nil }
        var after = cursor
        if let identification = identification(due: &after) {
            return (.identification, identification, after)
        }
        let place = min(cursor.done, tracks.count - 1)
        let track = tracks[index(at: place, inRound: cursor.round)]
        after.pass(track.key, place: place, of: tracks.count)
        if every > 0 { after.sinceIdentification += 1 }
        return (.track, track, after)
    }

    /// The identification that is due at a cursor, which then is behind it.
    func identification(due cursor: inout Cursor) -> Track? {
        guard every > 0, cursor.sinceIdentification >= every else { return nil }
        let place = Int(cursor.identifications % Int64(identifications.count))
        cursor.sinceIdentification = 0
        cursor.identifications += 1
        return identifications[place]
    }

    /// Which of `tracks` stands at a place of a round.
    func index(at place: Int, inRound round: Int64) -> Int {
        guard order == .shuffle, tracks.count > 2 else { return place }
        return rounds.index(at: place, inRound: round) { count in
            guard let count, count < tracks.count / 4 else { return self.round(round) }
            return beginning(of: round, count: count)
        }
    }

    /// The order of a round: indices into `tracks`.
    ///
    /// The last track of one round is not the first of the next, if there are at least three: the first two change
    /// places then. (Of two, a shuffle that never repeats at the seam is the sequence.)
    public func round(_ number: Int64) -> [Int] {
        guard order == .shuffle, tracks.count > 2 else { return Array(tracks.indices) }
        return beginning(of: number, count: tracks.count)
    }

    /// The first indices of a shuffled round, `count` of them or a few more, without sorting the rest: a show of an hour
    /// needs little of a large library.
    private func beginning(of number: Int64, count: Int) -> [Int] {
        let salt = Self.salt(number)
        let keys = keyHashes.map { StableHash.mix($0 ^ salt) }
        // Hashes are spread evenly: below this lie about half as many again as are wanted.
        let share = min(1, 1.5 * Double(count) / Double(keys.count))
        let bound = share == 1 ? UInt64.max : UInt64(share * Double(UInt64.max))
        var indices = keys.indices.filter { keys[$0] <= bound }
        if indices.count < count { indices = Array(keys.indices) }
        indices.sort { (keys[$0], $0) < (keys[$1], $1) }
        let saltBefore = Self.salt(number - 1)
        var lastBefore = (key: UInt64(0), index: 0)
        for (index, hash) in keyHashes.enumerated() {
            let key = StableHash.mix(hash ^ saltBefore)
            if key >= lastBefore.key { lastBefore = (key, index) }
        }
        if indices[0] == lastBefore.index { indices.swapAt(0, 1) }
        return indices
    }

    private static func salt(_ round: Int64) -> UInt64 { StableHash.mix(UInt64(bitPattern: round)) }

    /// The same place in this rotation for a cursor of an earlier state of the library: each track still once before
    /// any repeats. A track that came in at a place already passed waits for the next round.
    public func relocate(_ cursor: Cursor) -> Cursor {
        guard let last = cursor.last, cursor.done > 0, !tracks.isEmpty else {
            var start = cursor
            start.done = 0
            start.last = nil
            return start
        }
        var moved = cursor
        let indices = round(cursor.round)
        if let place = indices.lastIndex(where: { tracks[$0].key == last }) {
            moved.done = place + 1
        } else if order == .shuffle {
            var hash = StableHash()
            hash.add(seed)
            hash.add(last)
            let salt = Self.salt(cursor.round)
            let key = StableHash.mix(hash.value ^ salt)
            moved.done = indices.prefix { StableHash.mix(keyHashes[$0] ^ salt) <= key }.count
        } else {
            moved.done = min(cursor.done, tracks.count)
        }
        if moved.done >= tracks.count {
            moved.round += 1
            moved.done = 0
            moved.last = nil
        }
        return moved
    }

    // MARK: From an instant

    /// Rounds after which tracks and identifications stand as at the beginning.
    private var roundsInCycle: Int64 {
        guard every > 0 else { return 1 }
        let period = Int64(every * identifications.count)
        return period / gcd(Int64(tracks.count), period)
    }

    /// D: the length of a cycle.
    private var cycleFrames: Int64? {
        guard isPlannable, let roundFrames, let identificationFrames else { return nil }
        let rounds = roundsInCycle
        guard every > 0 else { return rounds * roundFrames }
        let played = rounds * Int64(tracks.count) / Int64(every)
        return rounds * roundFrames + played / Int64(identifications.count) * identificationFrames
    }

    /// The mean length of a track.
    var meanTrack: Length { Length(frames: (roundFrames ?? 0) / Int64(max(1, tracks.count))) }

    /// What is on air at an instant, for a rotation that stands at `cursor` at the instant `anchor`; nil when there
    /// is nothing to play, when a length is unknown, or before the anchor.
    ///
    /// Without an anchor the rotation has been going since the origin of time.
    public func item(at instant: Instant, anchor: Anchor = .origin) -> Item? {
        place(at: instant, anchor: anchor).flatMap { item(at: $0.cursor, start: $0.instant) }
    }

    /// The start of the item that is on air at an instant, and the cursor in front of it.
    func place(at instant: Instant, anchor: Anchor = .origin) -> Anchor? {
        guard let cycle = cycleFrames, instant >= anchor.instant || anchor == .origin else { return nil }
        var start = anchor.instant
        var cursor = anchor.cursor
        // To the end of the round that the anchor stands in, item by item; from there whole cycles at once.
        while cursor.done > 0 {
            var behind = cursor
            let end = start + step(over: &behind)
            if instant < end { return Anchor(instant: start, cursor: named(cursor)) }
            (start, cursor) = (end, behind)
        }
        let cycles = floorDivide((instant - start).frames, cycle)
        start.frames += cycles * cycle
        cursor.round += cycles * roundsInCycle
        if every > 0 { cursor.identifications += cycles * roundsInCycle * Int64(tracks.count) / Int64(every) }
        while let length = lengthOfRound(at: cursor), instant >= start + length.frames {
            (start, cursor) = (start + length.frames, length.after)
        }
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
        named.last = tracks[index(at: min(cursor.done, tracks.count) - 1, inRound: cursor.round)].key
        return named
    }

    /// Goes over what comes at a cursor and gives its length. For long ways: it looks at nothing else.
    private func step(over cursor: inout Cursor) -> Length {
        if let identification = identification(due: &cursor) { return identification.length! }
        let place = min(cursor.done, tracks.count - 1)
        let length = tracks[index(at: place, inRound: cursor.round)].length!
        if every > 0 { cursor.sinceIdentification += 1 }
        (cursor.done, cursor.last) = (place + 1, nil)
        if cursor.done == tracks.count { (cursor.round, cursor.done) = (cursor.round + 1, 0) }
        return length
    }

    /// The item that starts at an instant when the rotation stands at a cursor.
    public func item(at cursor: Cursor, start: Instant) -> Item? {
        next(at: cursor).map {
            Item(kind: $0.kind, track: $0.track, start: start, length: $0.track.length, after: $0.after)
        }
    }

    /// The length of a whole round that begins at a cursor, identifications before its last track included.
    private func lengthOfRound(at cursor: Cursor) -> (frames: Length, after: Cursor)? {
        guard let roundFrames, cursor.done == 0 else { return nil }
        var after = cursor
        var frames = roundFrames
        var left = tracks.count
        while every > 0 {
            if after.sinceIdentification >= every {
                let place = Int(after.identifications % Int64(identifications.count))
                frames += identifications[place].length!.frames
                after.identifications += 1
                after.sinceIdentification = 0
            }
            let run = min(left, every - after.sinceIdentification)
            after.sinceIdentification += run
            left -= run
            if left == 0 { break }
        }
        after.round += 1
        return (Length(frames: frames), after)
    }
}

private func gcd(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : gcd(b, a % b) }

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
