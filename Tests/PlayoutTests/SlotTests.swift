import Audio
import Programme
import TestKit
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)

/// Shows that are on once.
struct Once: Agenda {
    var all: [Occurrence]
    func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        all.filter { $0.start < to && $0.end > from }
    }
}

/// Where slots begin and end, to the frame, with a station whose first four files are the rotation and whose others are a
/// show's.
@Suite struct SlotTests {
    private let station = FakeStation(lengths: [
        190_000, 180_000, 185_000, 170_000, 150_000, 160_000, 140_000, 155_000,
    ])
    private let begin = now + Length(frames: 300_000)
    private let end = now + Length(frames: 700_000)

    private var programming: Programming {
        let show = Show(name: "Nacht", airings: [], plays: .playlist("night"))
        return Programming(
            rotation: Rotation(
                station: "Beispiel", playlist: "rotation", order: .shuffle,
                tracks: Array(station.tracks.prefix(4))),
            schedule: Schedule(
                shows: [show], agenda: Once(all: [Occurrence(show: 0, start: begin, end: end)])),
            sources: [
                .playlist("night"): .rotation(
                    Rotation(
                        station: "Beispiel", playlist: "night", order: .shuffle,
                        tracks: Array(station.tracks.suffix(4))))
            ])
    }

    @Test func aSlotBeginsOnItsFrameAndWhatWasBeforeItHasFaded() {
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(station.files), timeline: Timeline(programming), from: now, frames: 1_000_000,
            journal: journal)
        for boundary in [300_000, 700_000] {
            #expect(heard[boundary].frame == 0 && heard[boundary + 1].frame == 1)
            #expect(heard[boundary - 1].file == 0, "It has not faded.")
        }
        #expect((1...4).contains(heard[300_000 - Engine.slotFade - 1].file))
        #expect((5...8).contains(heard[300_000].file) && (1...4).contains(heard[700_000].file))
        #expect(journal.aired.contains { $0.start == begin && $0.offset == .zero })
        #expect(journal.aired.contains { $0.end == begin && $0.why == nil })
        #expect(journal.facts.map(\.kind) == [.start, .stop])
    }

    @Test func whatIsOnAirIsWhatThePlanSays() {
        let timeline = Timeline(programming)
        let journal = FakeJournal()
        _ = station.mix(
            FakeLibrary(station.files), timeline: timeline, from: now, frames: 1_000_000, journal: journal)
        let planned = timeline.items(from: timeline.item(at: now)!, count: journal.aired.count)
        #expect(journal.aired.dropFirst().map(\.start) == planned.dropFirst().map(\.start))
        #expect(journal.aired.map(\.file) == planned.map(\.track.file))
    }

    /// The rotation, and in the slot a recording whose show began later.
    private var recording: Programming {
        var recorded = station.tracks[7]
        recorded.begin = Length(frames: 30_000)
        let show = Show(name: "Nacht", airings: [], plays: .recording(of: "Abend"))
        return Programming(
            rotation: programming.rotation,
            schedule: Schedule(
                shows: [show], agenda: Once(all: [Occurrence(show: 0, start: begin, end: end)])),
            sources: [.recording(of: "Abend"): .file(recorded)])
    }

    @Test func aRecordingIsHeardFromWhereItsShowBegan() {
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(station.files), timeline: Timeline(recording), from: now, frames: 500_000,
            journal: journal)
        #expect(heard[300_000].file == 8 && heard[300_000].frame == 30_000 % 4_096)
        #expect(journal.aired.contains { $0.start == begin && $0.offset == Length(frames: 30_000) })
        #expect(heard[300_000 + 125_000 - 1].file == 8 && heard[300_000 + 125_000].file != 8)
        #expect(journal.facts.map(\.kind) == [.start, .stop])
    }

    @Test func whatComesBeforeItsShowIsNotHeardAfterADJEither() {
        // Whoever is on air has no end that is known, and what follows is opened without one.
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(recording), emergency: nil, journal: journal)
        let item = Timeline(recording).item(at: begin)!
        _ = engine.crank(blocks: 3, from: now)
        engine.conductor.load(item, from: .zero)
        #expect(engine.conductor.next?.offset == Length(frames: 30_000))
    }

    @Test func aSkipAtTheEndOfASlotStaysInIt() {
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(programming), emergency: nil, journal: journal)
        _ = engine.crank(blocks: 240, from: now)
        let left = engine.conductor.current!
        engine.conductor.beginSkip()
        _ = engine.crank(blocks: 3)
        let next = engine.conductor.current!
        #expect(next.start < begin && next.start > left.start && next.show == nil)
        #expect(next.end == begin)
        _ = engine.crank(blocks: 55)
        #expect(engine.conductor.current?.start == begin)
        // A station that starts again from its journal is at the same place.
        _ = engine.conductor.confirmSkip(of: left)
        let restarted = Timeline(programming, state: journal.lastState!)
        #expect(restarted.item(at: begin)?.track == engine.conductor.current?.track)
    }

    @Test func `a skip within a second of a slot's end waits for the next slot and airs no blip`() {
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(programming), emergency: nil, journal: journal)
        _ = engine.crank(blocks: 280, from: now)
        let (left, count) = (engine.conductor.current!, journal.aired.count)
        engine.conductor.beginSkip()
        _ = engine.crank(blocks: 3)
        #expect(engine.conductor.current == left)
        _ = engine.crank(blocks: 15)
        #expect(engine.conductor.current?.start == begin && journal.aired.count == count + 1)
    }

    @Test func aTrackThatIsNotMeasuredIsFadedWhereItsSlotEnds() {
        var unmeasured = FakeStation(
            lengths: [700_000, 710_000, 720_000, 730_000, 150_000, 160_000, 140_000, 155_000])
        let files = unmeasured.files
        for index in unmeasured.tracks.indices { unmeasured.tracks[index].length = nil }
        let old = programming
        let rotation = Rotation(
            station: "Beispiel", playlist: "rotation", order: .shuffle,
            tracks: Array(unmeasured.tracks.prefix(4)))
        let changed = Programming(rotation: rotation, schedule: old.schedule, sources: old.sources)
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(files), timeline: Timeline(changed), from: now, frames: 400_000,
            journal: journal)
        #expect((5...8).contains(heard[300_000].file) && heard[300_000].frame == 0)
        #expect(heard[299_999].file == 0)
    }

    @Test func aChangedScheduleTouchesNothingThatIsOnAir() {
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: programming.rotation), emergency: nil,
            journal: journal)
        _ = engine.crank(blocks: 280, from: now)
        let onAir = engine.conductor.current!
        engine.conductor.adopt(programming)
        _ = engine.crank(blocks: 430)
        #expect(journal.aired.contains { $0.start == onAir.start && $0.end == onAir.end })
        #expect(journal.facts.contains { $0.kind == .epoch && $0.words.contains("schedule") })
        #expect(journal.aired.contains { $0.start == onAir.end && $0.start > begin })
        #expect(journal.aired.contains { $0.end == end })
    }

    /// People skip and queue at random instants; the station that starts from the journal behind any of these facts would
    /// air what was aired up to the next.
    @Test(arguments: 1...6) func whatWasAiredIsWhatTheJournalPlans(seed: UInt64) {
        var dice = SeededGenerator(seed: seed)
        let shows = ["a", "b"].map { Show(name: $0, airings: [], plays: .playlist("night")) }
        let times = (0..<5).map { number in
            let start = now + Length(frames: 200_000 * Int64(number) + .random(in: 0..<150_000, using: &dice))
            return Occurrence(
                show: number % 2, start: start,
                end: start + Length(frames: .random(in: 20_000..<300_000, using: &dice)))
        }
        let random = Programming(
            rotation: programming.rotation, schedule: Schedule(shows: shows, agenda: Once(all: times)),
            sources: programming.sources)
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(random), emergency: nil, journal: journal)
        _ = engine.crank(blocks: 3, from: now)
        for _ in 0..<9 {
            _ = engine.crank(blocks: .random(in: 20..<140, using: &dice))
            guard let left = engine.conductor.current else { continue }
            if Bool.random(using: &dice) {
                engine.conductor.beginSkip()
                _ = engine.crank(blocks: 2)
                _ = engine.conductor.confirmSkip(of: left)
            } else {
                _ = engine.conductor.queue([station.tracks[2]])
            }
        }
        _ = engine.crank(blocks: 300)
        #expect(!journal.aired.contains { $0.kind == .tone })
        #expect(journal.aired.contains { $0.kind == .queued && $0.show != nil })
        for aired in journal.aired { #expect(aired.show == random.slot(at: aired.start).show?.name) }
        let states = journal.states
        for (number, known) in states.enumerated() {
            let end = number + 1 < states.count ? states[number + 1].at : .init(frames: .max)
            let restarted = Timeline(random, state: known.state)
            for aired in journal.aired where aired.start > known.at && aired.start < end {
                let planned = restarted.item(at: aired.start)
                #expect(
                    planned?.start == aired.start && planned?.track.file == aired.file,
                    "\(aired) was aired, and \(String(describing: planned)) was planned.")
            }
        }
    }
}
