import TestKit
import Testing

@testable import Programme

/// Shows at random times, with random contents, above a random library: hostile ones too.
struct RandomStation {
    var programming: Programming
    let days: Int

    init(seed: UInt64, days: Int) {
        var random = SplitMix(state: seed)
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let libraries: [[Track]] = [
            [], library(1, prefix: "o"), library(2, prefix: "z"), library(60, prefix: "m", seed: seed),
            // Only long ones, and only short ones.
            library(4, prefix: "l").map { track in
                var track = track
                track.length!.frames *= 30
                return track
            },
            library(5, prefix: "k").map { track in
                var track = track
                track.length!.frames /= 12
                return track
            },
        ]
        func rotation(_ name: String, _ order: Order) -> Rotation {
            let every = any(4)
            return Rotation(
                station: "Beispiel", playlist: name, order: order, tracks: libraries[any(libraries.count)],
                identifications: Array(
                    library(every, prefix: "id").map { track in
                        var track = track
                        track.length!.frames /= 40
                        return track
                    }), every: every)
        }
        var sources: [Content: Programming.Source] = [:]
        for number in 0..<4 {
            sources[.playlist("\(number)")] = .rotation(
                rotation("\(number)", any(3) == 0 ? .sequence : .shuffle))
            sources[.continued(playlist: "\(number)")] = sources[.playlist("\(number)")]
        }
        for number in 0..<3 {
            let length = Length(seconds: Double(1 + any(9_000)))
            sources[.newest(folder: "/\(number)")] = .file(
                Track(file: "/\(number)/f", key: "f", length: length))
        }
        let contents: [Content] = sources.keys.sorted { "\($0)" < "\($1)" } + [.stream(url: "http://x")]
        let shows = (0..<8).map { number in
            var show = Show(
                name: "Show \(number)", airings: [], plays: contents[any(contents.count)],
                otherwise: any(2) == 0 ? contents[any(contents.count)] : nil)
            show.start = any(4) == 0 ? .soft : .hard
            show.overlong = any(3) == 0 ? .run(seconds: any(1_200)) : .fade
            show.priority = any(3)
            return show
        }
        var all: Set<Occurrence> = []
        for _ in 0..<(days * (1 + any(12))) {
            let start = Instant(frames: Int64(any(days * 86_400)) * Instant.rate)
            let seconds = [60, 300, 1_800, 3_600, 7_200, 40_000][any(6)]
            all.insert(
                Occurrence(
                    show: any(shows.count), start: start, end: start + Length(seconds: Double(seconds))))
        }
        self.days = days
        programming = Programming(
            rotation: Rotation(
                station: "Beispiel", playlist: "rotation", order: .shuffle,
                tracks: libraries[1 + any(libraries.count - 1)]),
            schedule: Schedule(
                shows: shows,
                agenda: FixedAgenda(all: all.sorted { ($0.start, $0.show) < ($1.start, $1.show) })),
            sources: sources)
    }
}

@Suite struct RandomScheduleTests {
    /// Every item follows where the last one ends, and whoever asks for that instant alone hears the same.
    @Test(arguments: 0..<16)
    func noInstantIsWithoutAnItemAndNoAnswerDependsOnTheWayThere(seed: Int) {
        let station = RandomStation(seed: UInt64(seed) &* 7_919, days: 1)
        let timeline = Timeline(station.programming)
        let end = minute(station.days * 1_440)
        let items = walk(timeline, from: minute(0), to: end)
        #expect(items.last?.end.map { $0 >= end } ?? false, "It ends at \(String(describing: items.last))")
        // Another value, without anything remembered, asked in another order.
        let fresh = Timeline(RandomStation(seed: UInt64(seed) &* 7_919, days: 1).programming)
        for item in items.reversed().enumerated() where item.offset % 37 == 0 {
            let middle = Length(frames: item.element.length!.frames / 2)
            let instant = max(item.element.start, item.element.end! - middle - Length(frames: 1))
            #expect(fresh.item(at: instant) == timeline.item(at: instant))
        }
    }

    /// What `preview` prints is what follows, item behind item, and `simulate` looks through the same.
    @Test(arguments: 0..<16)
    func whatIsPreviewedIsWhatIsRehearsed(seed: Int) {
        let station = RandomStation(seed: UInt64(seed) &* 6_701, days: 1)
        let timeline = Timeline(station.programming)
        let (from, to) = (minute(0), minute(station.days * 1_440))
        let previewed = Array(timeline.walk(from: from, to: to))
        #expect(previewed.map(\.item) == walk(timeline, from: from, to: to))
        for (item, next) in zip(previewed, previewed.dropFirst()) { #expect(item.item.end == next.start) }
        for (item, start) in previewed {
            #expect(timeline.item(at: start) == item && item.begins <= start && item.start <= start)
        }
        let rehearsal = Rehearsal(timeline, from: from, to: to)
        #expect(rehearsal.items == previewed.count)
        #expect(rehearsal.slots == station.programming.slots(from: from, to: to).count)
        #expect(!rehearsal.findings.contains { $0.kind.word == "silence" })
    }

    /// Acts of people and accidents at random instants, restarts among them; every slot begins when it should, or behind
    /// what runs over.
    @Test(arguments: 0..<16)
    func whateverPeopleDoSomethingFollowsAndARestartChangesNothing(seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 104_729)
        let station = RandomStation(seed: UInt64(seed) &* 31, days: 1)
        var timeline = Timeline(station.programming)
        timeline.remember(at: minute(0))
        var instant = minute(0)
        let guest = Track(file: "/guest", key: "guest", length: Length(seconds: 200))
        while instant < minute(station.days * 1_440) {
            guard let item = timeline.item(at: instant), let end = item.end, item.start <= instant,
                instant < end
            else {
                Issue.record("silence at \(instant), seed \(seed)")
                return
            }
            let restarted = Timeline(
                RandomStation(seed: UInt64(seed) &* 31, days: 1).programming, state: timeline.state)
            switch random.next() % 20 {
            case 0:
                instant = instant + Length(frames: Int64(random.next() % UInt64((end - instant).frames)))
                timeline.end(item, at: instant)
            case 1: _ = timeline.queue(guest, onAir: item)
            case 2: if let next = timeline.item(after: item) { timeline.drop(next, onAir: item) }
            case 3:
                #expect(restarted.item(at: instant) == item)
                #expect(restarted.item(after: item) == timeline.item(after: item))
                timeline = restarted
            case 4: timeline.adopt(station.programming, onAir: item)
            case 5:
                // A DJ comes, and goes an hour later.
                var live = item
                (live.kind, live.length, live.start) = (.live, nil, instant)
                timeline.end(item, at: instant)
                timeline.interpose(live, after: item)
                instant = instant + Length(seconds: Double(random.next() % 3_600))
                timeline.end(live, at: instant)
            default:
                let next = timeline.item(after: item)
                #expect(next == timeline.item(at: end))
                instant = end
            }
        }
    }
}
