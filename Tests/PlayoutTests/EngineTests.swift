import Audio
import Codecs
import Programme
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)

@Suite struct EngineTests {
    /// What the timeline says must be in every frame of a span.
    private func planned(_ timeline: Timeline, from: Instant, frames: Int64) -> [(file: Int, frame: Int)] {
        var expected: [(file: Int, frame: Int)] = []
        var instant = from
        while Int64(expected.count) < frames {
            let item = timeline.item(at: instant)!
            let number = Int(item.track.title!)!
            while instant < item.end!, Int64(expected.count) < frames {
                expected.append((number, Int((instant - item.start).frames) % 4_096))
                instant = instant + Length(frames: 1)
            }
        }
        return expected
    }

    @Test func `every frame of the mix is the frame that the timeline names`() {
        let station = FakeStation(lengths: [20_011, 30_000, 9_999, 1_024, 40_321])
        let timeline = Timeline(rotation: station.rotation)
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(station.files), timeline: timeline, from: now, frames: 200_000, journal: journal)
        let expected = planned(timeline, from: now, frames: 200_000)
        #expect(heard.count == 200_000)
        #expect(zip(heard, expected).allSatisfy { $0 == $1 })
        #expect(journal.facts.map(\.kind) == [.start, .stop])
        #expect(journal.aired[0].offset == now - timeline.item(at: now)!.start)
        for (one, next) in zip(journal.aired, journal.aired.dropFirst()) { #expect(one.end == next.start) }
    }

    @Test func `tracks shorter than a block follow one another without a gap`() {
        let station = FakeStation(lengths: [100, 333, 57, 1_000])
        let timeline = Timeline(rotation: station.rotation)
        let heard = station.mix(FakeLibrary(station.files), timeline: timeline, from: now, frames: 20_000)
        let expected = planned(timeline, from: now, frames: 20_000)
        #expect(zip(heard, expected).allSatisfy { $0 == $1 })
    }

    @Test(arguments: [FakeLibrary.Behaviour.broken, .empty])
    func `a file that cannot be played costs itself and not a frame of sound`(
        behaviour: FakeLibrary.Behaviour
    ) {
        var station = FakeStation(lengths: [20_000, 30_000, 25_000])
        let timeline = Timeline(rotation: station.rotation)
        let first = timeline.item(at: now)!
        let bad = timeline.item(after: first)!
        station.files[bad.track.file]?.behaviour = behaviour
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(station.files), timeline: timeline, from: first.start, frames: 60_000,
            journal: journal)
        #expect(!heard.contains { $0.file == 0 || $0.file == Int(bad.track.title!)! })
        #expect(journal.facts.contains { $0.kind == .deviation && $0.file == bad.track.file })
        #expect(journal.aired[1].start == first.end)
    }

    @Test func `a file that is shorter than it was measured moves up what follows`() {
        var station = FakeStation(lengths: [20_000, 30_000, 25_000])
        let timeline = Timeline(rotation: station.rotation)
        let first = timeline.item(at: now)!
        station.files[first.track.file]?.behaviour = .endsAfter(12_345)
        let journal = FakeJournal()
        let heard = station.mix(
            FakeLibrary(station.files), timeline: timeline, from: first.start, frames: 50_000,
            journal: journal)
        #expect(!heard.contains { $0.file == 0 })
        #expect(journal.aired[1].start == first.start + Length(frames: 12_345))
        #expect(journal.aired[0].why?.contains("shorter") == true)
        // What the journal kept says what was on air.
        let kept = Timeline(rotation: timeline.rotation, state: journal.lastState!)
        #expect(kept.item(at: first.start + Length(frames: 12_345))?.track.file == journal.aired[1].file)
    }

    @Test func `a worker that dies once is asked once more for the same file`() {
        var station = FakeStation(lengths: [20_000, 30_000, 25_000])
        let timeline = Timeline(rotation: station.rotation)
        let first = timeline.item(at: now)!
        station.files[timeline.item(after: first)!.track.file]?.behaviour = .diesOnce
        let heard = station.mix(
            FakeLibrary(station.files), timeline: timeline, from: first.start, frames: 45_000)
        let expected = planned(timeline, from: first.start, frames: 45_000)
        #expect(zip(heard, expected).allSatisfy { $0 == $1 })
    }

    @Test func `with no playable file at all the emergency track is on air, round and round`() {
        var station = FakeStation(lengths: [20_000, 30_000])
        for name in station.files.keys { station.files[name]?.behaviour = .broken }
        station.files["/emergency"] = FakeLibrary.File(number: 99, frames: 10_000)
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: "/emergency",
            journal: journal)
        let heard = engine.crank(blocks: 60, from: now)
        #expect(heard.allSatisfy { $0.file == 99 })
        #expect(journal.facts.contains { $0.words.contains("emergency track is on air") })
    }

    @Test func `with nothing at all the tone is on air, and never silence for ever`() {
        let station = FakeStation(lengths: [])
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: nil,
            journal: FakeJournal())
        let heard = engine.crank(blocks: 200, from: now)
        #expect(heard.contains { $0.frame != 0 })
    }

    @Test func `the tone stayed for ever though the emergency track was ready`() {
        var station = FakeStation(lengths: [])
        station.files["/emergency"] = FakeLibrary.File(number: 99, frames: 10_000)
        station.files["/other"] = FakeLibrary.File(number: 98, frames: 10_000)
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: nil,
            journal: journal)
        _ = engine.crank(blocks: 20, from: now)
        #expect(engine.conductor.tone != nil)
        // A reload names one.
        engine.conductor.settings.emergency = "/emergency"
        _ = engine.crank(blocks: 2)
        #expect(engine.crank(blocks: 60).allSatisfy { $0.file == 99 })
        #expect(engine.conductor.tone == nil)
        // And another one.
        engine.conductor.settings.emergency = "/other"
        _ = engine.crank(blocks: 22)
        #expect(engine.crank(blocks: 60).allSatisfy { $0.file == 98 })
        // And none.
        engine.conductor.settings.emergency = nil
        _ = engine.crank(blocks: 22)
        #expect(engine.conductor.tone != nil)
        #expect(journal.aired.map(\.kind).filter { $0 == .tone }.count == 2)
    }

    @Test func `a track that was handed over just when the tone began was never heard`() {
        let line = EngineLine()
        let engine = Engine(line: line)
        #expect(engine.tick(givingUp: true) == .block)
        let track = FakeTrack(state: .open(nil), frames: 0...2_000, number: 7, ends: true)
        let deck = Deck(id: 7, frames: track.frames, gainDecibels: 0, length: 2_000)
        #expect(line.commands.push(.follow(deck)))
        #expect(engine.tick() == .block)
        var began: [Int] = []
        while let event = line.events.pop() {
            if case .began(let deck, _) = event { began.append(deck) }
        }
        #expect(began == [7])
        withExtendedLifetime(deck) {}
    }

    @Test func `a track that hangs is given up and the next one is on air`() {
        var station = FakeStation(lengths: [20_000, 30_000, 25_000])
        let timeline = Timeline(rotation: station.rotation)
        let first = timeline.item(at: now)!
        station.files[first.track.file]?.behaviour = .hangsAfter(9_000)
        let journal = FakeJournal()
        let engine = HandCranked(station: station, timeline: timeline, emergency: nil, journal: journal)
        let heard = engine.crank(blocks: 40, from: first.start)
        #expect(!heard.contains { $0.file == 0 })
        #expect(journal.aired[0].why?.contains("gave no sound") == true)
        #expect(journal.aired[1].start == first.start + Length(frames: 9_000))
    }
}
