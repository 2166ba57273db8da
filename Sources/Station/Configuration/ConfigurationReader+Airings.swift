internal import Calendar
internal import Programme

/// When a show is on.
extension ConfigurationReader {
    /// What holds for every pattern of a show.
    private struct Dates {
        var from: Day?
        var through: Day?
        var gap: Airing.Gap
        var `repeat`: Airing.Repeat
    }

    /// - Parameter zone: the station's; nil when it is wrong itself.
    func readAirings(_ section: Section, zone: String?) -> [Airing]? {
        let (from, through) = (section["from"].flatMap(readDay), section["through"].flatMap(readDay))
        guard (from == nil) == (section["from"] == nil), (through == nil) == (section["through"] == nil),
            let gap = section.value("spring", otherwise: .shift, { $0.choice(Airing.Gap.allCases) }),
            let again = section.value("autumn", otherwise: .once, { $0.choice(Airing.Repeat.allCases) })
        else { return nil }
        if let from, let through, through < from {
            section["through"]?.report("is \(through), before from, which is \(from): swap them")
            return nil
        }
        let dates = Dates(from: from, through: through, gap: gap, repeat: again)
        var patterns = [section]
        if let times = section["times"] {
            if let key = ConfigurationKeys.airing.first(where: { section[$0] != nil }) {
                section[key]?.report("stands beside times: move it into the lines below times")
                return nil
            }
            guard let items = times.list(of: "times") else { return nil }
            if items.isEmpty {
                times.report("has no time: write one such as - { on: mon, at: \"20:00\", for: 1h }")
            }
            patterns = items.compactMap { $0.section(ConfigurationKeys.airing) }
            guard patterns.count == items.count, !patterns.isEmpty else { return nil }
        }
        let airings = patterns.compactMap { readAiring($0, dates, zone) }
        guard airings.count == patterns.count else { return nil }
        return readExceptions(section, airings, zone)
    }

    private func readDay(_ setting: Setting) -> Day? {
        setting.value("a date such as 2026-12-01") { Day($0) }
    }

    private func readAiring(_ section: Section, _ dates: Dates, _ zone: String?) -> Airing? {
        let at = section.required("at", example: "at: \"20:00\"").flatMap(readTime)
        let rule = readRule(section, dates)
        guard let at, let extent = readExtent(section, at), let rule else { return nil }
        let airing = Airing(
            rule, secondOfDay: at, extent: extent, from: dates.from ?? Airing.origin, through: dates.through,
            gap: dates.gap, repeat: dates.repeat)
        guard let zone else { return airing }
        do throws(CalendarProblem) {
            _ = try DatedAiring(airing, zone: Zone(zone))
        } catch {
            section[section["rrule"] == nil ? "at" : "rrule"]?.report(
                "cannot be followed: \(error.description.shown)")
            return nil
        }
        return airing
    }

    private func readTime(_ setting: Setting) -> Int? { readTime(setting, most: 86_399) }

    private func readTime(_ setting: Setting, most: Int) -> Int? {
        setting.value("a time of day in quotation marks, such as \"20:00\"") {
            timeOfDay($0).flatMap { $0 <= most ? $0 : nil }
        }
    }

    private func readExtent(_ section: Section, _ at: Int) -> Airing.Extent? {
        switch (section["for"], section["until"]) {
        case (let length?, nil):
            return length.value("a length from 1s to 168h, such as 2h or 90m") { text in
                duration(text, .seconds(1) ... .seconds(Airing.longest)).map {
                    .lasting(Int($0.components.seconds))
                }
            }
        case (nil, let end?):
            guard let until = readTime(end, most: 86_400) else { return nil }
            if until == at {
                end.report("is when it starts: write for: 24h if it lasts a whole day")
                return nil
            }
            return .until(secondOfDay: until % 86_400, days: until > at && until < 86_400 ? 0 : 1)
        case (_?, let end?):
            end.report("stands beside for, and both say when it ends: keep one of them")
            return nil
        case (nil, nil):
            section.report("does not say when it ends: add the line for: 1h or the line until: \"22:00\"")
            return nil
        }
    }

    // MARK: The rule

