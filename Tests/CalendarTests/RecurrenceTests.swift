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

    // MARK: Outside the domain of the oracle

    /// 2020 and 2026 have a week 53 (ISO 8601).
    @Test func theWeek53IsThereInSomeYearsOnly() throws {
        #expect(
            try starts("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,SU", from: "20200101T100000", days: 365 * 8) == [
                "2020-12-28T10:00", "2021-01-03T10:00", "2026-12-28T10:00", "2027-01-03T10:00",
            ])
        #expect(
            try starts("FREQ=YEARLY;BYWEEKNO=52;BYDAY=MO,SA", from: "20201201T100000", days: 400) == [
                "2020-12-21T10:00", "2020-12-26T10:00", "2021-12-27T10:00", "2022-01-01T10:00",
            ])
    }

    @Test func secondsOfAMinute() throws {
        let start = try #require(LocalTime(calendar: "20261201T100000"))
        func seconds(_ rule: String) throws -> [String] {
            try Recurrence(rule, start: start, zone: .utc).starts(from: start, to: LocalTime(start.day + 2))
                .map {
                    String($0.description.dropFirst(8))
                }
        }
        #expect(
            try seconds("FREQ=DAILY;BYSECOND=15,45") == [
                "01T10:00:15", "01T10:00:45", "02T10:00:15", "02T10:00:45",
            ])
        #expect(
            try seconds("FREQ=HOURLY;INTERVAL=24;BYSECOND=0,30;BYSETPOS=-1") == [
                "01T10:00:30", "02T10:00:30",
            ])
        #expect(
            try seconds("FREQ=MINUTELY;INTERVAL=1440;BYSECOND=59") == ["01T10:00:59", "02T10:00:59"])
    }

    /// Both have to agree: the 60th day is the first of March but in leap years.
    @Test func daysOfTheYearWithinAMonth() throws {
        #expect(
            try starts("FREQ=YEARLY;BYMONTH=3;BYYEARDAY=60,61,100,-306", from: "20270101T100000", days: 700)
                == [
                    "2027-03-01T10:00", "2027-03-02T10:00", "2028-03-01T10:00",
                ])
    }

    /// The first and the last week of a year reach into the neighbouring one, and into its month.
    @Test func weeksOfTheYearWithinAMonth() throws {
        #expect(
            try starts(
                "FREQ=YEARLY;BYMONTH=1;BYWEEKNO=1,53;BYDAY=MO,SU", from: "20250101T100000", days: 1_090) == [
                    "2025-01-05T10:00", "2026-01-04T10:00", "2027-01-03T10:00", "2027-01-04T10:00",
                    "2027-01-10T10:00",
                ])
        #expect(
            try starts("FREQ=YEARLY;BYMONTH=12;BYWEEKNO=1;BYDAY=MO", from: "20240101T100000", days: 1_100)
                == [
                    "2024-12-30T10:00", "2025-12-29T10:00",
                ])
    }

    @Test func theFridaysOnAThirteenth() throws {
        #expect(
            try starts("FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", from: "20260101T100000", days: 730) == [
                "2026-02-13T10:00", "2026-03-13T10:00", "2026-11-13T10:00", "2027-08-13T10:00",
            ])
        // Every fourth year the day on which they elect in America.
        #expect(
            try starts(
                "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
                from: "20241105T090000",
                days: 3_000) == ["2024-11-05T09:00", "2028-11-07T09:00", "2032-11-02T09:00"])
    }

    @Test func minutesOnSomeDaysAndInSomeHours() throws {
        #expect(
            try starts("FREQ=MINUTELY;INTERVAL=20;BYDAY=TU,TH;BYHOUR=9", from: "20261201T092000", days: 4)
                == [
                    "2026-12-01T09:20", "2026-12-01T09:40", "2026-12-03T09:00", "2026-12-03T09:20",
                    "2026-12-03T09:40",
                ])
        #expect(
            try starts("FREQ=MINUTELY;INTERVAL=90;BYDAY=WE;BYHOUR=0,1,2,3", from: "20261201T100000", days: 3)
                == [
                    "2026-12-02T01:00", "2026-12-02T02:30",
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

    /// (The least number of 64 bits has no magnitude in them: the station ended where it was taken.)
    @Test(arguments: ["BYMONTHDAY=", "BYYEARDAY=", "BYSETPOS=", "BYDAY="])
    func `the least of all numbers in a rule ended the station`(part: String) throws {
        let rule = "FREQ=YEARLY;\(part)\(Int.min)\(part == "BYDAY=" ? "MO" : "")"
        try whatIsNoRuleIsRefused(rule: rule)
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
