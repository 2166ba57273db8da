/// A show at its place in time, in the one vocabulary: `/api/schedule`, `funkhaus schedule --json`. A key that does
/// not apply is left out.
public struct ScheduledShow: Hashable, Sendable, Codable {
    public var show: String
    public var start: StationTime
    /// Seconds on air.
    public var duration: Double
    /// The instant behind its last frame.
    public var ends: StationTime
    public var host: String?
    public var text: String?
    public var link: String?
    /// Whether somebody may take the air.
    public var live: Bool?
    /// Who may: for the operator alone, since these are the names of logins.
    public var accounts: [String]?
    /// What is on when nobody does: for the operator alone.
    public var plays: String?

    public init(
        show: String, start: StationTime, duration: Double, ends: StationTime, host: String = "",
        text: String = "", link: String = "", live: Bool = false, accounts: [String]? = nil,
        plays: String? = nil
    ) {
        self.show = show
        self.start = start
        self.duration = duration.inMilliseconds
        self.ends = ends
        self.host = host.isEmpty ? nil : host
        self.text = text.isEmpty ? nil : text
        self.link = link.isEmpty ? nil : link
        self.live = live ? true : nil
        self.accounts = accounts
        self.plays = plays
    }
}

/// The shows of a span, by time.
public struct ScheduleReport: Hashable, Sendable, Codable {
    /// The most shows of an answer.
    public static let mostShows = 2_000
    /// The longest span of an answer, in seconds: 31 days.
    public static let longest = 31 * 86_400

    public var from: StationTime
    /// Where the span ends; earlier than was asked for when there are more than `mostShows`.
    public var until: StationTime
    public var shows: [ScheduledShow]

    public init(from: StationTime, until: StationTime, shows: [ScheduledShow]) {
        self.from = from
        self.until = until
        self.shows = shows
    }
}

/// What a new schedule changes, for the coming two weeks.
public struct ScheduleDiff: Hashable, Sendable, Codable {
    /// A change that is in force.
    public struct Applied: Hashable, Sendable, Codable {
        /// What brought it: the station's files, or a calendar.
        public var source: String
        public var at: StationTime
        /// A sentence each, by time.
        public var changes: [String]

        public init(source: String, at: StationTime, changes: [String]) {
            self.source = source
            self.at = at
            self.changes = changes
        }
    }

    /// What a reload would change: a sentence each, by time.
    public var changes: [String]
    /// The last change by each of those that have brought one since the station is on air, the earliest first; left out
    /// when there are none.
    public var latest: [Applied]?

    public init(changes: [String], latest: [Applied] = []) {
        self.changes = changes
        self.latest = latest.isEmpty ? nil : latest
    }
}
