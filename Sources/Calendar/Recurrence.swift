public import Programme

/// A recurrence rule of RFC 5545, section 3.3.10, that counts from a start: a pure function from a span to the starts
/// in it, in wall time.
///
/// RFC 5545 describes a rule as parts that expand or limit a period. Seen from a day both are one question, whether
/// each part agrees with the day: so the periods of a span are walked through day by day, and every answer comes after
/// work that the span alone bounds, whoever wrote the rule. (libical walks on from start to start: to a 30th of
/// February for seconds, hour by hour for ever.)
public struct Recurrence: Hashable, Sendable {
    /// A start every ten minutes.
    public static let mostStartsADay = 144
    /// The largest COUNT.
    public static let mostCount = 10_000
    /// Bytes of a rule.
    public static let longest = 1_000
    /// A rule is followed for a hundred years.
    static let horizon = 36_525

    /// When it counts from; itself a start only if the rule says so.
    public let start: LocalTime
    /// No start is behind it.
    private(set) var last: LocalTime
    private let rule: Rule

    /// - Parameters:
    ///   - start: in the years 1970 to 2400.
    ///   - zone: on whose clocks the rule is read: RFC 5545 has UNTIL in UTC.
    public init(_ text: String, start: LocalTime, zone: Zone) throws(CalendarProblem) {
        var looks = Int.max
        try self.init(text, start: start, zone: zone, looks: &looks)
    }

    /// - Parameter looks: at days and parts of days that it may take to find its first start, or its last one; afterwards
    ///   those that are left, also when it is given up.
    init(
        _ text: String, start: LocalTime, zone: Zone, looks: inout Int
    ) throws(CalendarProblem) {
        guard text.utf8.count <= Self.longest else { throw .noRule(String(text.prefix(40)) + "…") }
        guard (1_970...2_400).contains(start.day.date.year) else {
            throw .part(start.day.description, remedy: "let the show begin between 1970 and 2400")
        }
        let parts = try RuleParts(text)
        self.start = start
        rule = try Rule(parts, start: start)
        let horizon = LocalTime(start.day + Self.horizon)
        if let until = parts["UNTIL"] {
            guard let time = Self.until(until, zone: zone) else {
                throw .part("UNTIL=\(until)", remedy: "write a date such as UNTIL=20261231")
            }
            last = min(time, horizon)
        } else {
            last = horizon
        }
        // The last of so many, or whether there is a first. Most rules have it in the first days.
        let count = parts.numbers("COUNT")?.first
        var left = count ?? 1
        var (from, days) = (LocalTime(start.day), 32)
        while from <= last {
            looks -= days * rule.looksADay
            guard looks >= 0 else { throw .tooMuch }
            let to = LocalTime(from.day + days)
            let found = starts(from: from, to: to)
            guard found.count < left else {
                if count != nil { last = found[left - 1] }
                return
            }
            left -= found.count
            (from, days) = (to, 366)
        }
        if left == count ?? 1 { throw .never }
    }

    /// The starts in a span, `to` not in it, ascending.
    public func starts(from: LocalTime, to: LocalTime) -> [LocalTime] {
        let from = max(from, start)
        let to = min(to, LocalTime(seconds: last.seconds + 1))
        guard from < to else { return [] }
        return rule.starts(from: from.day, through: LocalTime(seconds: to.seconds - 1).day)
            .filter { $0 >= from && $0 < to }
    }

    /// A date, whose whole day counts; a time on the zone's clocks; or a time in UTC.
    static func until(_ text: String, zone: Zone) -> LocalTime? {
        guard let time = LocalTime(calendar: text.hasSuffix("Z") ? String(text.dropLast()) : text) else {
            return nil
        }
        if text.count == 8 { return LocalTime(time.day, secondOfDay: 86_399) }
        return text.hasSuffix("Z") ? zone.local(time.seconds) : time
    }
}

extension LocalTime {
    /// Reads a DATE or a DATE-TIME as RFC 5545, sections 3.3.4 and 3.3.5, write them, without a `Z` behind it:
    /// `20261201`, `20261201T200000`. A leap second is the second before it.
    init?(calendar text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(0) { number, byte in
                guard let number, (0x30...0x39).contains(byte) else { return nil }
                return number * 10 + Int(byte - 0x30)
            }
        }
        guard bytes.count == 8 || bytes.count == 15, let year = number(0..<4), let month = number(4..<6),
            let dayOfMonth = number(6..<8), let day = Day(year: year, month: month, day: dayOfMonth)
        else { return nil }
        guard bytes.count == 15 else {
            self.init(day)
            return
        }
        guard bytes[8] == UInt8(ascii: "T"), let hour = number(9..<11), let minute = number(11..<13),
            let second = number(13..<15), hour < 24, minute < 60, second <= 60
        else { return nil }
        self.init(day, secondOfDay: hour * 3_600 + minute * 60 + min(second, 59))
    }
}
