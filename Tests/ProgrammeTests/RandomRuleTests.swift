import TestKit
import Testing

@testable import Programme

/// Stations with all rules at once, drawn at random, above small and hostile libraries.
struct RandomRuleTests {
    private static func timeline(seed: UInt64) -> Timeline {
        var random = SplitMix(state: seed)
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        func tracks(_ prefix: String) -> [Track] {
            let scale = [1, 1, 1, 20][any(4)]
            return library([0, 1, 2, 9, 70][any(5)], prefix: prefix, seed: seed).enumerated().map {
                number, track in
                var track = track
                track.length!.frames = track.length!.frames * Int64(scale) / (any(9) == 0 ? 15 : 1)
                track.artist = any(5) == 0 ? nil : "Artist \(any(6))"
                track.title = any(4) == 0 ? nil : "Title \(any(20))"
                return track
            }
        }
        func gap() -> RotationRules.Gap {
            .init(
                tracks: any(3) == 0 ? any(9) : 0, time: Length(seconds: any(3) == 0 ? Double(any(9_000)) : 0))
        }
        let idents = library(any(4), prefix: "id").map { track in
            var track = track
            track.length!.frames /= 30
            return track
        }
        func rotation(_ name: String) -> Rotation {
            let every = any(4)
            guard any(2) == 0 else {
                return Rotation(
                    station: "a", playlist: name, order: any(3) == 0 ? .sequence : .shuffle,
                    tracks: tracks(name),
                    rules: RotationRules(
                        artist: gap(), title: gap(), artistShare: any(3) == 0 ? 1 + any(100) : nil),
                    identifications: idents, every: every)
            }
            let parts = (0..<(1 + any(3))).map { part in
                RotationPart(
                    playlist: "\(name)\(part)", order: any(3) == 0 ? .sequence : .shuffle,
                    tracks: tracks("\(name)\(part)"), weight: 1 + any(4),
                    hours: part > 0 && any(2) == 0 ? Hours(from: any(24) * 3_600, until: any(96) * 900) : nil)
            }
            return Rotation(
                station: "a", playlist: name, parts: parts,
                clock: any(2) == 0 ? nil : (0..<(1 + any(6))).map { _ in any(parts.count) },
                rules: RotationRules(artist: gap(), title: gap()), identifications: idents, every: every)
        }
        func jingles() -> Jingles? {
            switch any(3) {
            case 0: nil
            case 1: Jingles(playlist: "ids", due: .every(tracks: 1 + any(4)))
            default:
                Jingles(
                    playlist: "ids",
                    due: .at(minutes: Array(Set([any(60), any(60)])).sorted(), any(2) == 0 ? .hard : .soft))
            }
        }
        var sources: [Content: Programming.Source] = [
            .playlist("ids"): .rotation(playlist("ids", idents, .sequence)),
            .file("/f"): .file(Track(file: "/f", key: "f", length: Length(seconds: Double(1 + any(5_000))))),
            .file("/i"): .file(Track(file: "/i", key: "i", length: Length(seconds: Double(1 + any(60))))),
        ]
        for name in ["p", "q"] {
            sources[.playlist(name)] = .rotation(rotation(name))
            sources[.continued(playlist: name)] = sources[.playlist(name)]
        }
        let contents: [Content?] = [
            .playlist("p"), .playlist("q"), .continued(playlist: "p"), .file("/f"), nil,
        ]
        let shows = (0..<5).map { number in
            Show(
                name: "Show \(number)", airings: [], plays: contents[any(contents.count)],
                start: any(3) == 0 ? .soft : .hard, priority: any(2),
                overlong: any(3) == 0 ? .run(seconds: any(900)) : .fade, jingles: jingles(),
                intro: any(2) == 0 ? .file("/i") : nil, outro: any(2) == 0 ? .file("/i") : nil)
        }
        let times = (0..<any(40)).map { _ in
            let from = any(3 * 1_440)
            return (show: any(shows.count), from: from, to: from + [1, 10, 60, 180, 1_000][any(5)])
        }
        var standard = rotation("standard")
        while standard.isEmpty { standard = rotation("standard") }
        return Timeline(
            Programming(
                rotation: standard, schedule: fixed(shows, times), sources: sources, identification: jingles()
            ))
    }

    /// Each item begins where the one before it ends, however it is asked for.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `whatever the rules are, no instant is without an item and each has one alone`(seed: UInt64) {
        let timeline = Self.timeline(seed: seed)
        let (from, to) = (minute(0), minute(1_500))
        let items = walk(timeline, from: from, to: to)
        for (item, next) in zip(items, items.dropFirst()) {
            #expect(item.end == next.start || next.start < item.end!)
        }
        #expect(items.last!.end! >= to)
    }

    /// The journal keeps no more than the state; everything else is worked out again.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a restart behind a skip changes nothing`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var timeline = Self.timeline(seed: seed)
        var now = minute(0)
        for _ in 0..<6 {
            now = now + Length(frames: Int64(random.next() % UInt64(5_400 * 44_100)))
            guard let onAir = timeline.item(at: now), now > onAir.start else { continue }
            timeline.end(onAir, at: now)
            // A programming without any memory.
            let programming = Programming(
                rotation: timeline.programming.rotation, schedule: timeline.programming.schedule,
                sources: timeline.programming.sources, identification: timeline.programming.identification)
            let again = Timeline(programming, state: timeline.state)
            let to = now + Length(seconds: 7_200)
            let items = walk(timeline, from: now, to: to)
            #expect(items == walk(again, from: now, to: to))
            #expect(items.first?.start == now)
        }
    }
}
