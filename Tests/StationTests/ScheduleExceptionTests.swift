import Programme
import Testing

@testable import Station

/// A show that is on several times a day: each of its starts can be left out, or moved, by itself.
@Suite struct ScheduleExceptionTests {
    private static let times =
        "    times:\n      - { on: sat, at: \"11:00\", for: 2h }\n      - { on: sat, at: \"18:00\", for: 1h }\n"

    /// - Parameter lines: of the show that is on at eleven and at six in the evening.
    private static func text(_ lines: String) -> String {
        scheduleSample.replacing(
            "    on: sat\n    at: \"11:00\"\n    for: 2h\n", with: times + "    " + lines + "\n")
    }

    /// Each of its starts in a week, and how many minutes it lasts.
    private func starts(_ lines: String) throws -> [String] {
        let schedule = try load(Self.text(lines)).schedule()
        // Berlin's clocks are an hour ahead in December.
        let clocks = Int64(3_600)
        let monday = LocalTime(try #require(Day("2026-12-01"))).seconds - clocks
        let from = Instant(wallNanoseconds: monday * 1_000_000_000)
        return schedule.slots(from: from, to: from + Length(seconds: 604_800)).compactMap { slot in
            guard slot.show?.name == "Wiederholung" else { return nil }
            let start = LocalTime(seconds: slot.start.wallNanoseconds / 1_000_000_000 + clocks)
            return "\(start.description.dropFirst(8)) \(Int((slot.end - slot.start).seconds) / 60)"
        }
    }

    @Test func `both times of a day moved, or were left out, when one was named`() throws {
        #expect(try starts("host: a") == ["05T11:00:00 120", "05T18:00:00 60"])
        #expect(try starts("not_on: \"2026-12-05 11:00\"") == ["05T18:00:00 60"])
        #expect(try starts("not_on: [ \"2026-12-05 18:00\" ]") == ["05T11:00:00 120"])
        #expect(try starts("not_on: 2026-12-05") == [])
        #expect(
            try starts("moved: { \"2026-12-05 11:00\": \"13:30\" }") == ["05T13:30:00 120", "05T18:00:00 60"])
        #expect(
            try starts(
                "moved: { \"2026-12-05 18:00\": \"2026-12-04 20:00\", \"2026-12-05 11:00\": 2026-12-06 }")
                == ["04T20:00:00 60", "06T11:00:00 120"])
        // A day alone moves all of it to another day.
        #expect(try starts("moved: { 2026-12-05: 2026-12-06 }") == ["06T11:00:00 120", "06T18:00:00 60"])
    }

    /// A rule can name several times by itself.
    @Test func `a time that a rule names was moved as if it were the first`() throws {
        let rule =
            "    rrule: FREQ=WEEKLY;BYDAY=SA;BYHOUR=9,15\n    from: 2026-12-01\n    at: \"09:00\"\n    until: \"16:00\"\n"
        let text = Self.text("moved: { \"2026-12-05 15:00\": 2026-12-06 }").replacing(Self.times, with: rule)
        let airings = try load(text).shows[2].airings
        #expect(
            airings.count == 2 && airings[1].secondOfDay == 54_000 && airings[1].extent == .lasting(3_600))
        #expect(airings[0].without == [.time(LocalTime(Day("2026-12-05")!, secondOfDay: 54_000))])
    }

    @Test(arguments: [
        (
            "not_on: [ \"2026-12-05 12:00\" ]",
            "names 2026-12-05 12:00, but that day the show starts at 11:00 and 18:00: write that time"
        ),
        (
            "moved: { 2026-12-05: \"20:00\" }",
            "has 11:00 and 18:00, and they cannot all be at one time: write which one moves, such as \"2026-12-05 11:00\""
        ),
        (
            "moved: { \"2026-12-04 11:00\": \"20:00\" }",
            "names 2026-12-04, a Friday, but the show is not on that day: write a day on which it is"
        ),
        (
            "not_on: [ \"2026-12-05 25:00\" ]",
            "is “2026-12-05 25:00”: write a date such as 2026-12-01, or one of several times of a day, \"2026-12-01 11:00\""
        ),
    ])
    func `a time that is none of the show's is named`(line: String, sentence: String) {
        let told = messages(Array(Self.text(line).utf8))
        #expect(told.count == 1 && told[0].hasSuffix(sentence), "\(told)")
    }
}
