import Programme
import Testing

private func rotation(_ count: Int = 6) -> Rotation {
    Rotation(
        station: "Beispiel", playlist: "rotation", order: .shuffle,
        tracks: (0..<count).map {
            Track(file: "/t\($0)", key: "t\($0)", length: Length(seconds: 60 + Double($0)))
        })
}

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)
private let guest = Track(file: "/guest", key: "guest", length: Length(seconds: 30))

@Suite struct TimelineTests {
    @Test func `untouched it is the rotation`() {
        let timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        #expect(item == rotation().item(at: now))
        #expect(timeline.item(after: item) == rotation().item(at: item.end!))
        #expect(timeline.items(from: item, count: 5).count == 5)
    }

    @Test func `a skip moves up what follows, to the frame`() {
        var timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        let next = timeline.item(after: item)!
        timeline.end(item, at: now)
        let moved = timeline.item(at: now)!
        #expect(moved.track == next.track)
        #expect(moved.start == now)
        #expect(timeline.item(at: now + Length(frames: -1))!.track == item.track)
        #expect(timeline.item(at: moved.end!)!.track == rotation().item(at: next.end!)!.track)
    }

    @Test func `a start just behind a skip does not put the skipped track back on air to its own end`() {
        var timeline = Timeline(rotation: rotation())
        let skipped = timeline.item(at: now)!
        timeline.end(skipped, at: now)
        let next = timeline.item(at: now)!
        // A second act: what is laid down now begins with the next track.
        _ = timeline.queue(guest, onAir: next)
        let burst = now - Length(frames: 44_100)
        #expect(burst > skipped.start)
        let item = timeline.item(at: burst)!
        #expect(item.track == skipped.track && item.start == skipped.start && item.end == now)
        #expect(timeline.item(after: item) == next)
    }

    @Test func `a start a track ahead of a skip does not put the skipped track back on air to its own end`() {
        var timeline = Timeline(rotation: rotation())
        let before = timeline.item(at: now)!
        let skipped = timeline.item(after: before)!
        let skip = skipped.start + Length(seconds: 1)
        timeline.end(skipped, at: skip)
        let next = timeline.item(at: skip)!
        _ = timeline.queue(guest, onAir: next)
        // The burst begins in the track before, of which nothing is laid down.
        let item = timeline.item(at: skipped.start - Length(seconds: 1))!
        #expect(item == before)
        let again = timeline.item(after: item)!
        #expect(again.track == skipped.track && again.end == skip)
        #expect(timeline.item(after: again) == next)
    }

