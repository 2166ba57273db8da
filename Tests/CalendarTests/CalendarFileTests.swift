import Programme
import Testing

@testable import Calendar

@Suite struct CalendarFileTests {
    static let rights = CalendarRights(
        shows: [Show(name: "Küchenradio", airings: [], live: ["redaktion"], priority: 3)],
        playlists: ["nacht", "hoerspiele"], accounts: ["kim", "lea"])

    func file(_ events: String) throws -> CalendarFile {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\(events)\nEND:VCALENDAR\n".replacing(
            "\n", with: "\r\n")
        return try #require(CalendarFile(Array(text.utf8), zone: Zone("Europe/Berlin"), rights: Self.rights))
    }

    /// Every slot of a span of days, on Berlin's clocks.
    func slots(_ file: CalendarFile, _ first: String, days: Int) throws -> [String] {
        let berlin = try Zone("Europe/Berlin")
        let schedule = Schedule(
            shows: file.shows, agenda: try Almanac(shows: file.shows, zone: "Europe/Berlin"))
        func instant(_ day: Day) -> Instant {
            Instant(wallNanoseconds: berlin.first(LocalTime(day)) * 1_000_000_000)
        }
        let from = try #require(Day(first))
        return schedule.slots(from: instant(from), to: instant(from + days)).compactMap { slot in
            guard let show = slot.show else { return nil }
            let times = [slot.start, slot.end].map { instant in
                berlin.local(instant.frames / Instant.rate + Instant.origin).description.dropFirst(5)
                    .dropLast(3)
            }
            return "\(times[0]) \(times[1]) \(show.name)"
        }
    }

    /// Nextcloud: a VTIMEZONE, an alarm with a description of its own, one instance moved and one cancelled.
    @Test func asNextcloudWritesIt() throws {
        let file = try file(
            """
            PRODID:-//IDN nextcloud.com//Calendar app 4.7.2//EN
            BEGIN:VTIMEZONE
            TZID:Europe/Berlin
            BEGIN:DAYLIGHT
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            DTSTART:19700329T020000
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            END:VTIMEZONE
            BEGIN:VEVENT
            CREATED:20261101T120000Z
            UID:1b0a
            DTSTART;TZID=Europe/Berlin:20261201T200000
            DTEND;TZID=Europe/Berlin:20261201T220000
            SUMMARY:Küchenradio
            RRULE:FREQ=MONTHLY;BYDAY=1TU,3TU
            EXDATE;TZID=Europe/Berlin:20270105T200000
            BEGIN:VALARM
            ACTION:DISPLAY
            DESCRIPTION:play: geheim
            END:VALARM
            END:VEVENT
            BEGIN:VEVENT
            UID:1b0a
            RECURRENCE-ID;TZID=Europe/Berlin:20261215T200000
            DTSTART;TZID=Europe/Berlin:20261216T210000
            DTEND;TZID=Europe/Berlin:20261216T230000
            SUMMARY:Küchenradio
            END:VEVENT
            BEGIN:VEVENT
            UID:1b0a
            RECURRENCE-ID;TZID=Europe/Berlin:20270119T200000
            DTSTART;TZID=Europe/Berlin:20270119T200000
            DTEND;TZID=Europe/Berlin:20270119T220000
            STATUS:CANCELLED
            SUMMARY:Küchenradio
            END:VEVENT
            """)
        #expect(file.notes == [])
        #expect(file.shows.count == 1 && file.shows[0].live == ["redaktion"] && file.shows[0].priority == 3)
        #expect(
            try slots(file, "2026-12-01", days: 70) == [
                "12-01T20:00 12-01T22:00 Küchenradio", "12-16T21:00 12-16T23:00 Küchenradio",
                "02-02T20:00 02-02T22:00 Küchenradio",
            ])
    }

    /// Google: single events in UTC, escaped text, an end of the rule in UTC, a folded line.
    @Test func asGoogleWritesIt() throws {
        let file = try file(
            """
            PRODID:-//Google Inc//Google Calendar 70.9054//EN
            X-WR-TIMEZONE:Europe/Berlin
            BEGIN:VEVENT
            DTSTART:20261205T210000Z
            DTEND:20261205T230000Z
            UID:abc@google.com
            DESCRIPTION:Eine lange Nacht\\, mit Musik.\\nplay: na
             cht\\nlive: kim\\, lea
            STATUS:CONFIRMED
            SUMMARY:Lange Nacht
            TRANSP:OPAQUE
            END:VEVENT
            BEGIN:VEVENT
            DTSTART;TZID=Europe/Berlin:20261207T060000
            DTEND;TZID=Europe/Berlin:20261207T070000
            RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261214T225959Z;BYDAY=MO
            UID:def@google.com
            DESCRIPTION:play: hoerspiele
            SUMMARY:Morgen
            END:VEVENT
            """)
        #expect(file.notes == [])
        #expect(file.shows[0].plays == .playlist("nacht") && file.shows[0].live == ["kim", "lea"])
        #expect(
            try slots(file, "2026-12-01", days: 40) == [
                "12-05T22:00 12-06T00:00 Lange Nacht", "12-07T06:00 12-07T07:00 Morgen",
                "12-14T06:00 12-14T07:00 Morgen",
            ])
    }

    /// Thunderbird: an old prefix before the zone's name, DURATION, RDATE, a property of our own.
    @Test func asThunderbirdWritesIt() throws {
        let file = try file(
            """
            PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
            BEGIN:VEVENT
            UID:t1
            SUMMARY:Hörspiel
            X-FUNKHAUS-PLAY:hoerspiele
            DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261203T190000
            DURATION:PT1H30M
            RRULE:FREQ=WEEKLY;COUNT=2
            RDATE;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261225T150000
            RDATE;VALUE=PERIOD;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261226T150000/PT1H
            END:VEVENT
            """)
        #expect(file.notes == [])
        #expect(
            try slots(file, "2026-12-01", days: 40).map { $0.prefix(23) } == [
                "12-03T19:00 12-03T20:30", "12-10T19:00 12-10T20:30", "12-25T15:00 12-25T16:30",
                "12-26T15:00 12-26T16:30",
            ])
    }

    /// Outlook: Windows' names of zones, a whole day, an exception by date, a language at the title.
    @Test func asOutlookWritesIt() throws {
        let file = try file(
            """
            PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
            METHOD:PUBLISH
            BEGIN:VEVENT
            CLASS:PUBLIC
            DESCRIPTION:play: nacht\\n
            DTEND;TZID="W. Europe Standard Time":20261204T230000
            DTSTART;TZID="W. Europe Standard Time":20261204T210000
            RRULE:FREQ=WEEKLY;UNTIL=20261225T200000Z;BYDAY=FR
            EXDATE;TZID="W. Europe Standard Time":20261211T210000,20261218T210000
            SUMMARY;LANGUAGE=de:Freitag
            UID:040000008200E00074C5B7101A82E008
            X-MICROSOFT-CDO-BUSYSTATUS:BUSY
            END:VEVENT
            BEGIN:VEVENT
            DESCRIPTION:play: nacht
            DTSTART;VALUE=DATE:20261231
            DTEND;VALUE=DATE:20270102
            SUMMARY:Jahreswechsel
            UID:2
            END:VEVENT
            """)
        #expect(file.notes == [])
        #expect(
            try slots(file, "2026-12-01", days: 40) == [
                "12-04T21:00 12-04T23:00 Freitag", "12-25T21:00 12-25T23:00 Freitag",
                "12-31T00:00 01-02T00:00 Jahreswechsel",
            ])
    }

    /// Whoever edits a calendar gets no new right: no address, no path, no account or playlist that is not named.
    @Test(arguments: [
        "DESCRIPTION:play: https://example.org/x.ogg", "DESCRIPTION:play: /etc/passwd",
        "DESCRIPTION:play: geheim",
        "DESCRIPTION:live: admin", "DESCRIPTION:play: nacht\\nlive: kim\\, admin", "X-FUNKHAUS-PLAY:../nacht",
        "LOCATION:Studio",
    ])
    func whatACalendarMayNotSayIsLeftOutAndTold(line: String) throws {
        let file = try file(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20261205T210000Z\nDTEND:20261205T230000Z\nSUMMARY:Frei\n\(line)\nEND:VEVENT"
        )
        #expect(file.shows == [])
        #expect(file.notes.map { "\($0.line) \($0.title)" } == ["3 Frei"])
    }

    @Test(arguments: [
        "DTSTART:gestern", "DTSTART;TZID=Mittelerde:20261205T210000", "DTSTART:20261205T210000Z",
        "DTSTART:20261205T210000Z\nDTEND:20261201T210000Z",
        "DTSTART:20261205T210000Z\nDTEND:20270201T210000Z",
        "DTSTART:20261205T210000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY",
        "DTSTART:20261205T210000Z\nDURATION:P1X",
    ])
    func anEventThatCannotBeReadIsLeftOutAndTold(lines: String) throws {
        let good =
            "BEGIN:VEVENT\nUID:2\nSUMMARY:Gut\nX-FUNKHAUS-PLAY:nacht\nDTSTART:20261205T210000Z\nDURATION:PT1H\nEND:VEVENT"
        let file = try file(
            "BEGIN:VEVENT\nUID:1\nSUMMARY:Frei\nX-FUNKHAUS-PLAY:nacht\n\(lines)\nEND:VEVENT\n\(good)")
        #expect(file.shows.map(\.name) == ["Gut"])
        #expect(file.notes.map(\.title) == ["Frei"])
    }

    @Test func everyWindowsZoneIsOneOfTheSystems() {
        for (name, zone) in WindowsZones.names { #expect((try? Zone(zone)) != nil, "\(name): \(zone)") }
        #expect(WindowsZones.names.count > 135)
    }

    /// CLDR's table (windowsZones, territory 001) for Europe and its islands.
    @Test(arguments: [
        ("GMT Standard Time", "Europe/London"), ("Greenwich Standard Time", "Atlantic/Reykjavik"),
        ("Azores Standard Time", "Atlantic/Azores"), ("W. Europe Standard Time", "Europe/Berlin"),
        ("Central Europe Standard Time", "Europe/Budapest"), ("Romance Standard Time", "Europe/Paris"),
        ("Central European Standard Time", "Europe/Warsaw"), ("GTB Standard Time", "Europe/Bucharest"),
        ("E. Europe Standard Time", "Europe/Chisinau"), ("FLE Standard Time", "Europe/Kiev"),
        ("Kaliningrad Standard Time", "Europe/Kaliningrad"), ("Turkey Standard Time", "Europe/Istanbul"),
        ("Belarus Standard Time", "Europe/Minsk"), ("Russian Standard Time", "Europe/Moscow"),
        ("Astrakhan Standard Time", "Europe/Astrakhan"), ("Russia Time Zone 3", "Europe/Samara"),
        ("Saratov Standard Time", "Europe/Saratov"), ("Volgograd Standard Time", "Europe/Volgograd"),
    ])
    func aWindowsZoneOfEuropeIsTheOneOfTheTable(name: String, zone: String) {
        #expect(WindowsZones.names[name] == zone)
        #expect(WindowsZones.names.values.count { $0.hasPrefix("Europe/") } == 16)
    }

    /// Each is followed for a hundred years before it is known that it has no start.
    @Test func aCalendarOfRulesWithoutAStartIsGivenUp() throws {
        let event =
            "BEGIN:VEVENT\r\nSUMMARY:a\r\nDTSTART:20261205T210000Z\r\nDURATION:PT1H\r\n"
            + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\nEND:VEVENT\r\n"
        let text = "BEGIN:VCALENDAR\r\n" + String(repeating: event, count: 500) + "END:VCALENDAR\r\n"
        #expect(CalendarFile(Array(text.utf8), zone: .utc, rights: Self.rights) == nil)
    }

    @Test func whatIsNoCalendarIsNone() throws {
        let zone = try Zone("Europe/Berlin")
        for text in [
            "", "<html>", "BEGIN:VCARD\nEND:VCARD", String(repeating: "BEGIN:VCALENDAR\n", count: 50),
        ] {
            #expect(CalendarFile(Array(text.utf8), zone: zone, rights: Self.rights) == nil)
        }
    }
}
