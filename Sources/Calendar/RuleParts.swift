internal import Programme

/// The parts of a recurrence rule's text, each of the form that RFC 5545, section 3.3.10, gives it.
struct RuleParts {
    private var parts: [String: String] = [:]

    private static let known: Set<String> = [
        "FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY",
        "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS",
    ]
    /// What each list of numbers may hold, and whether below zero too.
    private static let ranges: KeyValuePairs<String, (numbers: ClosedRange<Int>, counted: Bool)> = [
        "BYSECOND": (0...59, false), "BYMINUTE": (0...59, false), "BYHOUR": (0...23, false),
        "BYMONTHDAY": (1...31, true), "BYYEARDAY": (1...366, true), "BYWEEKNO": (1...53, true),
        "BYMONTH": (1...12, false), "BYSETPOS": (1...366, true), "INTERVAL": (1...10_000, false),
        "COUNT": (1...Recurrence.mostCount, false),
    ]

    subscript(_ name: String) -> String? { parts[name] }

    /// A part's numbers; nil when the rule has no such part.
    func numbers(_ name: String) -> [Int]? { parts[name]?.split(separator: ",").compactMap { Int($0) } }

    init(_ text: String) throws(CalendarProblem) {
        for part in text.uppercased().split(separator: ";") {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, !sides[1].isEmpty else { throw .noRule(text) }
            guard Self.known.contains(sides[0]) else {
                throw .part(sides[0], remedy: "this part of a rule is not known, leave it out")
            }
            guard parts.updateValue(sides[1], forKey: sides[0]) == nil else {
                throw .part(sides[0], remedy: "the rule has it twice, keep one")
            }
        }
        for (name, range) in Self.ranges { try check(name, range.numbers, counted: range.counted) }
        try checkWeekdays()
        try checkCombination()
    }

    private func check(_ name: String, _ range: ClosedRange<Int>, counted: Bool) throws(CalendarProblem) {
        guard let text = parts[name] else { return }
        let isRight = text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
            Int(part).map { range.contains(counted ? Int(clamping: $0.magnitude) : $0) } ?? false
        }
        guard isRight else {
            let below = counted ? "-\(range.upperBound) to -1 and " : ""
            throw .part(
                "\(name)=\(text)",
                remedy: "write numbers from \(below)\(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func checkWeekdays() throws(CalendarProblem) {
        let remedy = "write days as MO, TU, WE, TH, FR, SA and SU, with a number as 1MO or -1SU"
        for day in (parts["BYDAY"] ?? "MO").split(separator: ",", omittingEmptySubsequences: false) {
            let number = day.dropLast(2)
            guard Weekday(calendar: day.suffix(2)) != nil,
                number.isEmpty || Int(number).map({ $0 != 0 && $0.magnitude <= 53 }) ?? false
            else { throw .part(String(day), remedy: remedy) }
        }
        guard Weekday(calendar: parts["WKST"] ?? "MO") != nil else {
            throw .part("WKST=\(parts["WKST"] ?? "")", remedy: "write MO, TU, WE, TH, FR, SA or SU")
        }
    }

    /// What RFC 5545 forbids, and programs answer differently.
    private func checkCombination() throws(CalendarProblem) {
        let frequency = parts["FREQ"] ?? ""
        let refused: [String: [String]] = [
            "YEARLY": [], "MONTHLY": ["BYWEEKNO", "BYYEARDAY"],
            "WEEKLY": ["BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"], "DAILY": ["BYWEEKNO", "BYYEARDAY"],
            "HOURLY": ["BYWEEKNO"], "MINUTELY": ["BYWEEKNO"], "SECONDLY": ["BYWEEKNO"],
        ]
        guard let names = refused[frequency] else {
            throw .part(
                frequency.isEmpty ? "the rule has no FREQ" : "FREQ=\(frequency)",
                remedy: "write FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY")
        }
        if let name = names.first(where: { parts[$0] != nil }) {
            throw .part("\(name) with FREQ=\(frequency)", remedy: "leave it out")
        }
        let days = parts["BYDAY"] ?? ""
        if days.contains(where: \.isNumber),
            !["MONTHLY", "YEARLY"].contains(frequency) || parts["BYWEEKNO"] != nil
        {
            throw .part("BYDAY=\(days)", remedy: "a number before a day needs FREQ=MONTHLY or FREQ=YEARLY")
        }
        if parts["BYSETPOS"] != nil, !parts.keys.contains(where: { $0.hasPrefix("BY") && $0 != "BYSETPOS" }) {
            throw .part("BYSETPOS", remedy: "it chooses among days that another part names, such as BYDAY=MO")
        }
        if parts["COUNT"] != nil, parts["UNTIL"] != nil {
            throw .part("COUNT and UNTIL", remedy: "keep one of them")
        }
    }
}
