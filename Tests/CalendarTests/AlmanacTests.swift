import Programme
import Testing

@testable import Calendar

@Suite struct AlmanacTests {
    static let berlin = try! Zone("Europe/Berlin")

    /// The starts and ends of an airing in a span of days, on Berlin's clocks with their offset.
    func times(_ airing: Airing, _ first: String, _ last: String) throws -> [String] {
        let almanac = try Almanac(shows: [Show(name: "a", airings: [airing])], zone: "Europe/Berlin")
        func instant(_ day: Day) -> Instant {
            guard case .once(let time) = Self.berlin.reading(LocalTime(day)) else { fatalError() }
            return Instant(frames: (time - Instant.origin) * Instant.rate)
        }
        let (from, to) = (instant(Day(first)!), instant(Day(last)! + 1))
        return almanac.occurrences(from: from, to: to).sorted { $0.start < $1.start }
            .map { "\(shown($0.start)) \(shown($0.end))" }
    }

    func shown(_ instant: Instant) -> String {
        #expect(instant.frames % Instant.rate == 0)
        let time = instant.frames / Instant.rate + Instant.origin
        let hours = Self.berlin.offset(at: time) / 3_600
        return "\(Self.berlin.local(time).description.dropFirst(5).dropLast(3))+\(hours)"
    }

    static func at(_ hour: Int, _ minute: Int = 0) -> Int { hour * 3_600 + minute * 60 }

