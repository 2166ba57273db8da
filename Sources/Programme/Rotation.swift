/// The order in which a playlist's tracks follow one another.
public enum Order: String, Sendable, Codable {
    /// As listed, round and round.
    case sequence
    /// Each track once before any repeats, in an order that the seed and the round decide.
    case shuffle
}

/// A place in a rotation: what comes next.
public struct Cursor: Hashable, Sendable, Codable {
    /// The round: how often every track has been played before, counted from the origin of time.
    public var round: Int64
    /// Tracks of this round that have been played.
    public var done: Int
    /// The key of the last track played in this round, so that the place is found again in a changed library.
    public var last: String?
    /// Tracks since the last station identification.
    public var sinceIdentification: Int
    /// Identifications played so far.
    public var identifications: Int64

    public init(
        round: Int64 = 0, done: Int = 0, last: String? = nil, sinceIdentification: Int = 0,
        identifications: Int64 = 0
    ) {
        self.round = round
        self.done = done
        self.last = last
        self.sinceIdentification = sinceIdentification
        self.identifications = identifications
    }
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
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// An item's track as this rotation knows it.
    func track(of item: Item) -> Track? { tracks.first { $0.file == item.track.file } }

    // MARK: From a cursor

    /// What comes at a cursor, and the cursor behind it; nil when there are no tracks.
    public func next(at cursor: Cursor) -> (kind: Item.Kind, track: Track, after: Cursor)? {
        next(at: cursor, in: nil)
    }

    /// The same, with the order of the cursor's round when the caller has it.
    func next(at cursor: Cursor, in indices: [Int]?) -> (kind: Item.Kind, track: Track, after: Cursor)? {
        guard !tracks.isEmpty else { return nil }
        var after = cursor
        if every > 0, cursor.sinceIdentification >= every {
            let count = Int64(identifications.count)
            after.sinceIdentification = 0
            after.identifications += 1
            return (.identification, identifications[Int(cursor.identifications % count)], after)
        }
        let place = min(cursor.done, tracks.count - 1)
        let track = tracks[(indices ?? round(cursor.round))[place]]
        if every > 0 { after.sinceIdentification += 1 }
        after.done = place + 1
        after.last = track.key
        if after.done == tracks.count {
            after.round += 1
            after.done = 0
            after.last = nil
        }
        return (.track, track, after)
    }

    /// The order of a round: indices into `tracks`.
    ///
    /// The last track of one round is not the first of the next, if there are at least three: the first two change
    /// places then. (Of two, a shuffle that never repeats at the seam is the sequence.)
    public func round(_ number: Int64) -> [Int] {
        guard order == .shuffle, tracks.count > 2 else { return Array(tracks.indices) }
        var indices = shuffled(number)
        let lastBefore = tracks.indices.max { sortKey($0, number - 1) < sortKey($1, number - 1) }
        if indices[0] == lastBefore { indices.swapAt(0, 1) }
        return indices
    }

    private func shuffled(_ number: Int64) -> [Int] {
        let keys = tracks.indices.map { sortKey($0, number) }
        return tracks.indices.sorted { keys[$0] < keys[$1] }
    }

    /// By hash, then by place: two tracks with one key (a file listed twice) keep an order of their own.
    private func sortKey(_ index: Int, _ round: Int64) -> (UInt64, Int) {
        (StableHash.mix(keyHashes[index] ^ StableHash.mix(UInt64(bitPattern: round))), index)
    }

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
            let key = StableHash.mix(hash.value ^ StableHash.mix(UInt64(bitPattern: cursor.round)))
            moved.done = indices.prefix { sortKey($0, cursor.round).0 <= key }.count
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

    /// What is on air at an instant, for a rotation that stands at `cursor` at the instant `anchor`; nil when there
    /// is nothing to play, when a length is unknown, or before the anchor.
    ///
    /// Without an anchor the rotation has been going since the origin of time.
    public func item(at instant: Instant, anchor: Anchor = .origin) -> Item? {
        guard let cycle = cycleFrames, instant >= anchor.instant || anchor == .origin else { return nil }
        var start = anchor.instant
        var cursor = anchor.cursor
        // To the end of the round that the anchor stands in, item by item; from there whole cycles at once.
        while cursor.done > 0, let item = item(at: cursor, start: start) {
            if instant < item.end! { return item }
            (start, cursor) = (item.end!, item.after)
        }
        let cycles = floorDivide((instant - start).frames, cycle)
        start.frames += cycles * cycle
        cursor.round += cycles * roundsInCycle
        if every > 0 { cursor.identifications += cycles * roundsInCycle * Int64(tracks.count) / Int64(every) }
        while let length = lengthOfRound(at: cursor), instant >= start + length.frames {
            (start, cursor) = (start + length.frames, length.after)
        }
        var walk = RoundWalk(rotation: self, cursor: cursor)
        while let (kind, track, after) = walk.next() {
            let item = Item(kind: kind, track: track, start: start, length: track.length, after: after)
            if instant < item.end! { return item }
            start = item.end!
        }
        return nil
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

/// Walks through a rotation and computes a round's order once.
struct RoundWalk {
    private let rotation: Rotation
    private var cursor: Cursor
    private var order: (round: Int64, indices: [Int])?

    init(rotation: Rotation, cursor: Cursor) {
        self.rotation = rotation
        self.cursor = cursor
    }

    mutating func next() -> (kind: Item.Kind, track: Track, after: Cursor)? {
        if order?.round != cursor.round { order = (cursor.round, rotation.round(cursor.round)) }
        guard let step = rotation.next(at: cursor, in: order?.indices) else { return nil }
        cursor = step.after
        return step
    }
}

/// Where a rotation stands at an instant.
public struct Anchor: Hashable, Sendable, Codable {
    public var instant: Instant
    public var cursor: Cursor

    public init(instant: Instant, cursor: Cursor) {
        self.instant = instant
        self.cursor = cursor
    }

    /// Round 0 began at the origin of time, 2000-01-03T00:00:00Z.
    public static let origin = Anchor(instant: Instant(frames: 0), cursor: Cursor())
}

private func gcd(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : gcd(b, a % b) }

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
