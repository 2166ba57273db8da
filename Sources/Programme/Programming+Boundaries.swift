/// Where one slot's plan may run into the next slot: never, but into a show that waits (`start: soft`), and with a file that
/// may run on (`overlong: run`), and then at most as far as the next slot reaches.
extension Programming {
    /// How far a slot's last track, and its file, may run on.
    func limits(of slot: Slot) -> (track: Instant, file: Instant) {
        guard slot.end < .farFuture else { return (slot.end, slot.end) }
        let next = self.slot(at: slot.end)
        guard mayRun(slot, into: next) else { return (slot.end, slot.end) }
        if next.isSoft { return (next.end, next.end) }
        return (slot.end, min(next.end, slot.end + (overtime(of: slot) ?? .zero)))
    }

    /// Whether the start of a slot depends on the end of the one before it.
    ///
    /// A chain of shows each of which waits for the one before would have no beginning: it is cut where a week begins, on
    /// Monday at 00:00 UTC.
    func mayRun(_ slot: Slot, into next: Slot) -> Bool {
        guard next.isSoft || overtime(of: slot) != nil else { return false }
        if next.isCut { return Self.day(slot.start) == Self.day(next.start) || !slot.isSoft }
        guard Self.week(slot.start) != Self.week(next.start) else { return true }
        return !(slot.isSoft || slot.start > .farPast && overtime(of: self.slot(before: slot)) != nil)
    }

    /// Whether a part goes on in the rotation where the one before it stops. A chain of parts has a beginning with a
    /// show, and else once a day, so that no plan depends on many others.
    func goesOn(_ slot: Slot, behind before: Slot) -> Bool {
        let isShort = slot.occurrence.map { ($0.end - $0.start).frames <= Self.aDay } ?? false
        return slot.isCut && (isShort || Self.day(slot.start) == Self.day(before.start))
            && supply(of: slot).variant == supply(of: before).variant
    }

    /// How long a slot's file may run on; nil when it may not.
    private func overtime(of slot: Slot) -> Length? {
        guard case .run(let seconds) = slot.show?.overlong, supply(of: slot).file?.length != nil else {
            return nil
        }
        return Length(frames: Int64(seconds) * Instant.rate)
    }

    private static func week(_ instant: Instant) -> Int64 {
        let frames = 7 * 86_400 * Instant.rate
        return instant.frames >= 0 ? instant.frames / frames : -1
    }

    private static func day(_ instant: Instant) -> Int64 {
        floorDivision(instant.frames, aDay).passes
    }

    private static let aDay = 86_400 * Instant.rate

    /// The part of the same occurrence that was on before an interruption.
    func part(before slot: Slot) -> Slot? {
        if slot.isCut { return self.slot(before: slot) }
        guard slot.isContinuation, let occurrence = slot.occurrence else { return nil }
        return schedule.slots(from: occurrence.start, to: slot.start).last {
            $0.occurrence == occurrence && $0.start < slot.start
        }.map(lastPart)
    }

    /// Whether an occurrence has a part behind this one, after an interruption.
    func goesOn(_ slot: Slot) -> Bool {
        guard let occurrence = slot.occurrence, slot.end < occurrence.end else { return false }
        return schedule.slots(from: slot.end, to: occurrence.end).contains { $0.occurrence == occurrence }
    }

    /// How much of an occurrence was on before a slot of it.
    func played(before slot: Slot) -> Length {
        guard slot.isContinuation, let occurrence = slot.occurrence else { return .zero }
        return schedule.slots(from: occurrence.start, to: slot.start).reduce(into: .zero) { sum, part in
            guard part.occurrence == occurrence, part.start < slot.start else { return }
            sum = sum + (min(part.end, slot.start) - part.start)
        }
    }
}
