internal import Programme

/// A rule as numbers, with what it leaves open filled in from its start.
struct Rule: Hashable, Sendable {
    private enum Period: Hashable {
        case year
        case month
        case week
        case day
        /// An hour, a minute or a second, by its seconds.
        case part(Int)
    }

    private struct WeekdayRule: Hashable {
        var weekday: Weekday
        /// The how manyth of the month or the year, from its end when negative; 0 for each.
        var nth: Int
    }

    private let period: Period
    private let interval: Int
    private let weekStart: Weekday
    private let start: LocalTime
    private let months: Set<Int>
    private let weeks: Set<Int>
    private let yearDays: Set<Int>
    private let monthDays: Set<Int>
    private let weekdays: [WeekdayRule]
    /// Whether a number before a weekday counts in the year, not in the month.
    private let countsInYear: Bool
    /// Seconds of the day, ascending; seconds of the period when that is a part of a day.
    private let times: [Int]
    private let hours: Set<Int>
    private let minutes: Set<Int>
    private let seconds: Set<Int>
    private let places: Set<Int>

    init(_ parts: RuleParts, start: LocalTime) throws(CalendarProblem) {
        self.start = start
        let period: Period =
            switch parts["FREQ"] {
            case "YEARLY": .year
            case "MONTHLY": .month
            case "WEEKLY": .week
            case "HOURLY": .part(3_600)
            case "MINUTELY": .part(60)
            case "SECONDLY": .part(1)
            default: .day
            }
        self.period = period
        interval = parts.numbers("INTERVAL")?.first ?? 1
        weekStart = parts["WKST"].flatMap { Weekday(calendar: $0) } ?? .monday
        var months = Set(parts.numbers("BYMONTH") ?? [])
        var monthDays = Set(parts.numbers("BYMONTHDAY") ?? [])
        var weekdays = (parts["BYDAY"] ?? "").split(separator: ",").compactMap { day in
            Weekday(calendar: day.suffix(2)).map { WeekdayRule(weekday: $0, nth: Int(day.dropLast(2)) ?? 0) }
        }
        countsInYear = period == .year && months.isEmpty
        weeks = Set(parts.numbers("BYWEEKNO") ?? [])
        yearDays = Set(parts.numbers("BYYEARDAY") ?? [])
        if monthDays.isEmpty, weekdays.isEmpty, yearDays.isEmpty {
            let ownWeekday = [WeekdayRule(weekday: start.day.weekday, nth: 0)]
            switch period {
            case .year where !weeks.isEmpty: weekdays = ownWeekday
            case .year:
                if months.isEmpty { months = [start.day.date.month] }
                monthDays = [start.day.date.day]
            case .month: monthDays = [start.day.date.day]
            case .week: weekdays = ownWeekday
            case .day, .part: break
            }
        }
        (self.months, self.monthDays, self.weekdays) = (months, monthDays, weekdays)
        hours = Set(parts.numbers("BYHOUR") ?? [])
        minutes = Set(parts.numbers("BYMINUTE") ?? [])
        seconds = Set(parts.numbers("BYSECOND") ?? [])
        places = Set(parts.numbers("BYSETPOS") ?? [])
        times = Self.times(parts, start.secondOfDay, period)
        guard startsADay <= Recurrence.mostStartsADay else { throw .tooOften }
    }

    /// All times that the rule names in a day, or in the part of a day that is its period.
    private static func times(_ parts: RuleParts, _ start: Int, _ period: Period) -> [Int] {
        var (hours, minutes, seconds) = ([start / 3_600], [start / 60 % 60], [start % 60])
        hours = parts.numbers("BYHOUR") ?? hours
        minutes = parts.numbers("BYMINUTE") ?? minutes
        seconds = parts.numbers("BYSECOND") ?? seconds
        if case .part(let length) = period {
            hours = [0]
            if length <= 60 { minutes = [0] }
            if length == 1 { seconds = [0] }
        }
        return Set(
            hours.flatMap { hour in
                minutes.flatMap { minute in seconds.map { hour * 3_600 + minute * 60 + $0 } }
            }
        )
        .sorted()
    }

    /// The most starts that a day can have, before BYHOUR and the like leave some out of a period that is a part of
    /// a day: so many are walked through.
    private var startsADay: Int {
        guard case .part(let length) = period else { return times.count }
        return (86_400 + length * interval - 1) / (length * interval) * times.count
    }

    /// How much work a day of a span is, beside that of its starts.
    var looksADay: Int {
        guard case .part(let length) = period else { return 1 }
        return 1 + (86_400 + length * interval - 1) / (length * interval)
    }

