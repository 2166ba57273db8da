internal import Codecs
internal import Foundation
internal import FoundationXML

/// What a podcast's feed says, in RSS 2.0 (rssboard.org) or Atom (RFC 4287): its title, and its episodes that have sound.
///
/// A stranger writes it. Entities are not resolved, a document type is refused, texts are made safe, and an address that is
/// none of the web's is no episode.
struct PodcastFeed: Equatable {
    struct Episode: Hashable {
        /// By which the feed tells it from its others.
        var id: String
        var title: String
        /// Where its sound is: `http://` or `https://`.
        var url: String
        /// How its file may end, such as `mp3`; nil when nothing is known of it.
        var ending: String?
        /// Milliseconds since 1970.
        var published: Int64?
    }

    private(set) var title: String
    /// The newest first, each once.
    private(set) var episodes: [Episode] = []

    static let mostBytes = 16_000_000
    static let mostEpisodes = 10_000

    /// Nil for what is no feed, or not a whole one.
    ///
    /// - Parameter url: the feed's own; addresses in it may be relative to it.
    init?(_ bytes: [UInt8], from url: String) {
        let reader = PodcastReader(base: URL(string: url))
        guard bytes.count <= Self.mostBytes, let parser = XMLParser(plain: bytes) else { return nil }
        parser.delegate = reader
        // The parser takes a file that ends early for a whole one.
        guard parser.parse(), reader.isFeed, reader.isComplete else { return nil }
        title = Title(title: reader.title).title
        var seen: Set<String> = []
        episodes = reader.episodes.filter { seen.insert($0.id).inserted }
        // A feed gives its newest first; where all have a date, that counts.
        guard episodes.allSatisfy({ $0.published != nil }) else { return }
        episodes = episodes.enumerated().sorted {
            ($1.element.published!, $0.offset) < ($0.element.published!, $1.offset)
        }.map(\.element)
    }
}

/// Follows the tree of a feed and keeps the one item it is in. Names with a prefix are of other vocabularies.
private final class PodcastReader: NSObject, XMLParserDelegate {
    var isFeed = false
    var title = ""
    var episodes: [PodcastFeed.Episode] = []
    /// Whether every element that was opened was closed.
    var isComplete: Bool { elements.isEmpty }

    private let base: URL?
    private var elements: [String] = []
    private var text = ""
    /// The texts of the item's own elements, the first of each name.
    private var texts: [String: String] = [:]
    private var sounds: [(url: String, type: String)] = []

    private static let items: Set = ["item", "entry"]
    /// The longest text that is kept of one.
    private static let mostText = 4_000

    init(base: URL?) { self.base = base }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if elements.isEmpty { isFeed = ["rss", "feed", "rdf:RDF"].contains(name) }
        if Self.items.contains(name) { (texts, sounds) = ([:], []) }
        if let parent = elements.last, Self.items.contains(parent) {
            if name == "enclosure", let url = attributes["url"] {
                sounds.append((url, attributes["type"] ?? ""))
            } else if name == "link", attributes["rel"] == "enclosure", let url = attributes["href"] {
                sounds.append((url, attributes["type"] ?? ""))
            }
        }
        elements.append(name)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { add(characters) }

    func parser(_ parser: XMLParser, foundCDATA block: Data) { add(String(decoding: block, as: UTF8.self)) }

    private func add(_ more: String) {
        guard text.utf8.count < Self.mostText else { return }
        text += more.prefix(Self.mostText)
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        elements.removeLast()
        let parent = elements.last ?? ""
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if Self.items.contains(parent), texts[name] == nil {
            texts[name] = text
        } else if name == "title", ["channel", "feed"].contains(parent), title.isEmpty {
            title = text
        } else if Self.items.contains(name), episodes.count < PodcastFeed.mostEpisodes,
            let episode = episode()
        {
            episodes.append(episode)
        }
        self.text = ""
    }

    private func episode() -> PodcastFeed.Episode? {
        for (address, type) in sounds {
            guard let url = webAddress(address) else { continue }
            let name = url.lastPathComponent
            let isAudio = FileKind(name: name) == .audio
            guard type.lowercased().hasPrefix("audio/") || isAudio else { continue }
            let id = [texts["guid"], texts["id"]].compactMap(\.self).first { !$0.isEmpty }
            let date = texts["pubDate"].flatMap(milliseconds(rfc822:))
            let times = [texts["published"], texts["updated"]].compactMap(\.self)
            return PodcastFeed.Episode(
                id: id ?? url.absoluteString, title: Title(title: texts["title"] ?? "").title,
                url: url.absoluteString, ending: isAudio ? url.pathExtension.lowercased() : nil,
                published: date ?? times.lazy.compactMap { StationTime(rfc3339: $0)?.milliseconds }.first)
        }
        return nil
    }

    private func webAddress(_ text: String) -> URL? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count <= Self.mostText, let url = URL(string: text, relativeTo: base)?.absoluteURL,
            ["http", "https"].contains(url.scheme?.lowercased()), url.host()?.isEmpty == false,
            url.user() == nil
        else { return nil }
        return url
    }
}

/// A date as RSS has it (RFC 822, section 5, with years of four digits as well), such as `Tue, 01 Dec 2026 20:00:00 +0100`,
/// in milliseconds since 1970; nil for what is none. A zone that is not known counts as UTC.
func milliseconds(rfc822 text: String) -> Int64? {
    var words = text.split { $0 == " " || $0 == "," || $0 == "\t" }
    if let first = words.first, first.first?.isLetter ?? false { words.removeFirst() }
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    guard words.count >= 4, let day = decimal(words[0], 1...31),
        let month = months.firstIndex(of: words[1].lowercased().prefix(3).description),
        let year = decimal(words[2], 0...9_999)
    else { return nil }
    let clock = words[3].split(separator: ":").map { decimal($0, 0...60) }
    guard (2...3).contains(clock.count), let hour = clock[0], let minute = clock[1],
        let wall = WallTime(
            year: year < 50 ? 2_000 + year : year < 100 ? 1_900 + year : year, month: month + 1, day: day,
            hour: hour, minute: minute, second: min(59, (clock.count > 2 ? clock[2] : 0) ?? 0))
    else { return nil }
    return wall.milliseconds - Int64(words.count > 4 ? minutesAhead(words[4]) : 0) * 60_000
}

/// What a zone of RFC 822 is ahead of UTC.
private func minutesAhead(_ zone: Substring) -> Int {
    let names = [
        "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
        "PDT": -420,
    ]
    guard zone.count == 5, let sign = ["+": 1, "-": -1][zone.prefix(1)],
        let hours = decimal(zone.dropFirst().prefix(2), 0...23), let minutes = decimal(zone.suffix(2), 0...59)
    else { return names[zone.uppercased()] ?? 0 }
    return sign * (hours * 60 + minutes)
}
