import Foundation
import Programme
import TestKit
import Testing

@testable import Station

@Suite struct StationScheduleTests {
    /// The slots of some days with a show in them: its name, and when it is on in UTC.
    private func slots(_ schedule: Schedule, _ from: String, days: Int) -> [String] {
        let start = StationTime(rfc3339: from)!
        let first = Instant(wallNanoseconds: start.nanoseconds)
        return schedule.slots(from: first, to: first + Length(seconds: Double(days) * 86_400)).compactMap {
            slot in
            guard let show = slot.show else { return nil }
            let times = [slot.start, slot.end].map {
                StationTime(nanoseconds: $0.wallNanoseconds, zone: .gmt).local
            }
            return "\(show.name) \(times[0].day) \(times[0].clock) \(times[1].clock)"
        }
    }

    @Test func theConfigurationsShowsAreOnByTheStationsClocks() throws {
        let schedule = try load(scheduleSample).schedule()
        #expect(
            slots(schedule, "2026-11-30T00:00:00Z", days: 2) == [
                "Frühstück 2026-11-30 06:00:00 08:00:00", "Frühstück 2026-12-01 06:00:00 08:00:00",
                "Küchenradio 2026-12-01 19:00:00 21:00:00",
            ])
        // In summer the clocks are two hours ahead.
        #expect(
            slots(schedule, "2026-07-01T00:00:00Z", days: 1) == ["Frühstück 2026-07-01 05:00:00 07:00:00"])
    }

    @Test func whatACalendarAddsIsOnTooAndAShowOfTheStationsStaysWhatItIs() throws {
        let day = Day("2026-12-03")!
        let airing = Airing(.dates([day]), secondOfDay: 64_800, extent: .lasting(3_600))
        let schedule = try load(scheduleSample).schedule(with: [
            [Show(name: "Küchenradio", airings: [airing], plays: .playlist("other"))],
            [Show(name: "Lesung", airings: [airing], plays: .playlist("rotation"), priority: 1)],
        ])
        #expect(schedule.shows.count == 4)
        #expect(schedule.shows[1].plays == nil && schedule.shows[1].airings.count == 2)
        #expect(
            slots(schedule, "2026-12-03T12:00:00Z", days: 1).first == "Lesung 2026-12-03 17:00:00 18:00:00")
    }

    @Test func `by a clock that cannot be right no show is on`() throws {
        let configuration = try load(scheduleSample)
        let show = Show(name: "Lesung", airings: configuration.shows[0].airings, plays: .playlist("rotation"))
        let plan = try ShowGrid.Plan(
            configuration, calendars: [[show]], isWithoutShows: true, since: Instant(frames: 0))
        #expect(slots(plan.schedule, "2026-11-30T00:00:00Z", days: 7) == [])
        #expect(plan.station == "Radio Beispiel")
    }

    @Test func aStreamHasTheAirInTheShowsThatPlayIt() throws {
        let text = scheduleSample.replacing("otherwise: rotation", with: "otherwise: https://a.example/b.ogg")
            .replacing("play: rotation", with: "play: https://a.example/b.ogg")
        let grid = ShowGrid(try ShowGrid.Plan(load(text), since: Instant(frames: 0)))
        func accounts(_ time: String) -> Set<String>? {
            let instant = Instant(wallNanoseconds: StationTime(rfc3339: time)!.nanoseconds)
            return grid.airWindow(at: instant, isByScheduleAlone: false).accounts
        }
        // Both shows have it by one name, so that it would go on between them.
        #expect(accounts("2026-12-01T07:30:00+01:00") == ["stream:Frühstück"])
        #expect(accounts("2026-12-01T20:30:00+01:00") == ["stream:Frühstück", "redaktion", "gast"])
        #expect(accounts("2026-12-01T12:00:00+01:00") == nil)
    }

    // MARK: Published

    /// 2026-12-01T19:30:00Z, in the middle of the first Küchenradio.
    private static let now: Int64 = 1_796_153_400_000

    private func grid(_ text: String = scheduleSample) throws -> ShowGrid {
        ShowGrid(try ShowGrid.Plan(load(text), since: Instant(milliseconds: Self.now)))
    }

    private func report(_ from: String?, _ length: String?) throws -> ScheduleReport {
        let text = try PublicSchedule(grid: try grid()).json(from: from, length: length, now: Self.now)
        #expect(text.hasSuffix("}\n") && !text.contains("redaktion") && !text.contains("rotation"))
        return try JSONDecoder().decode(ScheduleReport.self, from: Data(text.utf8))
    }

    @Test func theAPITellsTheWeekFromNowOn() throws {
        let week = try report(nil, nil)
        #expect(week.from.rfc3339 == "2026-12-01T20:30:00.000+01:00")
        #expect(week.until.rfc3339 == "2026-12-08T20:30:00.000+01:00")
        let first = try #require(week.shows.first)
        #expect(first.show == "Küchenradio" && first.live == true && first.duration == 7_200)
        #expect(first.start.rfc3339 == "2026-12-01T20:00:00.000+01:00")
        #expect(first.ends.rfc3339 == "2026-12-01T22:00:00.000+01:00")
        #expect(week.shows.map(\.show).count { $0 == "Frühstück" } == 5)
    }

    @Test func theAPITakesADateATimeAndALength() throws {
        #expect(try report("2026-12-05", "1d").shows.map(\.show) == ["Wiederholung"])
        #expect(try report("2026-12-05T11:59:59.999+01:00", "1s").shows.count == 1)
        #expect(try report("2026-12-05T13:00:00+01:00", "1h").shows.isEmpty)
    }

    @Test(
        arguments: [
            ("tomorrow", nil), ("2026-02-30", nil), ("0000-01-01", nil), ("", "x"), (nil, "32d"), (nil, "0s"),
            (nil, "-1d"), ("9999-12-31T24:00:00Z", nil),
        ] as [(String?, String?)]) func theAPISaysWhatItDoesNotUnderstand(_ from: String?, _ length: String?)
        throws
    {
        let guide = PublicSchedule(grid: try grid())
        #expect(throws: (any Error).self) { try guide.json(from: from, length: length, now: Self.now) }
    }

    @Test func anAnswerThatWouldBeTooLongSaysHowFarItGoes() throws {
        let text = scheduleSample.replacing(
            "on: sat\n    at: \"11:00\"\n    for: 2h",
            with:
                "from: 2026-11-01\n    rrule: FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,10,20,30,40,50\n"
                + "    at: \"00:00\"\n    for: 5m")
        let grid = try grid(text)
        let from = Instant(milliseconds: Self.now)
        let report = grid.report(from: from, to: from + Length(seconds: 31 * 86_400))
        #expect(report.shows.count == ScheduleReport.mostShows)
        #expect(report.until.milliseconds >= report.shows.last!.ends.milliseconds)
        #expect(report.until.milliseconds < Self.now + 31 * 86_400_000)
    }

    @Test func calendarsHoldWhatAirs() throws {
        let guide = PublicSchedule(grid: try grid())
        let all = try #require(guide.calendar(of: nil, now: Self.now))
        let one = try #require(guide.calendar(of: "kuechenradio", now: Self.now))
        #expect(guide.calendar(of: "Küchenradio", now: Self.now) == nil)
        #expect(one.components(separatedBy: "BEGIN:VEVENT").count == 1 + 3)
        #expect(one.contains("UID:kuechenradio-1796151600@radio-beispiel.funkhaus\r\n"))
        #expect(one.contains("DTSTART:20261201T190000Z\r\nDTEND:20261201T210000Z\r\n"))
        #expect(one.contains("NAME:Küchenradio – Radio Beispiel\r\n"))
        for event in one.components(separatedBy: "BEGIN:VEVENT").dropFirst() {
            #expect(all.contains(event.components(separatedBy: "END:VEVENT")[0]))
        }
        // Until midnight nothing changes in it.
        #expect(guide.calendar(of: nil, now: Self.now + 3 * 3_600_000) == all)
        #expect(guide.calendar(of: nil, now: Self.now + 4 * 3_600_000) != all)
    }

    @Test func namesBecomeAddresses() {
        let names = [
            "Küchenradio": "kuechenradio", "  Café del Mar!": "cafe-del-mar", "Straße 7/8": "strasse-7-8",
            "../..": "show", "Радио": "радио", "!!!": "show", "İstanbul": "istanbul",
        ]
        for (name, slug) in names { #expect(ShowGrid.Plan.slug(of: name) == slug) }
    }

    @Test func twoShowsNeverHaveOneAddress() throws {
        let text = scheduleSample.replacing("name: Frühstück", with: "name: Küchenradio!")
        let slugs = try grid(text).plan.slugs
        #expect(slugs["Küchenradio!"] == "kuechenradio" && slugs["Küchenradio"] == "kuechenradio-2")
    }

    @Test func daysThatAreRememberedAreTheSameAsDaysThatAreNot() throws {
        let grid = try grid()
        var generator = SeededGenerator(seed: 20)
        let start = Instant(milliseconds: Self.now)
        for _ in 0..<200 {
            let from =
                start + Length(seconds: Double(Int.random(in: -9_000_000...9_000_000, using: &generator)))
            let to = from + Length(seconds: Double(Int.random(in: 1...900_000, using: &generator)))
            #expect(
                grid.slots(from: from, to: to)
                    == grid.plan.schedule.slots(from: from, to: to).filter { $0.show != nil })
        }
        grid.adopt(try ShowGrid.Plan(load(sampleText), since: start))
        #expect(grid.slots(from: start, to: start + Length(seconds: 900_000)).isEmpty)
    }
}