    private func readRule(_ section: Section, _ dates: Dates) -> Airing.Rule? {
        let rules = ["on", "dates", "rrule"].filter { section[$0] != nil }
        guard rules.count == 1, let rule = rules.first, let setting = section[rule] else {
            if rules.isEmpty {
                section.report("does not say on which days it is: add the line on: tue")
            } else {
                section[rules[1]]?.report(
                    "stands beside \(rules[0]), and both say on which days it is: keep one of them")
            }
            return nil
        }
        if let weeks = section["weeks"], rule != "on" {
            weeks.report("belongs to on: delete it, or write on: and the weekdays")
            return nil
        }
        switch rule {
        case "on":
            guard let days = readWeekdays(setting) else { return nil }
            guard let weeks = section["weeks"] else { return .weekly(days, .every) }
            return readWeeks(weeks, days)
        case "dates":
            guard let items = setting.list(of: "dates", allowsOne: true) else { return nil }
            let days = items.compactMap(readDay)
            if items.isEmpty { setting.report("has no date: write [ 2026-12-01 ]") }
            return days.count == items.count && !days.isEmpty ? .dates(Set(days)) : nil
        default:
            if dates.from == nil {
                setting.report(
                    "needs a day from which it is counted: add the line from: 2026-12-02 to the show")
                return nil
            }
            // Copied out of a calendar it brings its name along.
            return setting.text("a rule such as FREQ=WEEKLY;INTERVAL=2;BYDAY=WE").map {
                .recurring($0.hasPrefix("RRULE:") ? String($0.dropFirst(6)) : $0)
            }
        }
    }

    static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    /// What people write who think in German.
    private static let germanWeekdays = [
        "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
    ]

    private func readWeekdays(_ setting: Setting) -> Set<Weekday>? {
        guard let items = setting.list(of: "weekdays", allowsOne: true) else { return nil }
        if items.isEmpty { setting.report("has no weekday: write [ mon, tue ]") }
        let short = Self.weekdays.map { String($0.prefix(3)) }
        let days = items.map { item -> [Weekday]? in
            guard let text = item.text("a weekday such as tue")?.lowercased() else { return nil }
            if text == "daily" { return Weekday.allCases }
            if let place = short.firstIndex(of: text) ?? Self.weekdays.firstIndex(of: text) {
                return [Weekday.allCases[place]]
            }
            let german = Self.germanWeekdays.firstIndex { text == $0.prefix(2) || text.hasPrefix($0) }
            let nearest =
                german.map { short[$0] } ?? nearestWord(to: text, among: short + Self.weekdays + ["daily"])
            item.report(
                "is \(text.quoted): "
                    + (nearest.map { "did you mean \($0)?" } ?? "write \((short + ["daily"]).listed("or"))"))
            return nil
        }
        return days.contains(nil) || days.isEmpty ? nil : Set(days.flatMap { $0 ?? [] })
    }

    private func readWeeks(_ setting: Setting, _ days: Set<Weekday>) -> Airing.Rule? {
        guard let items = setting.list(of: "weeks", allowsOne: true) else { return nil }
        let form = "even, odd, or which ones of the month, such as [ 1, 3 ] or last"
        let words = items.compactMap { $0.value(form) { Self.week($0) } }
        guard words.count == items.count, !words.isEmpty else {
            if items.isEmpty { setting.report("has no week: write \(form)") }
            return nil
        }
        let parity = words.compactMap { if case .weekly(_, let weeks) = $0 { weeks } else { nil } }
        guard let weeks = parity.first else {
            let nth = words.flatMap { if case .monthly(_, let nth) = $0 { Array(nth) } else { [Int]() } }
            return .monthly(days, nth: Set(nth))
        }
        guard words.count == 1 else {
            setting.report("has \(weeks.rawValue) and others: keep one kind of them")
            return nil
        }
        return .weekly(days, weeks)
    }

    private static func week(_ text: String) -> Airing.Rule? {
        switch text {
        case "even": .weekly([], .even)
        case "odd": .weekly([], .odd)
        case "last": .monthly([], nth: [-1])
        default: decimal(text, 1...5).map { .monthly([], nth: [$0]) }
        }
    }
}

/// `20:00` or `20:00:30`, up to `24:00`, as a second of the day; nil for any other text.
func timeOfDay(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count <= 2 }) else { return nil }
    guard let hour = decimal(parts[0], 0...24), parts.dropFirst().allSatisfy({ $0.count == 2 }) else {
        return nil
    }
    let rest = parts.dropFirst().compactMap { decimal($0, 0...59) }
    guard rest.count == parts.count - 1 else { return nil }
    let second = hour * 3_600 + rest[0] * 60 + (rest.count > 1 ? rest[1] : 0)
    return second <= 86_400 ? second : nil
}
