internal import Programme

/// A VTIMEZONE (RFC 5545, section 3.6.5): a zone as a calendar itself tells it, for a name that nobody else knows.
///
/// Outlook gives zones the names of its menus, or `Customized Time Zone`. What counts are the rules that hold now.
struct WrittenZone {
    /// Properties of the zone, and those of its STANDARD and DAYLIGHT parts.
    var lines: [ContentLine] = []
    var standard: [[ContentLine]] = []
    var daylight: [[ContentLine]] = []

    /// The zone of the system that it names, the station's if its clocks change alike, or one of its own rules; nil when
    /// it cannot be told.
    func zone(station: Zone) -> Zone? {
        if let name = lines.first(where: { $0.name == "X-LIC-LOCATION" })?.value, let zone = try? Zone(name) {
            return zone
        }
        guard let rule, let zone = try? Zone(rule) else { return nil }
        return zone.goesOn(like: station) ? station : zone
    }

    /// Its rule in the form of POSIX's variable TZ.
    private var rule: String? {
        let (winters, summers) = (
            standard.compactMap { Part($0) }, daylight.compactMap { Part($0) }
        )
        // Where one of the two changes comes no more, the last one of all stays.
        guard let winter = winters.filter({ $0.date != nil }).max(by: { $0.start < $1.start }),
            let summer = summers.filter({ $0.date != nil }).max(by: { $0.start < $1.start })
        else {
            return (winters + summers).max { $0.start < $1.start }.map { "<own>\(Self.west($0.offset))" }
        }
        return "<own>\(Self.west(winter.offset))<sum>\(Self.west(summer.offset))"
            + ",\(summer.change(from: winter.offset)),\(winter.change(from: summer.offset))"
    }

    /// Seconds ahead of UTC as POSIX counts them, to the west.
    private static func west(_ offset: Int) -> String { clock(-offset) }

    fileprivate static func clock(_ seconds: Int) -> String {
        let size = abs(seconds)
        return (seconds < 0 ? "-" : "") + "\(size / 3_600):\(two(size / 60 % 60)):\(two(size % 60))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A STANDARD or DAYLIGHT part.
    private struct Part {
        /// When it held first.
        var start: LocalTime
        /// Seconds ahead of UTC, before it and in it.
        var before: Int
        var offset: Int
        /// The day on which it begins each year, as POSIX writes it; nil for what does not come again.
        var date: String?

        init?(_ lines: [ContentLine]) {
            func value(_ name: String) -> String? { lines.first { $0.name == name }?.value }
            guard let start = value("DTSTART").flatMap({ LocalTime(calendar: $0) }),
                let before = value("TZOFFSETFROM").flatMap(Self.offset),
                let offset = value("TZOFFSETTO").flatMap(Self.offset)
            else { return nil }
            (self.start, self.before, self.offset) = (start, before, offset)
            date = value("RRULE").flatMap { Self.date($0, start) }
        }

        /// The change to it, on the clocks that went before it.
        func change(from other: Int) -> String {
            "\(date ?? "")/\(WrittenZone.clock(start.secondOfDay - before + other))"
        }

        /// `+0100` or `-043000`.
        private static func offset(_ text: String) -> Int? {
            let digits = text.dropFirst()
            guard let sign = text.first, sign == "+" || sign == "-", digits.count == 4 || digits.count == 6,
                digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
            else { return nil }
            let all = digits.count == 4 ? number * 100 : number
            let seconds = all / 10_000 * 3_600 + all / 100 % 100 * 60 + all % 100
            return seconds < 86_400 ? (sign == "-" ? -seconds : seconds) : nil
        }

        private static func date(_ rule: String, _ start: LocalTime) -> String? {
            guard let parts = try? RuleParts(rule), parts["FREQ"] == "YEARLY", parts["UNTIL"] == nil,
                parts["COUNT"] == nil, parts.numbers("INTERVAL") ?? [1] == [1],
                ["BYYEARDAY", "BYWEEKNO", "BYSETPOS"].allSatisfy({ parts[$0] == nil })
            else { return nil }
            let months = parts.numbers("BYMONTH") ?? [start.day.date.month]
            let monthDays = parts.numbers("BYMONTHDAY")
            guard months.count == 1 else { return nil }
            guard let weekday = parts["BYDAY"] else {
                guard let day = (monthDays ?? [start.day.date.day]).onlyOne,
                    let date = Day(year: 2_001, month: months[0], day: day),
                    let newYear = Day(year: 2_001, month: 1, day: 1)
                else { return nil }
                return "J\(date - newYear + 1)"
            }
            guard let day = Weekday(calendar: weekday.suffix(2)) else { return nil }
            let number = Int(weekday.dropLast(2))
            let nth: Int? =
                switch (number, monthDays) {
                case (-1, nil), (5, nil): 5
                case (let number?, nil): (1...4).contains(number) ? number : nil
                // The second Sunday is the one from the 8th to the 14th; the last one from the 25th, in a long month.
                case (nil, let days?): nth(days.sorted())
                default: nil
                }
            return nth.map { "M\(months[0]).\($0).\((day.rawValue + 1) % 7)" }
        }

        private static func nth(_ days: [Int]) -> Int? {
            guard let first = days.first, days == Array(first..<first + 7) else { return nil }
            return first == 25 ? 5 : first % 7 == 1 ? (first + 6) / 7 : nil
        }
    }
}

extension Array {
    /// Nil for several, and for none.
    fileprivate var onlyOne: Element? { count == 1 ? self[0] : nil }
}
