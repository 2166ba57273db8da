import Programme
import Testing

@testable import Calendar

/// What the oracle cannot decide: where programs differ, what is refused, and what must end.
@Suite struct RecurrenceTests {
    func starts(_ rule: String, from start: String, days: Int, zone: Zone = .utc) throws -> [String] {
        let start = try #require(LocalTime(calendar: start))
        return try Recurrence(rule, start: start, zone: zone)
            .starts(from: start, to: LocalTime(start.day + days)).map { String($0.description.dropLast(3)) }
    }

    /// dateutil counts from the start on; RFC 5545 has BYSETPOS choose within the whole period.
    @Test func aPlaceInTheWeekOfTheStartIsOneInTheWholeWeek() throws {
        #expect(
            try starts("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", from: "20261202T100000", days: 10) == [
                "2026-12-07T10:00"
            ])
    }

    /// dateutil takes every day of such a week; RFC 5545 has what a rule leaves open follow from the start.
    @Test func aWeekWithoutAWeekdayIsOnTheWeekdayOfTheStart() throws {
        #expect(
            try starts("FREQ=YEARLY;BYWEEKNO=50", from: "20261202T100000", days: 400) == [
                "2026-12-09T10:00", "2027-12-15T10:00",
            ])
    }

    /// dateutil misses it: Sunday, 2022-01-02 is in week 52 of 2021 (ISO 8601).
    @Test func theLastWeekOfAYearReachesIntoTheNext() throws {
        #expect(
            try starts("FREQ=YEARLY;BYWEEKNO=52;BYDAY=SU", from: "20210601T100000", days: 400) == [
                "2022-01-02T10:00"
            ])
    }

    /// The oracle has no zones.
    @Test func anEndInUTCIsReadOnTheZonesClocks() throws {
        let berlin = try Zone("Europe/Berlin")
        let rule = "FREQ=DAILY;UNTIL=20261203T190000Z"
        #expect(try starts(rule, from: "20261201T200000", days: 9, zone: berlin).count == 3)
        #expect(try starts(rule, from: "20261201T200001", days: 9, zone: berlin).count == 2)
        #expect(try starts(rule, from: "20261201T200000", days: 9, zone: .utc).count == 2)
    }

    /// Outlook and others write a date for the last day; the start on it is one.
    @Test func anEndByDateHoldsItsWholeDay() throws {
        #expect(try starts("FREQ=DAILY;UNTIL=20261203", from: "20261201T200000", days: 9).count == 3)
    }

    @Test func aSecondlyRuleOfFewStartsIsFollowed() throws {
        #expect(
            try starts("FREQ=SECONDLY;INTERVAL=3600;COUNT=2", from: "20261201T200001", days: 9) == [
                "2026-12-01T20:00", "2026-12-01T21:00",
            ])
    }

    @Test func placesOfTimesAndOfHours() throws {
        #expect(
            try starts("FREQ=MONTHLY;BYDAY=TU;BYHOUR=8,20;BYSETPOS=-1", from: "20261201T000000", days: 40)
                == ["2026-12-29T20:00"])
        #expect(
            try starts("FREQ=HOURLY;INTERVAL=12;BYMINUTE=15,45;BYSETPOS=2", from: "20261201T100000", days: 1)
                == [
                    "2026-12-01T10:45", "2026-12-01T22:45",
                ])
    }

    /// The rule's own weeks begin on Sunday or on Monday (RFC 5545, section 3.8.5.3).
    @Test func theBeginningOfTheWeekDecidesWhichIsTheNext() throws {
        let monday = try starts(
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", from: "19970805T090000", days: 90)
        #expect(monday.map { $0.prefix(10) } == ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"])
        let sunday = try starts(
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", from: "19970805T090000", days: 90)
        #expect(sunday.map { $0.prefix(10) } == ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"])
    }

    @Test func aRuleIsFollowedForAHundredYears() throws {
        let start = try #require(LocalTime(calendar: "20261201T200000"))
        let rule = try Recurrence("FREQ=YEARLY;COUNT=150", start: start, zone: .utc)
        #expect(rule.starts(from: start, to: LocalTime(start.day + 100_000)).count == 101)
    }

    // What would keep others busy for years, or for ever, ends.
    @Test(arguments: [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=60;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=SECONDLY;INTERVAL=600;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=10", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12;BYDAY=MO", "FREQ=SECONDLY;INTERVAL=10000;BYSECOND=1",
    ])
    func aRuleWithoutAnyStartIsRefused(rule: String) throws {
        let start = try #require(LocalTime(calendar: "20260101T100000"))
        #expect(throws: CalendarProblem.never) { try Recurrence(rule, start: start, zone: .utc) }
    }

    @Test(arguments: [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=MINUTELY;INTERVAL=9",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14",
        "FREQ=HOURLY;BYMINUTE=0,5,10,15,20,25,30", "FREQ=SECONDLY;INTERVAL=30;COUNT=3",
    ])
    func moreThanAStartEveryTenMinutesIsRefused(rule: String) throws {
        let start = try #require(LocalTime(calendar: "20260101T100000"))
        #expect(throws: CalendarProblem.tooOften) { try Recurrence(rule, start: start, zone: .utc) }
    }

    @Test(arguments: [
        "", "FREQ", "BYDAY=MO", "FREQ=WEKLY", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;X-FOO=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;UNTIL=20270230", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYMONTHDAY=1,,2",
        "FREQ=MONTHLY;BYWEEKNO=3", "FREQ=DAILY;BYSETPOS=1",
        "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=MONTHLY;RSCALE=CHINESE", "FREQ=DAILY;WKST=1MO",
        String(repeating: "A", count: 2_000),
    ])
    func whatIsNoRuleIsRefused(rule: String) throws {
        let start = try #require(LocalTime(calendar: "20260101T100000"))
        #expect(throws: CalendarProblem.self) { try Recurrence(rule, start: start, zone: .utc) }
    }
}
