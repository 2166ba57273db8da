/// When a show is on, as people say it: a rule, a time of day, how long. In wall time; which instants that are is
/// Calendar's to say, with the rules of the zone.
public struct Airing: Hashable, Sendable {
    /// On which days.
    public enum Rule: Hashable, Sendable {
        /// On some days of every week, or of every week with an even or an odd number (ISO 8601, as calendars print
        /// it; after a week 53 two odd weeks follow one another).
        case weekly(Set<Weekday>, Weeks)
        /// On the n-th of some weekdays in each month: 1 to 5, and from the month's end −1 to −5.
        case monthly(Set<Weekday>, nth: Set<Int>)
        /// On these days alone.
        case dates(Set<Day>)
        /// By a recurrence rule of RFC 5545, section 3.3.10, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=WE`; it is counted
        /// from the first day on which the airing counts.
        case recurring(String)
    }

    public enum Weeks: String, Sendable, CaseIterable {
        case every
        case even
        case odd
    }

    /// How long it is.
    public enum Extent: Hashable, Sendable {
        /// So many seconds that really pass: two hours are two hours in every night.
        case lasting(Int)
        /// Until clocks show a second of the day, `days` days after the day of the start.
        case until(secondOfDay: Int, days: Int)

        /// The most days that lie between its first and its last, the last counted.
        public var mostDays: Int {
            switch self {
            case .lasting(let seconds): seconds / 86_400 + 2
            case .until(_, let days): days + 2
            }
        }
    }

    /// What becomes of a start that the clocks leave out in spring.
    public enum Gap: String, Sendable, CaseIterable {
        /// As much later as the clocks are put forward: 02:30 is 03:30 that night (RFC 5545, section 3.3.5).
        case shift
        case skip
    }

    /// What becomes of a start that the clocks show twice in autumn.
    public enum Repeat: String, Sendable, CaseIterable {
        /// Only the first time.
        case once
        case twice
    }

    /// One that is left out: all of a day, or what starts at one time.
    public enum Occasion: Hashable, Sendable {
        case day(Day)
        case time(LocalTime)
    }

    public var rule: Rule
    /// The second of the day at which it starts; a rule of RFC 5545 can name others.
    public var secondOfDay: Int
    public var extent: Extent
    /// The first and the last day on which it can start; the last is nil when there is none.
    public var from: Day
    public var through: Day?
    public var without: Set<Occasion>
    /// Starts beside those of the rule.
    public var also: Set<LocalTime>
    /// The zone on whose clocks it is, by its IANA name; nil for the station's.
    public var zone: String?
    public var gap: Gap
    public var `repeat`: Repeat

    /// The origin of the station's time, a Monday: where an airing without a first day counts from.
    public static let origin = Day(number: Int(Instant.origin / 86_400))
    /// The longest that an airing may be: a week.
    public static let longest = 7 * 86_400

    public init(
        _ rule: Rule, secondOfDay: Int, extent: Extent, from: Day = Airing.origin, through: Day? = nil,
        without: Set<Occasion> = [], also: Set<LocalTime> = [], zone: String? = nil, gap: Gap = .shift,
        repeat: Repeat = .once
    ) {
        self.rule = rule
        self.secondOfDay = secondOfDay
        self.extent = extent
        self.from = from
        self.through = through
        self.without = without
        self.also = also
        self.zone = zone
        self.gap = gap
        self.repeat = `repeat`
    }

    /// Whether a rule of days counts a day, whatever else is said; nil for a rule of RFC 5545.
    public func counts(_ day: Day) -> Bool? {
        switch rule {
        case .weekly(let weekdays, .every): weekdays.contains(day.weekday)
        case .weekly(let weekdays, let weeks):
            weekdays.contains(day.weekday) && (day.isoWeek % 2 == 0) == (weeks == .even)
        case .monthly(let weekdays, let nth):
            weekdays.contains(day.weekday)
                && (nth.contains(day.nthOfMonth) || nth.contains(day.nthFromEndOfMonth))
        case .dates(let days): days.contains(day)
        case .recurring: nil
        }
    }

    /// Whether a start of the rule is left out.
    public func leavesOut(_ start: LocalTime) -> Bool {
        start.day < from || through.map { start.day > $0 } ?? false || without.contains(.day(start.day))
            || without.contains(.time(start))
    }
}
