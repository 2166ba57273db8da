internal import Foundation
internal import TestKit
internal import Testing

@testable import Station

/// What `--json` says. Programs of other people read these keys: a change here breaks them.
@Suite struct ControlVocabularyTests {
    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try #require(controlLine(value)), as: UTF8.self)
    }

    @Test func anItemHasTheKeysOfTheVocabulary() throws {
        #expect(
            try json(OnAirItem.sinnerman) == """
                {"album":"Pastel Blues","artist":"Nina Simone","duration":619.432,\
                "ends":"2026-07-01T14:13:31.682+02:00","file":"/music/sinnerman.flac","kind":"track",\
                "position":200,"show":"Nachtschicht","start":"2026-07-01T14:03:12.250+02:00",\
                "title":"Sinnerman"}

                """)
    }

    @Test func whatDoesNotApplyIsLeftOut() throws {
        let tone = OnAirItem(kind: .tone, start: StationTime("2026-01-01T00:00:00Z"))
        #expect(
            try json(tone) == """
                {"kind":"tone","start":"2026-01-01T00:00:00.000+00:00"}

                """)
        var provisional = tone
        provisional.provisional = true
        #expect(try json(provisional).contains(#""provisional":true"#))
        provisional.provisional = false
        #expect(provisional == tone)
    }

    @Test func entriesAreItemsWithKeysMore() throws {
        let tone = OnAirItem(kind: .tone, start: StationTime("2026-01-01T00:00:00Z"))
        #expect(
            try json(QueueEntry(id: 7, item: tone)) == """
                {"id":7,"kind":"tone","start":"2026-01-01T00:00:00.000+00:00"}

                """)
        let entry = HistoryEntry(id: 9, item: tone, offset: 1.5, note: "The clock jumped.")
        #expect(
            try json(entry) == """
                {"id":9,"kind":"tone","note":"The clock jumped.","offset":1.5,\
                "start":"2026-01-01T00:00:00.000+00:00"}

                """)
        #expect(try JSONDecoder().decode(HistoryEntry.self, from: Data(json(entry).utf8)) == entry)
    }

    @Test func theStatusTellsEverythingButSecrets() throws {
        let text = try json(StatusReport.sample)
        #expect(
            text == """
                {"air":{"ears":[{"address":"http://127.0.0.1:8000/stream.ogg","behind":0.7,"heard":true},\
                {"address":"http://zwei.example/r.ogg","heard":false}],"loudness":-16,\
                "troubles":[{"kind":"silent","place":"http://zwei.example/r.ogg",\
                "words":"Who listens to http://zwei.example/r.ogg hears silence instead of the programme."}]},\
                "clock":{"blocksLate":2,"resets":0},"icecast":[{"connected":false,\
                "state":"refused: wrong password; next try in 5 s",\
                "url":"http://icecast.example:8000/radio.ogg"}],"journal":"written up to now",\
                "library":{"files":412,"measured":400,"measuring":10,"problemCount":1,\
                "problems":["/music/leer.mp3 is empty: remove it."]},"mounts":[{"bitrate":160000,\
                "listeners":3,"path":"/stream.ogg","peak":17,"url":"http://localhost:8000/stream.ogg"}],\
                "next":{"kind":"identification","provisional":true,"start":"2026-07-01T14:13:31.682+02:00"},\
                "now":\(try json(OnAirItem.sinnerman).dropLast()),\
                "onAirSince":"2026-06-29T10:00:00.000+02:00","station":"Radio Beispiel","uptime":187592.25,\
                "version":"0.1.0"}

                """)
        #expect(try JSONDecoder().decode(StatusReport.self, from: Data(text.utf8)) == .sample)
    }

    @Test func aRottenLibraryStillFitsIntoAStatus() {
        let report = LibraryReport(
            files: 10_000, measured: 0, measuring: 0, problems: Array(repeating: "x", count: 10_000))
        #expect(report.problemCount == 10_000)
        #expect(report.problems.count == LibraryReport.mostProblems)
    }
}

@Suite struct StationTimeTests {
    private let berlin = TimeZone(identifier: "Europe/Berlin")!

