import Programme
import Testing

@testable import Calendar

/// Zones that a calendar tells itself, by names that nobody else knows.
@Suite struct WrittenZoneTests {
    /// As Outlook writes one, with the year in which its calendar begins.
    private static func outlook(
        _ id: String, standard: String, daylight: String?, winter: String = "BYDAY=-1SU;BYMONTH=10",
        summer: String = "BYDAY=-1SU;BYMONTH=3"
    ) -> String {
        let rules = daylight == nil ? "" : "RRULE:FREQ=YEARLY;INTERVAL=1;\(winter)\n"
        return "BEGIN:VTIMEZONE\nTZID:\(id)\nBEGIN:STANDARD\nDTSTART:16010101T030000\n"
            + "TZOFFSETFROM:\(daylight ?? standard)\nTZOFFSETTO:\(standard)\n\(rules)END:STANDARD\n"
            + (daylight.map {
                "BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:\(standard)\nTZOFFSETTO:\($0)\n"
                    + "RRULE:FREQ=YEARLY;INTERVAL=1;\(summer)\nEND:DAYLIGHT\n"
            } ?? "") + "END:VTIMEZONE\n"
    }

    /// Two Sundays of July and of December at eight in the evening.
    private static func event(_ id: String) -> String {
        [("1", "20260705"), ("2", "20261206")].map { uid, day in
            "BEGIN:VEVENT\nUID:\(uid)\nSUMMARY:Abend\nX-FUNKHAUS-PLAY:nacht\n"
                + "DTSTART;TZID=\"\(id)\":\(day)T200000\nDTEND;TZID=\"\(id)\":\(day)T210000\n"
                + "RRULE:FREQ=WEEKLY;COUNT=2\nEND:VEVENT\n"
        }.joined()
    }

    private func times(_ events: String) throws -> [String] {
        let file = try CalendarFileTests().file(events)
        #expect(file.notes == [])
        return try CalendarFileTests().slots(file, "2026-07-01", days: 180).map { String($0.prefix(11)) }
    }