    @Test func theFirstAndThirdTuesday() throws {
        let airing = Airing(
            .monthly([.tuesday], nth: [1, 3]), secondOfDay: Self.at(20),
            extent: .until(secondOfDay: Self.at(22), days: 0))
        #expect(
            try times(airing, "2026-12-01", "2026-12-31") == [
                "12-01T20:00+1 12-01T22:00+1", "12-15T20:00+1 12-15T22:00+1",
            ])
    }

    @Test func theLastFriday() throws {
        let airing = Airing(.monthly([.friday], nth: [-1]), secondOfDay: Self.at(23), extent: .lasting(7_200))
        #expect(
            try times(airing, "2026-01-01", "2026-03-31") == [
                "01-30T23:00+1 01-31T01:00+1", "02-27T23:00+1 02-28T01:00+1", "03-27T23:00+1 03-28T01:00+1",
            ])
    }

    @Test func evenWeeksAreThoseThatCalendarsPrint() throws {
        let airing = Airing(.weekly([.monday], .even), secondOfDay: 0, extent: .lasting(60))
        // 2026 has a week 53: two odd weeks follow one another.
        #expect(
            try times(airing, "2026-12-14", "2027-01-15").map { $0.prefix(5) } == ["12-21", "01-11"])
    }

    @Test func everyOtherWednesdayByARule() throws {
        let airing = Airing(
            .recurring("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"), secondOfDay: Self.at(19), extent: .lasting(5_400),
            from: Day("2026-12-02")!)
        #expect(
            try times(airing, "2026-11-01", "2026-12-31") == [
                "12-02T19:00+1 12-02T20:30+1", "12-16T19:00+1 12-16T20:30+1", "12-30T19:00+1 12-30T20:30+1",
            ])
    }

    @Test func whatIsLeftOutAndWhatIsAdded() throws {
        let airing = Airing(
            .weekly([.thursday], .every), secondOfDay: Self.at(18), extent: .lasting(3_600),
            from: Day("2026-12-03")!,
            through: Day("2026-12-31")!,
            without: [
                .day(Day("2026-12-24")!), .time(LocalTime(Day("2026-12-10")!, secondOfDay: Self.at(18))),
            ],
            also: [LocalTime(Day("2026-12-25")!, secondOfDay: Self.at(9))])
        #expect(
            try times(airing, "2026-11-01", "2027-02-01").map { $0.prefix(11) } == [
                "12-03T18:00", "12-17T18:00", "12-25T09:00", "12-31T18:00",
            ])
    }

    @Test func whatBeganTheDayBeforeIsStillOn() throws {
        let airing = Airing(
            .dates([Day("2026-12-31")!]), secondOfDay: Self.at(22),
            extent: .until(secondOfDay: Self.at(2), days: 1))
        #expect(try times(airing, "2027-01-01", "2027-01-01") == ["12-31T22:00+1 01-01T02:00+1"])
    }

    @Test func theLeapDay() throws {
        let yearly = Airing(
            .recurring("FREQ=YEARLY"), secondOfDay: 0, extent: .lasting(60), from: Day("2024-02-29")!)
        #expect(
            try times(yearly, "2024-01-01", "2033-12-31").map { $0.prefix(5) } == ["02-29", "02-29", "02-29"])
        let monthly = Airing(.monthly([.saturday], nth: [5]), secondOfDay: 0, extent: .lasting(60))
        #expect(try times(monthly, "2020-02-01", "2020-02-29").map { $0.prefix(5) } == ["02-29"])
    }

    // MARK: The two nights

    func night(_ start: Int, _ extent: Airing.Extent, gap: Airing.Gap = .shift, repeat: Airing.Repeat = .once)
        -> Airing
    {
        Airing(.weekly([.sunday], .every), secondOfDay: start, extent: extent, gap: gap, repeat: `repeat`)
    }

    @Test func aStartThatSpringLeavesOutIsShiftedOrSkipped() throws {
        let (start, extent) = (Self.at(2, 30), Airing.Extent.lasting(3_600))
        #expect(
            try times(night(start, extent), "2026-03-29", "2026-03-29") == ["03-29T03:30+2 03-29T04:30+2"])
        #expect(try times(night(start, extent, gap: .skip), "2026-03-29", "2026-03-29") == [])
        #expect(
            try times(night(start, extent, gap: .skip), "2026-03-22", "2026-04-05").map { $0.prefix(5) } == [
                "03-22", "04-05",
            ])
    }

    @Test func aShowAcrossTheSpringGapIsShorterByClocksAndAsLongInHours() throws {
        #expect(
            try times(night(Self.at(1), .until(secondOfDay: Self.at(4), days: 0)), "2026-03-29", "2026-03-29")
                == [
                    "03-29T01:00+1 03-29T04:00+2"
                ])
        #expect(
            try times(night(Self.at(1), .lasting(10_800)), "2026-03-29", "2026-03-29") == [
                "03-29T01:00+1 03-29T05:00+2"
            ])
        // An end in the gap shifts as the next show's start does.
        #expect(
            try times(
                night(Self.at(1), .until(secondOfDay: Self.at(2, 30), days: 0)), "2026-03-29", "2026-03-29")
                == [
                    "03-29T01:00+1 03-29T03:30+2"
                ])
    }

    @Test func aShowOfWhichTheGapLeavesNothingIsNotOn() throws {
        #expect(
            try times(
                night(Self.at(2, 30), .until(secondOfDay: Self.at(3, 15), days: 0)), "2026-03-29",
                "2026-03-29") == [])
    }

    @Test func aStartThatAutumnRepeatsIsOnOnceOrTwice() throws {
        let (start, extent) = (Self.at(2, 30), Airing.Extent.lasting(1_800))
        #expect(
            try times(night(start, extent), "2026-10-25", "2026-10-25") == ["10-25T02:30+2 10-25T02:00+1"])
        #expect(
            try times(night(start, extent, repeat: .twice), "2026-10-25", "2026-10-25") == [
                "10-25T02:30+2 10-25T02:00+1", "10-25T02:30+1 10-25T03:00+1",
            ])
        #expect(
            try times(
                night(Self.at(2), .until(secondOfDay: Self.at(2, 45), days: 0), repeat: .twice), "2026-10-25",
                "2026-10-25")
                == ["10-25T02:00+2 10-25T02:45+2", "10-25T02:00+1 10-25T02:45+1"])
    }

    @Test func aShowAcrossTheRepeatedHourIsLongerByHours() throws {
        #expect(
            try times(night(Self.at(2), .until(secondOfDay: Self.at(4), days: 0)), "2026-10-25", "2026-10-25")
                == [
                    "10-25T02:00+2 10-25T04:00+1"
                ])
    }

    @Test func anotherZonesClocks() throws {
        var airing = night(Self.at(20), .lasting(3_600))
        airing.zone = "America/New_York"
        // Its clocks change three weeks earlier.
        #expect(
            try times(airing, "2026-03-02", "2026-03-30").map { $0.prefix(13) } == [
                "03-02T02:00+1", "03-09T01:00+1", "03-16T01:00+1", "03-23T01:00+1", "03-30T02:00+2",
            ])
    }

    @Test func aBrokenRuleIsNamedWithItsShow() {
        let airing = Airing(.recurring("FREQ=WEKLY"), secondOfDay: 0, extent: .lasting(60))
        #expect(
            throws: AlmanacProblem(
                show: "a", airing: 0,
                problem: .part(
                    "FREQ=WEKLY", remedy: "write FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY"))
        ) { try Almanac(shows: [Show(name: "a", airings: [airing])], zone: "Europe/Berlin") }
    }
}