    private func berlin(_ text: String) -> String {
        StationTime(nanoseconds: StationTime(text).nanoseconds, zone: berlin).rfc3339
    }

    @Test func theOffsetFollowsTheClocksInSpring() {
        #expect(berlin("2026-03-29T00:59:59.999Z") == "2026-03-29T01:59:59.999+01:00")
        #expect(berlin("2026-03-29T01:00:00Z") == "2026-03-29T03:00:00.000+02:00")
    }

    @Test func theHourThatComesTwiceInAutumnIsToldApart() {
        #expect(berlin("2026-10-25T00:30:00Z") == "2026-10-25T02:30:00.000+02:00")
        #expect(berlin("2026-10-25T01:30:00Z") == "2026-10-25T02:30:00.000+01:00")
    }

    @Test func nanosecondsAreRoundedDownAlsoBefore1970() {
        let utc = TimeZone(identifier: "UTC")!
        #expect(StationTime(nanoseconds: 1_999_999, zone: utc).rfc3339 == "1970-01-01T00:00:00.001+00:00")
        #expect(StationTime(nanoseconds: -1, zone: utc).rfc3339 == "1969-12-31T23:59:59.999+00:00")
    }

    @Test(arguments: [
        ("1996-12-19T16:39:57-08:00", "1996-12-19T16:39:57.000-08:00"),
        ("1985-04-12 23:20:50.52Z", "1985-04-12T23:20:50.520+00:00"),
        ("2024-02-29t12:00:00.123456789z", "2024-02-29T12:00:00.123+00:00"),
        ("1990-12-31T23:59:60Z", "1990-12-31T23:59:59.000+00:00"),
        ("2026-01-01T00:00:00+05:45", "2026-01-01T00:00:00.000+05:45"),
    ])
    func rfc3339IsRead(text: String, written: String) {
        #expect(StationTime(rfc3339: text)?.rfc3339 == written)
    }

    @Test(arguments: [
        "", "2026", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Z ", "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00+24:00", "٢٠٢٦-01-01T00:00:00Z", "+026-01-01T00:00:00Z",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(StationTime(rfc3339: text) == nil)
    }

    @Test func everyDayOfFourCenturiesIsThatOfTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        for day in stride(from: -25_000, through: 120_000, by: 17) {
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let wall = WallTime(milliseconds: Int64(day) * 86_400_000)
            #expect(wall.date == (parts.year, parts.month, parts.day) as! (Int, Int, Int))
            #expect((wall.weekday + 1) % 7 + 1 == parts.weekday)
            #expect(WallTime(year: wall.date.year, month: wall.date.month, day: wall.date.day) == wall)
        }
    }

    @Test func aTimeOnTheWallIsFoundOnBothSidesOfTheChanges() {
        func instant(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> String {
            let wall = WallTime(year: 2026, month: month, day: day, hour: hour, minute: minute)!
            return StationTime(nanoseconds: wall.nanoseconds(in: berlin), zone: berlin).rfc3339
        }
        #expect(instant(3, 29, 1, 59) == "2026-03-29T01:59:00.000+01:00")
        #expect(instant(3, 29, 2, 30) == "2026-03-29T03:30:00.000+02:00")
        #expect(instant(3, 29, 3, 0) == "2026-03-29T03:00:00.000+02:00")
        #expect(instant(10, 25, 1, 59) == "2026-10-25T01:59:00.000+02:00")
        #expect(instant(10, 25, 2, 30) == "2026-10-25T02:30:00.000+02:00")
        #expect(instant(10, 25, 3, 0) == "2026-10-25T03:00:00.000+01:00")
    }

    @Test func anyInstantComesBackFromItsText() {
        var numbers = SeededGenerator(seed: 3)
        let zones = ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
            .map { TimeZone(identifier: $0)! }
        for _ in 0..<300 {
            let instant = Int64.random(in: 0..<4_000_000_000_000, using: &numbers) * 1_000_000
            let time = StationTime(nanoseconds: instant, zone: zones.randomElement(using: &numbers)!)
            #expect(StationTime(rfc3339: time.rfc3339) == time)
            #expect(time.nanoseconds == instant)
        }
    }
}
