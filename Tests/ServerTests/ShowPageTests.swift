import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

/// The station's shows on its page, as JSON, and as calendars.
@Suite struct ShowPageTests {
    struct FakeGuide: ShowGuide {
        var entries: [GuideEntry] = []

        func shows(from: Int64, to: Int64) -> [GuideEntry] {
            entries.filter { $0.start < to && $0.end > from }
        }

        func json(from: String?, length: String?, now: Int64) throws(GuideRefusal) -> String {
            if length == "for ever" { throw GuideRefusal("for is no length.") }
            return "{\"asked\":\"\(from ?? "-") \(length ?? "-") \(now)\"}\n"
        }

        func calendar(of slug: String?, now: Int64) -> String? {
            slug == nil || slug == "küche" ? "BEGIN:VCALENDAR\r\n\(slug ?? "all")" : nil
        }
    }

    private static let now = testInstant / 1_000_000
    private static let hour: Int64 = 3_600_000

    /// One that is on since an hour, and one in each of the coming days; the last is out of the week.
    private static func week(_ name: String = "Show", link: String = "https://radio.example/") -> FakeGuide {
        FakeGuide(
            entries: (0...8).map { day in
                let start = now - hour + Int64(day) * 24 * hour
                return GuideEntry(
                    show: "\(name)\(day)", host: name, text: name, link: link, start: start,
                    end: start + 2 * hour, isLive: day == 1)
            })
    }

    private func get(_ port: Int, _ target: String, _ more: String = "") async throws -> (
        head: String, body: String
    ) {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\nHost: radio.example\r\n\(more)\r\n")
        return try await client.readResponse()
    }

    @Test func thePageShowsWhatIsOnAndTheWeekByDays() async throws {
        let station = StationTexts(
            name: "Radio", description: "", zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        try await withFrontDoor([FakeMount(pages: 1)], station: station, guide: Self.week()) { _, port in
            // 2026-01-02T03:04:05Z is a Friday; in Berlin it is five past four.
            let english = try await get(port, "/").body
            #expect(english.contains("><b>Show0</b> <span>until 05:04 · with Show</span></p>"))
            #expect(english.contains("<details open>\n<summary>Today, Friday 2 January</summary>"))
            #expect(english.contains("<details>\n<summary>Thursday 8 January</summary>"))
            #expect(
                english.contains(
                    """
                    <li><time datetime="03:04">03:04–05:04</time><p><b><a href="https://radio.example/" \
                    rel="noopener noreferrer">Show1</a></b><span>live · with Show</span><span>Show</span></p></li>
                    """))
            #expect(!english.contains("Show8"))
            #expect(english.contains("The week is on the station's clocks (Europe/Berlin)."))
            let german = try await get(port, "/", "Accept-Language: de\r\n").body
            #expect(german.contains("<summary>Heute, Freitag, 2. Januar</summary>"))
            #expect(german.contains("bis 05:04 · mit Show"))
            let embedded = try await get(port, "/embed").body
            #expect(embedded.contains("<b>Show0</b>") && !embedded.contains("id=\"week\""))
        }
    }

    /// A week in which somebody says something about every hour, or more.
    private static func fullWeek(every minutes: Int64, _ text: String, link: String) -> FakeGuide {
        FakeGuide(
            entries: (0..<(7 * 24 * 60 / minutes)).map { number in
                // The first one is half over.
                let start = now + number * minutes * 60_000 - minutes * 30_000
                return GuideEntry(
                    show: "Show \(number) \(text)", host: text, text: text, link: link, start: start,
                    end: start + minutes * 60_000)
            })
    }

    @Test(arguments: [
        ("Küche & <Garten> ", 100, 60, false), ("👩‍👩‍👧‍👦", 40, 60, false), ("Щ", 3_000, 15, false),
        ("&", 5_000, 1, false), ("\u{301}", 9_000, 60, true),
    ])
    func aFullWeekWithMuchToSayMakesThePageNoHeavier(
        _ word: String, _ count: Int, every minutes: Int64, isWhole: Bool
    ) async throws {
        let text = String(repeating: word, count: count)
        let guide = Self.fullWeek(every: minutes, text, link: "https://radio.example/" + text.prefix(40))
        try await withFrontDoor([FakeMount(pages: 1)], guide: guide) { door, port in
            door.runningOrder = .sample(length: 100)
            var bytes = 0
            for part in ["/", "/icon.svg", "/api/now"] {
                let (head, body) = try await get(port, part)
                #expect(head.hasPrefix("HTTP/1.1 200 "))
                bytes += head.utf8.count + body.utf8.count
            }
            #expect(bytes < 60_000)
            let body = try await get(port, "/").body
            let (showsNext, saysMore) = (body.contains(">Show 1 "), body.contains(PageWords.english.more))
            #expect(showsNext || isWhole)
            #expect(saysMore != isWhole)
            #expect(body.hasSuffix("</html>\n"))
        }
    }

