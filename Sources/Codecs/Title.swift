/// What a listener is shown for what is on air: artist, title, album.
///
/// The texts are made safe once, here: valid UTF-8 in one line, without control characters and without those that turn
/// the direction of what follows, trimmed, at most 255 characters and 2,040 bytes each.
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
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isBidiControl {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: kept.append(" ")
            default: kept.append(scalar)
            }
        }
        let words = String(kept).split(separator: " ", omittingEmptySubsequences: true)
        // A character may be a letter with any number of marks on it: hence the bytes.
        var room = 2_040
        let fitting = words.joined(separator: " ").prefix(255).prefix { character in
            room -= character.utf8.count
            return room >= 0
        }
        return String(fitting)
    }
}
