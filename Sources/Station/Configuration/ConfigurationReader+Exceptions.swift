internal import Calendar
internal import Programme

/// What a show's rule says and is not so: days and times that are left out or moved.
extension ConfigurationReader {
    /// The airings without what `not_on` and `moved` take out, and with what `moved` puts elsewhere.
    func readExceptions(_ section: Section, _ airings: [Airing], _ zone: String?) -> [Airing]? {
        var airings = airings
        var moved: [Airing] = []
        if let setting = section["not_on"] {
            guard let items = setting.list(of: "dates", allowsOne: true) else { return nil }
            for item in items {
                let form = "a date such as 2026-12-01, or one of several times of a day, \"2026-12-01 11:00\""
                guard let occasion = item.value(form, { Self.occasion($0) }),
                    let starts = starts(airings, occasion, item, zone)
                else { return nil }
                for start in starts { airings[start.airing].without.insert(occasion) }
            }
        }
        if let setting = section["moved"] {
            guard let pairs = setting.pairs() else { return nil }
            for (key, value) in pairs {
                guard let occasion = Self.occasion(key) else {
                    value.reportAtKey(
                        "is no date: write the day from which it moves, such as 2026-12-01: \"21:00\", and on a day on "
                            + "which it is several times the time too, \"2026-12-01 11:00\": \"21:00\"")
                    return nil
                }
                guard let starts = starts(airings, occasion, value, zone),
                    let target = readTarget(value, occasion.day)
                else { return nil }
                if starts.count > 1, target.secondOfDay != nil {
                    let times = starts.map(\.at.clock)
                    value.reportAtKey(
                        "has \(times.listed("and")), and they cannot all be at one time: write which one moves, such as "
                            + "\"\(occasion.day) \(times[0])\"")
                    return nil
                }
                for start in starts {
                    moved.append(airings[start.airing].moved(start.at, to: target))
                    airings[start.airing].without.insert(occasion)
                }
            }
        }
        return airings + moved
    }

    /// All of a day, `2026-12-01`, or what starts at one time of it, `2026-12-01 11:00`.
    private static func occasion(_ text: String) -> Airing.Occasion? {
        if let day = Day(text) { return .day(day) }
        return dayAndTime(text).map { .time(LocalTime($0.day, secondOfDay: $0.secondOfDay)) }
    }

    private static func dayAndTime(_ text: String) -> (day: Day, secondOfDay: Int)? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        guard parts.count == 2, let day = Day(parts[0]), let time = timeOfDay(String(parts[1])), time < 86_400
        else { return nil }
        return (day, time)
    }

    /// What an exception names: starts with the places of their airings, one at least.
    private func starts(
        _ airings: [Airing], _ occasion: Airing.Occasion, _ setting: Setting, _ zone: String?
    ) -> [(airing: Int, at: LocalTime)]? {
        let day = occasion.day
        let all = airings.indices.flatMap { place in
            starts(airings[place], day, zone).map { (airing: place, at: $0) }
        }.sorted { $0.at < $1.at }
        let named = all.filter { if case .time(let time) = occasion { $0.at == time } else { true } }
        guard named.isEmpty else { return named }
        if all.isEmpty {
            setting.reportAtKey(
                "names \(day), a \(Self.weekdays[day.weekday.rawValue].capitalized), but the show is not on that day: "
                    + "write a day on which it is")
        } else if case .time(let time) = occasion {
            setting.reportAtKey(
                "names \(day) \(time.clock), but that day the show starts at \(all.map(\.at.clock).listed("and")): write "
                    + "that time")
        }
        return nil
    }

    /// When an airing starts on a day. (Where the zone is wrong itself, this is the same on other clocks.)
    private func starts(_ airing: Airing, _ day: Day, _ zone: String?) -> [LocalTime] {
        let zone = zone.flatMap { try? Zone($0) } ?? .utc
        guard let dated = try? DatedAiring(airing, zone: zone) else {
            return [LocalTime(day, secondOfDay: airing.secondOfDay)]
        }
        return dated.starts(from: day, through: day)
    }

    /// Another time of that day, another day at the same time, or both.
    private func readTarget(_ setting: Setting, _ day: Day) -> (day: Day, secondOfDay: Int?)? {
        setting.value("where it goes, such as \"21:00\", 2026-12-02 or \"2026-12-02 21:00\"") { text in
            if let both = Self.dayAndTime(text) { return both }
            if let day = Day(text) { return (day, nil) }
            return timeOfDay(text).flatMap { $0 < 86_400 ? (day, $0) : nil }
        }
    }
}

extension Airing {
    /// One start of it elsewhere, as long as it is.
    fileprivate func moved(_ start: LocalTime, to target: (day: Day, secondOfDay: Int?)) -> Airing {
        let length =
            switch extent {
            case .lasting(let seconds): seconds
            case .until(let until, let days): days * 86_400 + until - start.secondOfDay
            }
        return Airing(
            .dates([target.day]), secondOfDay: target.secondOfDay ?? start.secondOfDay,
            extent: .lasting(length), gap: gap, repeat: `repeat`)
    }
}

extension Airing.Occasion {
    fileprivate var day: Day {
        switch self {
        case .day(let day): day
        case .time(let time): time.day
        }
    }
}

extension LocalTime {
    /// `20:00`, or `20:00:30`.
    fileprivate var clock: String {
        String(description.suffix(8).prefix(secondOfDay % 60 == 0 ? 5 : 8))
    }
}
