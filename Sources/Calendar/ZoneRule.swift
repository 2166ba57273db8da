internal import Programme

/// The rule by which a zone's clocks change year by year, in the form of POSIX's variable TZ (with the hours of RFC
/// 8536, section 3.3.1): `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Hashable, Sendable {
    /// Seconds ahead of UTC.
    private let standard: Int
    /// Nil where clocks never change.
    private let summer: Summer?

    private struct Summer: Hashable {
        var offset: Int
        var begin: Change
        var end: Change
    }

    /// A day of the year and a time of day.
    private struct Change: Hashable {
        enum Date: Hashable {
            /// The n-th of a weekday in a month, 5 for the last; Sunday is 0.
            case weekday(month: Int, nth: Int, weekday: Int)
            /// 1 to 365, a leap day never counted.
            case dayWithoutLeap(Int)
            /// 0 to 365.
            case day(Int)
        }

        var date: Date
        /// On the clocks as they went before, from midnight; may be negative or beyond the day.
        var seconds: Int

        func day(in year: Int) -> Day? {
            guard let newYear = Day(year: year, month: 1, day: 1) else { return nil }
            switch date {
            case .day(let number): return newYear + number
            case .dayWithoutLeap(let number):
                let isLeap = Day(year: year, month: 2, day: 29) != nil
                return newYear + (number - 1 + (isLeap && number >= 60 ? 1 : 0))
            case .weekday(let month, let nth, let weekday):
                guard let first = Day(year: year, month: month, day: 1) else { return nil }
                let ahead = (weekday + 6 - first.weekday.rawValue) % 7
                let day = first + (ahead + (nth - 1) * 7)
                return day.date.month == month ? day : day + -7
            }
        }
    }

    /// Nil for a text of another form.
    init?(_ text: String) {
        var rest = Substring(text)
        guard rest.dropAbbreviation(), let west = rest.takeTime() else { return nil }
        standard = -west
        guard !rest.isEmpty else {
            summer = nil
            return
        }
        guard rest.dropAbbreviation() else { return nil }
        var offset = standard + 3_600
        if rest.first != "," {
            guard let west = rest.takeTime() else { return nil }
            offset = -west
        }
        guard rest.popFirst() == ",", let begin = Self.takeChange(&rest), rest.popFirst() == ",",
            let end = Self.takeChange(&rest), rest.isEmpty
        else { return nil }
        summer = Summer(offset: offset, begin: begin, end: end)
    }

    func offset(at time: Int64) -> Int {
        guard let summer else { return standard }
        // A change at the turn of a year can belong to the year before or behind that of the clocks.
        let year = LocalTime(seconds: time + Int64(standard)).day.date.year
        var last: (time: Int64, offset: Int)?
        for year in (year - 1)...(year + 1) {
            let changes = [(summer.begin, standard, summer.offset), (summer.end, summer.offset, standard)]
            for (change, before, after) in changes {
                guard let day = change.day(in: year) else { continue }
                let at = LocalTime(day, secondOfDay: change.seconds).seconds - Int64(before)
                if at <= time, last.map({ at > $0.time }) ?? true { last = (at, after) }
            }
        }
        return last?.offset ?? standard
    }

    private static func takeChange(_ text: inout Substring) -> Change? {
        let date: Change.Date
        switch text.first {
        case "M":
            text.removeFirst()
            guard let month = text.takeNumber(1...12), text.popFirst() == ".",
                let nth = text.takeNumber(1...5), text.popFirst() == ".",
                let weekday = text.takeNumber(0...6)
            else { return nil }
            date = .weekday(month: month, nth: nth, weekday: weekday)
        case "J":
            text.removeFirst()
            guard let day = text.takeNumber(1...365) else { return nil }
            date = .dayWithoutLeap(day)
        default:
            guard let day = text.takeNumber(0...365) else { return nil }
            date = .day(day)
        }
        guard text.first == "/" else { return Change(date: date, seconds: 7_200) }
        text.removeFirst()
        return text.takeTime().map { Change(date: date, seconds: $0) }
    }
}

extension Substring {
    /// `CET`, or `<-03>`.
    fileprivate mutating func dropAbbreviation() -> Bool {
        if first == "<" {
            guard let end = firstIndex(of: ">") else { return false }
            self = self[end...].dropFirst()
            return true
        }
        let rest = drop { $0.isASCII && $0.isLetter }
        guard rest.startIndex > startIndex else { return false }
        self = rest
        return true
    }

    /// `-1`, `3:30` or `26:00:00`, in seconds.
    fileprivate mutating func takeTime() -> Int? {
        let isNegative = first == "-"
        if isNegative || first == "+" { removeFirst() }
        guard let hours = takeNumber(0...167) else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] where first == ":" {
            removeFirst()
            guard let number = takeNumber(0...59) else { return nil }
            seconds += number * unit
        }
        return isNegative ? -seconds : seconds
    }

    fileprivate mutating func takeNumber(_ range: ClosedRange<Int>) -> Int? {
        let digits = prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), range.contains(number) else { return nil }
        self = dropFirst(digits.count)
        return number
    }
}
