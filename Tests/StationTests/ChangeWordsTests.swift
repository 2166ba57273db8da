import Foundation
import Programme
import Testing

@testable import Station

/// What a new schedule changes, as people are told.
@Suite struct ChangeWordsTests {
    /// 2026-11-30T00:00:00+01:00, a Monday.
    private static let monday = Instant(milliseconds: 1_795_993_200_000)

    private func changes(_ change: (inout String) -> Void) throws -> [String] {
        var text = scheduleSample
        change(&text)
        let old = try ShowGrid.Plan(load(scheduleSample), since: Self.monday)
        return try ShowGrid.Plan(load(text), since: Self.monday).changes(
            since: old, from: Self.monday, for: Length(seconds: 7 * 86_400))
    }

    @Test(arguments: [
        (
            "at: \"20:00\"", "at: \"21:00\"",
            "Tuesday 1 Dec: Küchenradio is now at 21:00 to 22:00, was at 20:00 to 22:00"
        ),
        (
            "at: \"11:00\"", "at: \"11:00:30\"",
            "Saturday 5 Dec: Wiederholung is now at 11:00:30, was at 11:00"
        ),
        ("on: sat", "on: sun", "Sunday 6 Dec: Wiederholung is now at 11:00, was at Saturday 5 Dec, 11:00"),
        (
            "until: \"22:00\"", "until: \"24:00\"",
            "Tuesday 1 Dec: Küchenradio at 20:00 now ends at 00:00, ended at 22:00"
        ),
        (
            "otherwise: rotation", "otherwise: ids",
            "Tuesday 1 Dec: Küchenradio at 20:00 now plays playlist ids, played playlist rotation"
        ),
        (
            "[ redaktion, gast ]", "[ redaktion ]",
            "Tuesday 1 Dec: Küchenradio at 20:00 is now open to redaktion, was open to redaktion and gast"
        ),
        (
            "from: 2026-12-01", "from: 2026-12-02",
            "Tuesday 1 Dec: Küchenradio, 20:00 to 22:00, is no longer on"
        ),
    ]) func eachKindHasASentence(_ was: String, _ now: String, _ sentence: String) throws {
        #expect(try changes { $0 = $0.replacing(was, with: now) } == [sentence])
    }

    @Test func aNewShowIsTold() throws {
        let told = try changes {
            $0 += "  - { name: Nachruf, dates: 2026-12-03, at: \"23:30\", for: 1h, play: ids }\n"
        }
        #expect(told == ["Thursday 3 Dec: Nachruf is new, 23:30 to 00:30"])
    }

    @Test func `the journal said only that the schedule changed`() {
        let news = ScheduleNews()
        let schedule = Fact(kind: .epoch, at: Self.monday, words: "The schedule changed: 3 shows.")
        let rotation = Fact(kind: .epoch, at: Self.monday, words: "The rotation changed: 7 tracks.")
        #expect(news.told(in: schedule) == schedule)
        news.put([
            "Thursday 3 Dec: Nachruf is new, 23:30 to 00:30", "Friday 4 Dec: Nachruf is new, 23:30 to 00:30",
        ])
        #expect(news.told(in: rotation) == rotation)
        #expect(
            news.told(in: schedule).words
                == "The schedule changed: 3 shows. Thursday 3 Dec: Nachruf is new, 23:30 to 00:30. Friday 4 Dec: Nachruf is "
                + "new, 23:30 to 00:30.")
        // Each once; of many the first.
        #expect(news.told(in: schedule) == schedule)
        news.put((1...9).map { "\($0)" })
        #expect(news.told(in: schedule).words == "The schedule changed: 3 shows. 1. 2. 3. 4. 5. and 4 more.")
    }

    @Test func ofManyChangesTheFirstAreTold() throws {
        let told = try changes {
            $0 = $0.replacing(
                "on: sat\n    at: \"11:00\"\n    for: 2h",
                with:
                    "from: 2026-11-01\n    rrule: FREQ=DAILY;BYHOUR=0,1,2,3,4,5,9,10,11,12\n    at: \"00:00\"\n    for: 5m"
            )
        }
        #expect(told.count == ShowGrid.Plan.mostChanges + 1)
        #expect(told.last?.hasSuffix("more changes") == true)
    }
}
