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

    /// Empty for none.
    var uid: String { first("UID")?.value ?? "" }

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

    /// Whether it is a change of some of another's instances, which it names by the time at which they were to be.
    var isChange: Bool { first("RECURRENCE-ID") != nil }

    /// Whether it changes the instance that it names and all that follow.
    var changesWhatFollows: Bool {
        first("RECURRENCE-ID")?.parameters["RANGE"]?.uppercased() == "THISANDFUTURE"
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
