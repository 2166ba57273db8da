/// Which show is on at any instant: slot behind slot, without gap and without overlap.
///
/// A pure value; an instant's answer does not depend on what was asked before. The order of shows that overlap:
/// higher priority, then the later start (so that news interrupt a long night, which goes on behind them), then who
/// stands first in the list. What no show claims is the rotation's.
public struct Schedule: Sendable, Equatable {
    public let shows: [Show]
    let agenda: any Agenda

    /// - Parameter agenda: says when `shows` are on; an occurrence's `show` is a place in that list.
    public init(shows: [Show], agenda: any Agenda) {
        self.shows = shows
        self.agenda = agenda
    }

    /// No shows: all time is the rotation's.
    public static let empty = Schedule(shows: [], agenda: NoAgenda())

    public static func == (a: Schedule, b: Schedule) -> Bool {
        a.shows == b.shows && a.agenda.says(the: b.agenda)
    }

    /// The slots that have at least a frame in a span, in their order; they cover it.
    ///
    /// A show's slot is given whole, also where it begins before the span or ends behind it. A slot of the rotation
    /// is cut at the span's ends, since it may have none. The cost is that of the shows which are on in the span.
    public func slots(from: Instant, to: Instant) -> [Slot] {
        guard from < to else { return [] }
        let asked = agenda.occurrences(from: from, to: to)
        // What else is on while they are decides where their slots begin and end.
        let first = asked.reduce(from) { min($0, $1.start) }
        let last = asked.reduce(to) { max($0, $1.end) }
        let all =
            first == from && last == to ? asked : agenda.occurrences(from: first, to: last)
        return resolve(all, from: first, to: last).compactMap { slot in
            guard slot.start < to, slot.end > from else { return nil }
            var slot = slot
            if slot.show == nil { (slot.start, slot.end) = (max(slot.start, from), min(slot.end, to)) }
            return slot
        }
    }

    /// The slot that is on at an instant; one of the rotation is given as the instant's frame alone.
    public func slot(at instant: Instant) -> Slot {
        slots(from: instant, to: instant + Length(frames: 1))[0]
    }

    /// Walks over all starts and ends, with the shows that are on at each.
    private func resolve(_ occurrences: [Occurrence], from: Instant, to: Instant) -> [Slot] {
        let coming = occurrences.sorted { $0.start < $1.start }
        let edges = Set(occurrences.flatMap { [$0.start, $0.end] } + [from, to])
            .filter { $0 >= from && $0 <= to }.sorted()
        var slots: [Slot] = []
        var next = 0
        var on: [Occurrence] = []
        for (edge, end) in zip(edges, edges.dropFirst()) {
            while next < coming.count, coming[next].start <= edge {
                on.append(coming[next])
                next += 1
            }
            on.removeAll { $0.end <= edge }
            let winner = on.max { precedes($1, $0) }
            if let last = slots.last, last.end == edge, last.occurrence == winner {
                slots[slots.count - 1].end = end
            } else {
                let show = winner.map { shows[$0.show] }
                slots.append(Slot(start: edge, end: end, show: show, occurrence: winner))
            }
        }
        return slots
    }

    /// Whether an occurrence is on rather than another.
    private func precedes(_ a: Occurrence, _ b: Occurrence) -> Bool {
        let (priorityOfA, priorityOfB) = (shows[a.show].priority, shows[b.show].priority)
        if priorityOfA != priorityOfB { return priorityOfA > priorityOfB }
        if a.start != b.start { return a.start > b.start }
        return a.show != b.show ? a.show < b.show : a.end > b.end
    }
}

/// Nobody has a show.
private struct NoAgenda: Agenda {
    func occurrences(from: Instant, to: Instant) -> [Occurrence] { [] }
}

extension Agenda {
    fileprivate func says(the other: any Agenda) -> Bool { (other as? Self) == self }
}
