import Foundation
import Programme
import TestKit
import Testing

@testable import Calendar

/// A calendar that is written, and read again by others and by ourselves.
@Suite struct CalendarTextTests {
    private static let start = Instant(wallNanoseconds: 1_796_151_600_000_000_000)

    private func text(_ title: String, _ text: String = "", link: String = "") -> String {
        CalendarText(
            name: "Radio, 100 %; \\ ä", zone: "Europe/Berlin", revised: Self.start,
            events: [
                .init(
                    uid: "kuechenradio-1796151600@radio.funkhaus", start: Self.start,
                    end: Self.start + Length(seconds: 7_200), title: title, text: text, link: link)
            ]
        ).text
    }

    private static let texts = [
        "Küchenradio", "a,b;c\\d:e\"f", "Zeile\nZeile\r\nZeile", "\u{7}\u{1b}[31m\u{0}rot",
        "END:VEVENT\r\nBEGIN:VEVENT", String(repeating: "👩‍👩‍👧‍👦 Ünïcödé ", count: 40), " führt und folgt ",
        "\u{2028}Trenner\u{85}",
    ]

    @Test(arguments: texts) func whatIsWrittenIsReadAgain(_ title: String) throws {
        let written = text(title, title)
        for line in written.components(separatedBy: "\r\n") { #expect(line.utf8.count <= 75) }
        #expect(!written.replacing("\r\n", with: "").contains { $0.isNewline })
        let file = CalendarFile(
            Array(written.utf8), zone: .utc,
            rights: CalendarRights(shows: [Show(name: "x", airings: [], plays: .playlist("p"))]))
        // No text makes an event of its own.
        #expect(file?.notes.count == 1 && file?.notes.first?.title == shownTitle(title))
        let lines = ContentLine.all(of: written)
        #expect(lines.first { $0.name == "DTSTART" }?.value == "20261201T190000Z")
        #expect(lines.first { $0.name == "DTEND" }?.value == "20261201T210000Z")
    }

    /// A title as it is shown of an event: on one line, without control characters.
    private func shownTitle(_ text: String) -> String {
        let plain = text.unicodeScalars.filter {
            $0.properties.generalCategory != .control || Character($0).isNewline
        }
        return String(String.UnicodeScalarView(plain)).split(whereSeparator: \.isWhitespace).joined(
            separator: " ")
    }

    @Test func aShowThatIsKnownComesBackAsItself() throws {
        let show = Show(name: "Küchenradio", airings: [], live: ["redaktion"])
        let file = try #require(
            CalendarFile(
                Array(text("Küchenradio").utf8), zone: try Zone("Europe/Berlin"),
                rights: CalendarRights(shows: [show])))
        let schedule = Schedule(
            shows: file.shows, agenda: try Almanac(shows: file.shows, zone: "Europe/Berlin"))
        let slot = schedule.slot(at: Self.start)
        #expect(slot.show?.name == "Küchenradio" && slot.start == Self.start)
        #expect((slot.end - slot.start).seconds == 7_200)
    }

    /// Debian's python3-icalendar, whatever Python stands first in PATH.
    private static let python = "/usr/bin/python3"
    private static let hasReader = (try? Tool.run(python, ["-c", "import icalendar"]).status) == 0

    @Test(.enabled(if: hasReader, "python3-icalendar: `make test` installs it"))
    func anotherProgramReadsTheSame() throws {
        let titles = Self.texts
        let calendar = CalendarText(
            name: "Radio", zone: "Europe/Berlin", revised: Self.start,
            events: titles.enumerated().map { number, title in
                .init(
                    uid: "\(number)@radio", start: Self.start, end: Self.start + Length(seconds: 60),
                    title: title, text: title, link: "https://radio.example/\(number)?a=b&c")
            })
        let program = """
            import sys, json, icalendar
            events = icalendar.Calendar.from_ical(sys.stdin.buffer.read()).walk("VEVENT")
            assert all(not event.errors for event in events)
            print(json.dumps([[str(e["SUMMARY"]), e["DTSTART"].dt.isoformat(), str(e["URL"])] for e in events]))
            """
        let result = try Tool.run(Self.python, ["-c", program], input: Array(calendar.text.utf8))
        let read = try JSONDecoder().decode([[String]].self, from: Data(result.output))
        #expect(read.count == titles.count)
        for (number, event) in read.enumerated() {
            #expect(shownTitle(event[0]) == shownTitle(titles[number]))
            #expect(event[1] == "2026-12-01T19:00:00+00:00")
            #expect(event[2] == "https://radio.example/\(number)?a=b&c")
        }
    }
}
