// The words in which the station tells what was, is and will be on air: one vocabulary for every `--json` and for
// the control socket. A key that does not apply is left out.

/// Why something is on air, or what else the journal tells of: `track`, `identification`, `queued`, `emergency`,
/// `tone`, `live`, `bed`; in the history also the kinds of facts.
///
/// An open set: a command prints also the words that only a newer daemon knows.
public struct ItemKind: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let track = ItemKind(rawValue: "track")
    public static let identification = ItemKind(rawValue: "identification")
    public static let queued = ItemKind(rawValue: "queued")
    public static let emergency = ItemKind(rawValue: "emergency")
    public static let tone = ItemKind(rawValue: "tone")
    public static let live = ItemKind(rawValue: "live")
    public static let bed = ItemKind(rawValue: "bed")
}

/// One thing on air at its place in time: that which is on now, or that which comes.
public struct OnAirItem: Hashable, Sendable, Codable {
    public var kind: ItemKind
    public var start: StationTime
    /// Seconds on air; nil where nobody knows yet.
    public var duration: Double?
    /// The instant behind its last frame; nil where nobody knows yet.
    public var ends: StationTime?
    /// Seconds that have been on air, for the item that is on now.
    public var position: Double?
    public var artist: String?
    public var title: String?
    public var album: String?
    public var file: String?
    public var show: String?
    /// Why it is on air there, a clause for each reason; in `next` alone.
    public var why: [String]?
    private var provisionalMark: Bool?

    /// Whether start or end can still change by themselves: something before it, or it itself, is not measured.
    public var provisional: Bool {
        get { provisionalMark ?? false }
        set { provisionalMark = newValue ? true : nil }
    }

    /// Makes an item; lengths are rounded to milliseconds.
    public init(
        kind: ItemKind, start: StationTime, duration: Double? = nil, ends: StationTime? = nil,
        position: Double? = nil, artist: String? = nil, title: String? = nil, album: String? = nil,
        file: String? = nil, show: String? = nil, provisional: Bool = false
    ) {
        self.kind = kind
        self.start = start
        self.duration = duration?.inMilliseconds
        self.ends = ends
        self.position = position?.inMilliseconds
        self.artist = artist
        self.title = title
        self.album = album
        self.file = file
        self.show = show
        provisionalMark = provisional ? true : nil
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case start
        case duration
        case ends
        case position
        case artist
        case title
        case album
        case file
        case show
        case why
        case provisionalMark = "provisional"
    }
}

/// An entry of the operator's queue: its number, and the item that it will be on air.
public struct QueueEntry: Hashable, Sendable {
    public var id: Int
    public var item: OnAirItem

    public init(id: Int, item: OnAirItem) {
        self.id = id
        self.item = item
    }
}

/// A line of the journal: what was aired, or what else happened.
public struct HistoryEntry: Hashable, Sendable {
    /// The line's number; it grows with time.
    public var id: Int64
    /// What it was; `duration` is what was really aired.
    public var item: OnAirItem
    /// The second of the file from which it was aired, when that is not its beginning.
    public var offset: Double?
    /// What happened, in a sentence: a person's act, a deviation, a clock that jumped.
    public var note: String?

    public init(id: Int64, item: OnAirItem, offset: Double? = nil, note: String? = nil) {
        self.id = id
        self.item = item
        self.offset = offset?.inMilliseconds
        self.note = note
    }
}

/// Part of the history, oldest line first.
public struct HistoryPage: Hashable, Sendable, Codable {
    /// The most lines of a page: with the longest path and titles in each, it still fits into an answer.
    public static let mostEntries = 100

    public var entries: [HistoryEntry]
    /// Whether lines follow the last of these.
    public var more: Bool

    public init(entries: [HistoryEntry], more: Bool) {
        self.entries = entries
        self.more = more
    }
}

/// What the station did for a person.
public struct Acknowledgement: Hashable, Sendable, Codable {
    /// What was done, in a sentence.
    public var done: String
    /// What the person should know besides: a file that is left out, an act that is not on disk yet.
    public var warnings: [String]
    /// The entries that were put into the queue or taken out of it.
    public var entries: [QueueEntry]?
    /// What is on air next because of it.
    public var next: OnAirItem?

    public init(
        done: String, warnings: [String] = [], entries: [QueueEntry]? = nil, next: OnAirItem? = nil
    ) {
        self.done = done
        self.warnings = warnings
        self.entries = entries
        self.next = next
    }
}

// An entry is its item with a few keys more, in one flat object: the same words everywhere.

extension QueueEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case id
    }

    public init(from decoder: any Decoder) throws {
        id = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .id)
        item = try OnAirItem(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try item.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
    }
}

extension HistoryEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case id
        case offset
        case note
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int64.self, forKey: .id)
        offset = try container.decodeIfPresent(Double.self, forKey: .offset)
        note = try container.decodeIfPresent(String.self, forKey: .note)
        item = try OnAirItem(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try item.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(offset, forKey: .offset)
        try container.encodeIfPresent(note, forKey: .note)
    }
}

extension Double {
    /// Rounded to milliseconds, which is what the vocabulary tells.
    var inMilliseconds: Double { (self * 1_000).rounded() / 1_000 }
}
