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
    /// The most shows that are shown: two an hour.
    private static let mostShows = 2 * 24 * 7
    /// The longest name, of a show or of who makes it, in characters.
    private static let longestName = 80
    /// The longest address of a show's own that is linked, in bytes.
    private static let longestLink = 500
    /// How many characters of each show's text are shown; where that is too much for the page, as many as the next says.
    private static let textLengths = [300, 140, 60, 0]

    /// The show that is on.
    private var current: GuideEntry? { entries.first { $0.start <= now } }

    /// A line for what is on air; `PageScript` keeps it.
    var line: String {
        let current = current
        let until = current.map { words.until.replacing("%", with: clock($0.end)) } ?? ""
        let host = current.map(host) ?? ""
        return """
            <p id="show" data-until="\(words.until)" data-host="\(words.host)"\(current == nil ? " hidden" : "")>\
            <b>\(current.map(name) ?? "")</b> <span>\([until, host].filter { !$0.isEmpty }.joined(separator: " · "))\
            </span></p>
            """
    }

    /// Empty for a station without shows. Of many shows with much to say it is the beginning of their texts, or none of
    /// them, and at the last the shows of the first days alone.
    ///
    /// - Parameter most: how many bytes it may have.
    func text(within most: Int) -> String {
        guard !entries.isEmpty else { return "" }
        let shown = entries.prefix(Self.mostShows)
        // The frame, with all of its days.
        let room = most - section([], Set(shown.map(day)), isWhole: false).utf8.count
        var rows: [(day: Int, text: String)] = []
        for length in Self.textLengths {
            rows = shown.map { (day($0), row($0, length)) }
            if rows.reduce(0, { $0 + $1.text.utf8.count }) <= room { break }
        }
        var left = room
        let fitting = rows.prefix { row in
            left -= row.text.utf8.count
            return left >= 0
        }
        return section(Array(fitting), Set(fitting.map { $0.day }), isWhole: fitting.count == entries.count)
    }

    private func section(_ rows: [(day: Int, text: String)], _ days: Set<Int>, isWhole: Bool) -> String {
        let today = dayNumber(now)
        let folds = days.sorted().map { day in
            """
            <details\(day == today ? " open" : "")>
            <summary>\(day == today ? words.today + ", " : "")\(words.date(ofDay: day))</summary>
            <ol>
            \(rows.filter { $0.day == day }.map { $0.text }.joined())</ol>
            </details>
            """
        }
        let clocks = words.clocks.replacing("%", with: escaped(zone.identifier))
        return """
            <section id="week" aria-labelledby="week-name">
            <h2 id="week-name">\(words.week)</h2>
            \(folds.joined(separator: "\n"))
            <p><small>\(isWhole ? "" : words.more + " ")\(clocks)</small></p>
            <p><a href="/schedule.ics">\(words.subscribe)</a></p>
            </section>
            """
    }

    /// The day under which a show stands.
    private func day(_ entry: GuideEntry) -> Int { max(dayNumber(now), dayNumber(entry.start)) }

    /// - Parameter length: how many characters of its text it has at the most.
    private func row(_ entry: GuideEntry, _ length: Int) -> String {
        // Whoever may write a show's link may not write a script's.
        let isAddress =
            ["http://", "https://"].contains(where: entry.link.hasPrefix)
            && entry.link.utf8.count <= Self.longestLink
        let heading =
            isAddress
            ? "<a href=\"\(escaped(entry.link))\" rel=\"noopener noreferrer\">\(name(entry))</a>"
            : name(entry)
        let lines = [entry.isLive ? "live" : "", host(entry)].filter { !$0.isEmpty }.joined(separator: " · ")
        let text = length > 0 ? escaped(clipped(entry.text, length)) : ""
        let more = [lines, text].filter { !$0.isEmpty }.map { "<span>\($0)</span>" }.joined()
        return """
            <li><time datetime="\(clock(entry.start))">\(clock(entry.start))–\(clock(entry.end))</time>\
            <p><b>\(heading)</b>\(more)</p></li>

            """
    }

    private func name(_ entry: GuideEntry) -> String { escaped(clipped(entry.show, Self.longestName)) }

    private func host(_ entry: GuideEntry) -> String {
        guard !entry.host.isEmpty else { return "" }
        return words.host.replacing("%", with: escaped(clipped(entry.host, Self.longestName)))
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
