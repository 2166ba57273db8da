internal import Broadcast
internal import Codecs
internal import Hummingbird

/// The page at `/`: it plays the station and shows what is on air. One small document without anything from elsewhere;
/// without JavaScript it still plays and shows the title that was on air when it was asked for.
struct StationPage {
    private let station: StationTexts
    private let mounts: [Mount]
    private let words: Words
    /// Lets exactly our own style and script run (Content-Security-Policy), and nothing that a text smuggles in.
    private let nonce: String

    init(_ desk: FrontDesk, for request: Request) {
        station = desk.station
        mounts = desk.mounts.map(\.mount)
        words = Words.preferred(request.headers[.acceptLanguage] ?? "")
        nonce =
            String(UInt64.random(in: 0...(.max)), radix: 36)
            + String(UInt64.random(in: 0...(.max)), radix: 36)
    }

    var response: Response {
        let policy = """
            default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; media-src 'self'; \
            connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        return Response(
            text: html, type: "text/html; charset=utf-8",
            headers: [
                .contentSecurityPolicy: policy, .vary: "Accept-Language", .contentLanguage: words.language,
            ])
    }

    private var html: String {
        """
        <!doctype html>
        <html lang="\(words.language)">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(station.name))</title>
        <style nonce="\(nonce)">\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>\(escaped(station.name))</h1>
        <p>\(escaped(station.description))</p>
        \(player)
        </main>
        </body>
        </html>

        """
    }

    private var player: String {
        guard let first = mounts.first else { return "<p>\(words.nothing)</p>" }
        let path = escaped(urlPath(first.path))
        let title = first.newest?.title
        let line = title.map { [$0.artist, $0.title].compactMap(\.self).joined(separator: " – ") }
        return """
            <section aria-label="\(words.onAir)">
            <h2>\(words.onAir)</h2>
            <p id="now" aria-live="polite" data-status="/status-json.xsl?mount=\(path)">\(escaped(line ?? station.name))</p>
            <audio controls preload="none" src="\(path)?titles=none"></audio>
            </section>
            <h2>\(words.elsewhere)</h2>
            <ul>
            \(mounts.map(link).joined(separator: "\n"))
            </ul>
            <script nonce="\(nonce)">\(Self.script)</script>
            """
    }

    private func link(_ mount: Mount) -> String {
        let about = mount.description
        return """
            <li><a href="\(escaped(urlPath(mount.path))).m3u">\(escaped(mount.path))</a> \
            <small>\(escaped(about.subtype)), \(about.bitrate / 1000) kbit/s</small></li>
            """
    }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1d1b19; --soft: #6b645c; --paper: #faf6f0; --card: #fff; --mark: #b3261e }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #f2ede6; --soft: #a9a198; --paper: #171513; --card: #221f1c; --mark: #ff8a7a }
        }
        * { box-sizing: border-box }
        body { margin: 0; font: 1.125rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
        main { max-width: 36rem; margin: 0 auto; padding: clamp(1.5rem, 8vw, 5rem) 1.25rem }
        h1 { margin: 0; font-size: clamp(2rem, 9vw, 3.25rem); line-height: 1.1; overflow-wrap: anywhere }
        h1 + p { margin: .5rem 0 2rem; color: var(--soft) }
        h2 { margin: 0; font-size: .875rem; letter-spacing: .08em; text-transform: uppercase; color: var(--mark) }
        section { margin-bottom: 2rem; padding: 1.5rem; border-radius: 1rem; background: var(--card);
          box-shadow: 0 .25rem 1.5rem #0002 }
        #now { margin: .25rem 0 1.25rem; font-size: 1.375rem; font-weight: 600; overflow-wrap: anywhere }
        audio { display: block; width: 100%; height: 3.5rem }
        ul { margin: .5rem 0; padding: 0; list-style: none }
        a { color: inherit; overflow-wrap: anywhere }
        small { color: var(--soft) }

        """

    private static let script = """

        const now = document.getElementById("now")
        const refresh = async () => {
          if (document.hidden) return
          try {
            const status = await (await fetch(now.dataset.status)).json()
            const source = status.icestats.source
            const line = source && [source.artist, source.title].filter(Boolean).join(" – ")
            if (line && line !== now.textContent) now.textContent = line
          } catch { /* The next time, perhaps. */ }
        }
        setInterval(refresh, 10000)
        document.addEventListener("visibilitychange", refresh)
        refresh()

        """
}

/// The page's own words.
private struct Words {
    let language: String
    let onAir: String
    let elsewhere: String
    let nothing: String

    static let english = Words(
        language: "en", onAir: "On air", elsewhere: "Listen in another player",
        nothing: "Nothing is on air at the moment.")
    static let german = Words(
        language: "de", onAir: "Auf Sendung", elsewhere: "Im eigenen Player hören",
        nothing: "Gerade ist nichts auf Sendung.")

    /// German when the browser names it before English. Browsers write the preferred language first.
    static func preferred(_ acceptLanguage: String) -> Words {
        let languages = acceptLanguage.lowercased().split(separator: ",").map {
            $0.drop { $0 == " " }.prefix(2)
        }
        return languages.first { $0 == "de" || $0 == "en" } == "de" ? german : english
    }
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
