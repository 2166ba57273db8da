import Foundation
import Programme
import TestKit
import Testing

@testable import Station

@Suite struct ScheduleConfigurationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config").path

    private func told(_ text: String) -> [String] { messages(Array(text.utf8)) }

    @Test(arguments: scheduleMistakes) func aMistakeIsNamedWithPlaceAndRemedy(mistake: Mistake) {
        #expect(scheduleSample.contains(mistake.written))
        let text = scheduleSample.replacing(mistake.written, with: mistake.instead, maxReplacements: 1)
        #expect(told(text) == mistake.told)
    }

    @Test func theScheduleIsReadAsItStands() throws {
        let shows = try load(scheduleSample).shows
        #expect(shows.map(\.name) == ["Frühstück", "Küchenradio", "Wiederholung"])
        #expect(
            shows[0].airings == [
                Airing(
                    .weekly([.monday, .tuesday, .wednesday, .thursday, .friday], .every), secondOfDay: 25_200,
                    extent: .lasting(7_200))
            ])
        #expect(shows[0].plays == .playlist("rotation"))
        let kitchen = shows[1]
        #expect(
            kitchen.airings == [
                Airing(
                    .monthly([.tuesday], nth: [1, 3]), secondOfDay: 72_000,
                    extent: .until(secondOfDay: 79_200, days: 0),
                    from: Day("2026-12-01")!, without: [.day(Day("2026-12-15")!)])
            ])
        #expect(kitchen.live == ["redaktion", "gast"] && kitchen.plays == nil)
        #expect(kitchen.otherwise == .playlist("rotation"))
        #expect(shows[2].plays == .recording(of: "Küchenradio"))
    }

    @Test(arguments: [
        ("play: https://radio.example/a.ogg", Content.stream(url: "https://radio.example/a.ogg")),
        ("play: { stream: https://radio.example/a.ogg }", .stream(url: "https://radio.example/a.ogg")),
        (
            "play: { podcast: https://radio.example/feed.xml }",
            .podcast(url: "https://radio.example/feed.xml", .newest)
        ),
        ("play: { newest: neu }", .newest(folder: "/srv/radio/neu")),
        ("play: { file: \"tage/{date}.ogg\" }", .dated(file: "/srv/radio/tage/{date}.ogg")),
        ("play: { file: a.ogg }", .file("/srv/radio/a.ogg")),
        ("repeat_of: Küchenradio", .recording(of: "Küchenradio")),
    ])
    func `what may be missing could have nothing in its place`(line: String, content: Content) throws {
        let text = scheduleSample.replacing(
            "    play: rotation\n", with: "    \(line)\n    otherwise: { playlist: ids, continue: true }\n")
        let show = try load(text).shows[0]
        #expect(show.plays == content && show.otherwise == .continued(playlist: "ids"))
        // With a DJ who may come, too.
        let live = try load(text.replacing("    for: 2h\n", with: "    for: 2h\n    live: anna\n")).shows[0]
        #expect(live.plays == content && live.otherwise == .continued(playlist: "ids"))
    }

    @Test func aMovedTimeIsAsLongAsItWas() throws {
        let text = scheduleSample.replacing(
            "    not_on: [ 2026-12-15 ]",
            with:
                "    moved: { 2026-12-01: \"21:00\", 2026-12-15: 2026-12-16, 2027-01-05: \"2027-01-06 19:30\" }"
        )
        let airings = try load(text).shows[1].airings
        #expect(airings[0].without.count == 3)
        #expect(airings.dropFirst().map(\.extent) == Array(repeating: .lasting(7_200), count: 3))
        #expect(airings.dropFirst().map(\.secondOfDay) == [75_600, 72_000, 70_200])
        #expect(
            airings.dropFirst().map(\.rule)
                == ["2026-12-01", "2026-12-16", "2027-01-06"].map { .dates([Day($0)!]) })
    }

    @Test func midnightAndTheNightBelongToTheNextDay() throws {
        func extent(_ until: String) throws -> Airing.Extent {
            try load(scheduleSample.replacing("until: \"22:00\"", with: "until: \"\(until)\"")).shows[1]
                .airings[0].extent
        }
        #expect(try extent("24:00") == .until(secondOfDay: 0, days: 1))
        #expect(try extent("02:00") == .until(secondOfDay: 7_200, days: 1))
        #expect(try extent("20:00:30") == .until(secondOfDay: 72_030, days: 0))
    }

    // MARK: The example

    private func example() throws -> String {
        try String(contentsOfFile: Self.folder + "/schedule.example.yaml", encoding: .utf8)
    }

    private func loadExample(_ text: String) throws -> [Show] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0 == "shows:" }!
        return try load(
            sampleText + "live: { mounts: [ /live ] }\n" + lines[start...].joined(separator: "\n")
        ).shows
    }

    @Test func theExampleHasEveryKeyOfTheCodeAndNoOther() throws {
        let keys = try example().split(separator: "\n").flatMap { line -> [String] in
            // A key in a comment is one that `play` can have instead; a line of `times` holds several.
            if line.contains("- {") { return line.matches(of: #/([a-z]+):/#).map { String($0.1) } }
            return try
                #/^ *(?:- |# (?=(?:playlist|continue|newest|podcast|episode|stream): ))?([a-z_]+):( .*)?$/#
                .firstMatch(in: line).map { [String($0.1)] } ?? []
        }
        typealias Keys = ConfigurationKeys
        #expect(Set(keys) == Set(Keys.schedule + Keys.show + Keys.play))
    }

    @Test func theExampleIsWithoutProblemsInAllItsVariants() throws {
        let text = try example()
        let shows = try loadExample(text)
        #expect(shows.map(\.name) == ["Frühstück", "Küchenradio", "Plenum", "Hörspiel", "Wiederholung"])
        for variant in ["playlist: rotation", "newest: shows/neu", "podcast: https", "stream: https"] {
            _ = try loadExample(
                text.replacing("      file: shows/{date}.ogg\n", with: "").replacing(
                    "# \(variant)", with: variant))
        }
    }

    /// Deletes one line after the other: what the example calls a default is what the code takes.
    @Test func aDefaultOfTheExampleIsThatOfTheCode() throws {
        let text = try example()
        let whole = try loadExample(text)
        for key in ["start: hard", "spring: shift", "autumn: once"] {
            let rest = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
                !$0.contains("    \(key)")
            }
            #expect(try loadExample(rest.joined(separator: "\n")) == whole, "\(key)")
        }
        let bare = try load(
            sampleText + "shows: [ { name: a, on: mon, at: \"20:00\", for: 1h, play: rotation } ]\n"
        ).shows[0]
        #expect(bare.priority == 0 && bare.overlong == .fade && bare.host.isEmpty && bare.link.isEmpty)
    }

    // MARK: A file of its own

    @Test func theScheduleCanBeAFileOfItsOwn() throws {
        let folder = try TemporaryDirectory()
        let shows = scheduleSample[scheduleSample.firstRange(of: "shows:")!.lowerBound...]
        let station = scheduleSample.replacing(shows, with: "schedule: schedule.yaml\n")
        try String(shows).write(toFile: folder.path + "/schedule.yaml", atomically: true, encoding: .utf8)
        try station.write(toFile: folder.path + "/station.yaml", atomically: true, encoding: .utf8)
        let configuration = try Configuration.load(
            path: folder.path + "/station.yaml", environment: sampleEnvironment)
        #expect(try configuration.shows == load(scheduleSample).shows)
    }

    @Test func whatIsWrongInItIsSaidWithItsOwnPlaceBehindWhatIsWrongInTheStation() throws {
        let folder = try TemporaryDirectory()
        let station = sampleText.replacing("name: Radio", with: "nam: Radio") + "schedule: schedule.yaml\n"
        try station.write(toFile: folder.path + "/station.yaml", atomically: true, encoding: .utf8)
        func places() -> [String] {
            do throws(ConfigurationErrors) {
                _ = try Configuration.load(
                    path: folder.path + "/station.yaml", environment: sampleEnvironment)
                return []
            } catch {
                return error.problems.map {
                    "\($0.place.path.split(separator: "/").last ?? ""):\($0.place.line):\($0.place.column)"
                }
            }
        }
        #expect(places() == ["station.yaml:1:1", "station.yaml:2:3", "schedule.yaml:1:1"])
        try "shows:\n  - name: a\n    on: mon\n    at: \"25:00\"\n    for: 1h\n    play: rotation\n".write(
            toFile: folder.path + "/schedule.yaml", atomically: true, encoding: .utf8)
        #expect(places() == ["station.yaml:1:1", "station.yaml:2:3", "schedule.yaml:4:9"])
    }
}
