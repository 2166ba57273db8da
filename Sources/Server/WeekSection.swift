internal import Foundation

/// The shows of the coming days on the station's page, a fold a day. It needs no script.
struct WeekSection {
    private let words: PageWords
    private let zone: TimeZone
    private let now: Int64
    /// Those that are on, or will be.
    private let entries: [GuideEntry]

    /// - Parameter now: in milliseconds since 1970-01-01T00:00Z.
    init(_ guide: (any ShowGuide)?, _ zone: TimeZone, _ words: PageWords, now: Int64) {
        self.words = words
        self.zone = zone
        self.now = now
        entries = guide?.shows(from: now, to: now + Self.span) ?? []
    }

    private static let day: Int64 = 86_400_000
    private static let span = 7 * day

    /// The show that is on.
    private var current: GuideEntry? { entries.first { $0.start <= now } }

    /// A line for what is on air; `PageScript` keeps it.
    var line: String {
        let current = current
        let until = current.map { words.until.replacing("%", with: clock($0.end)) } ?? ""
        let host = current.map(host) ?? ""
        return """
            <p id="show" data-until="\(words.until)" data-host="\(words.host)"\(current == nil ? " hidden" : "")>\
            <b>\(escaped(current?.show ?? ""))</b> <span>\([until, host].filter { !$0.isEmpty }.joined(separator: " · "))\
            </span></p>
            """
    }

    /// Empty for a station without shows.
    var text: String {
        guard !entries.isEmpty else { return "" }
        let today = dayNumber(now)
        let days = Dictionary(grouping: entries) { max(today, dayNumber($0.start)) }
        let folds = days.sorted { $0.key < $1.key }.map { day, entries in
            """
            <details\(day == today ? " open" : "")>
            <summary>\(day == today ? words.today + ", " : "")\(words.date(ofDay: day))</summary>
            <ol>
            \(entries.map(row).joined(separator: "\n"))
            </ol>
            </details>
            """
        }
        return """
            <section id="week" aria-labelledby="week-name">
            <h2 id="week-name">\(words.week)</h2>
            \(folds.joined(separator: "\n"))
            <p><small>\(words.clocks.replacing("%", with: escaped(zone.identifier)))</small></p>
            <p><a href="/schedule.ics">\(words.subscribe)</a></p>
            </section>
            """
    }

    private func row(_ entry: GuideEntry) -> String {
        // Whoever may write a show's link may not write a script's.
        let isAddress = ["http://", "https://"].contains(where: entry.link.hasPrefix)
        let name =
            isAddress
            ? "<a href=\"\(escaped(entry.link))\" rel=\"noopener noreferrer\">\(escaped(entry.show))</a>"
            : escaped(entry.show)
        let lines = [entry.isLive ? "live" : "", host(entry)].filter { !$0.isEmpty }.joined(separator: " · ")
        let more = [lines, escaped(entry.text)].filter { !$0.isEmpty }.map { "<span>\($0)</span>" }.joined()
        return """
            <li><time datetime="\(clock(entry.start))">\(clock(entry.start))–\(clock(entry.end))</time>\
            <p><b>\(name)</b>\(more)</p></li>
            """
    }

    private func host(_ entry: GuideEntry) -> String {
        entry.host.isEmpty ? "" : words.host.replacing("%", with: escaped(entry.host))
    }

    // MARK: The station's clocks

    private func local(_ milliseconds: Int64) -> Int64 {
        let instant = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
        return milliseconds + Int64(zone.secondsFromGMT(for: instant)) * 1_000
    }

    /// The days since 1970-01-01 on the station's calendar.
    private func dayNumber(_ milliseconds: Int64) -> Int { Int(local(milliseconds) / Self.day) }

    private func clock(_ milliseconds: Int64) -> String {
        let (hour, minute) = (local(milliseconds) / 60_000 % 1_440).quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}

extension PageWords {
    /// `Tuesday 1 December`, for a day counted from 1970-01-01.
    func date(ofDay number: Int) -> String {
        let date = Date(timeIntervalSince1970: Double(number) * 86_400)
        var calendar = Foundation.Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.day, .month, .weekday], from: date)
        let (day, month, weekday) = (parts.day ?? 1, parts.month ?? 1, parts.weekday ?? 1)
        return "\(weekdays[weekday - 1])\(beforeDay)\(day)\(behindDay)\(months[month - 1])"
    }
}