    /// The starts of every period that has a day in the span; those of its other days may be among them.
    func starts(from first: Day, through last: Day) -> [LocalTime] {
        // Only BYSETPOS has to know all of a period.
        func days(_ from: Day?, _ end: Day?) -> [Day] {
            places.isEmpty
                ? self.days(from.map { max($0, first) }, end.map { min($0, last + 1) }) : self.days(from, end)
        }
        switch period {
        case .year:
            let own = start.day.date.year
            return each(first.date.year - own, last.date.year - own) { number in
                days(Day(year: own + number, month: 1, day: 1), Day(year: own + number + 1, month: 1, day: 1))
            }
        case .month:
            func month(_ day: Day) -> Int { day.date.year * 12 + day.date.month - 1 }
            func firstDay(_ month: Int) -> Day? { Day(year: month / 12, month: month % 12 + 1, day: 1) }
            let own = month(start.day)
            return each(month(first) - own, month(last) - own) { number in
                days(firstDay(own + number), firstDay(own + number + 1))
            }
        case .week:
            let own = weekBegin(start.day)
            return each((weekBegin(first) - own) / 7, (weekBegin(last) - own) / 7) { number in
                days(own + number * 7, own + (number + 1) * 7)
            }
        case .day:
            return each(first - start.day, last - start.day) { number in
                days(start.day + number, start.day + (number + 1))
            }
        case .part(let length):
            return days(first, last + 1).flatMap { parts(of: $0, length) }
        }
    }

    /// The starts of each `interval`-th period between two numbers, counted from that of the start.
    private func each(_ first: Int, _ last: Int, _ days: (Int) -> [Day]) -> [LocalTime] {
        let next = (max(0, first) + interval - 1) / interval * interval
        return stride(from: next, through: last, by: interval).flatMap { number in
            chosen(days(number).flatMap { day in times.map { LocalTime(day, secondOfDay: $0) } })
        }
    }

    /// The starts of a day whose hours, minutes or seconds are periods.
    private func parts(of day: Day, _ length: Int) -> [LocalTime] {
        // Periods begin with the clock's hours and minutes; the one of the start is the first.
        let own = start.seconds - start.seconds % Int64(length)
        let step = Int64(length * interval)
        let ahead = max(0, (LocalTime(day).seconds - own + step - 1) / step)
        return stride(from: own + ahead * step, to: LocalTime(day + 1).seconds, by: Int(step)).flatMap {
            period in
            let second = LocalTime(seconds: period).secondOfDay
            guard hours.isEmpty || hours.contains(second / 3_600),
                length > 60 || minutes.isEmpty || minutes.contains(second / 60 % 60),
                length > 1 || seconds.isEmpty || seconds.contains(second % 60)
            else { return [LocalTime]() }
            return chosen(times.map { LocalTime(seconds: period + Int64($0)) })
        }
    }

    /// What BYSETPOS leaves of a period.
    private func chosen(_ starts: [LocalTime]) -> [LocalTime] {
        guard !places.isEmpty else { return starts }
        return starts.enumerated().filter { place, _ in
            places.contains(place + 1) || places.contains(place - starts.count)
        }.map(\.element)
    }

    // MARK: Days

    /// The days of a period that every part agrees with, `end` not in it.
    private func days(_ first: Day?, _ end: Day?) -> [Day] {
        guard let first, let end, first < end else { return [] }
        return (first.number..<end.number).lazy.map(Day.init(number:)).filter(agrees)
    }

    private func agrees(_ day: Day) -> Bool {
        let date = day.date
        guard months.isEmpty || months.contains(date.month) else { return false }
        guard
            monthDays.isEmpty || monthDays.contains(date.day)
                || monthDays.contains(date.day - monthLength(date) - 1)
        else { return false }
        guard weekdays.isEmpty || weekdays.contains(where: { agrees($0, day, date) }) else { return false }
        if !yearDays.isEmpty {
            let (place, length) = placeInYear(day, date.year)
            guard yearDays.contains(place) || yearDays.contains(place - length - 1) else { return false }
        }
        if !weeks.isEmpty {
            let (week, count) = weekNumber(day)
            guard weeks.contains(week) || weeks.contains(week - count - 1) else { return false }
        }
        return true
    }

    private func agrees(_ rule: WeekdayRule, _ day: Day, _ date: (year: Int, month: Int, day: Int)) -> Bool {
        guard day.weekday == rule.weekday else { return false }
        guard rule.nth != 0 else { return true }
        let (place, length) =
            countsInYear ? placeInYear(day, date.year) : (date.day, monthLength(date))
        return rule.nth > 0 ? (place - 1) / 7 + 1 == rule.nth : (length - place) / 7 + 1 == -rule.nth
    }

    private func monthLength(_ date: (year: Int, month: Int, day: Int)) -> Int {
        switch date.month {
        case 2: isLeap(date.year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The day's number in its year, and the year's days.
    private func placeInYear(_ day: Day, _ year: Int) -> (place: Int, length: Int) {
        (day.number - (Day(year: year, month: 1, day: 1)?.number ?? 0) + 1, isLeap(year) ? 366 : 365)
    }

    private func weekBegin(_ day: Day) -> Day { day + -((day.weekday.rawValue - weekStart.rawValue + 7) % 7) }

    /// The number of the day's week, and how many weeks its year has. A week belongs to the year that has four of its
    /// days, and so its fourth.
    private func weekNumber(_ day: Day) -> (week: Int, count: Int) {
        let fourth = weekBegin(day) + 3
        let (place, length) = placeInYear(fourth, fourth.date.year)
        let week = (place - 1) / 7 + 1
        return (week, week + (length - place) / 7)
    }
}

extension Weekday {
    /// `MO` to `SU`.
    init?(calendar text: some StringProtocol) {
        guard let place = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].firstIndex(of: String(text)) else {
            return nil
        }
        self.init(rawValue: place)
    }
}
