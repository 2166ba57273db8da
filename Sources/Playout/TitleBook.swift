public import Codecs
public import Programme
internal import Synchronization

/// Which title belongs to which deck: written by the conductor before a deck can be on air, read by the encoders when
/// its mark arrives.
final class TitleBook: Sendable {
    enum Entry: Sendable {
        /// The listeners see this from the deck's first frame on.
        case title(Title)
        /// They go on seeing what they saw: an identification that has no title of its own.
        case keep
    }

    /// The newest decks' titles; the encoders are seconds behind, a few decks at the most.
    private let entries: Mutex<[Int: Entry]>
    private static let limit = 256

    init(tone: Title) { entries = Mutex([Engine.toneID: .title(tone)]) }

    func set(_ entry: Entry, for deck: Int) {
        entries.withLock { entries in
            entries[deck] = entry
            if entries.count > Self.limit, let oldest = entries.keys.filter({ $0 != Engine.toneID }).min() {
                entries.removeValue(forKey: oldest)
            }
        }
    }

    func entry(for deck: Int) -> Entry? { entries.withLock { $0[deck] } }
}

extension Track {
    /// Whether the tags hold a title.
    var hasTitle: Bool { !(title ?? "").isEmpty }

    /// What listeners are shown: the tags, or the file's name in readable form.
    public var shownTitle: Title {
        if let title, !title.isEmpty { return Title(artist: artist, title: title, album: album) }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let stem = name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) } ?? name
        let words = Self.withoutNumber(stem.replacing("_", with: " "))
        // "Artist - Title", as people name files; the artist of the tags counts more.
        let parts = words.split(separator: " - ", maxSplits: 1).map(String.init)
        guard parts.count == 2, artist == nil || artist == parts[0] else {
            return Title(artist: artist, title: words, album: album)
        }
        return Title(artist: parts[0], title: parts[1], album: album)
    }

    /// A file's name without the track number in front of it. A number is one when " - " stands behind it, when it
    /// begins with a zero ("03 ", "03.", "03-"), or when it has two or three digits and ". " stands behind it: "99
    /// Luftballons", "9. Sinfonie" and "08.30 Uhr" keep theirs.
    private static func withoutNumber(_ words: String) -> String {
        let number = #/(?:\d+ +- +)+|0\d{1,2}(?:[.-]? +|[.-](?!\d))|\d{2,3}\. +/#
        guard let match = words.prefixMatch(of: number) else { return words }
        let rest = words[match.range.upperBound...]
        return rest.isEmpty ? words : String(rest)
    }
}
