import Programme
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
}
