internal import Programme

/// A VEVENT (RFC 5545, section 3.6.1), as far as a schedule needs it.
struct CalendarEvent {
    /// The line of its BEGIN.
    var line: Int
    var lines: [ContentLine] = []

    func first(_ name: String) -> ContentLine? { lines.first { $0.name == name } }
    func all(_ name: String) -> [ContentLine] { lines.filter { $0.name == name } }

    /// The event's title on one line.
    var title: String {
        (first("SUMMARY")?.text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    var isCancelled: Bool { first("STATUS")?.value.uppercased() == "CANCELLED" }

    /// What a line `key: …` of the description, or a property `X-FUNKHAUS-KEY`, says.
    func wish(_ key: String) -> String? {
        if let line = first("X-FUNKHAUS-\(key.uppercased())") { return line.text }
        for line in (first("DESCRIPTION")?.text ?? "").split(whereSeparator: \.isNewline) {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2, sides[0].trimmedText.lowercased() == key else { continue }
            return sides[1].trimmedText
        }
        return nil
    }

    // MARK: Times

    /// A date or a time with the zone on whose clocks it is; nil for the station's.
    struct Moment {
        var time: LocalTime
        var zone: String?
        var isDate: Bool
    }

    /// The moments of a property: one, or for RDATE and EXDATE a list. A period is its start.
    static func moments(_ line: ContentLine) throws(CalendarProblem) -> [Moment] {
        let zone = try line.parameters["TZID"].map(zoneName)
        var moments: [Moment] = []
        for part in line.value.split(separator: ",") {
            let text = part.prefix { $0 != "/" }
            let isUTC = text.hasSuffix("Z")
            guard let time = LocalTime(calendar: isUTC ? text.dropLast() : text) else {
                throw .part("\(line.name):\(line.value.prefix(40))", remedy: "this is no date and no time")
            }
            let isDate = text.count == 8
            moments.append(Moment(time: time, zone: isUTC ? "UTC" : isDate ? nil : zone, isDate: isDate))
        }
        return moments
    }

    /// A zone by its IANA name, also behind a prefix as Thunderbird and others write it, or by its Windows name.
    static func zoneName(_ id: String) throws(CalendarProblem) -> String {
        if let name = WindowsZones.names[id] { return name }
        let parts = id.split(separator: "/")
        for count in [parts.count, 3, 2, 1] where count > 0 && count <= parts.count {
            let name = parts.suffix(count).joined(separator: "/")
            if !name.hasPrefix("/"), (try? Zone(name)) != nil { return name }
        }
        throw .noZone(id)
    }

    /// A DURATION (RFC 5545, section 3.3.6): whole days by the calendar, and seconds.
    static func duration(_ text: String) -> (days: Int, seconds: Int)? {
        guard text.utf8.count < 30 else { return nil }
        var rest = Substring(text)
        if rest.first == "+" { rest.removeFirst() }
        guard rest.popFirst() == "P" else { return nil }
        var (days, seconds) = (0, 0)
        var isTime = false
        while let character = rest.first {
            if character == "T" {
                isTime = true
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let number = Int(digits), number < 1_000_000, let unit = rest.popFirst() else { return nil }
            switch (unit, isTime) {
            case ("W", false): days += number * 7
            case ("D", false): days += number
            case ("H", true): seconds += number * 3_600
            case ("M", true): seconds += number * 60
            case ("S", true): seconds += number
            default: return nil
            }
        }
        return (days, seconds)
    }

    /// How long it is, from its start.
    func extent(_ start: Moment, zone: Zone) throws(CalendarProblem) -> Airing.Extent {
        let (days, seconds): (Int, Int)
        if let line = first("DTEND") {
            guard let end = try Self.moments(line).first else {
                throw .part("DTEND", remedy: "the event has no end, give it one")
            }
            if start.isDate {
                (days, seconds) = (end.time.day - start.time.day, 0)
            } else {
                let endZone = try Self.readZone(end.zone, zone)
                (days, seconds) = (
                    0, Int(endZone.first(end.time) - (try Self.readZone(start.zone, zone)).first(start.time))
                )
            }
        } else if let line = first("DURATION") {
            guard let duration = Self.duration(line.value) else {
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

    static func readZone(_ name: String?, _ standard: Zone) throws(CalendarProblem) -> Zone {
        guard let name else { return standard }
        return name == "UTC" ? .utc : try Zone(name)
    }
}

extension Zone {
    /// The first time at which clocks show it, or would.
    func first(_ local: LocalTime) -> Int64 {
        switch reading(local) {
        case .once(let time), .twice(let time, _), .never(let time): time
        }
    }
}

extension StringProtocol {
    /// Without blanks at its ends.
    var trimmedText: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
