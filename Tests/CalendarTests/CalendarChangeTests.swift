import Programme
import Testing

@testable import Calendar

/// Changed instances of a series, as programs write them: RECURRENCE-ID, for one and for all that follow.
@Suite struct CalendarChangeTests {
    private let files = CalendarFileTests()

    private func onAir(_ events: String, _ first: String = "2026-12-01", days: Int = 40) throws -> [String] {
        let file = try files.file(events)
        #expect(file.notes == [])
        return try files.slots(file, first, days: days)
    }

    /// Google: the change names its instance in UTC where the series is on a zone's clocks; a cancelled one keeps its times.
    @Test func `a changed instance as Google writes it`() throws {
        let slots = try onAir(
            """
            PRODID:-//Google Inc//Google Calendar 70.9054//EN
            BEGIN:VEVENT
            DTSTART;TZID=Europe/Berlin:20261207T060000
            DTEND;TZID=Europe/Berlin:20261207T070000
            RRULE:FREQ=WEEKLY;BYDAY=MO
            DTSTAMP:20261101T101010Z
            UID:def@google.com
            DESCRIPTION:play: hoerspiele
            SEQUENCE:0
            STATUS:CONFIRMED
            SUMMARY:Morgen
            END:VEVENT
            BEGIN:VEVENT
            DTSTART:20261214T070000Z
            DTEND:20261214T083000Z
            UID:def@google.com
            RECURRENCE-ID:20261214T050000Z
            DESCRIPTION:play: nacht
            SEQUENCE:1
            STATUS:CONFIRMED
            SUMMARY:Morgen
            END:VEVENT
            BEGIN:VEVENT
            DTSTART:20261228T050000Z
            DTEND:20261228T060000Z
            UID:def@google.com
            RECURRENCE-ID:20261228T050000Z
            STATUS:CANCELLED
            SUMMARY:Morgen
            END:VEVENT
            """)
        #expect(
            slots == [
                "12-07T06:00 12-07T07:00 Morgen", "12-14T08:00 12-14T09:30 Morgen",
                "12-21T06:00 12-21T07:00 Morgen", "01-04T06:00 01-04T07:00 Morgen",
            ])
    }

    /// Thunderbird: EXDATE and RECURRENCE-ID in UTC, DTSTART behind an old prefix, a change before its series in the file.
    @Test func `a changed instance as Thunderbird writes it`() throws {
        let slots = try onAir(
            """
            PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
            BEGIN:VEVENT
            UID:t1
            RECURRENCE-ID:20261210T180000Z
            SUMMARY:Hörspiel
            X-FUNKHAUS-PLAY:hoerspiele
            DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261211T210000
            DTEND;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261211T220000
            X-MOZ-GENERATION:2
            END:VEVENT
            BEGIN:VEVENT
            UID:t1
            SUMMARY:Hörspiel
            X-FUNKHAUS-PLAY:hoerspiele
            DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261203T190000
            DTEND;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261203T203000
            RRULE:FREQ=WEEKLY;COUNT=4
            EXDATE:20261217T180000Z
            X-MOZ-GENERATION:3
            END:VEVENT
            """)
        #expect(
            slots.map { $0.prefix(23) } == [
                "12-03T19:00 12-03T20:30", "12-11T21:00 12-11T22:00", "12-24T19:00 12-24T20:30",
            ])
    }

    /// Outlook: Windows' names of zones, days as the instances of whole days, a change that lasts longer.
    @Test func `a changed instance as Outlook writes it`() throws {
        let slots = try onAir(
            """
            PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
            BEGIN:VEVENT
            DESCRIPTION:play: nacht\\n
            DTEND;TZID="W. Europe Standard Time":20261204T230000
            DTSTART;TZID="W. Europe Standard Time":20261204T210000
            RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=FR
            SUMMARY;LANGUAGE=de:Freitag
            UID:040000008200E00074C5B7101A82E008
            END:VEVENT
            BEGIN:VEVENT
            DESCRIPTION:play: nacht\\n
            DTEND;TZID="W. Europe Standard Time":20261212T020000
            DTSTART;TZID="W. Europe Standard Time":20261211T220000
            RECURRENCE-ID;TZID="W. Europe Standard Time":20261211T210000
            SUMMARY;LANGUAGE=de:Freitag
            UID:040000008200E00074C5B7101A82E008
            END:VEVENT
            BEGIN:VEVENT
            DESCRIPTION:play: nacht
            DTSTART;VALUE=DATE:20261213
            DTEND;VALUE=DATE:20261214
            RRULE:FREQ=WEEKLY;COUNT=3
            SUMMARY:Sonntag
            UID:2
            END:VEVENT
            BEGIN:VEVENT
            DESCRIPTION:play: nacht
            DTSTART;VALUE=DATE:20261221
            DTEND;VALUE=DATE:20261222
            RECURRENCE-ID;VALUE=DATE:20261220
            SUMMARY:Sonntag
            UID:2
            END:VEVENT
            """)
        #expect(
            slots == [
                "12-04T21:00 12-04T23:00 Freitag", "12-11T22:00 12-12T02:00 Freitag",
                "12-13T00:00 12-14T00:00 Sonntag", "12-18T21:00 12-18T23:00 Freitag",
                "12-21T00:00 12-22T00:00 Sonntag", "12-27T00:00 12-28T00:00 Sonntag",
            ])
    }

    // MARK: All that follow

    private func series(_ rule: String, _ more: String = "", _ changes: String...) -> String {
        "BEGIN:VEVENT\nUID:s\nSUMMARY:Reihe\nX-FUNKHAUS-PLAY:nacht\nDTSTART;TZID=Europe/Berlin:20261201T200000\n"
            + "DURATION:PT1H\nRRULE:\(rule)\n\(more)END:VEVENT\n" + changes.joined(separator: "\n")
    }

    /// - Parameter at: the instance from which on it is so.
    private func change(_ at: String, start: String, _ lines: String = "DURATION:PT2H") -> String {
        "BEGIN:VEVENT\nUID:s\nSUMMARY:Reihe\nX-FUNKHAUS-PLAY:nacht\n"
            + "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:\(at)\n"
            + "DTSTART;TZID=Europe/Berlin:\(start)\n\(lines)\nEND:VEVENT"
    }

    @Test(arguments: [
        "FREQ=WEEKLY;BYDAY=TU;COUNT=5", "FREQ=WEEKLY;UNTIL=20261229T190000Z", "FREQ=WEEKLY;COUNT=5",
    ])
    func `all that follow went on as before when the change named one of them`(rule: String) throws {
        #expect(
            try onAir(series(rule, "", change("20261215T200000", start: "20261215T213000"))) == [
                "12-01T20:00 12-01T21:00 Reihe", "12-08T20:00 12-08T21:00 Reihe",
                "12-15T21:30 12-15T23:30 Reihe", "12-22T21:30 12-22T23:30 Reihe",
                "12-29T21:30 12-29T23:30 Reihe",
            ])
    }

    @Test func `what is left out, added and changed once more behind a change of all that follow`() throws {
        let once =
            "BEGIN:VEVENT\nUID:s\nSUMMARY:Reihe\nX-FUNKHAUS-PLAY:nacht\n"
            + "RECURRENCE-ID;TZID=Europe/Berlin:20270112T200000\nDTSTART;TZID=Europe/Berlin:20270113T100000\n"
            + "DURATION:PT1H\nEND:VEVENT"
        let events = series(
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
            "EXDATE;TZID=Europe/Berlin:20261217T200000\nRDATE;TZID=Europe/Berlin:20261226T200000\n",
            change("20261215T200000", start: "20261215T213000"), once,
            change("20261231T200000", start: "20261231T100000", "DURATION:PT30M"))
        #expect(
            try onAir(events, days: 46).map { $0.prefix(23) }
                == [
                    "12-01T20:00 12-01T21:00", "12-03T20:00 12-03T21:00", "12-15T21:30 12-15T23:30",
                    "12-26T21:30 12-26T23:30", "12-29T21:30 12-29T23:30", "12-31T10:00 12-31T10:30",
                    "01-13T10:00 01-13T11:00", "01-14T10:00 01-14T10:30",
                ])
    }

    @Test func `a series moves to another day, and one ends`() throws {
        #expect(
            try onAir(series("FREQ=WEEKLY;COUNT=4", "", change("20261208T200000", start: "20261209T200000")))
                .map {
                    $0.prefix(11)
                } == ["12-01T20:00", "12-09T20:00", "12-16T20:00", "12-23T20:00"])
        let cancelled = change("20261208T200000", start: "20261208T200000", "STATUS:CANCELLED")
        #expect(try onAir(series("FREQ=WEEKLY", "", cancelled)).map { $0.prefix(11) } == ["12-01T20:00"])
        let all = change("20261201T200000", start: "20261201T210000")
        #expect(
            try onAir(series("FREQ=WEEKLY;COUNT=2", "", all)).map { $0.prefix(11) } == [
                "12-01T21:00", "12-08T21:00",
            ])
    }

    /// A weekday that the rule names would have to become another one.
    @Test(arguments: [
        ("FREQ=WEEKLY;BYDAY=TU", "20261208T200000"), ("FREQ=DAILY;BYHOUR=20;INTERVAL=7", "20261208T200000"),
        ("FREQ=WEEKLY", "20261210T200000"),
    ])
    func `what its rule cannot tell changes one instance, and is told`(rule: String, at: String) throws {
        let file = try files.file(series(rule, "", change(at, start: "20261209T210000")))
        #expect(file.notes.map(\.line) == [11])
        let slots = try files.slots(file, "2026-12-01", days: 16).map { String($0.prefix(11)) }
        let kept = at == "20261208T200000" ? [] : ["12-08T20:00"]
        #expect(slots == ["12-01T20:00"] + kept + ["12-09T21:00", "12-15T20:00"])
    }
}
