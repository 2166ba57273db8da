public import Foundation

/// What a clock and a calendar on a wall show: a date and a time of day without any offset from UTC (Gregorian
/// calendar, years 0 to 9999).
public struct WallTime: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00 on the same wall.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A date and a time of day; nil when the calendar or the clock has no such one.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (0...9_999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else {
            return nil
        }
        let days = Self.days(year: year, month: month, day: day)
        guard Self.date(ofDay: days) == (year, month, day) else { return nil }
        milliseconds = (Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)) * 1_000
    }

    private var dayNumber: Int { Int(milliseconds.dividedDown(by: 86_400_000)) }
    private var secondOfDay: Int { Int(milliseconds.dividedDown(by: 1_000) - Int64(dayNumber) * 86_400) }

    public var date: (year: Int, month: Int, day: Int) { Self.date(ofDay: dayNumber) }
    public var hour: Int { secondOfDay / 3_600 }
    public var minute: Int { secondOfDay / 60 % 60 }
    public var second: Int { secondOfDay % 60 }
    public var millisecond: Int { Int(milliseconds - milliseconds.dividedDown(by: 1_000) * 1_000) }
    /// Days since Monday: 0 to 6.
    public var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }

    /// `2026-03-29`.
    public var day: String {
        let date = date
        return "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))"
    }

    /// `03:00:00`.
    public var clock: String { "\(hour.padded(2)):\(minute.padded(2)):\(second.padded(2))" }

    /// The instant at which clocks in `zone` show this, in nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// As in calendars (RFC 5545, section 3.3.5): a time that a change of the clocks leaves out is read with the
    /// offset before the change (02:30 becomes 03:30), and of a time that comes twice the first one is meant.
    public func nanoseconds(in zone: TimeZone) -> Int64 {
        func offset(at milliseconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))) * 1_000
        }
        // No zone changes its clocks twice within two days.
        let before = offset(at: milliseconds - 86_400_000)
        let after = offset(at: milliseconds + 86_400_000)
        let fits = [before, after].first { offset(at: milliseconds - $0) == $0 }
        return (milliseconds - (fits ?? before)) * 1_000_000
    }

    // The year begins in March here, so that the leap day is its last one; 400 years are 146,097 days.

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month < 3 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let leaps = year.dividedDown(by: 4) - year.dividedDown(by: 100) + year.dividedDown(by: 400)
        return year * 365 + leaps + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }

    private static func date(ofDay number: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = shifted.dividedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (dayOfYear * 5 + 2) / 153
        let month = (monthFromMarch + 2) % 12 + 1
        let day = dayOfYear - (monthFromMarch * 153 + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month < 3 ? 1 : 0), month, day)
    }
}

extension WallTime {
    /// Takes `2026-03-29T03:00:00.25` off the front of a text, as RFC 3339 has it: also with a space or a `t`, with
    /// any number of digits behind the second. A leap second is read as the second before it.
    init?(readingFrom text: inout Substring) {
        guard let year = text.number(digits: 4, in: 0...9_999), text.popFirst() == "-" else { return nil }
        guard let month = text.number(digits: 2, in: 1...12), text.popFirst() == "-" else { return nil }
        guard let day = text.number(digits: 2, in: 1...31), let mark = text.popFirst() else { return nil }
        guard mark == "T" || mark == "t" || mark == " " else { return nil }
        guard let hour = text.number(digits: 2, in: 0...23), text.popFirst() == ":" else { return nil }
        guard let minute = text.number(digits: 2, in: 0...59), text.popFirst() == ":" else { return nil }
        guard let second = text.number(digits: 2, in: 0...60) else { return nil }
        var thousandths = 0
        if text.first == "." {
            let digits = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            thousandths = Int((digits + "000").prefix(3)) ?? 0
            text = text.dropFirst(digits.count + 1)
        }
        let wall = WallTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: min(second, 59))
        guard let wall else { return nil }
        self.init(milliseconds: wall.milliseconds + Int64(thousandths))
    }
}

extension Substring {
    /// Takes a number of exactly so many digits off the front; nil, and possibly fewer characters, when there is none.
    mutating func number(digits: Int, in range: ClosedRange<Int>) -> Int? {
        let text = prefix(digits)
        guard text.count == digits, text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        guard let value = Int(text), range.contains(value) else { return nil }
        self = dropFirst(digits)
        return value
    }
}

extension BinaryInteger {
    /// Division that rounds towards minus infinity, so that times before 1970 fall into the right day.
    func dividedDown(by divisor: Self) -> Self {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// In decimal digits, with zeros in front.
    func padded(_ digits: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
