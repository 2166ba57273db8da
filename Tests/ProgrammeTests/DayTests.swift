import Testing

@testable import Programme

@Suite struct DayTests {
    /// Two centuries, day by day, against a count of its own.
    @Test func everyDayHasItsDateAndWeekday() {
        var (year, month, dayOfMonth) = (1_950, 1, 1)
        let first = Day(year: 1_950, month: 1, day: 1)!
        #expect(first.number == -7_305 && first.weekday == .sunday)
        for number in 0..<73_000 {
            let day = first + number
            #expect(day.date == (year, month, dayOfMonth))
            #expect(Day(year: year, month: month, day: dayOfMonth) == day)
            #expect(day.weekday.rawValue == (6 + number) % 7)
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            #expect(day.nthOfMonth == (dayOfMonth + 6) / 7)
            #expect(day.nthFromEndOfMonth == -((lengths[month - 1] - dayOfMonth) / 7 + 1))
            dayOfMonth += 1
            if dayOfMonth > lengths[month - 1] { (month, dayOfMonth) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(arguments: [
        ("2026-12-28", 53), ("2027-01-03", 53), ("2027-01-04", 1), ("2024-12-30", 1), ("2026-01-01", 1),
        ("2021-01-03", 53),
    ])
    func aWeekHasTheNumberThatCalendarsPrint(text: String, week: Int) throws {
        #expect(try #require(Day(text)).isoWeek == week)
    }

    @Test(arguments: [
        "2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-01 ", "", "2026-00-10", "+026-01-01",
    ])
    func whatIsNoDateIsNone(text: String) { #expect(Day(text) == nil) }
}
