internal import Broadcast
internal import Codecs
internal import Foundation
internal import Hummingbird

/// The page at `/`: it plays the station and shows what is on air, what was, what comes. One small document with
/// nothing from elsewhere. Without JavaScript it still plays, and shows how things were when it was asked for; with it
/// `PageScript` keeps it moving. Mounts that are for members are not on it: whom they are for knows where they are.
///
/// `/embed` is the same in small, for a frame on somebody else's page, and the only page that may be framed.
struct StationPage {
    enum Form {
        case whole
        case embedded
    }

    /// The most that a page may weigh, in bytes, whatever a station has to say: with its icon and the first titles that
    /// its script asks for, it stays below 60 kB.
    private static let most = 52_000
    /// The longest text in a row, in characters.
    private static let longestText = 120

    private let form: Form
    private let station: StationTexts
    /// Those that everybody may hear.
    private let mounts: [MountDescription]
    /// Whether there are others.
    private let hasMembers: Bool
    private let order: RunningOrder?
    /// For a door that is told no running order: what the stream itself says.
    private let streamTitle: Title?
    private let words: PageWords
    private let week: WeekSection
    private let base: String
    private let now: Int64
    /// Lets exactly our own style and script run (Content-Security-Policy), and nothing that a text smuggles in.
    private let nonce: String

    init(_ form: Form, _ desk: FrontDesk, for request: Request) {
        self.form = form
        station = desk.station
        let all = desk.mounts
        let open = all.filter { $0.rules.members == nil }
        mounts = open.map(\.mount.description)
        hasMembers = open.count < all.count
        order = desk.board.order
        streamTitle = open.first?.mount.newest?.title
        words = PageWords.preferred(request.headers[.acceptLanguage] ?? "")
        base = desk.base(of: request)
        now = desk.now() / 1_000_000
        week = WeekSection(desk.guide, station.zone, words, now: now)
        nonce =
            String(UInt64.random(in: 0...(.max)), radix: 36)
            + String(UInt64.random(in: 0...(.max)), radix: 36)
    }

    var response: Response {
        let policy = """
            default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; media-src 'self'; \
            img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
            frame-ancestors \(form == .embedded ? "*" : "'none'")
            """
        return Response(
            text: document, type: "text/html; charset=utf-8",
            headers: [
                .contentSecurityPolicy: policy, .vary: "Accept-Language", .contentLanguage: words.language,
            ])
    }

    // MARK: The document

    /// The week gets what the rest leaves.
    private var document: String {
        let rest = document(week: "")
        return form == .embedded ? rest : document(week: week.text(within: Self.most - rest.utf8.count))
    }

    private func document(week: String) -> String {
        """
        <!doctype html>
        <html lang="\(words.language)">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(station.name))</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        <style nonce="\(nonce)">\(PageStyle.text)</style>
        </head>
        \(form == .embedded ? embeddedBody : wholeBody(week: week))
        </html>

        """
    }

    private func wholeBody(week: String) -> String {
        """
        <body>
        <header>
        <h1>\(escaped(station.name))</h1>
        <p>\(escaped(station.description))</p>
        </header>
        <main>
        \(onAir)
        \(list("next", words.next, order?.next ?? []))
        \(list("last", words.last, order?.last ?? []))
        \(week)
        </main>
        <footer>
        \(elsewhere)
        \(embedding)
        </footer>
        \(script)
        </body>
        """
    }

    private var embeddedBody: String {
        """
        <body class="embedded">
        <main>
        <h1><a href="/" target="_blank" rel="noopener">\(escaped(station.name))</a></h1>
        \(onAir)
        </main>
        \(script)
        </body>
        """
    }

    private var script: String {
        mounts.isEmpty ? "" : "<script nonce=\"\(nonce)\">\(PageScript.text)</script>"
    }

    private var onAir: String {
        guard !mounts.isEmpty else {
            return "<p class=\"nothing\">\(hasMembers ? words.members : words.nothing)</p>"
        }
        let title = order?.now.title ?? streamTitle ?? Title(title: station.name)
        return """
            <section id="air" aria-labelledby="air-name">
            <h2 id="air-name">\(words.onAir)</h2>
            \(week.line)
            <div id="now" aria-live="polite" aria-atomic="true">
            <p id="title">\(escaped(title.title))</p>
            <p id="artist">\(escaped(title.artist ?? ""))</p>
            </div>
            \(dial)
            <div id="player">
            <audio controls preload="none" data-listen="\(words.listen)" data-stop="\(words.stop)" \
            data-connecting="\(words.connecting)" data-lost="\(words.lost)" data-unplayable="\(words.unplayable)">
            \(sources)
            </audio>
            <button id="play" type="button" hidden>\(Self.icons)<span>\(words.listen)</span></button>
            <label id="volume" hidden><span>\(words.volume)</span><input type="range" min="0" max="1" step="0.02" value="1"></label>
            </div>
            <p id="state" role="status"></p>
            <noscript><p>\(words.frozen.replacing("%", with: clock(now)))</p></noscript>
            </section>
            """
    }

