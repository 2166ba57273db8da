/// What a listener is shown for what is on air: artist, title, album.
///
/// The texts are made safe once, here: valid UTF-8 without control characters, trimmed, at most 255 characters each.
/// Whoever writes them into comments, ICY blocks, JSON or pages adds the escaping of that form and nothing else.
public struct Title: Hashable, Sendable {
    public let artist: String?
    public let title: String
    public let album: String?

    /// Makes a title; an artist or album that is empty after cleaning is none.
    public init(artist: String? = nil, title: String, album: String? = nil) {
        self.artist = artist.map(Self.clean).flatMap { $0.isEmpty ? nil : $0 }
        self.title = Self.clean(title)
        self.album = album.map(Self.clean).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// One line, as players that know a single field show it: `Artist - Title`, or the title alone.
    public var line: String { artist.map { "\($0) - \(title)" } ?? title }

    private static func clean(_ text: String) -> String {
        let kept = text.unicodeScalars.map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: " "
            default: Character(scalar)
            }
        }
        let words = String(kept).split(separator: " ", omittingEmptySubsequences: true)
        return String(words.joined(separator: " ").prefix(255))
    }
}
