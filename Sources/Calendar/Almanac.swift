public import Programme

/// When shows are on, as instants: the rules of their airings, read on the clocks of their zones.
///
/// A pure value; asking costs what is asked for. A start in the hour that the clocks leave out or repeat is what its
/// airing says (`Airing.Gap`, `Airing.Repeat`). An end is where clocks show it first: what begins before the repeated
/// hour and ends in it ends the first time, what begins in its second pass ends in that. Where the clocks leave
/// nothing between start and end, the show is not on that night.
public struct Almanac: Agenda {
    private let airings: [DatedAiring]

    /// Reads every rule and zone; blocks for the disk.
    public init(shows: [Show], zone: String) throws(AlmanacProblem) {
        var airings: [DatedAiring] = []
        for (number, show) in shows.enumerated() {
            for (place, airing) in show.airings.enumerated() {
                do throws(CalendarProblem) {
                    airings.append(
                        try DatedAiring(airing, show: number, zone: Zone(airing.zone ?? zone)))
                } catch {
                    throw AlmanacProblem(show: show.name, airing: place, problem: error)
                }
            }
        }
        self.airings = airings
    }

    public func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        // Two airings of one show can name the same time.
        Array(Set(airings.flatMap { $0.occurrences(from: from, to: to) }))
    }
}

/// An airing that cannot be read.
public struct AlmanacProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public var show: String
    /// Its place among the show's airings.
    public var airing: Int
    public var problem: CalendarProblem

    public var description: String { "\(show): \(problem)" }
}

/// An airing with its rule and zone at hand.
private struct DatedAiring: Sendable {
    private let airing: Airing
    private let show: Int
    private let zone: Zone
    private let recurrence: Recurrence?

    init(_ airing: Airing, show: Int, zone: Zone) throws(CalendarProblem) {
        self.airing = airing
        self.show = show
        self.zone = zone
        recurrence =
            if case .recurring(let rule) = airing.rule {
                try Recurrence(
                    rule, start: LocalTime(airing.from, secondOfDay: airing.secondOfDay), zone: zone)
            } else {
                nil
            }
    }

    func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        guard from < to else { return [] }
        // A day more on both sides: an offset from UTC is less, and a gap shifts by less.
        let first = zone.local(from.seconds).day + -(airing.extent.mostDays + 1)
        let last = zone.local(to.seconds).day + 1
        return starts(from: first, through: last).flatMap(occurrences).filter {
            $0.start < to && $0.end > from
        }
    }

    private func starts(from first: Day, through last: Day) -> [LocalTime] {
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

    private func occurrences(_ start: LocalTime) -> [Occurrence] {
        switch zone.reading(start) {
        case .once(let time): [occurrence(start, at: time)].compactMap(\.self)
        case .never(let shifted):
            airing.gap == .skip ? [] : [occurrence(start, at: shifted)].compactMap(\.self)
        case .twice(let first, let second):
            airing.repeat == .once
                ? [occurrence(start, at: first)].compactMap(\.self)
                : [occurrence(start, at: first), occurrence(start, at: second)].compactMap(\.self)
        }
    }

    /// One that starts at a time, in seconds since 1970-01-01T00:00:00Z; nil when nothing is left of it.
    private func occurrence(_ start: LocalTime, at time: Int64) -> Occurrence? {
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
        return Occurrence(show: show, start: Instant(seconds: time), end: Instant(seconds: end))
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
