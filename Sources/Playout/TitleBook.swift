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
        let words = stem.replacing("_", with: " ")
        // "Artist - Title", as people name files; a leading track number is not part of either.
        let parts = words.split(separator: " - ", maxSplits: 1).map(String.init)
        guard parts.count == 2, artist == nil else {
            return Title(artist: artist, title: words, album: album)
        }
        if parts[0].allSatisfy(\.isNumber) { return Title(title: parts[1], album: album) }
        return Title(artist: parts[0], title: parts[1], album: album)
    }
}
