import Programme
import TestKit
import Testing

/// Artists and titles that are kept apart, shares, clocks and mixes.
struct RotationRuleTests {
    fileprivate static func tracks(
        _ count: Int, artists: Int, prefix: String = "t", seed: UInt64 = 1
    ) -> [Track] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            // A few artists have most of the tracks, as in any collection.
            let artist = min(
                Int.random(in: 0..<artists, using: &random), Int.random(in: 0..<artists, using: &random))
            return Track(
                file: "/music/\(prefix)\(number)", key: "\(prefix)\(number)",
                length: Length(
                    frames: Int64.random(in: 100...330, using: &random) * Instant.rate + Int64(number)),
                artist: "Artist \(artist)", title: "Title \(prefix)\(number)")
        }
    }

    fileprivate static func walk(_ rotation: Rotation, from cursor: Cursor = Cursor(), _ count: Int) -> [Item]
    {
        var items: [Item] = []
        var (cursor, start) = (cursor, Instant(frames: 0))
        for _ in 0..<count {
            let item = rotation.item(at: cursor, start: start)!
            items.append(item)
            (cursor, start) = (item.after, item.end!)
        }
        return items
    }

    /// How often two things of a kind are closer than a gap.
    fileprivate static func broken(
        _ items: [Item], _ gap: RotationRules.Gap, by name: (Track) -> String?
    ) -> Int {
        var last: [String: (number: Int, start: Instant)] = [:]
        var broken = 0
        for (number, item) in items.filter({ $0.kind == .track }).enumerated() {
            guard let name = name(item.track) else { continue }
            if let before = last[name],
                number - before.number <= gap.tracks || item.start - before.start < gap.time
            {
                broken += 1
            }
            last[name] = (number, item.start)
        }
        return broken
    }

    @Test(arguments: 1...20)
    func `an artist keeps its distance within a round and over its seams`(seed: UInt64) {
        let gap = RotationRules.Gap(tracks: 3, time: Length(seconds: 1_500))
        let tracks = Self.tracks(200, artists: 40, seed: seed)
        let plain = Rotation(station: "Beispiel", playlist: "r\(seed)", order: .shuffle, tracks: tracks)
        let ruled = Rotation(
            station: "Beispiel", playlist: "r\(seed)", order: .shuffle, tracks: tracks,
            rules: RotationRules(artist: gap))
        #expect(Self.broken(Self.walk(plain, 1_000), gap) { $0.artist } > 50)
        let items = Self.walk(ruled, 1_000)
        #expect(Self.broken(items, gap) { $0.artist } == 0)
        for round in 0..<5 {
            #expect(Set(items[(round * 200)..<(round * 200 + 200)].map(\.track.key)).count == 200)
        }
    }

    @Test func `where nothing fits, the artist is on who was heard longest ago, and each track still once`() {
        let tracks = (0..<12).map {
            Track(
                file: "/\($0)", key: "\($0)", length: Length(seconds: 200), artist: "Artist \($0 % 3)",
                title: "\($0)")
        }
        let rotation = Rotation(
            station: "a", playlist: "b", order: .shuffle, tracks: tracks,
            rules: RotationRules(artist: .init(time: Length(seconds: 3_600))))
        let items = Self.walk(rotation, 60)
        // Three artists in turns are as far apart as three can be.
        #expect(Self.broken(items, .init(tracks: 1)) { $0.artist } == 0)
        for round in 0..<5 {
            #expect(Set(items[(round * 12)..<(round * 12 + 12)].map(\.track.key)).count == 12)
        }
    }

    @Test func `the same title of two files is kept apart, and guests do not make another artist`() {
        var tracks = Self.tracks(60, artists: 60)
        tracks[10].title = "Halleluja"
        tracks[20].title = "halleluja "
        tracks[30].artist = "Die Band"
        tracks[40].artist = "die band feat. Jemand"
        let gap = RotationRules.Gap(tracks: 12)
        let rotation = Rotation(
            station: "a", playlist: "b", order: .shuffle, tracks: tracks,
            rules: RotationRules(artist: gap, title: gap))
        let items = Self.walk(rotation, 600)
        let band = items.indices.filter { ["t30", "t40"].contains(items[$0].track.key) }
        let title = items.indices.filter { ["t10", "t20"].contains(items[$0].track.key) }
        for places in [band, title] {
            #expect(places.count == 20)
            #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 12 })
        }
    }

    @Test func `an artist has its share of a round and not more, and all its tracks get their turn`() {
        var tracks = Self.tracks(100, artists: 90)
        for number in 0..<50 { tracks[number].artist = "Viel" }
        let rotation = Rotation(
            station: "a", playlist: "b", order: .shuffle, tracks: tracks,
            rules: RotationRules(artistShare: 10))
        let places = rotation.round(0).count
        var heard: Set<Int> = []
        for round in 0..<20 {
            let order = rotation.round(Int64(round))
            #expect(order.count == places)
            let often = order.filter { $0 < 50 }
            #expect(often.count * 100 <= places * 10 && !often.isEmpty)
            #expect(Set(order).count == order.count)
            heard.formUnion(often)
        }
        #expect(heard.count == 50)
    }

    @Test func `a clock gives each part its turns, in the order that it says`() {
        let new = Self.tracks(17, artists: 10, prefix: "new")
        let local = Self.tracks(5, artists: 5, prefix: "local")
        let jingles = (0..<3).map { Track(file: "/j\($0)", key: "j\($0)", length: Length(seconds: 9)) }
        let rotation = Rotation(
            station: "a", playlist: "stunde",
            parts: [
                RotationPart(playlist: "new", tracks: new), RotationPart(playlist: "local", tracks: local),
                RotationPart(playlist: "jingles", order: .sequence, tracks: jingles),
                RotationPart(playlist: "empty", tracks: []),
            ], clock: [0, 0, 1, 3, 2])
        let items = Self.walk(rotation, 4 * 600)
        for (place, item) in items.enumerated() {
            let prefix = ["new/", "new/", "local/", "jingles/"][place % 4]
            #expect(item.track.key.hasPrefix(prefix))
        }
        let played = items.map(\.track.key).filter { $0.hasPrefix("jingles/") }
        #expect(
            played.prefix(6) == [
                "jingles/j0", "jingles/j1", "jingles/j2", "jingles/j0", "jingles/j1", "jingles/j2",
            ])
        // Each once before any repeats: after so many turns no two differ by more than one.
        let counts = Dictionary(grouping: items, by: \.track.key).mapValues(\.count)
        for prefix in ["new/", "local/", "jingles/"] {
            let own = counts.filter { $0.key.hasPrefix(prefix) }.values
            #expect(own.max()! - own.min()! <= 1)
        }
        #expect(!zip(items, items.dropFirst()).contains { $0.track.key == $1.track.key })
    }

    @Test func `a mix draws from each part as often as its weight says`() {
        let rotation = Rotation(
            station: "a", playlist: "b",
            parts: [
                RotationPart(playlist: "new", tracks: Self.tracks(30, artists: 9, prefix: "new"), weight: 3),
                RotationPart(
                    playlist: "old", tracks: Self.tracks(500, artists: 90, prefix: "old"), weight: 1),
            ])
        let items = Self.walk(rotation, 4_000)
        let new = items.count { $0.track.key.hasPrefix("new/") }
        #expect(abs(new - 3_000) <= 300)
        let counts = Dictionary(grouping: items, by: \.track.key).mapValues(\.count)
        #expect(counts.count == 530)
        #expect(!zip(items, items.dropFirst()).contains { $0.track.key == $1.track.key })
    }

    @Test(arguments: 1...12)
    func `an instant of a ruled rotation has the item that a walk from the origin finds there`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let parts = (0..<Int.random(in: 1...4, using: &random)).map { part in
            RotationPart(
                playlist: "p\(part)", order: Bool.random(using: &random) ? .shuffle : .sequence,
                tracks: Self.tracks(
                    Int.random(in: 1...9, using: &random), artists: 5, prefix: "p\(part)t", seed: seed),
                weight: Int.random(in: 1...3, using: &random))
        }
        let clock = Bool.random(using: &random) ? nil : (0..<5).map { $0 % parts.count }
        let rotation = Rotation(
            station: "a", playlist: "b", parts: parts, clock: clock,
            rules: RotationRules(
                artist: .init(tracks: 2), title: .init(time: Length(seconds: 900)), artistShare: 30),
            identifications: Self.tracks(Int.random(in: 0...3, using: &random), artists: 1, prefix: "id"),
            every: Int.random(in: 1...4, using: &random))
        var start = Instant(frames: 0)
        var cursor = Cursor()
        for _ in 0..<1_500 {
            let walked = rotation.item(at: cursor, start: start)!
            #expect(rotation.item(at: start) == walked)
            #expect(rotation.item(at: walked.end! + Length(frames: -1)) == walked)
            (start, cursor) = (walked.end!, walked.after)
        }
        // The same from far away, and before the origin of time.
        for days in [-400.0, 4_000, 9_000] {
            let item = rotation.item(at: Instant(frames: 0) + Length(seconds: days * 86_400))!
            #expect(rotation.item(at: item.end!)?.start == item.end)
        }
    }

    @Test func `a show of any number has an order, however large the number is`() {
        let rotation = Rotation(
            station: "a", playlist: "b",
            parts: [
                RotationPart(playlist: "p", tracks: Self.tracks(7, artists: 3)),
                RotationPart(playlist: "q", tracks: Self.tracks(3, artists: 3, prefix: "q")),
            ], clock: [0, 0, 1], rules: RotationRules(artist: .init(tracks: 1)))
        let last = Cursor(round: (1 << 48) - 1, identifications: (1 << 48) - 1)
        #expect(Self.walk(rotation, from: last, 100).count == 100)
    }
}

extension RotationRuleTests {
    @Test func `the beginning of a large round is the same whether the rest was asked for or not`() {
        let tracks = Self.tracks(4_000, artists: 300)
        let rules = RotationRules(artist: .init(time: Length(seconds: 3_600)), title: .init(tracks: 20))
        func rotation() -> Rotation {
            Rotation(station: "a", playlist: "b", order: .shuffle, tracks: tracks, rules: rules)
        }
        let first: Int64 = 77 << 20
        let whole = rotation().round(first).map { tracks[$0].key }
        let items = Self.walk(rotation(), from: Cursor(round: first), 700)
        #expect(items.map(\.track.key) == Array(whole.prefix(700)))
        #expect(Self.broken(items, rules.artist) { $0.artist } == 0)
    }
}
