internal import Foundation
internal import Station
internal import Testing

@testable import funkhaus

@Suite struct SpokenTests {
    private let berlin = TimeZone(identifier: "Europe/Berlin")!

    @Test(arguments: [
        ("90s", 90), ("1h30m", 5_400), ("2h", 7_200), ("1d", 86_400), ("1d2h3m4s", 93_784), ("90m", 5_400),
        ("366d", 31_622_400),
    ])
    func lengthsAreRead(text: String, seconds: Int) {
        #expect(SpokenLength(argument: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "90", "0s", "-1h", "1.5h", "1m1h", "1h1h", "h", "1x", "1h ", "367d", "99999999999999999999s",
        "٣h",
    ])
    func otherLengthsAreRefused(text: String) {
        #expect(SpokenLength(argument: text) == nil)
    }

    /// At noon on the day of the change to summer time.
    private func read(_ text: String, now: String = "2026-03-29T12:00:00+02:00") -> String? {
        SpokenTime.parse(text, now: StationTime(now).nanoseconds, zone: berlin)
            .map { StationTime(nanoseconds: $0, zone: berlin).rfc3339 }
    }

    @Test func theStationsClockIsMeant() {
        #expect(read("now") == "2026-03-29T12:00:00.000+02:00")
        #expect(read("18:00") == "2026-03-29T18:00:00.000+02:00")
        #expect(read("00:30:15") == "2026-03-29T00:30:15.000+01:00")
        #expect(read("2026-01-31") == "2026-01-31T00:00:00.000+01:00")
        #expect(read("2026-07-01 18:00") == "2026-07-01T18:00:00.000+02:00")
        #expect(read("2026-07-01T18:00:30") == "2026-07-01T18:00:30.000+02:00")
        #expect(read("2026-07-01T18:00:00Z") == "2026-07-01T20:00:00.000+02:00")
    }

    @Test func todayIsTheStationsDay() {
        #expect(read("18:00", now: "2026-06-30T22:30:00Z") == "2026-07-01T18:00:00.000+02:00")
    }

    @Test func bothChangesOfTheClocksAreReadAsStated() {
        #expect(read("02:30") == "2026-03-29T03:30:00.000+02:00")
        #expect(read("2026-10-25 02:30") == "2026-10-25T02:30:00.000+02:00")
        #expect(read("2026-10-25T02:30:00+01:00") == "2026-10-25T02:30:00.000+01:00")
    }

    @Test(arguments: [
        "", "soon", "25:00", "18:60", "8:00", "2026-02-29", "2026-7-1", "18:00 2026-07-01", "2026-07-01 18",
        "2026-07-01  18:00", "18:00Z", "-026-01-01", "18:00:00:00",
    ])
    func otherTimesAreRefused(text: String) {
        #expect(read(text) == nil)
    }

    @Test func anOptionThatIsNoTimeTellsWhatToWrite() {
        let error = #expect(throws: CommandError.self) {
            try SpokenTime.instant("soon", "--since", 0, berlin)
        }
        #expect(error?.code == .usage)
        #expect(error?.sentence == "--since does not understand “soon”.")
    }

    @Test func progressIsDrawnTenTimesASecondAndTakenAway() {
        let drawn = Drawn()
        let progress = Progress(environment: [:], shown: true) { drawn.texts.append($0) }
        let start = ContinuousClock.now
        for step in 0...10 {
            progress.show(Double(step) / 10, "measuring", at: start + .milliseconds(50 * step))
        }
        progress.finish()
        #expect(drawn.texts.count == 7)
        #expect(drawn.texts[1] == "\r\u{1b}[K[####                ]  20 %  measuring")
        #expect(drawn.texts.last == "\r\u{1b}[K")
    }

    @Test func progressIsSilentWhereNobodyLooks() {
        let drawn = Drawn()
        let progress = Progress(environment: [:], shown: false) { drawn.texts.append($0) }
        progress.show(0.5, "measuring")
        progress.finish()
        #expect(drawn.texts.isEmpty)
    }
}

/// What was written, by the test's own thread.
private final class Drawn: @unchecked Sendable {
    var texts: [String] = []
}
