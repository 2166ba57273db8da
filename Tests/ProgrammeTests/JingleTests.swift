import TestKit
import Testing

@testable import Programme

/// Jingles at minutes of the hour, a show's opening and its end, and playlists that have hours.
struct JingleTests {
    private static let jingles = (0..<3).map {
        Track(file: "/j\($0)", key: "j\($0)", length: Length(seconds: 8 + Double($0)))
    }
    private static let intro = Track(file: "/intro", key: "intro", length: Length(seconds: 20))
    private static let outro = Track(file: "/outro", key: "outro", length: Length(seconds: 31))
    private static let rules = RotationRules(
        artist: .init(time: Length(seconds: 1_800)), title: .init(time: Length(seconds: 3_600)))

    private static var sources: [Content: Programming.Source] {
        [
            .playlist("jingles"): .rotation(playlist("jingles", jingles, .sequence)),
            .playlist("show"): .rotation(playlist("show", library(80, prefix: "s"))),
            .file("/intro"): .file(intro), .file("/outro"): .file(outro),
            .file("/feature"): .file(Track(file: "/feature", key: "f", length: Length(seconds: 1_500))),
        ]
    }

    private static func station(
        _ start: Show.Start, minutes: [Int] = [0, 30], tracks: Int = 300
    ) -> Timeline {
        let tracks = library(tracks).enumerated().map { number, track in
            var track = track
            (track.artist, track.title) = ("Artist \(number % 60)", "Title \(number)")
            return track
        }
        let rotation = Rotation(
            station: "Beispiel", playlist: "rotation", order: .shuffle, tracks: tracks, rules: rules)
        return Timeline(
            Programming(
                rotation: rotation, sources: sources,
                identification: Jingles(playlist: "jingles", due: .at(minutes: minutes, start))))
    }

    private static let day = Instant(frames: 0) + Length(seconds: 9_000 * 86_400)

