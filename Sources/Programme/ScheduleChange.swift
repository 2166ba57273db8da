/// What a new schedule changes for those who listen and for those who make a show.
public struct ScheduleChange: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case new
        case gone
        /// It was to be on at another time; the change's span is the new one.
        case moved(from: Instant, to: Instant)
        /// It begins when it did, and ended at another time.
        case ends(was: Instant)
        /// It plays something else. Nil is live, or the rotation.
        case plays(was: Content?, now: Content?)
        /// Others may take the air.
        case live(was: [String], now: [String])
    }

    public var kind: Kind
    public var show: String
    /// When the show is on, or was to be on when it is gone: from its first frame on air to its last, with what
    /// interrupts it.
    public var start: Instant
    public var end: Instant
}

extension Schedule {
    /// How a span differs from that of an earlier schedule, by time.
    ///
    /// Times are compared as they air, after overlaps were resolved. A show that is on at another time is moved when
    /// both times are within half a week; else one is gone and one is new.
    public func changes(since old: Schedule, from: Instant, to: Instant) -> [ScheduleChange] {
        let before = Dictionary(grouping: old.appearances(from: from, to: to), by: \.show.name)
        let after = Dictionary(grouping: appearances(from: from, to: to), by: \.show.name)
        return Set(before.keys).union(after.keys)
            .flatMap { Self.compare(before[$0] ?? [], after[$0] ?? []) }
            .sorted { ($0.start, $0.show, $0.kind.rank) < ($1.start, $1.show, $1.kind.rank) }
    }

    /// A show's occurrence as it airs.
    private struct Appearance {
        var show: Show
        var start: Instant
        var end: Instant

        func change(_ kind: ScheduleChange.Kind) -> ScheduleChange {
            ScheduleChange(kind: kind, show: show.name, start: start, end: end)
        }
    }

    private func appearances(from: Instant, to: Instant) -> [Appearance] {
        var appearances: [Occurrence: Appearance] = [:]
        for slot in slots(from: from, to: to) {
            guard let show = slot.show, let occurrence = slot.occurrence else { continue }
            appearances[occurrence, default: Appearance(show: show, start: slot.start, end: slot.end)].end =
                slot.end
        }
        return appearances.values.sorted { $0.start < $1.start }
    }

    /// One show's appearances, each in the order of time.
    private static func compare(_ before: [Appearance], _ after: [Appearance]) -> [ScheduleChange] {
        var gone = Dictionary(before.map { ($0.start, $0) }, uniquingKeysWith: { first, _ in first })
        var changes: [ScheduleChange] = []
        var new: [Appearance] = []
        for appearance in after {
            guard let was = gone.removeValue(forKey: appearance.start) else {
                new.append(appearance)
                continue
            }
            if was.end != appearance.end { changes.append(appearance.change(.ends(was: was.end))) }
            changes += differences(was, appearance)
        }
        for appearance in new {
            let near = gone.values.filter { abs(($0.start - appearance.start).frames) <= halfWeek }
            let was = near.min {
                (abs(($0.start - appearance.start).frames), $0.start)
                    < (abs(($1.start - appearance.start).frames), $1.start)
            }
            guard let was else {
                changes.append(appearance.change(.new))
                continue
            }
            gone[was.start] = nil
            changes.append(appearance.change(.moved(from: was.start, to: was.end)))
            changes += differences(was, appearance)
        }
        return changes + gone.values.map { $0.change(.gone) }
    }

    private static func differences(_ was: Appearance, _ now: Appearance) -> [ScheduleChange] {
        var changes: [ScheduleChange] = []
        let contents = (was.show.plays ?? was.show.otherwise, now.show.plays ?? now.show.otherwise)
        if contents.0 != contents.1 {
            changes.append(now.change(.plays(was: contents.0, now: contents.1)))
        }
        if Set(was.show.live) != Set(now.show.live) {
            changes.append(now.change(.live(was: was.show.live, now: now.show.live)))
        }
        return changes
    }

    private static var halfWeek: Int64 { 7 * 43_200 * Instant.rate }
}

extension ScheduleChange.Kind {
    /// The order of several changes of one appearance.
    fileprivate var rank: Int {
        switch self {
        case .gone: 0
        case .new: 1
        case .moved: 2
        case .ends: 3
        case .plays: 4
        case .live: 5
        }
    }
}
