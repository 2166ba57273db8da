internal import Hummingbird

/// The page at `/studio` for a DJ's phone: who is on air and who waits, how loud it comes in, and what to do about what
/// is wrong. It needs JavaScript; one small document with nothing from elsewhere.
struct StudioPage {
    let station: String
    /// The browser's `Accept-Language`.
    let languages: String

    private struct Words {
        let heading: String
        let nobody: String
        let waiting: String
        let lost: String
        let needsScript: String
        /// The places' names, as JSON.
        let places: String
        let since: String
        let inHand: String
        let fine: String
        /// `%` stands for minutes.
        let left: String

        static let english = Words(
            heading: "Studio", nobody: "No DJ is connected: the programme is on air.",
            waiting: "One moment …",
            lost: "The connection to the station is lost. It is tried again.",
            needsScript: "This page needs JavaScript.",
            places:
                #"{"green room":"In the green room","on air":"ON AIR","bridged":"Dropped out, the bed is on","#
                + #""silent":"Silent","held":"Held by the operator"}"#,
            since: "since", inHand: "s in hand", fine: "All is well.",
            left: "% min left")

        static let german = Words(
            heading: "Studio", nobody: "Niemand ist live verbunden: das Programm ist auf Sendung.",
            waiting: "Einen Moment …",
            lost: "Die Verbindung zum Sender ist unterbrochen. Sie wird neu versucht.",
            needsScript: "Diese Seite braucht JavaScript.",
            places:
                #"{"green room":"Im Warteraum","on air":"AUF SENDUNG","bridged":"Abgerissen, die Brücke läuft","#
                + #""silent":"Stille","held":"Von der Regie zurückgehalten"}"#,
            since: "seit", inHand: "s Vorrat", fine: "Alles in Ordnung.",
            left: "noch % min")
    }

    var response: Response {
        let language = PageWords.preferred(languages).language
        let nonce =
            String(UInt64.random(in: 0...(.max)), radix: 36)
            + String(UInt64.random(in: 0...(.max)), radix: 36)
        let policy = """
            default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; img-src 'self'; \
            connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        return Response(
            text: document(language, language == "de" ? .german : .english, nonce),
            type: "text/html; charset=utf-8",
            headers: [
                .contentSecurityPolicy: policy, .vary: "Accept-Language", .contentLanguage: language,
            ])
    }

    private func document(_ language: String, _ words: Words, _ nonce: String) -> String {
        """
        <!doctype html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(words.heading) · \(escaped(station))</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        <style nonce="\(nonce)">\(PageStyle.text)\(Self.style)</style>
        </head>
        <body data-nobody="\(escaped(words.nobody))" data-lost="\(escaped(words.lost))" \
        data-since="\(escaped(words.since))" data-in-hand="\(escaped(words.inHand))" \
        data-fine="\(escaped(words.fine))" data-left="\(escaped(words.left))" data-places="\(escaped(words.places))">
        <header>
        <h1>\(words.heading)</h1>
        <p>\(escaped(station))</p>
        </header>
        <main>
        <p id="state" role="status">\(words.waiting)</p>
        <div id="djs"></div>
        <noscript><p>\(words.needsScript)</p></noscript>
        </main>
        <script nonce="\(nonce)">\(Self.script)</script>
        </body>
        </html>

        """
    }

    private static let style = """

        .dj { padding: 1.25rem 0; border-bottom: 1px solid var(--line) }
        .dj h2 { font: 700 1.5rem/1.2 var(--serif); color: var(--ink) }
        .dj .place { margin-top: .25rem; font-weight: 600 }
        .dj.live .place { color: var(--mark) }
        .dj .place, .dj .hand { font-variant-numeric: tabular-nums }
        .dj .hand { color: var(--soft); font-size: .875rem }
        .dj meter { display: block; width: 100%; height: .75rem; margin-top: .375rem }
        .dj .levels { margin-top: .75rem }
        .dj .advice { margin-top: .875rem }
        .dj .advice li { display: block; padding: .625rem .875rem; border: 0; border-left: 4px solid var(--mark);
          margin-top: .5rem; background: color-mix(in srgb, var(--mark) 10%, var(--paper)) }
        .dj .well li { padding-left: 0; border: 0; background: none; color: var(--soft) }
        """

    private static let script = #"""

        "use strict"
        const words = document.body.dataset, places = JSON.parse(words.places)
        const language = document.documentElement.lang
        const state = document.getElementById("state"), list = document.getElementById("djs")
        const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
        const seconds = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
        const say = text => { if (state.textContent !== text) state.textContent = text }
        const make = (name, kind) => {
          const element = document.createElement(name)
          if (kind) element.className = kind
          return element
        }
        const rows = new Map()
        const row = name => {
          const box = make("section", "dj"), heading = make("h2"), place = make("p", "place")
          const hand = make("p", "hand"), levels = make("div", "levels"), advice = make("ul", "advice")
          advice.setAttribute("aria-live", "polite")
          const meters = [0, 1].map(() => {
            const meter = make("meter")
            Object.assign(meter, { min: -60, max: 0, low: -30, high: -1, optimum: -12, value: -60 })
            return meter
          })
          levels.append(...meters)
          heading.textContent = name
          box.append(heading, place, hand, levels, advice)
          list.append(box)
          return { box, place, hand, meters, advice, shown: "" }
        }
        const present = news => {
          say(news.djs.length ? "" : words.nobody)
          const names = new Set(news.djs.map(dj => dj.name))
          for (const [name, old] of rows) if (!names.has(name)) { old.box.remove(); rows.delete(name) }
          for (const dj of news.djs) {
            if (!rows.has(dj.name)) rows.set(dj.name, row(dj.name))
            const { box, place, hand, meters, advice } = rows.get(dj.name)
            box.classList.toggle("live", dj.place === "on air")
            const left = dj.until ? ", " + words.left.replace("%", Math.ceil((dj.until - news.clock) / 60000)) : ""
            const text = (places[dj.place] || dj.place) + ", " + words.since + " " + clock.format(dj.since) + left
            if (place.textContent !== text) place.textContent = text
            hand.textContent = dj.title + " · " + seconds.format(dj.buffer) + " " + words.inHand
            meters.forEach((meter, side) => {
              const peak = dj.peaks ? Math.max(-60, dj.peaks[side]) : -60
              meter.value = peak
              meter.title = Math.round(peak) + " dBFS"
            })
            const said = dj.advice.map(one => one[language] || one.en)
            const key = said.join("\n")
            if (rows.get(dj.name).shown === key && advice.children.length) continue
            rows.get(dj.name).shown = key
            advice.classList.toggle("well", !said.length)
            advice.replaceChildren(...(said.length ? said : [words.fine]).map(sentence => {
              const item = make("li")
              item.textContent = sentence
              return item
            }))
          }
        }
        const follow = () => {
          const feed = new EventSource("/api/studio")
          let silence
          const alive = () => {
            clearTimeout(silence)
            silence = setTimeout(() => say(words.lost), 5000)
          }
          feed.onmessage = event => { alive(); present(JSON.parse(event.data)) }
          feed.onerror = () => {
            if (feed.readyState !== EventSource.CLOSED) return
            say(words.lost)
            setTimeout(follow, 5000)
          }
          alive()
        }
        follow()

        """#
}
