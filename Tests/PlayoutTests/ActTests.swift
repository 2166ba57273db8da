import Audio
import Codecs
import Programme
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)

@Suite struct ActTests {
    private func station(_ journal: FakeJournal) -> (HandCranked, Timeline, FakeStation) {
        var station = FakeStation(lengths: [90_000, 80_000, 85_000, 70_000])
        station.files["/guest"] = FakeLibrary.File(number: 50, frames: 30_000)
        let timeline = Timeline(rotation: station.rotation)
        return (
            HandCranked(station: station, timeline: timeline, emergency: nil, journal: journal), timeline,
            station
        )
    }

    private let guest = Track(file: "/guest", key: "/guest", length: Length(frames: 30_000))

    @Test
    func `a skip puts the next track on air from its first frame and is written down with what follows`() {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        let first = timeline.item(at: now)!
        let next = timeline.item(after: first)!
        _ = engine.crank(blocks: 3, from: now)
        engine.conductor.beginSkip()
        let heard = engine.crank(blocks: 30)
        #expect(engine.conductor.onAir?.item.track == next.track)
        #expect(engine.conductor.confirmSkip(of: first) == nil)
        #expect(journal.facts.last?.kind == .skip)
        #expect(journal.aired[1].offset == .zero)
        // The one that was left fades out under the new one, and after that nothing of it is heard.
        #expect(heard.suffix(5_000).allSatisfy { $0.file == Int(next.track.title!)! })
        let kept = Timeline(rotation: timeline.rotation, state: journal.lastState!)
        #expect(kept.item(at: engine.conductor.now)?.track == next.track)
        #expect(kept.item(at: engine.conductor.now)?.start == journal.aired[1].start)
    }

    @Test func `a title of the operator's stands until the next item begins and is written down`() {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        let first = timeline.item(at: now)!
        _ = engine.crank(blocks: 3, from: now)
        let guest = Title(artist: "Ana", title: "Live from the studio")
        #expect(engine.conductor.show(guest))
        #expect(engine.conductor.shownTitle == guest)
        let fact = journal.facts.last
        #expect(fact?.kind == .title && fact?.file == first.track.file)
        #expect(fact?.words == "Listeners were shown another title: Ana - Live from the studio")
        _ = engine.crank(blocks: 100)
        #expect(engine.conductor.shownTitle == nil)
        let next = timeline.item(after: first)!
        #expect(engine.shownTitles().prefix(3) == [first.track.shownTitle, guest, next.track.shownTitle])
    }

    @Test func `a queued track comes next, and the plan goes on behind it`() throws {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        let first = timeline.item(at: now)!
        _ = engine.crank(blocks: 3, from: now)
        _ = try engine.conductor.queue([guest]).get()
        _ = engine.crank(blocks: 150)
        let aired = journal.aired.map(\.file)
        #expect(aired[0] == first.track.file)
        #expect(aired[1] == "/guest")
        #expect(aired[2] == timeline.item(after: first)!.track.file)
        #expect(journal.aired[1].start == first.end)
    }

    @Test func `of files that do not all fit into the queue none is queued`() throws {
        let journal = FakeJournal()
        let (engine, _, _) = station(journal)
        _ = engine.crank(blocks: 3, from: now)
        let many = Array(repeating: guest, count: Timeline.queueLimit)
        let facts = journal.facts.count
        #expect(engine.conductor.queue(many + many).isRefused)
        #expect(engine.conductor.timeline.queued.isEmpty && journal.facts.count == facts)
        let (items, held) = try engine.conductor.queue(many).get()
        #expect(items.map(\.queueID) == engine.conductor.timeline.queued.map(\.queueID) && held == nil)
        // Each act is told, and the newest state on the disk has them all.
        #expect(journal.facts.count == facts + many.count)
        #expect(journal.lastState == engine.conductor.timeline.state)
        #expect(engine.conductor.queue([guest]).isRefused)
    }

