import Foundation
import Programme
import Testing

@testable import Calendar

@Suite struct ZoneTests {
    static let european =
        TimeZone.knownTimeZoneIdentifiers.filter { $0.hasPrefix("Europe/") }
        + [
            "Atlantic/Reykjavik", "Atlantic/Azores", "Atlantic/Madeira", "Atlantic/Canary", "Atlantic/Faroe",
            "Arctic/Longyearbyen", "Africa/Ceuta", "Asia/Nicosia", "Asia/Famagusta",
        ]

    /// Foundation brings a data base of its own: two that agree are most likely right. Where an offset changes is found
    /// by halving, to the second.
    @Test(arguments: european) func everyChangeFrom2020To2035IsThatOfFoundation(name: String) throws {
        let zone = try Zone(name)
        let other = try #require(TimeZone(identifier: name))
        func offset(_ time: Int64) -> Int {
            other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
        }
        var changes = 0
        for time in stride(from: Self.seconds(2020), to: Self.seconds(2036), by: 6 * 3_600) {
            #expect(zone.offset(at: time) == offset(time))
            guard offset(time) != offset(time + 6 * 3_600) else { continue }
            changes += 1
            var (low, high) = (time, time + 6 * 3_600)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == offset(time) { low = middle } else { high = middle }
            }
            #expect(zone.offset(at: low) == offset(low) && zone.offset(at: high) == offset(high))
            try readingAround(high, zone)
        }
        // All or nothing: those of the Union change 32 times, Moscow never.
        #expect(changes == 32 || changes < 4, "\(changes)")
    }

    /// Every quarter of an hour around a change: what clocks show once, twice and never.
    private func readingAround(_ change: Int64, _ zone: Zone) throws {
        let before = LocalTime(seconds: change + Int64(zone.offset(at: change - 1)))
        let after = zone.local(change)
        for quarter in -12...12 {
            let local = LocalTime(seconds: max(before, after).seconds + Int64(quarter) * 900)
            let times = Array(
                stride(from: change - 6 * 3_600, to: change + 6 * 3_600, by: 900).filter {
                    zone.local($0) == local
                })
            switch zone.reading(local) {
            case .once(let time): #expect(times == [time])
            case .twice(let first, let second): #expect(times == [first, second])
            case .never(let shifted):
                #expect(times == [])
                #expect(before <= local && local < after)
                #expect(zone.local(shifted).seconds - local.seconds == after.seconds - before.seconds)
            }
        }
    }

    static func seconds(_ year: Int) -> Int64 { LocalTime(Day(year: year, month: 1, day: 1)!).seconds }

    @Test func theRuleBehindTheLastChangeGoesOn() throws {
        let zone = try Zone("Europe/Berlin")
        let summer = LocalTime(Day(year: 2090, month: 7, day: 1)!).seconds
        #expect(zone.offset(at: summer) == 7_200)
        #expect(zone.offset(at: summer + 180 * 86_400) == 3_600)
        // The last Sunday of March 2090 is the 26th.
        let change = LocalTime(Day(year: 2090, month: 3, day: 26)!, secondOfDay: 3_600).seconds
        #expect(zone.offset(at: change - 1) == 3_600 && zone.offset(at: change) == 7_200)
    }

    @Test(arguments: [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2026, 1, 15, 3_600),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2026, 7, 15, 7_200),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, 1, 15, 0), ("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, 7, 15, 3_600),
        ("<-03>3", 2026, 7, 15, -10_800), ("<+0545>-5:45", 2026, 7, 15, 20_700),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", 2026, 1, 15, 46_800),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", 2026, 7, 15, 43_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 28, -7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 30, -3_600),
        ("EST5EDT,J60,J300", 2024, 2, 29, -18_000), ("EST5EDT,J60,J300", 2024, 3, 2, -14_400),
    ])
    func aRuleOfPosixIsRead(text: String, year: Int, month: Int, day: Int, offset: Int) throws {
        let noon = LocalTime(try #require(Day(year: year, month: month, day: day)), secondOfDay: 43_200)
        #expect(try #require(ZoneRule(text)).offset(at: noon.seconds) == offset)
    }

    @Test(arguments: [
        "", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/3x",
    ])
    func whatIsNoRuleIsRefused(text: String) { #expect(ZoneRule(text) == nil) }

    @Test(arguments: [
        "", "Europe/Berln", "../../etc/passwd", "/etc/passwd", "Europe", "Europe//Berlin", "Europe/Berlin\0",
        "<", "<+01>", "<+01>-1<+02>,M3.5.0", "CET-1", "<../../etc/passwd",
    ])
    func whatIsNoZoneIsRefused(name: String) {
        #expect(throws: CalendarProblem.noZone(name)) { try Zone(name) }
    }

    /// A day that was left out whole: 2011-12-30 in Samoa.
    @Test func aDayThatNeverWasIsShifted() throws {
        let zone = try Zone("Pacific/Apia")
        let noon = LocalTime(try #require(Day("2011-12-30")), secondOfDay: 43_200)
        guard case .never(let shifted) = zone.reading(noon) else {
            Issue.record("\(zone.reading(noon))")
            return
        }
        #expect(zone.local(shifted).description == "2011-12-31T12:00:00")
    }

    @Test func brokenFilesAreNoZones() {
        for length in [0, 4, 20, 44, 45, 100] {
            #expect(ZoneFile(Array("TZif2".utf8) + [UInt8](repeating: 0xff, count: length)) == nil)
            #expect(ZoneFile(Array("TZif2".utf8) + [UInt8](repeating: 0, count: length)) == nil)
        }
    }
}