    @Test func anHourlyWeekIsShownWholeWithoutItsTextsWhereTheyAreLong() async throws {
        let guide = Self.fullWeek(every: 60, "x", link: "")
        try await withFrontDoor([FakeMount(pages: 1)], guide: guide) { _, port in
            let body = try await get(port, "/").body
            #expect(body.contains("<b>Show 167 x</b>") && !body.contains(PageWords.english.more))
        }
        var wordy = guide
        for index in wordy.entries.indices { wordy.entries[index].text = String(repeating: "x", count: 200) }
        try await withFrontDoor([FakeMount(pages: 1)], guide: wordy) { _, port in
            let body = try await get(port, "/").body
            #expect(body.contains("<b>Show 167 x</b>") && !body.contains(PageWords.english.more))
            #expect(body.contains("<span>\(String(repeating: "x", count: 60))…</span>"))
        }
    }

    @Test func aStationWithoutShowsHasNoWeek() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], guide: FakeGuide()) { _, port in
            let body = try await get(port, "/").body
            #expect(!body.contains("id=\"week\"") && body.contains(" hidden><b></b> <span></span></p>"))
        }
    }

    @Test(arguments: hostileTexts + ["javascript:alert(1)", "https://x\" onmouseover=\"alert(1)"])
    func noTextOfAShowBecomesMarkup(_ text: String) async throws {
        var plain = 0
        try await withFrontDoor([FakeMount(pages: 1)], guide: Self.week(link: "x")) { _, port in
            plain = try await get(port, "/").body.count { $0 == "<" }
        }
        try await withFrontDoor([FakeMount(pages: 1)], guide: Self.week(text, link: text)) { _, port in
            let body = try await get(port, "/").body
            #expect(body.contains("<b>\(escaped(text))0</b>"))
            for mark in ["<img", "alert(1)>", "onmouseover=\"", "href=\"javascript"] {
                #expect(!body.contains(mark), "\(mark)")
            }
            let links = text.hasPrefix("https://") ? 8 * 2 : 0
            #expect(body.count { $0 == "<" } == plain + links)
        }
    }

    @Test func whatIsOnIsToldWithTheTitles() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], guide: Self.week()) { door, port in
            var order = RunningOrder.sample()
            order.show = Self.week().entries[0]
            door.runningOrder = order
            let body = try await get(port, "/api/now").body
            let start = Self.now - Self.hour
            #expect(
                body.contains(
                    "\"show\":{\"duration\":7200000,\"host\":\"Show\",\"show\":\"Show0\",\"start\":\(start)}")
            )
            door.runningOrder = .sample()
            #expect(try await !get(port, "/api/now").body.contains("\"show\""))
        }
    }

    @Test func widgetsAskForASpan() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], guide: FakeGuide()) { _, port in
            let (head, body) = try await get(port, "/api/schedule?from=2026-01-02T00:00:00+01:00&for=7d")
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            #expect(fields(head)["access-control-allow-origin"] == "*")
            #expect(fields(head)["content-type"] == "application/json; charset=utf-8")
            #expect(body == "{\"asked\":\"2026-01-02T00:00:00+01:00 7d \(Self.now)\"}\n")
            let refused = try await get(port, "/api/schedule?for=for%20ever")
            #expect(refused.head.hasPrefix("HTTP/1.1 400 ") && refused.body == "for is no length.\n")
        }
    }

    @Test func calendarsAreThereForAllAndForEachShow() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], guide: FakeGuide()) { _, port in
            let (head, body) = try await get(port, "/schedule.ics")
            #expect(fields(head)["content-type"] == "text/calendar; charset=utf-8")
            #expect(body == "BEGIN:VCALENDAR\r\nall")
            #expect(try await get(port, "/schedule/k%C3%BCche.ics").body == "BEGIN:VCALENDAR\r\nküche")
            for path in ["/schedule/other.ics", "/schedule/k%C3%BCche", "/schedule/", "/schedule/..%2Fx.ics"]
            {
                #expect(try await get(port, path).head.hasPrefix("HTTP/1.1 404 "), "\(path)")
            }
        }
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let (head, _) = try await get(port, "/schedule.ics")
            #expect(head.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func whoHasItAlreadyIsToldSo() async throws {
        try await withFrontDoor([FakeMount(pages: 1)], guide: FakeGuide()) { _, port in
            let (head, _) = try await get(port, "/schedule.ics")
            #expect(fields(head)["cache-control"] == "no-cache")
            let tag = try #require(fields(head)["etag"])
            for known in [tag, "\"a\", W/\(tag)", "*"] {
                let client = try RawClient(port: port)
                // The connection goes on: what follows is the next answer, and no body.
                client.send(
                    "GET /schedule.ics HTTP/1.1\r\nHost: a\r\nIf-None-Match: \(known)\r\n\r\n"
                        + "GET /schedule.ics HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"b\"\r\n\r\n")
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 304 ") && fields(head)["etag"] == tag)
                #expect(try await client.readResponse().body == "BEGIN:VCALENDAR\r\nall")
            }
        }
    }
}
