import Foundation
import Programme
import TestKit
import Testing

@testable import Station

/// When accounts may have the air beside the shows.
@Suite struct AccountTimesTests {
    private func instant(_ time: String) throws -> Instant {
        Instant(wallNanoseconds: try #require(StationTime(rfc3339: time)).nanoseconds)
    }

    private func book(_ times: [String: [String]]) throws -> DJBook {
        let lines = times.sorted { $0.key < $1.key }.map { name, times in
            "\(name): { secret: $y$a"
                + (times.isEmpty ? "" : ", when: [ \(times.map { "\"\($0)\"" }.joined(separator: ", ")) ]")
                + " }\n"
        }
        let folder = try TemporaryDirectory()
        try folder.write("djs.yaml", lines.joined())
        return try DJBook(path: folder.path + "/djs.yaml")
    }

    private func times(_ times: [String: [String]]) throws -> AccountTimes {
        try AccountTimes(try book(times), zone: "Europe/Berlin")
    }

    private func window(
        _ times: AccountTimes, _ time: String, isByScheduleAlone: Bool = false
    ) throws -> AirWindow {
        let instant = try instant(time)
        return times.window(
            at: instant, until: instant + Length(seconds: 3_600), isByScheduleAlone: isByScheduleAlone)
    }

    @Test(arguments: [
        ("mon-fri 18:00-22:00", "mon-fri 18:00-22:00"), ("sat", "sat"), (" Sat , SUN  ", "sat,sun"),
        ("fri - mon 22:00 - 02:00", "fri-mon 22:00-02:00"), ("daily 06:00-09:00", "daily 06:00-09:00"),
        ("12:00-13:30", "12:00-13:30"), ("tue 20:00-24:00", "tue 20:00-24:00"),
    ])
    func aTimeIsReadAndKeptInOneSpelling(_ text: String, _ kept: String) throws {
        let time = try #require(AccountTime(text))
        #expect(time.text == kept && AccountTime(kept) == time)
    }

    @Test(arguments: [
        "", " ", "mo", "mon-", "-mon", "mon--tue", "mon,", "monday", "mon 18", "mon 18:00", "18:00",
        "18:00-18:00",
        "24:00-06:00", "18:60-19:00", "mon 18:00-22:00 tue", "18:00-22:00 mon", "mon-tue-wed",
        "18:00-19:00-20:00",
        "mon\n18:00-22:00x", "00:00-00:00", "sat 25:00-26:00", "\u{130}",
    ])
    func whatIsNoTimeIsNone(_ text: String) { #expect(AccountTime(text) == nil) }

    @Test func anAccountWithTimesHasTheAirInThemAndOthersAlways() throws {
        let times = try times(["anna": [], "bert": ["mon-fri 18:00-22:00", "sat"]])
        // A Monday.
        let before = try window(times, "2026-11-30T17:30:00+01:00")
        #expect(before.accounts == ["anna"])
        #expect(try before.end == instant("2026-11-30T18:00:00+01:00"))
        let within = try window(times, "2026-11-30T18:00:00+01:00")
        #expect(within.accounts == ["anna", "bert"])
        #expect(try within.end == instant("2026-11-30T19:00:00+01:00"))
        let last = try window(times, "2026-11-30T21:59:59+01:00")
        #expect(last.accounts == ["anna", "bert"])
        #expect(try last.end == instant("2026-11-30T22:00:00+01:00"))
        #expect(try window(times, "2026-11-30T22:00:00+01:00").accounts == ["anna"])
        #expect(try window(times, "2026-12-05T00:00:00+01:00").accounts == ["anna", "bert"])
        #expect(try window(times, "2026-12-05T23:59:59+01:00").accounts == ["anna", "bert"])
        #expect(try window(times, "2026-12-06T00:00:00+01:00").accounts == ["anna"])
        // Where the schedule alone gives the air, so do times.
        #expect(try window(times, "2026-12-05T12:00:00+01:00", isByScheduleAlone: true).accounts == ["bert"])
        #expect(try window(times, "2026-12-06T12:00:00+01:00", isByScheduleAlone: true).accounts == [])
    }

    @Test func withoutTimesEverybodyHasTheAirAsBefore() throws {
        let times = try times(["anna": []])
        #expect(try window(times, "2026-11-30T12:00:00+01:00").accounts == nil)
        #expect(try window(times, "2026-11-30T12:00:00+01:00", isByScheduleAlone: true).accounts == [])
    }

    @Test func aNightEndsOnTheNextDay() throws {
        let times = try times(["anna": ["fri-sat 22:00-02:00"]])
        for (time, isOn) in [
            ("2026-12-04T21:59:59+01:00", false), ("2026-12-04T22:00:00+01:00", true),
            ("2026-12-05T01:59:59+01:00", true), ("2026-12-05T02:00:00+01:00", false),
            ("2026-12-06T01:00:00+01:00", true), ("2026-12-07T01:00:00+01:00", false),
        ] {
            #expect(try window(times, time).accounts == (isOn ? ["anna"] : []), "\(time)")
        }
    }

    @Test func theClocksTakeNobodysTime() throws {
        let times = try times(["anna": ["sun 02:15-02:45"]])
        // They are put forward at 02:00, and back at 03:00.
        for (time, isOn) in [
            ("2027-03-28T01:59:59+01:00", false), ("2027-03-28T03:14:59+02:00", false),
            ("2027-03-28T03:15:00+02:00", true), ("2027-03-28T03:45:00+02:00", false),
            ("2026-10-25T02:14:59+02:00", false), ("2026-10-25T02:15:00+02:00", true),
        ] {
            #expect(try window(times, time).accounts == (isOn ? ["anna"] : []), "\(time)")
        }
    }

    @Test func aShowGivesTheAirBesidesAndTakesIt() throws {
        let grid = ShowGrid(try ShowGrid.Plan(load(scheduleSample), since: Instant(frames: 0)))
        grid.adopt(try times(["gast": ["wed"], "bert": ["tue 19:00-23:00"]]))
        func accounts(_ time: String, isByScheduleAlone: Bool = false) throws -> Set<String>? {
            grid.airWindow(at: try instant(time), isByScheduleAlone: isByScheduleAlone).accounts
        }
        // Küchenradio is on Tuesdays from 20:00 to 22:00, and names redaktion and gast.
        #expect(try accounts("2026-12-01T19:30:00+01:00") == ["bert"])
        #expect(try accounts("2026-12-01T20:30:00+01:00") == ["redaktion", "gast"])
        #expect(try accounts("2026-12-01T22:30:00+01:00", isByScheduleAlone: true) == ["bert"])
        let turn = grid.nextTurn(of: "bert", at: try instant("2026-12-01T18:00:00+01:00"))
        #expect(turn?.show == nil && turn?.time == "19:00")
        let show = grid.nextTurn(of: "gast", at: try instant("2026-12-01T18:00:00+01:00"))
        #expect(show?.show == "Küchenradio" && show?.time == "20:00")
        let night = grid.nextTurn(of: "gast", at: try instant("2026-12-01T21:00:00+01:00"))
        #expect(night?.show == nil && night?.time == "00:00")
        // A plan that changes takes nobody's times.
        grid.adopt(try ShowGrid.Plan(load(scheduleSample), since: Instant(frames: 0)))
        #expect(try accounts("2026-12-01T19:30:00+01:00") == ["bert"])
    }

    @Test func theBookKeepsTimesAndSaysWhereOneIsWrong() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        var book = try self.book(["anna": [], "bert": ["mon-fri 18:00-22:00", "sat"]])
        #expect(book.djs.map(\.times.count) == [0, 2])
        #expect(book.set("anna", times: [try #require(AccountTime("fri 22:00-02:00"))]))
        #expect(book.set("bert", times: []) && !book.set("carl", times: []))
        try book.write(to: path)
        #expect(try DJBook(path: path) == book)
        for (text, words) in [
            ("\"mno 18:00-22:00\"", "“mno 18:00-22:00” is no time: write days and times, such as"),
            ("[ sat, \"18-22\" ]", "“18-22” is no time: "),
            ("[]", "when: has no time, so that bert could never"),
            ("5", "when: has no time"),
            ("[ \(Array(repeating: "sat", count: 51).joined(separator: ", ")) ]", "when: has more than 50"),
        ] {
            try folder.write("djs.yaml", "anna: { secret: $y$a }\nbert:\n  secret: $y$b\n  when: \(text)\n")
            let failure = #expect(throws: DJBookFailure.self) { try DJBook(path: path) }
            let sentence = failure?.sentence.replacing(folder.path + "/", with: "") ?? ""
            #expect(sentence.hasPrefix("djs.yaml, line 4: \(words)"), "\(sentence)")
        }
    }
}
