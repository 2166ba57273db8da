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
    /// How much of the opening of its slot has been played, while some of it is left: its jingle, its intro, its file.
    public var opening: Int?

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

    /// Goes behind the track at a place of the round.
    mutating func pass(_ key: String, place: Int, of count: Int) {
        done = place + 1
        last = key
        guard done == count else { return }
        round += 1
        done = 0
        last = nil
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
