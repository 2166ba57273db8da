public import Programme

/// An item as it was really on air: what the journal keeps of it.
public struct Aired: Hashable, Sendable {
    public var kind: Item.Kind
    /// An absolute path; empty for the tone.
    public var file: String
    /// The file's name within its playlist; nil for what stands in none.
    public var key: String?
    public var artist: String?
    public var title: String?
    public var album: String?
    /// The show in which it began; nil in none, and where it was aired before the journal knew of shows.
    public var show: String?
    /// When its first frame was on air.
    public var start: Instant
    /// The place of that frame in the file.
    public var offset: Length
    /// How long it was on air; nil while it is.
    public var length: Length?
    /// Why it ended otherwise than planned, in words; nil when it did not.
    public var why: String?

    public init(
        kind: Item.Kind, file: String, key: String? = nil, artist: String? = nil, title: String? = nil,
        album: String? = nil, show: String? = nil, start: Instant, offset: Length = .zero,
        length: Length? = nil, why: String? = nil
    ) {
        self.kind = kind
        self.file = file
        self.key = key
        self.artist = artist
        self.title = title
        self.album = album
        self.show = show
        self.start = start
        self.offset = offset
        self.length = length
        self.why = why
    }

    /// A planned item whose first frame, `offset` into the file, went on air at `start`.
    public init(_ item: Item, start: Instant, offset: Length) {
        let track = item.track
        self.init(
            kind: item.kind, file: track.file, key: track.key.isEmpty ? nil : track.key, artist: track.artist,
            title: track.title, album: track.album, show: item.show, start: start, offset: offset)
    }
}

/// A line of the journal.
public struct JournalLine: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case fact(Fact)
        case aired(Aired)
    }

    /// The line's number. It grows with time, and no two lines have the same; an item keeps that of its beginning.
    public var id: Int64
    public var content: Content

    public init(id: Int64, content: Content) {
        self.id = id
        self.content = content
    }
}

/// Where a reader of the journal begins. It goes on to newer lines.
public enum JournalPlace: Hashable, Sendable {
    /// So many lines before the end.
    case last(Int)
    /// The first line whose item was on air at an instant, or whose item or fact came after it.
    case since(Instant)
    /// The line behind the one with this number: the next page.
    case after(Int64)
}
