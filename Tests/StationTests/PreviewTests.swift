import Foundation
import Programme
import TestKit
import Testing

@testable import Station

/// What `preview` and `simulate` tell, of a schedule that is right and music that exists only here.
@Suite struct PreviewTests {
    /// 2026-11-30T00:00+01:00, the Monday before the first Küchenradio.
    private static let monday = Instant(wallNanoseconds: 1_795_993_200 * 1_000_000_000)
    private static let now = Instant(wallNanoseconds: 1_795_900_000 * 1_000_000_000)
    private static let hostile = "a,b;c\\d\r\nEND:VEVENT\u{1b}[2J"

    private static func day(_ number: Int) -> Instant {
        monday + Length(seconds: Double(number) * 86_400)
    }

    private func rotation(_ count: Int) -> Rotation {
        let tracks = (0..<count).map { number in
            Track(
                file: "/music/\(number).ogg", key: "\(number).ogg",
                length: Length(frames: 7_000_001 + 97_003 * Int64(number)), artist: "Ünit \(number)",
                title: number == 0 ? Self.hostile : "Lied \(number)")
        }
        return Rotation(station: "Radio", playlist: "rotation", order: .shuffle, tracks: tracks)
    }

    private func timeline(_ configuration: Configuration, tracks: Int = 200) throws -> Timeline {
        let rotation = rotation(tracks)
        return Timeline(
            Programming(
                rotation: rotation, schedule: try configuration.schedule(),
                sources: [.playlist("rotation"): .rotation(rotation)]))
    }

    private func preview(_ from: Instant, _ to: Instant) throws -> Preview {
        let configuration = try load(scheduleSample)
        return Preview(try timeline(configuration), configuration, from: from, to: to, now: Self.now)
    }