    /// What is on in a span; no frame of it is without an item, and none has two.
    private func heard(_ timeline: Timeline, from: Instant, hours: Double) -> [Item] {
        let items = walk(timeline, from: from, to: from + Length(seconds: hours * 3_600))
        for (item, next) in zip(items, items.dropFirst()) { #expect(item.end == next.start) }
        return items
    }

    @Test func `hard jingles are on at their second, and the track before them ends there`() {
        let items = heard(Self.station(.hard), from: Self.day, hours: 24)
        let jingles = items.filter { $0.kind == .identification }
        #expect(jingles.count == 48)
        for (number, jingle) in jingles.enumerated() {
            #expect(jingle.start == Self.day + Length(seconds: Double(number) * 1_800))
            #expect(jingle.track.key == "j\(number % 3)")
        }
        // The last track before a jingle is faded in its last second, and not cut.
        let cut = zip(items, items.dropFirst()).filter { item, next in
            next.kind == .identification && (item.track.length! - item.length!).frames > Backtiming.tolerance
        }
        #expect(cut.count <= 1, "\(cut.count) of 48 were cut")
    }

    @Test(arguments: [(300, 0), (5, 10)])
    func `soft jingles wait for the track that is on air, which is never cut`(tracks: Int, waiting: Int) {
        let items = heard(Self.station(.soft, tracks: tracks), from: Self.day, hours: 23)
        let jingles = items.filter { $0.kind == .identification }
        #expect(jingles.count == 46)
        var waits = 0
        for (number, jingle) in jingles.enumerated() {
            let late = jingle.start - (Self.day + Length(seconds: Double(number) * 1_800))
            #expect(late >= .zero && late < Length(seconds: 400))
            if late > Length(seconds: 1) { waits += 1 }
        }
        #expect(waits >= waiting)
        #expect(items.dropFirst().allSatisfy { $0.track.length == $0.length })
    }

    @Test(arguments: [Show.Start.hard, .soft])
    func `between jingles no track comes twice within an hour`(start: Show.Start) {
        let items = heard(Self.station(start), from: Self.day, hours: 72).filter { $0.kind == .track }
        var last: [String: Instant] = [:]
        var close = 0
        for item in items {
            if let before = last[item.track.key], item.start - before < Length(seconds: 3_600) { close += 1 }
            last[item.track.key] = item.start
        }
        #expect(close == 0)
        // The rotation goes on: most of the library is heard.
        #expect(last.count > 280)
    }

    @Test func `a skip moves nothing before the next jingle, and a restart changes nothing`() {
        var timeline = Self.station(.hard)
        let now = Self.day + Length(seconds: 600)
        let onAir = timeline.item(at: now)!
        let planned = walk(
            timeline, from: Self.day + Length(seconds: 90_000), to: Self.day + Length(seconds: 100_000))
        timeline.end(onAir, at: now)
        let again = Timeline(timeline.programming, state: timeline.state)
        let after = heard(again, from: now, hours: 6)
        #expect(
            after.contains { $0.kind == .identification && $0.start == Self.day + Length(seconds: 1_800) })
        #expect(after == heard(timeline, from: now, hours: 6))
        #expect(
            planned
                == walk(
                    timeline, from: Self.day + Length(seconds: 90_000),
                    to: Self.day + Length(seconds: 100_000)))
    }

    @Test func `a show begins with its intro and ends with its outro, on its second`() {
        let show = Show(
            name: "Magazin", airings: [], plays: .playlist("show"), intro: .file("/intro"),
            outro: .file("/outro"))
        let timeline = Timeline(
            Programming(
                rotation: playlist("rotation", library(200)),
                schedule: fixed([show], [(0, 60, 120), (0, 3_000, 3_060)]),
                sources: Self.sources))
        for (from, to) in [(60, 120), (3_000, 3_060)] {
            let items = heard(timeline, from: minute(from), hours: 1)
            #expect(items.first?.track.key == "intro" && items.first?.start == minute(from))
            #expect(items.last?.track.key == "outro" && items.last?.end == minute(to))
            #expect(items.last?.length == Self.outro.length)
            let before = items[items.count - 2]
            #expect((before.track.length! - before.length!).frames <= Backtiming.tolerance)
            #expect(items.allSatisfy { $0.show == "Magazin" })
        }
    }

    @Test
    func `an intro ran over into a show that waits, and that began in its middle for whoever asked then`() {
        let long = Track(file: "/long", key: "long", length: Length(seconds: 150))
        let short = Show(name: "Kurz", airings: [], plays: .playlist("show"), intro: .file("/long"))
        let soft = Show(name: "Danach", airings: [], plays: .playlist("show"), start: .soft)
        func timeline() -> Timeline {
            Timeline(
                Programming(
                    rotation: playlist("rotation", library(200)),
                    schedule: fixed([short, soft], [(0, 60, 61), (1, 61, 120)]),
                    sources: Self.sources.merging([.file("/long"): .file(long)]) { first, _ in first }))
        }
        let whole = heard(timeline(), from: minute(60), hours: 1)
        #expect(whole[0].track.key == "long" && whole[0].end == minute(60) + long.length!)
        for second in stride(from: 0, to: 400, by: 7) {
            let instant = minute(60) + Length(seconds: Double(second))
            #expect(timeline().item(at: instant) == whole.last { $0.start <= instant })
        }
    }

    @Test func `who skips the intro hears the show's file, and then its playlist`() {
        let show = Show(
            name: "Feature", airings: [], plays: .file("/feature"), intro: .file("/intro"),
            outro: .file("/outro"))
        var timeline = Timeline(
            Programming(
                rotation: playlist("rotation", library(200)), schedule: fixed([show], [(0, 60, 120)]),
                sources: Self.sources))
        let intro = timeline.item(at: minute(60))!
        #expect(intro.track.key == "intro")
        timeline.end(intro, at: minute(60) + Length(seconds: 5))
        let items = heard(
            Timeline(timeline.programming, state: timeline.state), from: minute(60) + Length(seconds: 5),
            hours: 0.995)
        #expect(items[0].track.key == "f" && items[0].start == minute(60) + Length(seconds: 5))
        #expect(items[0].length == Length(seconds: 1_500))
        #expect(items.count > 3 && items.last?.track.key == "outro")
        #expect(items.filter { $0.track.key == "f" }.count == 1)
    }

    @Test func `a show's own jingles come between its tracks, and at its own minutes`() {
        let every = Show(
            name: "A", airings: [], plays: .playlist("show"),
            jingles: Jingles(playlist: "jingles", due: .every(tracks: 2)))
        let at = Show(
            name: "B", airings: [], plays: .playlist("show"),
            jingles: Jingles(playlist: "jingles", due: .at(minutes: [15, 45], .hard)))
        let timeline = Timeline(
            Programming(
                rotation: playlist("rotation", library(200)),
                schedule: fixed([every, at], [(0, 60, 120), (1, 120, 240)]),
                sources: Self.sources))
        let first = heard(timeline, from: minute(60), hours: 1)
        for (place, item) in first.enumerated() {
            #expect((item.kind == .identification) == (place % 3 == 2))
        }
        let second = heard(timeline, from: minute(120), hours: 2)
        let jingles = second.filter { $0.kind == .identification }
        #expect(jingles.map(\.start) == [135, 165, 195, 225].map { minute($0) })
        #expect(second.allSatisfy { $0.show == "B" })
        let tracks = second.filter { $0.kind == .track }
        for (place, track) in tracks.enumerated() {
            let again = tracks[(place + 1)...].first { $0.track.key == track.track.key }
            #expect(again.map { $0.start - track.start > Length(seconds: 3_600) } ?? true)
        }
    }

    @Test func `a playlist is drawn from in its hours and never outside them`() {
        let parts = [
            RotationPart(
                playlist: "late", tracks: library(50, prefix: "late"),
                hours: Hours(from: 79_200, until: 21_600)),
            RotationPart(playlist: "all", tracks: library(50, prefix: "all", seed: 2)),
            RotationPart(
                playlist: "noon", tracks: library(9, prefix: "n", seed: 3),
                hours: Hours(from: 43_200, until: 46_800)),
        ]
        let rotation = Rotation(station: "a", playlist: "b", parts: parts, clock: [0, 1, 2])
        let timeline = Timeline(Programming(rotation: rotation))
        var counts: [String: Int] = [:]
        for item in heard(timeline, from: Self.day, hours: 48) {
            let hour = LocalTime(seconds: item.start.wallNanoseconds / 1_000_000_000).secondOfDay / 3_600
            let part = String(item.track.key.prefix { $0 != "/" })
            counts[part, default: 0] += 1
            if part == "late" { #expect(hour >= 22 || hour < 6) }
            if part == "noon" { #expect(hour == 12) }
        }
        #expect(counts["late"]! > 80 && counts["all"]! > 300 && counts["noon"]! > 10)
    }

    private static let late = RotationPart(
        playlist: "late", tracks: library(50, prefix: "late"), hours: Hours(from: 79_200, until: 21_600))
    private static let noon = RotationPart(
        playlist: "noon", tracks: library(50, prefix: "noon", seed: 3),
        hours: Hours(from: 43_200, until: 46_800))

    /// At ten in the morning neither the one nor the other may be on.
    @Test(arguments: [nil, [0, 1], [0]])
    func `a show played its whole playlist outside its hours`(clock: [Int]?) {
        let parts = [Self.late, clock == [0] ? RotationPart(playlist: "day", tracks: library(9)) : Self.noon]
        var show = Show(name: "Show", airings: [], plays: .playlist("hours"))
        func items() -> [Item] {
            let timeline = Timeline(
                Programming(
                    rotation: playlist("rotation", library(200)),
                    schedule: fixed([show], [(0, 600, 660), (0, 1_380, 1_440)]),
                    sources: [
                        .playlist("hours"): .rotation(
                            Rotation(station: "a", playlist: "hours", parts: parts, clock: clock)),
                        .playlist("other"): .rotation(playlist("other", library(80, prefix: "o"))),
                    ]))
            // At eleven in the evening it is what it should be.
            #expect(
                heard(timeline, from: minute(1_380), hours: 1).contains { $0.track.file.hasPrefix("/late") })
            #expect(
                Rehearsal(timeline, from: minute(600), to: minute(660)).findings.map(\.kind)
                    == (show.otherwise == nil ? [.nothingToPlay] : []))
            return heard(timeline, from: minute(600), hours: 1)
        }
        #expect(items().allSatisfy { $0.track.file.hasPrefix("/t") && $0.show == "Show" })
        show.otherwise = .playlist("other")
        #expect(items().allSatisfy { $0.track.file.hasPrefix("/o") && $0.show == "Show" })
    }

    @Test func `a show of which nothing could be played left its slot to playlists outside their hours`() {
        let day = RotationPart(playlist: "day", tracks: library(60, prefix: "day"))
        let show = Show(name: "Show", airings: [], plays: .playlist("show"))
        var timeline = Timeline(
            Programming(
                rotation: Rotation(station: "a", playlist: "r", parts: [Self.late, day]),
                schedule: fixed([show], [(0, 600, 660)]), sources: Self.sources))
        let last = heard(timeline, from: minute(599), hours: 0.001).last!
        let failed = timeline.item(after: last)!
        timeline.drop(failed, onAir: last)
        timeline.forsake(failed)
        let items = heard(timeline, from: minute(600), hours: 1)
        #expect(items.allSatisfy { $0.track.file.hasPrefix("/day") } && items.count > 8)
    }

    @Test func `where nothing at all may be on, everything is, and that is said`() {
        let timeline = Timeline(
            Programming(rotation: Rotation(station: "a", playlist: "r", parts: [Self.late, Self.noon])))
        for (from, isKept) in [(600, false), (725, true)] {
            for item in heard(timeline, from: minute(from), hours: 0.5) {
                let part = item.track.file.hasPrefix("/late") ? Self.late : Self.noon
                let reasons = timeline.reasons(for: item, behind: [])
                #expect(reasons.contains(.hours(of: part.playlist, part.hours!, isKept: isKept)))
                #expect(reasons.contains { $0.isLoosened } == !isKept)
            }
        }
    }
}
