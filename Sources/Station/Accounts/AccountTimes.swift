internal import Calendar
internal import Programme

/// One of the times in which an account may have the air, by the station's clocks: `mon-fri 18:00-22:00`, `sat`,
/// `fri, sat 22:00-02:00`, `daily 06:00-09:00`, `12:00-13:00`.
///
/// Without times it is the whole day, without days it is every day. One that ends before it begins ends on the next day.
/// A time that the clocks leave out in spring is as much later; of one that they show twice in autumn it is the first.
public struct AccountTime: Sendable, Equatable {
    /// In one spelling.
    public let text: String
    let airing: Airing

    /// What a sentence says of how it is written.
    public static let form = "write days and times, such as mon-fri 18:00-22:00, or sat, or fri 22:00-02:00"

    /// Nil for what is no such time.
    public init?(_ text: String) {
        // Around a comma and a hyphen there may be spaces.
        let joined = text.lowercased().replacing(/\s*([,-])\s*/) { String($0.output.1) }
        let parts = joined.split(whereSeparator: \.isWhitespace)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        let isTimed = first.contains(":")
        guard parts.count == 1 || !isTimed else { return nil }
        let days = isTimed ? Set(Weekday.allCases) : Self.days(first)
        let times = isTimed ? Self.times(first) : parts.count == 2 ? Self.times(parts[1]) : (0, 86_400)
        guard let days, let (from, until) = times else { return nil }
        self.text = parts.joined(separator: " ")
        let endsThatDay = until > from && until < 86_400
        airing = Airing(
            .weekly(days, .every), secondOfDay: from,
            extent: .until(secondOfDay: until % 86_400, days: endsThatDay ? 0 : 1))
    }

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `mon`, `mon,wed`, `mon-fri`, `fri-mon`, `daily`.
    private static func days(_ text: Substring) -> Set<Weekday>? {
        if text == "daily" { return Set(Weekday.allCases) }
        var days: Set<Weekday> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { end in names.firstIndex { $0 == end } }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] else { return nil }
            let count = (last - first + 7) % 7
            days.formUnion((0...count).map { Weekday.allCases[(first + $0) % 7] })
        }
        return days
    }

    /// `18:00-22:00`, in seconds of the day.
    private static func times(_ text: Substring) -> (Int, Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = timeOfDay(String(ends[0])), let until = timeOfDay(String(ends[1])),
            from < 86_400, from != until, until > 0 || from > 0
        else { return nil }
        return (from, until)
    }

    public static func == (a: AccountTime, b: AccountTime) -> Bool { a.text == b.text }
}

/// When those accounts may have the air that may not have it always. A pure value.
struct AccountTimes: Sendable {
    private let almanac: Almanac?
    /// Those with times of their own, as the almanac counts them; and the others.
    private let timed: [String]
    private let always: Set<String>

    private init(_ almanac: Almanac?, timed: [String], always: Set<String>) {
        (self.almanac, self.timed, self.always) = (almanac, timed, always)
    }

    /// Nobody has times.
    init() { self.init(nil, timed: [], always: []) }

    /// Reads the zone's file: blocks for the disk.
    init(_ book: DJBook, zone: String) throws(AlmanacProblem) {
        let shows = book.djs.filter { !$0.times.isEmpty }
            .map { Show(name: $0.name, airings: $0.times.map(\.airing)) }
        guard !shows.isEmpty else {
            self.init()
            return
        }
        self.init(
            try Almanac(shows: shows, zone: zone), timed: shows.map(\.name),
            always: Set(book.djs.lazy.filter(\.times.isEmpty).map(\.name)))
    }

    /// Who may have the air from an instant on while no show is on: those without times, but for a station whose schedule
    /// alone gives it, and those whose time it is.
    ///
    /// - Parameter end: no farther than to there.
    func window(at instant: Instant, until end: Instant, isByScheduleAlone: Bool) -> AirWindow {
        guard let almanac else {
            return AirWindow(accounts: isByScheduleAlone ? [] : nil, start: instant, end: end)
        }
        let spans = almanac.occurrences(from: instant, to: end)
        let now = spans.filter { $0.start <= instant }.map { timed[$0.show] }
        let changes = spans.map { $0.start > instant ? $0.start : $0.end }
        return AirWindow(
            accounts: Set(now).union(isByScheduleAlone ? [] : always), start: instant,
            end: min(end, changes.min() ?? end))
    }

    /// When the next time of an account's own begins, within a span.
    func starts(of account: String, from: Instant, to: Instant) -> [Instant] {
        guard let almanac, let place = timed.firstIndex(of: account) else { return [] }
        return almanac.occurrences(from: from, to: to).filter { $0.show == place && $0.start > from }
            .map(\.start).sorted()
    }
}
