import Programme
import Testing

private func tracks(
    _ count: Int, prefix: String = "t", seconds: (Int) -> Double = { 100 + Double($0 * 7 % 31) }
)
    -> [Track]
{
    (0..<count).map {
        Track(file: "/music/\(prefix)\($0)", key: "\(prefix)\($0)", length: Length(seconds: seconds($0)))
    }
}

private func rotation(
    _ count: Int, order: Order = .shuffle, identifications: Int = 0, every: Int = 0,
    station: String = "Beispiel"
) -> Rotation {
    Rotation(
        station: station, playlist: "rotation", order: order, tracks: tracks(count),
        identifications: tracks(identifications, prefix: "id", seconds: { 4 + Double($0) }), every: every)
}

@Suite struct RotationTests {
    @Test(arguments: [1, 2, 3, 7, 40])
    func `each track is once on air before any repeats, and none at both sides of a seam`(count: Int) {
        let rotation = rotation(count)
        var cursor = Cursor(round: 5)
        var last: String?
        for _ in 0..<20 {
            var seen: Set<String> = []
            for _ in 0..<count {
                let step = rotation.next(at: cursor)!
                if count > 1 { #expect(step.track.key != last) }
                last = step.track.key
                seen.insert(step.track.key)
                cursor = step.after
            }
            #expect(seen.count == count)
        }
    }

    @Test func `the order is decided by station, playlist and round, never by the process`() {
        // Written down once: a change of this order changes every station's programme.
        #expect(rotation(6).round(0) == rotation(6).round(0))
        #expect(rotation(40).round(3) != rotation(40).round(4))
        #expect(rotation(40).round(3) != rotation(40, station: "Anders").round(3))
        #expect(rotation(8).round(1_000_000) == [7, 4, 0, 6, 5, 3, 1, 2])
    }

    @Test(arguments: [(6, 4, 3), (7, 4, 2), (1, 4, 1), (3, 1, 2), (10, 0, 0), (5, 3, 5)])
    func `an instant has the item that a walk from the origin finds there`(
        count: Int, every: Int, identifications: Int
    ) {
        let rotation = rotation(count, identifications: identifications, every: every)
        var start = Instant(frames: 0)
        var cursor = Cursor()
        for _ in 0..<400 {
            let walked = rotation.item(at: cursor, start: start)!
            #expect(rotation.item(at: start) == walked)
            #expect(rotation.item(at: walked.end! + Length(frames: -1)) == walked)
            (start, cursor) = (walked.end!, walked.after)
        }
    }

    @Test func `a far instant is found from any anchor without walking there`() {
        let rotation = rotation(9, identifications: 2, every: 4)
        let anchor = rotation.item(at: Instant(wallNanoseconds: 1_700_000_000_000_000_000))!
        let anchored = Anchor(instant: anchor.start, cursor: cursor(before: anchor, in: rotation))
        for days in [0, 1, 400, 9_000] {
            let instant = anchor.start + Length(seconds: Double(days) * 86_400 + 17)
            let found = rotation.item(at: instant, anchor: anchored)
            #expect(found == rotation.item(at: instant))
        }
    }

    /// The cursor that leads to an item: that of the item before it.
    private func cursor(before item: Item, in rotation: Rotation) -> Cursor {
        rotation.item(at: item.start + Length(frames: -1))!.after
    }

    @Test func `identifications come after every fourth track, each as often as the others`() {
        let rotation = rotation(7, identifications: 3, every: 4)
        var cursor = Cursor()
        var run = 0
        var heard: [String: Int] = [:]
        for _ in 0..<(15 * 12) {
            let step = rotation.next(at: cursor)!
            if step.kind == .identification {
                #expect(run == 4)
                run = 0
                heard[step.track.key, default: 0] += 1
            } else {
                run += 1
            }
            cursor = step.after
        }
        #expect(heard == ["id0": 12, "id1": 12, "id2": 12])
    }

    @Test func `a file that comes or goes moves no other track and repeats none in the round`() {
        let before = rotation(20)
        var cursor = Cursor(round: 3)
        var heard: Set<String> = []
        for _ in 0..<8 {
            let step = before.next(at: cursor)!
            heard.insert(step.track.key)
            cursor = step.after
        }
        for removed in 0..<20 {
            var changed = tracks(20)
            changed.remove(at: removed)
            changed.append(Track(file: "/music/new", key: "new", length: Length(seconds: 30)))
            let after = Rotation(station: "Beispiel", playlist: "rotation", order: .shuffle, tracks: changed)
            var place = after.relocate(cursor)
            #expect(place.round == 3)
            while place.round == 3 {
                let step = after.next(at: place)!
                #expect(!heard.contains(step.track.key))
                place = step.after
            }
        }
    }

    @Test func `without tracks or without lengths an instant has no answer`() {
        #expect(rotation(0).item(at: Instant(frames: 5)) == nil)
        #expect(rotation(0).next(at: Cursor()) == nil)
        var unmeasured = tracks(3)
        unmeasured[1].length = nil
        let rotation = Rotation(station: "a", playlist: "b", order: .sequence, tracks: unmeasured)
        #expect(!rotation.isPlannable)
        #expect(rotation.item(at: Instant(frames: 5)) == nil)
        #expect(rotation.next(at: Cursor(done: 1))?.track.key == "t1")
    }

    @Test func `a month has no instant without an item, for any small library`() {
        for count in 1...5 {
            let rotation = rotation(count, identifications: count % 3, every: count)
            var instant = Instant(wallNanoseconds: 1_800_000_000_000_000_000)
            let end = instant + Length(seconds: 31 * 86_400)
            var items = 0
            while instant < end {
                guard let item = rotation.item(at: instant) else {
                    Issue.record("nothing at \(instant)")
                    return
                }
                #expect(item.start <= instant && instant < item.end!)
                instant = item.end!
                items += 1
            }
            #expect(items > 10_000)
        }
    }
}
