internal import Programme

/// An event with all its times: by its rules, added and left out ones, and those that follow a change of the rest.
struct CalendarSeries {
    private let start: CalendarTimes.Moment
    private let extent: Airing.Extent
    private let rules: [String]
    private var without: Set<Airing.Occasion> = []
    private var also: Set<LocalTime> = []
    /// From where on others follow it; nil when none does.
    private var end: LocalTime?

    /// - Parameter changes: the events that change some of its instances.
    init(
        _ event: CalendarEvent, _ changes: [CalendarEvent], _ times: inout CalendarTimes
    ) throws(CalendarProblem) {
        start = try times.start(of: event)
        extent = try times.extent(of: event, start)
        rules = event.all("RRULE").map(\.value)
        guard rules.count <= CalendarTimes.mostRules else {
            throw .part("the event", remedy: "it has more than \(CalendarTimes.mostRules) rules, keep one")
        }
        for line in event.all("EXDATE") + changes.compactMap({ $0.first("RECURRENCE-ID") }) {
            for moment in try times.moments(line) { without.insert(times.occasion(moment, start)) }
        }
        for line in event.all("RDATE") {
            for moment in try times.moments(line) {
                let occasion = times.occasion(moment, start)
                guard !without.contains(occasion) else { continue }
                also.insert(time(occasion))
            }
        }
        guard without.count <= CalendarTimes.mostDates, also.count <= CalendarTimes.mostDates else {
            throw .part(
                "the event",
                remedy: "it has more than \(CalendarTimes.mostDates) single dates, make a rule of them")
        }
    }

    private func time(_ occasion: Airing.Occasion) -> LocalTime {
        switch occasion {
        case .time(let time): time
        case .day(let day): LocalTime(day, secondOfDay: start.time.secondOfDay)
        }
    }

    /// Its airings, up to the first change of all that follow.
    func airings(_ times: inout CalendarTimes) throws(CalendarProblem) -> [Airing] {
        try airings(from: nil, to: end, moved: 0, as: extent, &times)
    }

    // MARK: Changes of all that follow

    /// Ends the series where changes say that all that follow are otherwise, and gives what follows by the lines of the
    /// changes. A change that cannot be followed changes its own instance alone.
    mutating func follow(
        _ changes: [CalendarEvent], _ times: inout CalendarTimes
    ) throws(CalendarProblem) -> [Int: [Airing]] {
        var places: [(change: CalendarEvent, at: LocalTime, moved: Int64, extent: Airing.Extent)] = []
        for change in changes where change.changesWhatFollows {
            guard let line = change.first("RECURRENCE-ID"), let named = try times.moments(line).first
            else { continue }
            let at = time(times.occasion(named, start))
            let (own, length): (CalendarTimes.Moment, Airing.Extent)
            if change.isCancelled {
                (own, length) = (start, extent)
            } else {
                own = try times.start(of: change)
                length = try times.extent(of: change, own)
            }
            let moved = change.isCancelled ? 0 : time(times.occasion(own, start)).seconds - at.seconds
            guard own.isDate == start.isDate, try mayMove(at, by: moved, &times) else { continue }
            places.append((change, at, moved, length))
            // The instance that a change names is what the change says, as all others are.
            without.remove(times.occasion(named, start))
        }
        places.sort { $0.at < $1.at }
        end = places.first?.at
        var following: [Int: [Airing]] = [:]
        for (number, place) in places.enumerated() {
            let next = number + 1 < places.count ? places[number + 1].at : nil
            following[place.change.line] =
                place.change.isCancelled
                ? [] : try airings(from: place.at, to: next, moved: place.moved, as: place.extent, &times)
        }
        return following
    }

    /// Whether its instances from one on can be told by its own rule when they are moved.
    private func mayMove(
        _ first: LocalTime, by moved: Int64, _ times: inout CalendarTimes
    ) throws(CalendarProblem) -> Bool {
        guard rules.count == 1 else { return false }
        let names = rules[0].uppercased().split(separator: ";").map { $0.prefix { $0 != "=" } }
        // A rule that names its times, or its days, names others when it is moved.
        if moved != 0, names.contains(where: { ["BYHOUR", "BYMINUTE", "BYSECOND"].contains($0) }) {
            return false
        }
        let isOtherDay = LocalTime(seconds: first.seconds + moved).day != first.day
        if isOtherDay, names.contains(where: { $0.hasPrefix("BY") }) { return false }
        let recurrence = try times.recurrence(rules[0], from: start)
        return !recurrence.starts(from: first, to: LocalTime(seconds: first.seconds + 1)).isEmpty
    }

    // MARK: Airings

    /// - Parameters:
    ///   - first: the instance with which it begins; nil for its own start.
    ///   - end: the instance before which it ends; nil for none.
    ///   - moved: so many seconds all instances are moved.
    private func airings(
        from first: LocalTime?, to end: LocalTime?, moved: Int64, as extent: Airing.Extent,
        _ times: inout CalendarTimes
    ) throws(CalendarProblem) -> [Airing] {
        func lies(_ time: LocalTime) -> Bool {
            first.map { time >= $0 } ?? true && end.map { time < $0 } ?? true
        }
        func moving(_ time: LocalTime) -> LocalTime { LocalTime(seconds: time.seconds + moved) }
        let begin = moving(first ?? start.time)
        if let end, end <= first ?? start.time { return [] }
        let rules: [Airing.Rule] =
            if self.rules.isEmpty {
                [.dates([start.time.day])]
            } else if first == nil, end == nil {
                self.rules.map(Airing.Rule.recurring)
            } else {
                [
                    .recurring(
                        bounded(
                            self.rules[0], by: end, moved: moved,
                            try times.recurrence(self.rules[0], from: start)))
                ]
            }
        let without = Set(
            self.without.filter { lies(time($0)) }.map { occasion -> Airing.Occasion in
                switch occasion {
                case .time(let time): .time(moving(time))
                case .day: .day(moving(time(occasion)).day)
                }
            })
        var airings: [Airing] = []
        for (place, rule) in rules.enumerated() {
            let airing = Airing(
                rule, secondOfDay: begin.secondOfDay, extent: extent, from: begin.day, without: without,
                also: place == 0 ? Set(also.filter(lies).map(moving)) : [], zone: start.zone?.name)
            try times.check(airing, start)
            airings.append(airing)
        }
        return airings
    }

    /// A rule whose last instance is the last before an end, moved as all are.
    private func bounded(
        _ rule: String, by end: LocalTime?, moved: Int64, _ recurrence: Recurrence
    ) -> String {
        let parts = rule.split(separator: ";")
        let kept = parts.filter { part in
            !["COUNT=", "UNTIL="].contains { part.uppercased().hasPrefix($0) }
        }
        var last = kept.count < parts.count ? recurrence.last : nil
        if let end { last = min(last ?? end, LocalTime(seconds: end.seconds - 1)) }
        guard let last else { return rule }
        let until = LocalTime(seconds: last.seconds + moved).description.filter { $0 != "-" && $0 != ":" }
        return (kept + ["UNTIL=\(until)"]).joined(separator: ";")
    }
}