    @Test func `an entry that was taken out of the queue is not heard`() throws {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        _ = engine.crank(blocks: 3, from: now)
        let queued = try engine.conductor.queue([guest]).get().items[0]
        _ = engine.crank(blocks: 2)
        _ = try engine.conductor.unqueue(queued.queueID!).get()
        #expect(engine.conductor.unqueue(queued.queueID!).isRefused)
        let heard = engine.crank(blocks: 150)
        #expect(!heard.contains { $0.file == 50 })
        #expect(journal.aired[1].file == timeline.item(after: timeline.item(at: now)!)!.track.file)
    }

    @Test func `a changed library is an epoch and touches nothing that is on air`() {
        let journal = FakeJournal()
        let (engine, timeline, station) = station(journal)
        let first = timeline.item(at: now)!
        _ = engine.crank(blocks: 3, from: now)
        var changed = station
        changed.tracks.removeAll { $0 == timeline.item(after: first)!.track }
        engine.conductor.adopt(Programming(rotation: changed.rotation))
        _ = engine.crank(blocks: 150)
        #expect(journal.facts.contains { $0.kind == .epoch })
        #expect(journal.aired[0].end == first.end)
        #expect(changed.tracks.contains { $0.file == journal.aired[1].file })
    }

    @Test func `what was measured while it waited for its turn is known when it is on air`() {
        let journal = FakeJournal()
        var unmeasured = FakeStation(lengths: [90_000, 80_000, 85_000, 70_000])
        let measured = unmeasured.rotation
        for index in unmeasured.tracks.indices { unmeasured.tracks[index].length = nil }
        let engine = HandCranked(
            station: unmeasured, timeline: Timeline(rotation: unmeasured.rotation), emergency: nil,
            journal: journal)
        _ = engine.crank(blocks: 3, from: now)
        engine.conductor.adopt(Programming(rotation: measured))
        _ = engine.crank(blocks: 100)
        #expect(journal.aired.count == 2)
        #expect(engine.conductor.onAir?.item.length != nil)
        #expect(journal.facts.count { $0.words.contains("not measured yet") } == 1)
    }

    @Test func `a small step of the wall clock is followed at the next boundary`() {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        let first = timeline.item(at: now)!
        _ = engine.crank(blocks: 3, from: now)
        engine.conductor.follow(ahead: Length(seconds: 5))
        _ = engine.crank(blocks: 150)
        #expect(journal.aired[1].start == first.end! + Length(seconds: 5))
        #expect(journal.facts.contains { $0.kind == .clock })
    }

    @Test func `a standstill of the machine is written down as one, once`() {
        let journal = FakeJournal()
        let (engine, _, _) = station(journal)
        _ = engine.crank(blocks: 3, from: now)
        for _ in 0..<3 { engine.conductor.follow(ahead: Length(seconds: 10), stood: Length(seconds: 9.5)) }
        let facts = journal.facts.filter { $0.kind == .reset || $0.kind == .clock }
        #expect(facts.map(\.kind) == [.reset, .clock])
        #expect(facts.first?.words.contains("stood still for 9.5 s") == true)
    }

    @Test func `after a long sleep the programme is where it would have been`() {
        let journal = FakeJournal()
        let (engine, timeline, _) = station(journal)
        _ = engine.crank(blocks: 3, from: now)
        let wall = engine.conductor.now + Length(seconds: 3_600)
        engine.conductor.follow(ahead: Length(seconds: 3_600))
        _ = engine.crank(blocks: 4)
        #expect(engine.conductor.onAir?.item.track == timeline.item(at: wall)!.track)
        #expect(engine.conductor.onAir?.item.start == timeline.item(at: wall)!.start)
    }

    @Test func `a clock that is set back leaves what is on air alone`() {
        let journal = FakeJournal()
        let (engine, _, _) = station(journal)
        _ = engine.crank(blocks: 3, from: now)
        let before = engine.conductor.onAir?.item.track
        engine.conductor.follow(ahead: Length(seconds: -7_200))
        _ = engine.crank(blocks: 2)
        #expect(engine.conductor.onAir?.item.track == before)
        #expect(engine.conductor.now < now)
    }
}

extension Result {
    var isRefused: Bool {
        if case .failure = self { true } else { false }
    }
}
