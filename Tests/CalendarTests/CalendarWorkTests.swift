import Foundation
import Programme
import Testing

@testable import Calendar

/// `make proof` reads all the costly rules.
private let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

private let costlyRules = [
    "FREQ=YEARLY;COUNT=100", "FREQ=SECONDLY;INTERVAL=600;BYMONTH=2;BYMONTHDAY=29;COUNT=3000",
    "FREQ=MINUTELY;INTERVAL=10;BYMINUTE=5", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=24",
]

/// What a hostile calendar costs is bounded. Work is counted, not timed.
@Suite struct CalendarWorkTests {
    /// Whether it is read, and the looks that took.
    private func work(_ events: String) throws -> (file: CalendarFile?, looks: Int) {
        let text = "BEGIN:VCALENDAR\r\n" + events.replacing("\n", with: "\r\n") + "END:VCALENDAR\r\n"
        #expect(text.utf8.count <= CalendarFile.mostBytes)
        let parts = try #require(CalendarParts(Array(text.utf8)))
        var times = CalendarTimes(zone: try Zone("Europe/Berlin"), written: parts.zones)
        let file = CalendarFile(parts.events, &times, CalendarFileTests.rights)
        return (file, CalendarTimes.mostLooks - times.looks)
    }

    private func event(_ uid: Int, _ lines: String) -> String {
        "BEGIN:VEVENT\nUID:\(uid)\nSUMMARY:a\nX-FUNKHAUS-PLAY:nacht\nDTSTART:20261201T210000Z\nDURATION:PT1H\n"
            + "\(lines)\nEND:VEVENT\n"
    }

    @Test func `a calendar of the greatest size that people have is read with a tenth of the work`() throws {
        let rules = ["FREQ=WEEKLY;BYDAY=TU", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=WEEKLY;COUNT=4", "FREQ=DAILY"]
        let read = try work(
            (0..<CalendarFile.mostEvents).map { event($0, "RRULE:\(rules[$0 % rules.count])") }.joined())
        #expect(read.file?.notes == [] && read.looks < CalendarTimes.mostLooks / 10)
    }

    /// Each of these was followed for its hundred years: minutes for all of them.
    @Test(arguments: isProof ? costlyRules : Array(costlyRules[..<2]))
    func `five thousand rules of a hundred years kept the station busy`(rule: String) throws {
        let read = try work((0..<CalendarFile.mostEvents).map { event($0, "RRULE:\(rule)") }.joined())
        #expect(read.file == nil && read.looks <= CalendarTimes.mostLooks + 366 * 145)
    }

    @Test func `many rules of one event were followed, each for its hundred years`() throws {
        let rules = String(repeating: "RRULE:FREQ=YEARLY;COUNT=100\n", count: 100_000)
        let read = try work(event(1, rules))
        #expect(read.file?.shows == [] && read.file?.notes.count == 1 && read.looks < 1_000)
    }

    /// Each event with the UID had all the changes.
    @Test func `two thousand changes of two thousand events of one name were four million`() throws {
        let changes = (0..<2_400).map { _ in event(7, "RECURRENCE-ID:20261208T210000Z") }.joined()
        let events = (0..<2_400).map { _ in event(7, "RRULE:FREQ=WEEKLY") }.joined()
        let read = try work(events + changes)
        #expect(read.file == nil && read.looks <= CalendarTimes.mostLooks + 50_000)
        let ranges = changes.replacing("RECURRENCE-ID:", with: "RECURRENCE-ID;RANGE=THISANDFUTURE:")
        let again = try work(events + ranges)
        #expect(again.file == nil && again.looks <= CalendarTimes.mostLooks + 50_000)
    }

    @Test func `each date of a list read the zone from the disk again`() throws {
        let dates = Array(repeating: "20261208T200000", count: 1_900).joined(separator: ",")
        let read = try work(event(1, "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:\(dates)"))
        #expect(read.file?.notes == [] && read.looks < 3_000)
    }

    @Test func `events with five thousand titles were compared with each other`() throws {
        let events = (0..<CalendarFile.mostEvents).map { number in
            event(number, "").replacing("SUMMARY:a", with: "SUMMARY:\(number % 4_000)")
        }
        let file = try #require(try work(events.joined()).file)
        #expect(file.shows.count == 4_000 && file.shows[0].airings.count == 2)
    }

    /// (It took half a minute: the text was copied for each line.)
    @Test func `a line in many pieces is put together`() throws {
        let pieces = String(repeating: "\n \(String(repeating: "y", count: 60))", count: 60_000)
        let lines = ContentLine.all(of: "X-LONG:z\(pieces)\nX-NEXT:1")
        #expect(lines.map(\.value.utf8.count) == [3_600_001, 1] && lines.map(\.number) == [1, 60_002])
    }
}
