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
/// Read in memory-safe code and bounded, since it comes from the net. Each event stands for itself: one that cannot be
/// read is left out with a note. Zones are those of the system, by name; what VTIMEZONE says is passed over.
public struct CalendarFile: Hashable, Sendable {
    public static let mostBytes = 4_194_304
    public static let mostEvents = 5_000
    /// Rules without a start, each of which is followed for a hundred years.
    static let mostVainRules = 20
    /// Dates that an event may add or leave out.
    static let mostDates = 2_000

    /// What the rights allow; only their airings and what events say are the calendar's.
    public private(set) var shows: [Show] = []
    public private(set) var notes: [CalendarNote] = []

    /// Nil for what is no calendar, or larger than the bounds.
    ///
    /// - Parameter zone: the station's, for times without one.
    public init?(_ bytes: [UInt8], zone: Zone, rights: CalendarRights) {
        guard bytes.count <= Self.mostBytes, let events = Self.events(bytes) else { return nil }
        // An event's changed instances have its UID and say which they replace.
        let changed = Dictionary(
            grouping: events.filter { $0.first("RECURRENCE-ID") != nil }, by: { $0.first("UID")?.value ?? "" }
        )
        var vainRules = 0
        for event in events {
            let isChange = event.first("RECURRENCE-ID") != nil
            let changes = isChange ? [] : changed[event.first("UID")?.value ?? ""] ?? []
            guard !event.isCancelled else { continue }
            do throws(CalendarProblem) {
                let airings = try Self.airings(event, changes, zone)
                guard let show = Self.show(event, rights) else {
                    note(
                        event,
                        "it says not what is on, or names what this calendar may not: add a line play: or live: to its "
                            + "description")
                    continue
                }
                add(show, airings)
            } catch {
                note(event, error.description)
                if error == .never { vainRules += 1 }
                guard vainRules <= Self.mostVainRules else { return nil }
            }
            for change in changes where change.first("RECURRENCE-ID")?.parameters["RANGE"] != nil {
                note(
                    change,
                    "it changes all that follow, which is not understood: end the series and begin another")
            }
        }
    }

    private mutating func note(_ event: CalendarEvent, _ sentence: String) {
        notes.append(CalendarNote(line: event.line, title: event.title, sentence: sentence))
    }

    /// Events that are one show but for their times become one.
    private mutating func add(_ show: Show, _ airings: [Airing]) {
        var show = show
        show.airings = []
        if let place = shows.firstIndex(where: { other in
            var bare = other
            bare.airings = []
            return bare == show
        }) {
            shows[place].airings += airings
        } else {
            show.airings = airings
            shows.append(show)
        }
    }

    private static func events(_ bytes: [UInt8]) -> [CalendarEvent]? {
        // Some programs write a mark of the byte order; broken characters are replaced.
        let lines = ContentLine.all(
            of: String(
                decoding: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...], as: UTF8.self))
        guard let first = lines.first, first.name == "BEGIN", first.value.uppercased() == "VCALENDAR" else {
            return nil
        }
        var events: [CalendarEvent] = []
        var open: [String] = []
        for line in lines {
            switch line.name {
            case "BEGIN":
                open.append(line.value.uppercased())
                guard open.count < 10 else { return nil }
                if open.last == "VEVENT" { events.append(CalendarEvent(line: line.number)) }
                guard events.count <= mostEvents else { return nil }
            case "END": _ = open.popLast()
            default:
                // An alarm within an event has properties of its own.
                if open.last == "VEVENT" { events[events.count - 1].lines.append(line) }
            }
        }
        return events
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

    // MARK: Times

    private static func airings(
        _ event: CalendarEvent, _ changes: [CalendarEvent], _ zone: Zone
    ) throws(CalendarProblem) -> [Airing] {
        guard let line = event.first("DTSTART"), let start = try CalendarEvent.moments(line).first else {
            throw .part("the event", remedy: "it has no start, give it one")
        }
        let own = try CalendarEvent.readZone(start.zone, zone)
        let extent = try event.extent(start, zone: zone)
        var without: Set<Airing.Occasion> = []
        for line in event.all("EXDATE") + changes.compactMap({ $0.first("RECURRENCE-ID") }) {
            for moment in try CalendarEvent.moments(line) {
                without.insert(try occasion(moment, start, own, zone))
            }
        }
        var also: Set<LocalTime> = []
        for line in event.all("RDATE") {
            for moment in try CalendarEvent.moments(line) {
                let occasion = try occasion(moment, start, own, zone)
                guard !without.contains(occasion) else { continue }
                switch occasion {
                case .time(let time): also.insert(time)
                case .day(let day): also.insert(LocalTime(day, secondOfDay: start.time.secondOfDay))
                }
            }
        }
        guard without.count <= mostDates, also.count <= mostDates else {
            throw .part(
                "the event", remedy: "it has more than \(mostDates) single dates, make a rule of them")
        }
        let rules = event.all("RRULE").map { Airing.Rule.recurring($0.value) }
        return try (rules.isEmpty ? [.dates([start.time.day])] : rules).enumerated().map {
            place, rule throws(CalendarProblem) in
            let airing = Airing(
                rule, secondOfDay: start.time.secondOfDay, extent: extent, from: start.time.day,
                without: without,
                also: place == 0 ? also : [], zone: start.zone)
            _ = try DatedAiring(airing, zone: own)
            return airing
        }
    }

    /// A moment on the clocks of the event's start.
    private static func occasion(
        _ moment: CalendarEvent.Moment, _ start: CalendarEvent.Moment, _ own: Zone, _ zone: Zone
    ) throws(CalendarProblem) -> Airing.Occasion {
        if moment.isDate { return .day(moment.time.day) }
        guard moment.zone != start.zone else { return .time(moment.time) }
        return .time(own.local(try CalendarEvent.readZone(moment.zone, zone).first(moment.time)))
    }
}
