/// A day of the week; a week begins on Monday (ISO 8601).
public enum Weekday: Int, CaseIterable, Comparable, Sendable {
    case monday
    case tuesday
    case wednesday
    case thursday
    case friday
    case saturday
    case sunday

    public static func < (a: Weekday, b: Weekday) -> Bool { a.rawValue < b.rawValue }
}

/// A day of the Gregorian calendar, as a count: the days since 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
    public var number: Int

    public init(number: Int) { self.number = number }

    /// Nil when the calendar has no such day. Years 0 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // The year begins in March here, so that the leap day is its last one; 400 years are 146,097 days.
        let shiftedYear = month < 3 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = ((month + 9) % 12 * 153 + 2) / 5 + day - 1
        number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        guard date == (year, month, day) else { return nil }
    }

    /// Reads `2026-12-01`; nil when the text is no such date.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else {
            return nil
        }
        guard let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public var date: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (dayOfYear * 5 + 2) / 153
        let month = (monthFromMarch + 2) % 12 + 1
        return (
            yearOfEra + era * 400 + (month < 3 ? 1 : 0), month, dayOfYear - (monthFromMarch * 153 + 2) / 5 + 1
        )
    }

    public var weekday: Weekday { Weekday(rawValue: number + 3 - floorDivide(number + 3, 7) * 7)! }

    /// The how manyth of its weekday it is in its month: 1 to 5.
    public var nthOfMonth: Int { (date.day - 1) / 7 + 1 }

    /// The same counted from the month's end: −1 (the last) to −5.
    public var nthFromEndOfMonth: Int {
        let date = date
        let nextMonth =
            date.month == 12
            ? Day(year: date.year + 1, month: 1, day: 1)
            : Day(year: date.year, month: date.month + 1, day: 1)
        // Only the last month of the year 9999 has none behind it.
        let daysLeft = (nextMonth?.number ?? number + 32 - date.day) - 1 - number
        return -(daysLeft / 7 + 1)
    }

    /// The number of its week as calendars print it (ISO 8601): 1 to 53.
    public var isoWeek: Int {
        // A week belongs to the year of its Thursday.
        let thursday = self + (3 - weekday.rawValue)
        guard let newYear = Day(year: thursday.date.year, month: 1, day: 1) else { return 1 }
        return (thursday.number - newYear.number) / 7 + 1
    }

    public static func < (a: Day, b: Day) -> Bool { a.number < b.number }
    public static func + (day: Day, days: Int) -> Day { Day(number: day.number + days) }
    public static func - (a: Day, b: Day) -> Int { a.number - b.number }
}

extension Day: CustomStringConvertible {
    /// `2026-12-01`.
    public var description: String {
        let date = date
        return [padded(date.year, 4), padded(date.month, 2), padded(date.day, 2)].joined(separator: "-")
    }
}

/// What a clock and a calendar on one wall show: a count of seconds since 1970-01-01T00:00 on the same wall, without
/// any offset from UTC.
public struct LocalTime: Hashable, Comparable, Sendable {
    public var seconds: Int64

    public init(seconds: Int64) { self.seconds = seconds }

    /// - Parameter secondOfDay: may reach into the next days.
    public init(_ day: Day, secondOfDay: Int = 0) {
        seconds = Int64(day.number) * 86_400 + Int64(secondOfDay)
    }

    public var day: Day { Day(number: floorDivide(Int(seconds), 86_400)) }
    public var secondOfDay: Int { Int(seconds) - day.number * 86_400 }

    public static func < (a: LocalTime, b: LocalTime) -> Bool { a.seconds < b.seconds }
}

extension LocalTime: CustomStringConvertible {
    /// `2026-12-01T20:00:00`.
    public var description: String {
        let second = secondOfDay
        return "\(day)T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }
}

private func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
