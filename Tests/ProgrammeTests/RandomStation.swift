import Testing

@testable import Programme

/// Shows at random times, with random contents, rules, jingles and openings, above a random library, on clocks that are put
/// forward and back.
struct RandomStation {
    var programming: Programming
    let days: Int
    private let isMeasured: Bool

    /// - Parameter isHostile: whether there may be nothing in the rotation, and files that are not measured.
    init(seed: UInt64, days: Int, isHostile: Bool = false) {
        var random = SplitMix(state: seed)
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        var libraries: [[Track]] = [
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
        if isHostile {
            libraries += [1, 30].map { count in
                library(count, prefix: "u").map { track in
                    var track = track
                    track.length = nil
                    return track
                }
            }
        }
        libraries = libraries.map { tracks in
            tracks.enumerated().map { number, track in
                var track = track
                track.artist = "Artist \(number % 7)"
                return track
            }
        }
        let short = library(3, prefix: "id").map { track in
            var track = track
            track.length!.frames /= 40
            return track
        }
        func rotation(_ name: String, _ order: Order, of tracks: [Track]? = nil) -> Rotation {
            let every = any(4)
            let tracks = tracks ?? libraries[any(libraries.count)]
            let gap = RotationRules.Gap(tracks: any(4), time: Length(seconds: Double(any(3_600))))
            switch any(3) {
            case 0:
                let hours = Hours(from: any(24) * 3_600, until: any(96) * 900)
                let others = libraries[any(libraries.count)]
                return Rotation(
                    station: "Beispiel", playlist: name,
                    parts: [
                        RotationPart(playlist: "a", order: order, tracks: tracks),
                        RotationPart(playlist: "b", tracks: others, hours: any(2) == 0 ? hours : nil),
                    ], clock: any(2) == 0 ? [0, 1, 0] : nil, identifications: short, every: every)
            case 1:
                return Rotation(
                    station: "Beispiel", playlist: name, order: order, tracks: tracks,
                    rules: RotationRules(artist: gap, title: gap, artistShare: any(2) == 0 ? 20 : nil),
                    identifications: short, every: every)
            default:
                return Rotation(
                    station: "Beispiel", playlist: name, order: order, tracks: tracks, identifications: short,
                    every: every)
            }
        }
        func jingles() -> Jingles? {
            switch any(3) {
            case 0: nil
            case 1: Jingles(playlist: "ids", due: .every(tracks: 1 + any(4)))
            default:
                Jingles(
                    playlist: "ids", due: .at(minutes: [any(30), 30 + any(30)], any(2) == 0 ? .hard : .soft))
            }
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
                Track(file: "/\(number)/f", key: "f", length: isHostile && number == 0 ? nil : length))
        }
        let contents: [Content] = sources.keys.sorted { "\($0)" < "\($1)" } + [.stream(url: "http://x")]
        sources[.playlist("ids")] = .rotation(playlist("ids", short, .sequence))
        sources[.file("/i")] = .file(
            Track(file: "/i", key: "i", length: Length(seconds: Double(1 + any(60)))))
        let shows = (0..<8).map { number in
            var show = Show(
                name: "Show \(number)", airings: [], plays: contents[any(contents.count)],
                otherwise: any(2) == 0 ? contents[any(contents.count)] : nil)
            show.start = any(4) == 0 ? .soft : .hard
            show.overlong = any(3) == 0 ? .run(seconds: any(1_200)) : .fade
            show.priority = any(3)
            show.jingles = any(3) == 0 ? jingles() : nil
            show.intro = any(4) == 0 ? .file("/i") : nil
            show.outro = any(4) == 0 ? .file("/i") : nil
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
        isMeasured = !isHostile
        let standard = isHostile ? any(libraries.count) : 1 + any(libraries.count - 1)
        programming = Programming(
            rotation: rotation("rotation", .shuffle, of: libraries[standard]),
            schedule: Schedule(shows: shows, agenda: DailyAgenda(all, isAhead: any(2) == 0, days: days)),
            sources: sources, identification: jingles())
    }
}

/// Occurrences that are there, found by the days on which they are, on clocks that are put forward or back by an hour in the
/// middle of the span, and the other way 120 days later.
private struct DailyAgenda: Agenda {
    private let days: [Int64: [Occurrence]]
    private let isAhead: Bool
    private let half: Int64
    private static let day = 86_400 * Instant.rate