    /// How far what is on air has come: a scale with a needle, which only the script can move.
    private var dial: String {
        let start = order?.now.start
        let end = order?.now.duration.flatMap { duration in start.map { $0 + duration } }
        return """
            <div id="dial"><progress max="1" value="0" aria-hidden="true" hidden></progress>
            <p><time id="from">\(start.map(clock) ?? "")</time> <time id="to">\(end.map(clock) ?? "")</time></p></div>
            """
    }

    private func list(_ id: String, _ name: String, _ entries: [RunningOrder.Entry]) -> String {
        """
        <section id="\(id)" aria-labelledby="\(id)-name"\(entries.isEmpty ? " hidden" : "")>
        <h2 id="\(id)-name">\(name)</h2>
        <ol>
        \(entries.map(row).joined(separator: "\n"))
        </ol>
        </section>
        """
    }

    /// As `row` in `PageScript` makes it.
    private func row(_ entry: RunningOrder.Entry) -> String {
        let time = clock(entry.start)
        let shown = entry.isProvisional ? "ca. \(time)" : time
        let title = escaped(clipped(entry.title.title, Self.longestText))
        let artist = entry.title.artist.map { "<span>\(escaped(clipped($0, Self.longestText)))</span>" } ?? ""
        return "<li><time datetime=\"\(time)\">\(shown)</time><p><b>\(title)</b>\(artist)</p></li>"
    }

    /// The station's wall time. A browser with JavaScript shows its own.
    private func clock(_ milliseconds: Int64) -> String {
        let instant = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        let minutes = (milliseconds / 1000 + Int64(station.zone.secondsFromGMT(for: instant))) / 60 % 1440
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }

    // MARK: The streams

    private var sources: String {
        let playable = mounts.map { (path: $0.path, kind: StreamKind($0)) }
        // In the order in which browsers do best; those of one kind in the order of the configuration.
        let sorted = playable.enumerated().sorted {
            ($0.element.kind.rank, $0.offset) < ($1.element.kind.rank, $1.offset)
        }.map { $0.element }
        return sorted.map { source in
            """
            <source src="\(escaped(urlPath(source.path)))?titles=none" type="\(escaped(source.kind.type))">
            """
        }.joined(separator: "\n")
    }

    private var elsewhere: String {
        let rows = mounts.map { mount in
            let path = escaped(urlPath(mount.path))
            return """
                <li><a href="\(path).m3u">\(escaped(mount.path))</a> \
                <small>\(escaped(mount.subtype)), \(mount.bitrate / 1000) kbit/s</small></li>
                """
        }
        guard !rows.isEmpty else { return "" }
        return """
            <details>
            <summary>\(words.elsewhere)</summary>
            <p>\(words.elsewhereHint)</p>
            <ul>
            \(rows.joined(separator: "\n"))
            </ul>
            </details>
            """
    }

    private var embedding: String {
        guard !mounts.isEmpty else { return "" }
        let frame = """
            <iframe src="\(base)/embed" title="\(escaped(station.name))" width="100%" height="230" loading="lazy" \
            allow="autoplay" style="border:0"></iframe>
            """
        return """
            <details>
            <summary>\(words.embedding)</summary>
            <p id="embedding-hint">\(words.embeddingHint)</p>
            <textarea id="embedding" aria-labelledby="embedding-hint" rows="4" readonly spellcheck="false">\(escaped(frame))</textarea>
            </details>
            """
    }

    private static let icons = """
        <svg viewBox="0 0 24 24" aria-hidden="true"><path class="go" d="M6 3l15 9-15 9z"/>\
        <path class="halt" d="M5 5h14v14H5z"/></svg>
        """

    /// The browser tab's: a needle on a scale.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#a92c1b"/>\
        <path d="M6 10v12M11 13v6M21 13v6M26 10v12" stroke="#fff" stroke-width="2" opacity=".7"/>\
        <path d="M16 5v22" stroke="#fff" stroke-width="3"/></svg>
        """
}

/// What a browser is told of a stream before it asks for it.
private struct StreamKind {
    /// The place in the order in which browsers are offered the kinds.
    let rank: Int
    /// The media type with its codec.
    let type: String

    init(_ mount: MountDescription) {
        switch mount.subtype.lowercased() {
        case "vorbis": (rank, type) = (0, "audio/ogg; codecs=vorbis")
        case "opus": (rank, type) = (1, "audio/ogg; codecs=opus")
        default: (rank, type) = (2, mount.contentType)
        }
    }
}

/// The beginning of a text: so many characters at the most, and four times as many bytes, and a sign that there was more.
func clipped(_ text: String, _ length: Int) -> String {
    // A character may be a letter with any number of marks on it.
    var room = 4 * length
    let start = text.prefix(length).prefix { character in
        room -= character.utf8.count
        return room >= 0
    }
    return start.endIndex == text.endIndex ? text : start + "…"
}

/// A text as HTML, in an element or in a quoted attribute.
func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}