    @Test func eachItemFollowsTheOneBeforeAndTellsItsShow() throws {
        let items = try preview(Self.day(1), Self.day(2)).items
        #expect(items.count > 200)
        for (item, next) in zip(items, items.dropFirst()) { #expect(item.ends == next.start) }
        let shows = items.filter { $0.show != nil }
        #expect(shows.first?.start.rfc3339 == "2026-12-01T07:00:00.000+01:00")
        #expect(shows.last?.ends?.rfc3339 == "2026-12-01T22:00:00.000+01:00")
        // A DJ may come into Küchenradio; what Frühstück plays is certain.
        for item in items { #expect(item.provisional == (item.show == "Küchenradio")) }
    }

    /// As it airs, and not as if it had not been interrupted.
    @Test func aFileThatGoesOnBehindAnInterruptionIsShownFromThereOn() throws {
        let configuration = try load(
            scheduleSample.replacing("    repeat_of: Küchenradio\n", with: "    play: { newest: features }\n")
        )
        let content = try #require(configuration.shows[2].plays)
        var news = Show(
            name: "Nachrichten",
            airings: [Airing(.dates([Day("2026-12-05")!]), secondOfDay: 43_200, extent: .lasting(300))],
            plays: .playlist("rotation"))
        news.priority = 1
        let rotation = rotation(200)
        let feature = Track(
            file: "/srv/radio/feature.ogg", key: "feature", length: Length(seconds: 6_900), title: "Feature")
        let timeline = Timeline(
            Programming(
                rotation: rotation, schedule: try configuration.schedule(with: [[news]]),
                sources: [.playlist("rotation"): .rotation(rotation), content: .file(feature)]))
        let items = Preview(
            timeline, configuration, from: Self.day(5), to: Self.day(6), now: Self.now
        ).items.filter { $0.title == "Feature" }
        #expect(
            items.map(\.start.rfc3339) == [
                "2026-12-05T11:00:00.000+01:00", "2026-12-05T12:05:00.000+01:00",
            ])
        #expect(items.map(\.duration) == [3_600, 3_300])
        #expect(items.last?.ends?.rfc3339 == "2026-12-05T13:00:00.000+01:00")
    }

    // MARK: As a calendar

    @Test func theCalendarHasThePublishedEventsWithWhatIsPlayed() throws {
        let preview = try preview(Self.day(0), Self.day(7))
        let text = try #require(preview.calendar)
        let grid = ShowGrid(try ShowGrid.Plan(load(scheduleSample), since: Self.now))
        let published = try #require(
            PublicSchedule(grid: grid).calendar(of: nil, now: Self.monday.milliseconds))
        func lines(_ name: String, _ text: String) -> [Substring] {
            text.split(separator: "\r\n").filter { $0.hasPrefix(name) }
        }
        // Five of Frühstück, one of Küchenradio and of Wiederholung each.
        #expect(lines("UID:", text).count == 7)
        #expect(Set(lines("UID:", text)).isSubset(of: lines("UID:", published)))
        #expect(Set(lines("DTSTART:", text)).isSubset(of: lines("DTSTART:", published)))
        let unfolded = text.replacing("\r\n ", with: "")
        for item in preview.items where item.show != nil {
            let mark = item.provisional ? "~" : ""
            let line = "\(mark)\(item.start.local.clock) \(item.artist ?? "") - "
            #expect(unfolded.contains(line), "\(line)")
        }
        // No title makes an event of its own.
        #expect(lines("END:VEVENT", text).count == 7 && !text.contains("\u{1b}"))
        for line in text.components(separatedBy: "\r\n") { #expect(line.utf8.count <= 75) }
        #expect(try self.preview(Self.day(6), Self.day(7)).calendar == nil, "On Sunday no show is on.")
    }

    /// Debian's python3-icalendar, whatever Python stands first in PATH.
    private static let python = "/usr/bin/python3"
    private static let hasReader = (try? Tool.run(python, ["-c", "import icalendar"]).status) == 0

    @Test(.enabled(if: hasReader, "python3-icalendar: `make test` installs it"))
    func anotherProgramReadsTheCalendarAsThePreviewTellsIt() throws {
        struct Event: Decodable {
            var title: String
            var start: String
            var seconds: Double
            var lines: [String]
        }
        let preview = try preview(Self.day(1), Self.day(6))
        let program = """
            import sys, json, icalendar
            events = icalendar.Calendar.from_ical(sys.stdin.buffer.read()).walk("VEVENT")
            assert all(not event.errors for event in events)
            print(json.dumps([{"title": str(e["SUMMARY"]), "start": e["DTSTART"].dt.isoformat(),
                "seconds": (e["DTEND"].dt - e["DTSTART"].dt).total_seconds(),
                "lines": str(e["DESCRIPTION"]).split("\\n")} for e in events]))
            """
        let text = try #require(preview.calendar)
        let result = try Tool.run(Self.python, ["-c", program], input: Array(text.utf8))
        let events = try JSONDecoder().decode([Event].self, from: Data(result.output))
        #expect(
            events.map(\.title) == [
                "Frühstück", "Küchenradio", "Frühstück", "Frühstück", "Frühstück", "Wiederholung",
            ])
        let first = try #require(events.first)
        #expect(first.start == "2026-12-01T06:00:00+00:00" && first.seconds == 7_200)
        let items = preview.items.filter { $0.show == "Küchenradio" }
        let clean = { (text: String) in text.filter { !$0.isNewline && $0 != "\u{1b}" } }
        #expect(
            events[1].lines
                == items.map { item in
                    "~\(item.start.local.clock) \(item.artist ?? "") - \(clean(item.title ?? ""))"
                })
    }

    // MARK: Simulated

    @Test func theSimulationNamesTheShowAndWhoIsResponsible() throws {
        let configuration = try load(
            scheduleSample.replacing("on: tue\n", with: "on: tue\n    host: Kim und Ada\n"))
        // Three tracks, which come again and again, and no recording to repeat.
        let timeline = try timeline(configuration, tracks: 3)
        let simulation = Simulation(
            Rehearsal(timeline, from: Self.day(0), to: Self.day(14)), ItemWords(zone: "Europe/Berlin"))
        func findings(_ show: String?) -> [Simulation.Finding] {
            simulation.findings.filter { $0.show == show }
        }
        let kitchen = try #require(findings("Küchenradio").first)
        #expect(findings("Küchenradio").count == 1 && kitchen.kind == "repeat")
        #expect(kitchen.host == "Kim und Ada" && kitchen.count > 10)
        #expect(kitchen.first.rfc3339 > "2026-12-01T20:" && kitchen.first.rfc3339 < "2026-12-01T20:30")
        let missing = try #require(findings("Wiederholung").first { $0.kind == "nothing" })
        #expect(missing.count == 2 && missing.host == nil)
        // Without a host it is those who make the show.
        let other = Simulation(
            Rehearsal(
                try self.timeline(load(scheduleSample), tracks: 3), from: Self.day(0), to: Self.day(14)),
            ItemWords(zone: "Europe/Berlin"))
        #expect(other.findings.first { $0.show == "Küchenradio" }?.host == "redaktion, gast")
        #expect(missing.first.rfc3339 == "2026-12-05T11:00:00.000+01:00")
        #expect(findings("Frühstück").map(\.kind) == ["repeat"] && findings(nil).map(\.kind) == ["repeat"])
        let items = Preview(
            timeline, configuration, from: Self.day(0), to: Self.day(14), now: Self.now
        ).items
        #expect(simulation.items == items.count)
    }

    /// Each in the words of somebody who makes a show.
    @Test(arguments: [
        (
            Rehearsal.Finding.Kind.silence(Length(seconds: 3_600)),
            "Nothing can be played for 1 h: only the emergency track would be on. Put music into the rotation."
        ),
        (
            .nothingToPlay,
            "Küchenradio has nothing to play: the rotation is on instead. Put its files where the schedule says."
        ),
        (
            .tooShort(Length(seconds: 250)),
            "The file of Küchenradio ends 4 min 10 s before the show does; the rest is filled with music."
        ),
        (
            .tooLong(Length(seconds: 90)),
            """
            The file of Küchenradio is 1 min 30 s too long, and its end is not heard: shorten it, or write \
            overlong: run 2 min.
            """
        ),
        (
            .late(Length(seconds: 12)),
            """
            Küchenradio begins 12 s late, because what is before it runs over: shorten that, or have it faded \
            (start: hard, overlong: fade).
            """
        ),
        (
            .repeated(file: "/music/a.ogg", after: Length(seconds: 600)),
            "/music/a.ogg comes again after 10 min: put more music into the playlist."
        ),
    ])
    func eachFindingIsASentence(_ kind: Rehearsal.Finding.Kind, _ words: String) {
        #expect(kind.sentence("Küchenradio") == words)
    }
}