    @Test func `the queue comes behind what is on air and the rotation behind the queue`() {
        var timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        let planned = timeline.item(after: item)!
        let first = timeline.queue(guest, onAir: item)!
        let second = timeline.queue(guest, onAir: item)!
        let items = timeline.items(from: timeline.item(at: now)!, count: 4)
        #expect(items.map(\.track.key) == [item.track.key, "guest", "guest", planned.track.key])
        #expect(items.dropFirst().allSatisfy { next in items.contains { $0.end == next.start } })
        #expect(first.queueID != second.queueID)
        #expect(timeline.item(at: items[3].start) == items[3])

        #expect(timeline.unqueue(first.queueID!, onAir: item) == first)
        #expect(timeline.unqueue(first.queueID!, onAir: item) == nil)
        #expect(
            timeline.items(from: item, count: 3).map(\.track.key) == [
                item.track.key, "guest", planned.track.key,
            ])
    }

    @Test func `a full queue refuses one more`() {
        var timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        for _ in 0..<Timeline.queueLimit { #expect(timeline.queue(guest, onAir: item) != nil) }
        #expect(timeline.queue(guest, onAir: item) == nil)
    }

    @Test func `a file that cannot be played costs only itself`() {
        var timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        let items = timeline.items(from: item, count: 3)
        timeline.drop(items[1], onAir: item)
        let next = timeline.item(after: item)!
        #expect(next.track == items[2].track)
        #expect(next.start == item.end)
    }

    @Test func `a changed library leaves what is on air alone and repeats nothing`() {
        var timeline = Timeline(rotation: rotation(6))
        let item = timeline.item(at: now)!
        timeline.adopt(Programming(rotation: rotation(7)), onAir: item)
        #expect(timeline.item(at: now) == item)
        let next = timeline.item(after: item)!
        #expect(next.start == item.end)
        #expect(next.track != item.track)
    }

    @Test func `what is on air unmeasured gets its end, and what follows its start, once it is measured`() {
        var unmeasured = rotation().tracks
        for index in unmeasured.indices { unmeasured[index].length = nil }
        var timeline = Timeline(
            rotation: Rotation(station: "Beispiel", playlist: "rotation", order: .shuffle, tracks: unmeasured)
        )
        let onAir = timeline.item(at: now)!
        #expect(onAir.end == nil)
        timeline.hold(onAir)
        timeline.adopt(Programming(rotation: rotation()), onAir: onAir)
        let measured = timeline.item(at: now + Length(seconds: 5))!
        #expect(measured.start == now)
        #expect(measured.track.file == onAir.track.file)
        #expect(timeline.item(after: measured)?.start == measured.end)
    }

    @Test func `before everything that is known the rotation answers`() {
        var timeline = Timeline(rotation: rotation())
        timeline.end(timeline.item(at: now)!, at: now)
        let before = now - Length(seconds: 7_200)
        #expect(timeline.item(at: before) == rotation().item(at: before))
    }

    @Test func `a span that was on air is asked for as it was aired, and the plan goes on behind it`() {
        let timeline = Timeline(rotation: rotation())
        let second = timeline.item(at: now)!
        // Before it something else was aired, joined ten seconds in; the plan's own item began after that.
        let queued = Item(
            kind: .queued, track: guest, start: second.start - Length(seconds: 20), length: nil,
            after: Cursor())
        let replay = timeline.replaying([(queued, Length(seconds: 10), Length(seconds: 20))])
        #expect(replay.item(at: second.start - Length(frames: 1))?.track == guest)
        #expect(
            replay.item(at: second.start - Length(seconds: 20))?.start == second.start - Length(seconds: 30))
        #expect(replay.item(at: now) == second)
        #expect(replay.item(after: replay.item(at: second.start - Length(frames: 1))!) == second)
        #expect(replay.item(after: second) == timeline.item(after: second))
        #expect(
            replay.item(at: now + Length(seconds: 100_000))
                == timeline.item(at: now + Length(seconds: 100_000)))
    }

    /// A virtual clock, no audio: people skip and queue, files fail, the library changes, the station is restarted from
    /// its journal; at every boundary something follows.
    @Test func `a month of programme has no silent instant`() {
        var random = SplitMix(state: 20_261_123)
        var timeline = Timeline(rotation: rotation())
        var instant = now
        let end = now + Length(seconds: 31 * 86_400)
        var items = 0
        while instant < end {
            guard let item = timeline.item(at: instant), let itemEnd = item.end, item.start <= instant,
                instant < itemEnd
            else {
                Issue.record("silence at \(instant)")
                return
            }
            items += 1
            switch random.next() % 40 {
            case 0:
                instant = instant + Length(frames: Int64(random.next() % UInt64((itemEnd - instant).frames)))
                timeline.end(item, at: instant)
            case 1: _ = timeline.queue(guest, onAir: item)
            case 2: if let next = timeline.item(after: item) { timeline.drop(next, onAir: item) }
            case 3: timeline.adopt(Programming(rotation: rotation(2 + Int(random.next() % 7))), onAir: item)
            case 4: timeline = Timeline(rotation: timeline.rotation, state: timeline.state)
            default: instant = itemEnd
            }
        }
        #expect(items > 30_000)
    }

    @Test func `a span that ends in the middle of a track goes on in it`() {
        let timeline = Timeline(rotation: rotation())
        let item = timeline.item(at: now)!
        // Off air after ten seconds of it, and again after twenty.
        let tenth = Length(seconds: 10)
        var later = item
        later.start = item.start + tenth
        let replay = timeline.replaying([(item, .zero, tenth), (later, tenth, tenth)])
        let first = replay.item(at: item.start)!
        let second = replay.item(after: first)!
        let rest = replay.item(after: second)!
        #expect([first, second, rest].map(\.track) == [item.track, item.track, item.track])
        #expect([first, second].map(\.end) == [item.start + tenth, item.start + tenth + tenth])
        #expect(rest == item)
        #expect(replay.item(after: rest) == timeline.item(after: item))
    }

    @Test func `what the journal kept gives the same timeline after any acts of people`() {
        for seed in 0..<200 {
            var random = SplitMix(state: UInt64(seed))
            var timeline = Timeline(rotation: rotation())
            var instant = now
            for _ in 0..<20 {
                let item = timeline.item(at: instant)!
                switch random.next() % 5 {
                case 0: timeline.end(item, at: instant)
                case 1: _ = timeline.queue(guest, onAir: item)
                case 2:
                    if let queued = timeline.queued.last {
                        _ = timeline.unqueue(queued.queueID!, onAir: item)
                    }
                case 3: if let next = timeline.item(after: item) { timeline.drop(next, onAir: item) }
                default:
                    timeline.adopt(Programming(rotation: rotation(5 + Int(random.next() % 4))), onAir: item)
                }
                let restored = Timeline(rotation: timeline.rotation, state: timeline.state)
                #expect(restored == timeline)
                var look = instant
                for _ in 0..<12 {
                    guard let seen = timeline.item(at: look) else {
                        Issue.record("silence at \(look), seed \(seed)")
                        return
                    }
                    look = seen.end!
                }
                instant = instant + Length(seconds: Double(random.next() % 90))
            }
        }
    }
}

struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
