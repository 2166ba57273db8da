public import Programme

/// An airing with its rule and zone at hand.
public struct DatedAiring: Hashable, Sendable {
    private let airing: Airing
    private let zone: Zone
    private let recurrence: Recurrence?

    public init(_ airing: Airing, zone: Zone) throws(CalendarProblem) {
        var looks = Int.max
        try self.init(airing, zone: zone, looks: &looks)
    }

    /// - Parameter looks: as for `Recurrence`.
    init(_ airing: Airing, zone: Zone, looks: inout Int) throws(CalendarProblem) {
        self.airing = airing
        self.zone = zone
        recurrence =
            if case .recurring(let rule) = airing.rule {
                try Recurrence(
                    rule, start: LocalTime(airing.from, secondOfDay: airing.secondOfDay), zone: zone,
                    looks: &looks)
            } else {
                nil
            }
    }

    /// When it is on, every time that has at least a frame in the span.
    func spans(from: Instant, to: Instant) -> [Range<Instant>] {
        guard from < to else { return [] }
        // A day more on both sides: an offset from UTC is less, and a gap shifts by less.
        let first = zone.local(from.seconds).day + -(airing.extent.mostDays + 1)
        let last = zone.local(to.seconds).day + 1
        return starts(from: first, through: last).flatMap(spans)
            .filter { $0.lowerBound < to && $0.upperBound > from }
    }

    /// When it starts on its zone's clocks, in no order; the last day's starts are among them.
    public func starts(from first: Day, through last: Day) -> [LocalTime] {
        let also = airing.also.filter { $0.day >= first && $0.day <= last }
        return rules(from: max(first, airing.from), through: min(last, airing.through ?? last))
            .filter { !airing.leavesOut($0) && !also.contains($0) } + also
    }

    private func rules(from first: Day, through last: Day) -> [LocalTime] {
        guard first <= last else { return [] }
        if let recurrence { return recurrence.starts(from: LocalTime(first), to: LocalTime(last + 1)) }
        let days =
            if case .dates(let dates) = airing.rule {
                dates.filter { $0 >= first && $0 <= last }
            } else {
                Set((first.number...last.number).lazy.map(Day.init).filter { airing.counts($0) ?? false })
            }
        return days.map { LocalTime($0, secondOfDay: airing.secondOfDay) }
    }

    private func spans(_ start: LocalTime) -> [Range<Instant>] {
        switch zone.reading(start) {
        case .once(let time): [span(start, at: time)].compactMap(\.self)
        case .never(let shifted):
            airing.gap == .skip ? [] : [span(start, at: shifted)].compactMap(\.self)
        case .twice(let first, let second):
            airing.repeat == .once
                ? [span(start, at: first)].compactMap(\.self)
                : [span(start, at: first), span(start, at: second)].compactMap(\.self)
        }
    }

    /// One that starts at a time, in seconds since 1970-01-01T00:00:00Z; nil when nothing is left of it.
    private func span(_ start: LocalTime, at time: Int64) -> Range<Instant>? {
        let end: Int64
        switch airing.extent {
        case .lasting(let seconds): end = time + Int64(seconds)
        case .until(let secondOfDay, let days):
            switch zone.reading(LocalTime(start.day + days, secondOfDay: secondOfDay)) {
            case .once(let only), .never(let only): end = only
            case .twice(let first, let second): end = first > time ? first : second
            }
        }
        guard time < end else { return nil }
        return Instant(seconds: time)..<Instant(seconds: end)
    }
}

extension Instant {
    /// The frame that is on air at a second since 1970-01-01T00:00:00Z.
    fileprivate init(seconds: Int64) { self.init(frames: (seconds - Self.origin) * Self.rate) }

    /// The second in which the frame is on air, rounded down.
    fileprivate var seconds: Int64 {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: Self.rate)
        return seconds + Self.origin - (rest < 0 ? 1 : 0)
    }
}
