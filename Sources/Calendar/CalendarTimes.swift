internal import Programme

/// Reads the times of a calendar's events, and counts the work: whoever wrote it does not decide how long the station is
/// busy with it. Work is counted in looks and not in time, so that every machine reads the same.
struct CalendarTimes {
    /// The station's.
    let zone: Zone
    private let written: [String: WrittenZone]
    /// What a TZID came to; nil for what is no zone.
    private var known: [String: Zone?] = [:]
    /// Looks that are left: of days at rules, of changes at their events, and of zones.
    private(set) var looks = Self.mostLooks

    /// 5,000 events of every kind need a tenth of it.
    static let mostLooks = 2_000_000
    /// A zone is read from the disk.
    private static let looksAZone = 200
    /// Dates that an event may add or leave out.
    static let mostDates = 2_000
    /// RFC 5545 has one, and lets others be.
    static let mostRules = 10

    /// - Parameter written: the calendar's own zones by their TZIDs.
    init(zone: Zone, written: [String: WrittenZone]) {
        self.zone = zone
        self.written = written
    }

    mutating func count(_ more: Int) throws(CalendarProblem) {
        looks -= more
        guard looks >= 0 else { throw .tooMuch }
    }

    mutating func recurrence(_ rule: String, from start: Moment) throws(CalendarProblem) -> Recurrence {
        try Recurrence(rule, start: start.time, zone: start.zone ?? zone, looks: &looks)
    }

    /// Whether an airing is one, on the clocks of an event's start.
    mutating func check(_ airing: Airing, _ start: Moment) throws(CalendarProblem) {
        try count(1)
        _ = try DatedAiring(airing, zone: start.zone ?? zone, looks: &looks)
    }

    // MARK: Moments

    /// A date or a time with the zone on whose clocks it is; nil for the station's.
    struct Moment {
        var time: LocalTime
        var zone: Zone?
        var isDate: Bool
    }

    /// The moments of a property: one, or for RDATE and EXDATE a list. A period is its start.
    mutating func moments(_ line: ContentLine) throws(CalendarProblem) -> [Moment] {
        var zone: Zone?
        if let id = line.parameters["TZID"] { zone = try self.zone(id) }
        var moments: [Moment] = []
        for part in line.value.split(separator: ",") {
            let text = part.prefix { $0 != "/" }
            let isUTC = text.hasSuffix("Z")
            guard let time = LocalTime(calendar: isUTC ? text.dropLast() : text) else {
                throw .part("\(line.name):\(line.value.prefix(40))", remedy: "this is no date and no time")
            }
            let isDate = text.count == 8
            moments.append(Moment(time: time, zone: isUTC ? .utc : isDate ? nil : zone, isDate: isDate))
        }
        try count(moments.count)
        return moments
    }

    /// A zone by its IANA name, also behind a prefix as Thunderbird and others write it, by its Windows name, or by what
    /// the calendar itself says of it.
    private mutating func zone(_ id: String) throws(CalendarProblem) -> Zone {
        if known[id] == nil {
            try count(Self.looksAZone)
            known[id] = .some(Self.system(id) ?? written[id]?.zone(station: zone))
        }
        guard let zone = known[id] ?? nil else { throw .noZone(id) }
        return zone
    }

    private static func system(_ id: String) -> Zone? {
        if let name = WindowsZones.names[id] { return try? Zone(name) }
        let parts = id.split(separator: "/")
        for count in [parts.count, 3, 2, 1] where count > 0 && count <= parts.count {
            let name = parts.suffix(count).joined(separator: "/")
            if !name.hasPrefix("/"), let zone = try? Zone(name) { return zone }
        }
        return nil
    }

    // MARK: Events

    /// An event's start.
    mutating func start(of event: CalendarEvent) throws(CalendarProblem) -> Moment {
        guard let line = event.first("DTSTART"), let start = try moments(line).first else {
            throw .part("the event", remedy: "it has no start, give it one")
        }
        return start
    }

    /// How long an event is, from its start.
    mutating func extent(of event: CalendarEvent, _ start: Moment) throws(CalendarProblem) -> Airing.Extent {
        let (days, seconds): (Int, Int)
        if let line = event.first("DTEND") {
            guard let end = try moments(line).first else {
                throw .part("DTEND", remedy: "the event has no end, give it one")
            }
            if start.isDate {
                (days, seconds) = (end.time.day - start.time.day, 0)
            } else {
                (days, seconds) = (0, Int(instant(end) - instant(start)))
            }
        } else if let line = event.first("DURATION") {
            guard let duration = CalendarEvent.duration(line.value) else {
                throw .part("DURATION:\(line.value.prefix(40))", remedy: "this is no length of time")
            }
            (days, seconds) = duration
        } else {
            (days, seconds) = start.isDate ? (1, 0) : (0, 0)
        }
        guard (1...Airing.longest).contains(days * 86_400 + seconds) else {
            throw .part("the event", remedy: "let it last from a second to a week")
        }
        // Days are the calendar's: until the same time of another day. Time is exact.
        return seconds == 0
            ? .until(secondOfDay: start.time.secondOfDay, days: days) : .lasting(days * 86_400 + seconds)
    }

    /// A moment in seconds since 1970-01-01T00:00:00Z.
    private func instant(_ moment: Moment) -> Int64 { (moment.zone ?? zone).first(moment.time) }

    /// A moment on the clocks of an event's start.
    func occasion(_ moment: Moment, _ start: Moment) -> Airing.Occasion {
        if moment.isDate { return .day(moment.time.day) }
        guard moment.zone?.name != start.zone?.name else { return .time(moment.time) }
        return .time((start.zone ?? zone).local(instant(moment)))
    }
}
