import Programme
import TestKit
import Testing

@testable import Calendar

@Suite struct PlanningTests {
    /// Sixty shows of every kind, with overlaps.
    static func shows(using generator: inout SeededGenerator) -> [Show] {
        (0..<60).map { number in
            let hour = Int.random(in: 0..<24, using: &generator) * 3_600
            let weekday = Weekday.allCases.randomElement(using: &generator)!
            let rule: Airing.Rule =
                switch number % 6 {
                case 0: .weekly(Set(Weekday.allCases), .every)
                case 1: .weekly([weekday], .odd)
                case 2: .monthly([weekday], nth: [1, -1])
                case 3: .recurring("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH")
                case 4: .recurring("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1")
                default: .weekly([weekday], .every)
                }
            let length = Int.random(in: 1...6, using: &generator) * 1_800
            return Show(
                name: "\(number)", airings: [Airing(rule, secondOfDay: hour, extent: .lasting(length))],
                priority: number % 3)
        }
    }

    /// A year asked for at once, and day by day as the station asks: the same slots, without gap and overlap.
    @Test func aYearOf60ShowsIsCovered() throws {
        var generator = SeededGenerator(seed: 60)
        let shows = Self.shows(using: &generator)
        let schedule = Schedule(shows: shows, agenda: try Almanac(shows: shows, zone: "Europe/Berlin"))
        let clock = ContinuousClock()
        let from = Instant(wallNanoseconds: 1_767_222_000 * 1_000_000_000)
        let day = Length(seconds: 86_400)
        var year: [Slot] = []
        let cost = clock.measure {
            year = schedule.slots(from: from, to: from + Length(seconds: 365 * 86_400))
        }
        #expect(zip(year, year.dropFirst()).allSatisfy { $0.end == $1.start })
        #expect(year.count(where: { $0.show != nil }) > 3_000)
        var pieces: [Slot] = []
        let costOfDays = clock.measure {
            for number in 0..<365 {
                let start = Instant(frames: from.frames + Int64(number) * day.frames)
                for slot in schedule.slots(from: start, to: start + day) {
                    if let last = pieces.last, last.occurrence == slot.occurrence {
                        pieces[pieces.count - 1].end = slot.end
                    } else {
                        pieces.append(slot)
                    }
                }
            }
        }
        #expect(pieces.dropFirst().dropLast() == year.dropFirst().dropLast())
        print(
            "Planned a year of 60 shows: \(year.count) slots at once in \(cost), day by day in \(costOfDays)")
    }
}
