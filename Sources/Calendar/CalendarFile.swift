public import Programme

/// What a calendar may say: names of the station's, and nothing else. Whoever edits a shared calendar is not the
/// operator.
public struct CalendarRights: Hashable, Sendable {
    /// The station's shows that it may put on air, with all that they play: an event whose title is such a name is that
    /// show.
    public var shows: [Show]
    /// What `play:` may name.
    public var playlists: Set<String>
    /// What `live:` may name.
    public var accounts: Set<String>

    public init(shows: [Show] = [], playlists: Set<String> = [], accounts: Set<String> = []) {
        self.shows = shows
        self.playlists = playlists
        self.accounts = accounts
    }
}

/// Something in a calendar that is not on air as it stands there.
public struct CalendarNote: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    public var line: Int
    /// The event's title, as it stands there.
    public var title: String
    public var sentence: String

    public var description: String {
        "line \(line): \(title.isEmpty ? "an event without a title" : title): \(sentence)"
    }
}

/// An iCalendar file (RFC 5545) as shows: events by their titles, with RRULE, RDATE, EXDATE and RECURRENCE-ID.
///
/// Read in memory-safe code and bounded, since it comes from the net: bytes, events, and the work that both make. Each
/// event stands for itself: one that cannot be read is left out with a note. Zones are those of the system, by name; what
/// VTIMEZONE says counts for names that the system does not know.
public struct CalendarFile: Hashable, Sendable {
    public static let mostBytes = 4_194_304
    /// Events, and rules of all of them together.
    public static let mostEvents = 5_000

    /// What the rights allow; only their airings and what events say are the calendar's.
    public private(set) var shows: [Show] = []
    public private(set) var notes: [CalendarNote] = []

    /// Nil for what is no calendar, or larger than the bounds.
    ///
    /// - Parameter zone: the station's, for times without one.
    public init?(_ bytes: [UInt8], zone: Zone, rights: CalendarRights) {
        guard bytes.count <= Self.mostBytes, let parts = CalendarParts(bytes) else { return nil }
        var times = CalendarTimes(zone: zone, written: parts.zones)
        self.init(parts.events, &times, rights)
    }

    /// - Parameter times: tells afterwards what that has cost.
    init?(_ events: [CalendarEvent], _ times: inout CalendarTimes, _ rights: CalendarRights) {
        // An event's changed instances have its UID and say which they replace.
        let changes = Dictionary(grouping: events.filter(\.isChange), by: \.uid)
        do throws(CalendarProblem) {
            let following = try Self.following(events, changes, &times)
            var places: [Show: Int] = [:]
            var airings = 0
            for event in events {
                if event.changesWhatFollows, following[event.line] == nil {
                    note(
                        event,
                        "it changes all that follow, which its series cannot tell: end the series and begin another"
                    )
                }
                guard !event.isCancelled else { continue }
                guard let own = try read(event, changes, following, &times) else { continue }
                airings += own.count
                guard airings <= Self.mostEvents else { return nil }
                guard let show = Self.show(event, rights) else {
                    note(
                        event,
                        "it says not what is on, or names what this calendar may not: add a line play: or live: to its "
                            + "description")
                    continue
                }
                add(show, own, &places)
            }
        } catch {
            return nil
        }
    }

    /// The airings of one event; nil with a note when it cannot be read. What it throws is of the whole calendar.
    private mutating func read(
        _ event: CalendarEvent, _ changes: [String: [CalendarEvent]], _ following: [Int: [Airing]],
        _ times: inout CalendarTimes
    ) throws(CalendarProblem) -> [Airing]? {
        if let airings = following[event.line] { return airings }
        let own = event.isChange || event.uid.isEmpty ? [] : changes[event.uid] ?? []
        // Several events can have one UID, and each has all its changes.
        try times.count(own.reduce(0) { $0 + $1.lines.count })
        do throws(CalendarProblem) {
            var series = try CalendarSeries(event, own, &times)
            if own.contains(where: \.changesWhatFollows) { _ = try series.follow(own, &times) }
            return try series.airings(&times)
        } catch {
            if error == .tooMuch { throw error }
            note(event, error.description)
            return nil
        }
    }

    /// What follows a change of all that follow, by the line of the change.
    private static func following(
        _ events: [CalendarEvent], _ changes: [String: [CalendarEvent]], _ times: inout CalendarTimes
    ) throws(CalendarProblem) -> [Int: [Airing]] {
        var following: [Int: [Airing]] = [:]
        for event in events where !event.isChange && !event.uid.isEmpty {
            guard let own = changes[event.uid] else { continue }
            try times.count(own.reduce(0) { $0 + $1.lines.count })
            guard own.contains(where: \.changesWhatFollows) else { continue }
            do throws(CalendarProblem) {
                var series = try CalendarSeries(event, own, &times)
                following.merge(try series.follow(own, &times)) { first, _ in first }
            } catch {
                if error == .tooMuch { throw error }
            }
        }
        return following
    }

    private mutating func note(_ event: CalendarEvent, _ sentence: String) {
        notes.append(CalendarNote(line: event.line, title: event.title, sentence: sentence))
    }

    /// Events that are one show but for their times become one.
    private mutating func add(_ show: Show, _ airings: [Airing], _ places: inout [Show: Int]) {
        var show = show
        show.airings = []
        if let place = places[show] {
            shows[place].airings += airings
        } else {
            places[show] = shows.count
            show.airings = airings
            shows.append(show)
        }
    }

    /// What the event is, when the rights allow it.
    private static func show(_ event: CalendarEvent, _ rights: CalendarRights) -> Show? {
        let title = event.title
        if let show = rights.shows.first(where: { $0.name == title }) { return show }
        let accounts = (event.wish("live") ?? "").split(separator: ",").map(\.trimmedText).filter {
            !$0.isEmpty
        }
        let playlist = event.wish("play")
        guard !title.isEmpty, accounts.allSatisfy(rights.accounts.contains),
            playlist.map(rights.playlists.contains) ?? !accounts.isEmpty
        else { return nil }
        return Show(name: title, airings: [], plays: playlist.map(Content.playlist), live: accounts)
    }
}
