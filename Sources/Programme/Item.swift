/// One thing on air: a track at its place in time.
public struct Item: Hashable, Sendable, Codable {
    /// Why it is on air. The names are the vocabulary of `--json`.
    public enum Kind: String, Sendable, Codable {
        case track
        case identification
        case queued
        case emergency
        case tone
        /// A DJ; `length` is nil while nobody knows when it ends.
        case live
        /// What covers a DJ's drop-out.
        case bed
    }

    public var kind: Kind
    public var track: Track
    /// When its first frame airs, or would have aired if the station had been on.
    public var start: Instant
    /// How long it airs: the track's length, or less after a person or an accident cut it short; nil when it is not
    /// measured and ends where its file ends.
    public var length: Length?
    /// Where the rotation goes on after it.
    public var after: Cursor
    /// The entry of the operator's queue, for a queued item.
    public var queueID: Int?
    /// The show that it belongs to; nil for the station's rotation.
    public var show: String?
    /// The start of the slot whose plan it is of, so that `after` can be told from another slot's; nil where no show
    /// has ever been.
    public var slot: Instant?
    /// The instant at which it is faded if it has not ended by itself: its slot ends. Nil when nothing waits for that.
    public var until: Instant?

    public init(
        kind: Kind, track: Track, start: Instant, length: Length?, after: Cursor, queueID: Int? = nil,
        show: String? = nil, slot: Instant? = nil
    ) {
        self.kind = kind
        self.track = track
        self.start = start
        self.length = length
        self.after = after
        self.queueID = queueID
        self.show = show
        self.slot = slot
    }

    /// The instant behind its last frame; nil when not known.
    public var end: Instant? { length.map { start + $0 } }

    /// When it is on air first: a file that goes on behind an interruption has its `start` before its slot, and one that does
    /// not begin with its first frame before that. What people and accidents put in between begins with its start; the slot
    /// behind it may be a later one.
    public var begins: Instant { max(start + (track.begin ?? .zero), (isOfSlot ? slot : nil) ?? start) }

    /// Whether its start or end can still change by itself: its length is not measured.
    public var isProvisional: Bool { length == nil }

    /// Whether it is the same file at the same place in time, whatever was learned of it since.
    func isSame(as other: Item) -> Bool {
        other.start == start && other.kind == kind && other.track.file == track.file
    }

    /// Whether it is of a slot's plan; what people and accidents put in between is not.
    var isOfSlot: Bool { kind == .track || kind == .identification }
}
