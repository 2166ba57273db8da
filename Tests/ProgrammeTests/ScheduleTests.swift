import TestKit
import Testing

@testable import Programme

/// Occurrences that are there, in minutes since the origin of time.
struct FixedAgenda: Agenda {
    var all: [Occurrence]
    func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        all.filter { $0.overlaps(from: from, to: to) }
    }
}

func minute(_ number: Int) -> Instant { Instant(frames: Int64(number) * 60 * Instant.rate) }

@Suite struct ScheduleTests {
    func show(_ name: String, priority: Int = 0, plays: Content? = nil, live: [String] = []) -> Show {
        Show(name: name, airings: [], plays: plays, live: live, priority: priority)
    }

    func schedule(_ shows: [Show], _ times: [(show: Int, from: Int, to: Int)]) -> Schedule {
        let all = times.map { Occurrence(show: $0.show, start: minute($0.from), end: minute($0.to)) }
        return Schedule(shows: shows, agenda: FixedAgenda(all: all))
    }

    func shown(_ slots: [Slot]) -> [String] {
        slots.map { slot in
            let (from, to) = (slot.start.frames / 60 / Instant.rate, slot.end.frames / 60 / Instant.rate)
            return "\(from)-\(to) \(slot.show?.name ?? "rotation")"
        }
    }

    @Test func theRotationFillsWhatNoShowClaims() {
        let schedule = schedule([show("a")], [(0, 10, 20), (0, 30, 40)])
        #expect(
            shown(schedule.slots(from: minute(0), to: minute(60))) == [
                "0-10 rotation", "10-20 a", "20-30 rotation", "30-40 a", "40-60 rotation",
            ])
        #expect(shown(schedule.slots(from: minute(41), to: minute(42))) == ["41-42 rotation"])
    }

    @Test func theLaterStartInterruptsAndTheEarlierGoesOn() {
        let schedule = schedule([show("night"), show("news")], [(0, 0, 60), (1, 20, 25)])
        let slots = schedule.slots(from: minute(0), to: minute(60))
        #expect(shown(slots) == ["0-20 night", "20-25 news", "25-60 night"])
        #expect(slots.map(\.isContinuation) == [false, false, true])
    }

    @Test func theHigherPriorityStays() {
        let schedule = schedule(
            [show("gala", priority: 1), show("news")], [(0, 0, 60), (1, 20, 25), (1, 58, 63)])
        #expect(shown(schedule.slots(from: minute(0), to: minute(63))) == ["0-60 gala", "60-63 news"])
    }

    @Test func ofTwoThatStartTogetherTheFirstOfTheListIsOn() {
        let schedule = schedule([show("a"), show("b")], [(1, 0, 60), (0, 0, 30)])
        #expect(shown(schedule.slots(from: minute(0), to: minute(60))) == ["0-30 a", "30-60 b"])
    }

    @Test func aSlotIsGivenWholeWhateverIsAskedFor() {
        // What interrupts it stands outside of the question.
        let schedule = schedule([show("night"), show("news")], [(0, 0, 600), (1, 120, 125)])
        #expect(shown(schedule.slots(from: minute(60), to: minute(61))) == ["0-120 night"])
        #expect(shown(schedule.slots(from: minute(300), to: minute(301))) == ["125-600 night"])
        #expect(schedule.slot(at: minute(124)).show?.name == "news")
        #expect(schedule.slot(at: minute(125)).show?.name == "night")
    }

    /// Random shows that overlap wildly, against the rule read minute by minute.
    @Test(arguments: 0..<40) func everyInstantBelongsToOneSlotHoweverItIsAsked(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let shows = (0..<6).map { show("\($0)", priority: Int.random(in: 0...2, using: &generator)) }
        let times = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            let from = Int.random(in: 0..<1_000, using: &generator)
            return (
                Int.random(in: 0..<6, using: &generator), from,
                from + Int.random(in: 1...200, using: &generator)
            )
        }
        let schedule = schedule(shows, times)
        let whole = schedule.slots(from: minute(0), to: minute(1_300))
        #expect(whole.first?.start == minute(0) && whole.last?.end == minute(1_300))
        #expect(
            zip(whole, whole.dropFirst()).allSatisfy { $0.end == $1.start && $0.occurrence != $1.occurrence })
        for number in 0..<1_300 {
            let on = times.filter { $0.1 <= number && number < $0.2 }
            let best = on.map { (shows[$0.0].priority, $0.1, -$0.0) }.max { $0 < $1 }
            let slot = whole.first { $0.start <= minute(number) && minute(number) < $0.end }
            #expect(slot?.show?.name == best.map { "\(-$0.2)" })
            #expect(slot?.occurrence?.start == best.map { minute($0.1) })
        }
        for _ in 0..<50 {
            let from = Int.random(in: 0..<1_299, using: &generator)
            let to = Int.random(in: (from + 1)...1_300, using: &generator)
            let part = schedule.slots(from: minute(from), to: minute(to))
            let same = whole.filter { $0.start < minute(to) && $0.end > minute(from) }.map { slot in
                guard slot.show == nil else { return slot }
                return Slot(start: max(slot.start, minute(from)), end: min(slot.end, minute(to)))
            }
            #expect(part == same)
        }
    }

    // MARK: Changes

    func changes(_ old: Schedule, _ new: Schedule) -> [String] {
        new.changes(since: old, from: minute(0), to: minute(30 * 1_440)).map { change in
            let from = change.start.frames / 60 / Instant.rate
            switch change.kind {
            case .new: return "\(change.show) new at \(from)"
            case .gone: return "\(change.show) gone from \(from)"
            case .moved(let was, _): return "\(change.show) at \(from), was \(was.frames / 60 / Instant.rate)"
            case .ends(let was): return "\(change.show) ends otherwise than \(was.frames / 60 / Instant.rate)"
            case .plays: return "\(change.show) plays otherwise"
            case .live(let was, let now): return "\(change.show) live \(now), was \(was)"
            }
        }
    }

    @Test func whatMovedCameWentAndPlaysOtherwise() {
        let old = schedule(
            [show("a", plays: .playlist("x")), show("b"), show("c", live: ["kim"]), show("d")],
            [(0, 100, 110), (0, 10_180, 10_190), (1, 200, 210), (2, 300, 310), (3, 400, 410)])
        let new = schedule(
            [
                show("a", plays: .playlist("x")), show("b", plays: .playlist("y")),
                show("c", live: ["kim", "lea"]), show("e"),
            ],
            [(0, 160, 170), (0, 10_180, 10_190), (1, 200, 220), (2, 300, 310), (3, 400, 410)])
        #expect(
            changes(old, new) == [
                "a at 160, was 100", "b ends otherwise than 210", "b plays otherwise",
                "c live [\"kim\", \"lea\"], was [\"kim\"]",
                "d gone from 400", "e new at 400",
            ])
        #expect(changes(old, old) == [])
    }

    @Test func aShowThatAnotherCoversIsGone() {
        let old = schedule([show("a"), show("gala", priority: 1)], [(0, 100, 110)])
        let new = schedule([show("a"), show("gala", priority: 1)], [(0, 100, 110), (1, 90, 120)])
        #expect(changes(old, new) == ["gala new at 90", "a gone from 100"])
    }

    @Test func whatIsMoreThanHalfAWeekAwayIsNotMoved() {
        let old = schedule([show("a")], [(0, 100, 110)])
        let new = schedule([show("a")], [(0, 10_180, 10_190)])
        #expect(changes(old, new) == ["a gone from 100", "a new at 10180"])
    }
}