    /// - Parameter isAhead: whether the clocks are ahead at first.
    init(_ all: Set<Occurrence>, isAhead: Bool, days span: Int) {
        self.isAhead = isAhead
        half = Int64(span) * Self.day / 2
        var days: [Int64: [Occurrence]] = [:]
        for occurrence in all {
            for day in (occurrence.start.frames / Self.day)...(occurrence.end.frames / Self.day) {
                days[day, default: []].append(occurrence)
            }
        }
        self.days = days.mapValues { $0.sorted { ($0.start, $0.show) < ($1.start, $1.show) } }
    }

    func local(at instant: Instant) -> LocalTime {
        let isBetween = instant.frames >= half && instant.frames < half + 120 * Self.day
        let offset: Int64 = isBetween == isAhead ? 3_600 : 7_200
        return LocalTime(seconds: instant.wallNanoseconds / 1_000_000_000 + offset)
    }

    func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        let (first, last) = (days.keys.min() ?? 0, days.keys.max() ?? 0)
        var found: Set<Occurrence> = []
        for day in stride(
            from: max(first, from.frames / Self.day), through: min(last, to.frames / Self.day), by: 1)
        {
            for occurrence in days[day] ?? [] where occurrence.overlaps(from: from, to: to) {
                found.insert(occurrence)
            }
        }
        return found.sorted { ($0.start, $0.show) < ($1.start, $1.show) }
    }
}

extension RandomStation {
    /// The same without anything remembered.
    var fresh: Programming {
        Programming(
            rotation: programming.rotation, schedule: programming.schedule, sources: programming.sources,
            identification: programming.identification)
    }

    /// Nothing is on in a span because nothing is there that could be.
    func expectsNothing(_ timeline: Timeline, from: Instant, to: Instant) {
        for slot in programming.slots(from: from, to: to) {
            let instant = max(slot.start, from)
            #expect(timeline.item(at: instant) == nil)
            #expect(timeline.supply(of: slot).rotation.isEmpty, "silence at \(instant)")
        }
    }

    /// Goes through all days as the conductor does, with acts of people, accidents and restarts at random instants.
    func live(seed: UInt64) -> (items: Int, acts: Int) {
        var random = SplitMix(state: seed)
        var timeline = Timeline(programming)
        timeline.remember(at: minute(0))
        var instant = minute(0)
        var counts = (items: 0, acts: 0)
        let guest = Track(file: "/guest", key: "guest", length: Length(seconds: 200))
        while instant < minute(days * 1_440) {
            guard let item = timeline.item(at: instant) else {
                expectsNothing(timeline, from: instant, to: instant + Length(frames: 1))
                // The tone is on, until there is something again.
                let tone = Item(
                    kind: .tone, track: Track(file: "", key: ""), start: instant, length: nil, after: Cursor()
                )
                timeline.interpose(tone, after: nil)
                instant = programming.slot(at: instant).end
                timeline.end(tone, at: instant)
                continue
            }
            counts.items += 1
            guard item.start <= instant, item.end.map({ instant < $0 }) ?? true else {
                Issue.record("At \(instant) there is \(item), seed \(seed)")
                return counts
            }
            guard let end = item.end else {
                // Its file ends when it ends, or its slot does.
                timeline.hold(item)
                let length = Length(seconds: Double(1 + random.next() % 600))
                instant = min(instant + length, item.until ?? .farFuture)
                timeline.end(item, at: instant)
                continue
            }
            counts.acts += 1
            let restarted = Timeline(fresh, state: timeline.state)
            // A start is on air a burst ago, and comes to what is on now.
            if isMeasured {
                let burst = restarted.walk(
                    from: instant - Length(seconds: 4), to: instant + Length(frames: 1))
                #expect(Array(burst).last?.item == item, "behind a start at \(instant), seed \(seed)")
            }
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
            case 4: timeline.adopt(programming, onAir: item)
            case 5:
                // A DJ comes, and goes an hour later.
                var live = item
                (live.kind, live.length, live.start) = (.live, nil, instant)
                timeline.end(item, at: instant)
                timeline.interpose(live, after: item)
                instant = instant + Length(seconds: Double(random.next() % 3_600))
                timeline.end(live, at: instant)
            default:
                counts.acts -= 1
                let next = timeline.item(after: item)
                #expect(next.map(\.isProvisional) ?? true || next == timeline.item(at: end))
                instant = end
            }
        }
        return counts
    }
}