    @Test(arguments: [
        "Customized Time Zone", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "(GMT+01.00) Amsterdam / Berlin / Bern / Rom / Stockholm / Wien", "Mitteleuropäische Zeit",
    ])
    func `an event was left out because nobody knew the name of its zone`(id: String) throws {
        let zone = Self.outlook(id, standard: "+0100", daylight: "+0200")
        let events = zone + Self.event(id)
        #expect(
            try times(events) == ["07-05T20:00", "07-12T20:00", "12-06T20:00", "12-13T20:00"])
        // It is the station's own, so that what a parliament changes counts here too.
        let file = try CalendarFileTests().file(events)
        #expect(file.shows[0].airings.allSatisfy { $0.zone == "Europe/Berlin" })
    }

    @Test func `a zone with rules of its own`() throws {
        let moscow = Self.outlook("Moskau (eigene)", standard: "+0300", daylight: nil)
        #expect(
            try times(moscow + Self.event("Moskau (eigene)")) == [
                "07-05T19:00", "07-12T19:00", "12-06T18:00", "12-13T18:00",
            ])
        let newYork = Self.outlook(
            "Eigene Ostküste", standard: "-0500", daylight: "-0400", winter: "BYDAY=1SU;BYMONTH=11",
            summer: "BYDAY=2SU;BYMONTH=3")
        #expect(
            try times(newYork + Self.event("Eigene Ostküste")) == [
                "07-06T02:00", "07-13T02:00", "12-07T02:00", "12-14T02:00",
            ])
    }

    /// Between the changes of two zones, to the hour: whoever reads them by the wrong clocks is an hour off.
    @Test(arguments: [
        ("America/New_York", "-0500", "-0400", "BYDAY=1SU;BYMONTH=11", "BYDAY=2SU;BYMONTH=3", 2, 2),
        (
            "America/New_York", "-0500", "-0400", "BYDAY=SU;BYMONTH=11;BYMONTHDAY=1,2,3,4,5,6,7",
            "BYDAY=SU;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14", 2, 2
        ),
        (
            "Europe/Berlin", "+0100", "+0200", "BYDAY=SU;BYMONTH=10;BYMONTHDAY=25,26,27,28,29,30,31",
            "BYDAY=-1SU;BYMONTH=3", 3, 2
        ),
        ("Australia/Lord_Howe", "+1030", "+1100", "BYDAY=1SU;BYMONTH=4", "BYDAY=1SU;BYMONTH=10", 2, 2),
        ("Asia/Kolkata", "+0530", "+0530", "BYMONTH=10;BYMONTHDAY=1", "BYMONTH=3", 2, 2),
    ])
    func `its clocks change when they should`(
        name: String, standard: String, daylight: String, winter: String, summer: String, winterHour: Int,
        summerHour: Int
    ) throws {
        let text = Self.outlook("x", standard: standard, daylight: daylight, winter: winter, summer: summer)
            .replacing("16010101T030000", with: "16010101T0\(winterHour)0000")
            .replacing(
                "16010101T020000\nTZOFFSETFROM:\(standard)",
                with: "16010101T0\(summerHour)0000\nTZOFFSETFROM:\(standard)")
        let parts = try #require(
            CalendarParts(Array("BEGIN:VCALENDAR\n\(text)END:VCALENDAR\n".utf8)))
        let zone = try #require(parts.zones["x"]?.zone(station: .utc))
        let system = try Zone(name)
        for hour in stride(from: ZoneTests.seconds(2026), to: ZoneTests.seconds(2029), by: 1_800) {
            guard zone.offset(at: hour) == system.offset(at: hour) else {
                Issue.record("\(zone.name) is not \(name) at \(LocalTime(seconds: hour))")
                return
            }
        }
        let again = try Zone(zone.name)
        #expect(zone.name.first == "<" && again == zone)
        #expect(parts.zones["x"]?.zone(station: system)?.name == (name == "Asia/Kolkata" ? zone.name : name))
    }

    /// Apple and others write the changes of former years too, and a name of the system beside their own.
    @Test func `the rules of former years do not count`() throws {
        let zone = """
            BEGIN:VTIMEZONE
            TZID:Früher
            BEGIN:DAYLIGHT
            TZOFFSETFROM:+0100
            RRULE:FREQ=YEARLY;UNTIL=19950924T010000Z;BYMONTH=4;BYDAY=1SU
            DTSTART:19810329T020000
            TZOFFSETTO:+0300
            END:DAYLIGHT
            BEGIN:STANDARD
            TZOFFSETFROM:+0300
            DTSTART:19960101T000000
            TZOFFSETTO:+0300
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VTIMEZONE
            TZID:Anderswo
            X-LIC-LOCATION:Asia/Tokyo
            END:VTIMEZONE

            """
        #expect(
            try times(zone + Self.event("Früher")).map { $0.suffix(5) } == [
                "19:00", "19:00", "18:00", "18:00",
            ])
        #expect(
            try times(zone + Self.event("Anderswo")).map { $0.suffix(5) } == [
                "13:00", "13:00", "12:00", "12:00",
            ])
    }

    @Test(arguments: [
        "", "BEGIN:STANDARD\nEND:STANDARD\n",
        "BEGIN:STANDARD\nDTSTART:x\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n",
        "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+9900\nTZOFFSETTO:1\nEND:STANDARD\n",
        "BEGIN:STANDARD\nBEGIN:VTIMEZONE\nTZID:y\nEND:VTIMEZONE\nTZOFFSETTO:+0100\nEND:STANDARD\n",
    ])
    func `a zone that says nothing leaves its events out, and that is told`(parts: String) throws {
        let file = try CalendarFileTests().file(
            "BEGIN:VTIMEZONE\nTZID:Nirgends\n\(parts)END:VTIMEZONE\n" + Self.event("Nirgends"))
        #expect(file.shows == [] && file.notes.count == 2)
        #expect(file.notes.allSatisfy { $0.sentence.hasPrefix("Nirgends is no time zone") })
    }
}
