import Audio
import Calendar
import Foundation
import Programme
import TestKit
import Testing

@testable import Playout

/// Five seconds before an hour of a night in which Berlin's clocks are put back from three to two: a jingle's minute.
private let now = Instant(wallNanoseconds: 1_792_889_995_000_000_000)
private let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

/// What is previewed, simulated, rendered and aired is one: item by item in the journal, and frame by frame in the mix.
@Suite struct OneTimelineTests {
    /// The first four files are the rotation, the next four a show's, one is a feature, and the last ones are jingles, an
    /// intro and an outro.
    private let station = FakeStation(lengths: [
        190_000, 180_000, 185_000, 170_000, 150_000, 160_000, 140_000, 155_000, 330_000, 31_000, 27_000,
        45_000,
        38_000,
    ])
    private static let blocks = 500
    private static let frames = Int64(blocks * 1_024 - Limiter.delay)

    /// Shows of every kind at random times: hard and soft, with files that may run on, one behind the other and across one
    /// another, with openings, jingles and rules, and one that recurs on Berlin's clocks.
    private func programming(_ dice: inout SeededGenerator) -> Programming {
        let tracks = station.tracks.enumerated().map { number, track in
            var track = track
            track.artist = "Artist \(number % 2)"
            return track
        }
        func jingles() -> Jingles? {
            let start = Bool.random(using: &dice) ? Show.Start.hard : .soft
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: return Jingles(playlist: "jingles", due: .at(minutes: [0], start))
            case 1: return Jingles(playlist: "jingles", due: .every(tracks: 1))
            default: return nil
            }
        }
        var shows = [
            Show(name: "hard", airings: [], plays: .playlist("night")),
            Show(name: "soft", airings: [], plays: .playlist("night"), start: .soft),
            Show(name: "feature", airings: [], plays: .newest(folder: "/f")),
            Show(name: "book", airings: [], plays: .continued(playlist: "night")),
            Show(name: "weekly", airings: [Self.recurrence(&dice)], plays: .playlist("night")),
        ]
        shows[2].overlong = Bool.random(using: &dice) ? .run(seconds: 1) : .fade
        for index in shows.indices {
            shows[index].priority = Int.random(in: 0...1, using: &dice)
            shows[index].jingles = jingles()
            if Int.random(in: 0..<3, using: &dice) == 0 { shows[index].intro = .file("/i") }
            if Int.random(in: 0..<3, using: &dice) == 0 { shows[index].outro = .file("/o") }
        }
        let times = (0..<7).map { _ in
            let start = now + Length(frames: .random(in: -100_000..<Self.frames, using: &dice))
            return Occurrence(
                show: .random(in: shows.indices.dropLast(), using: &dice), start: start,
                end: start + Length(frames: .random(in: 20_000..<400_000, using: &dice)))
        }
        func rotation(_ name: String, _ tracks: [Track], _ order: Order) -> Rotation {
            switch Int.random(in: 0..<3, using: &dice) {
            case 0:
                Rotation(
                    station: "Beispiel", playlist: name,
                    parts: [
                        RotationPart(playlist: "a", order: order, tracks: Array(tracks[..<2])),
                        RotationPart(playlist: "b", order: order, tracks: Array(tracks[2...])),
                    ], clock: [0, 1, 1])
            case 1:
                Rotation(
                    station: "Beispiel", playlist: name, order: order, tracks: tracks,
                    rules: RotationRules(artist: .init(tracks: 1)), identifications: [station.tracks[9]],
                    every: 3)
            default: Rotation(station: "Beispiel", playlist: name, order: order, tracks: tracks)
            }
        }
        let night = Array(tracks[4..<8])
        let almanac = try! Almanac(shows: shows, zone: "Europe/Berlin")
        return Programming(
            rotation: rotation("rotation", Array(tracks[..<4]), .shuffle),
            schedule: Schedule(shows: shows, agenda: Mixed(almanac: almanac, once: Once(all: times))),
            sources: [
                .playlist("night"): .rotation(rotation("night", night, .shuffle)),
                .continued(playlist: "night"): .rotation(rotation("night", night, .sequence)),
                .playlist("jingles"): .rotation(
                    Rotation(
                        station: "Beispiel", playlist: "jingles", order: .sequence,
                        tracks: Array(tracks[9..<11])
                    )),
                .newest(folder: "/f"): .file(tracks[8]), .file("/i"): .file(tracks[11]),
                .file("/o"): .file(tracks[12]),
            ], identification: jingles())
    }

    /// Each Sunday for some seconds, by a rule, shortly before three or behind the two o'clock that comes a second time.
    private static func recurrence(_ dice: inout SeededGenerator) -> Airing {
        let second = Int.random(in: -4...6, using: &dice)
        return Airing(
            .recurring("FREQ=WEEKLY;BYDAY=SU"), secondOfDay: second + (second < 0 ? 10_800 : 7_200),
            extent: .lasting(.random(in: 1...6, using: &dice)), from: Day("2026-10-04")!,
            zone: "Europe/Berlin", repeat: .twice)
    }

    /// What is there once, beside what recurs; on Berlin's clocks.
    private struct Mixed: Agenda {
        var almanac: Almanac
        var once: Once

        func occurrences(from: Instant, to: Instant) -> [Occurrence] {
            almanac.occurrences(from: from, to: to) + once.occurrences(from: from, to: to)
        }

        func local(at instant: Instant) -> LocalTime { almanac.local(at: instant) }

        static func == (a: Mixed, b: Mixed) -> Bool {
            a.almanac == b.almanac && a.once.all == b.once.all
        }
    }

    private func onAir(_ programming: Programming, _ journal: FakeJournal) -> HandCranked {
        HandCranked(
            station: station, timeline: Timeline(programming), emergency: nil, journal: journal)
    }

    /// Every frame of a rendered span.
    private func render(_ timeline: Timeline, from: Instant, frames: Int64, _ journal: FakeJournal) -> [Frame]
    {
        var mix: [Frame] = []
        Renderer(settings: station.settings(), journal: journal).mix(
            timeline, from: from, length: Length(frames: frames), opener: FakeLibrary(station.files)
        ) { block, count in
            block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
                for frame in 0..<count { mix.append(Frame(left: left[frame], right: right[frame])) }
            })
        }
        return mix
    }

    private struct Frame: Equatable {
        var left: Float
        var right: Float

        /// Half a step of the smaller count: the limiter comes back to one by its own way.
        func sounds(like other: Frame) -> Bool {
            abs(left - other.left) < 1 / 16_384 && abs(right - other.right) < 1 / 16_384
        }
    }

    /// Holds what the journal says to what a timeline plans for a span of it.
    private func compare(_ aired: [FakeJournal.Aired], with timeline: Timeline, from: Instant, to: Instant) {
        let planned = Array(timeline.walk(from: from, to: to))
        var rehearsed: [(item: Item, start: Instant)] = []
        let rehearsal = Rehearsal(timeline, from: from, to: to) { rehearsed.append(($0, $1)) }
        #expect(rehearsal.items == planned.count)
        #expect(
            rehearsed.map(\.item) == planned.map(\.item) && rehearsed.map(\.start) == planned.map(\.start))
        let aired = aired.filter { $0.start < to && ($0.end.map { $0 > from } ?? true) }
        #expect(aired.map(\.file) == planned.map(\.item.track.file), "from \(from) to \(to)")
        for (aired, planned) in zip(aired, planned) {
            #expect(aired.kind == planned.item.kind && aired.start - aired.offset == planned.item.start)
            if planned.start >= from { #expect(aired.start == planned.start) }
            if let end = planned.item.end, end < to { #expect(aired.end == end) }
        }
    }

    @Test(arguments: 1...(isProof ? 100 : 2))
    func whatNobodyTouchesIsPreviewedSimulatedRenderedAndAiredAlike(seed: UInt64) {
        var dice = SeededGenerator(seed: seed)
        let programming = programming(&dice)
        let end = now + Length(frames: Self.frames)
        let journals = (air: FakeJournal(), render: FakeJournal())
        let engine = onAir(programming, journals.air)
        var heard: [Frame] = []
        engine.conductor.start(at: now)
        engine.crank(blocks: Self.blocks) { heard.append(Frame(left: $0, right: $1)) }
        let rendered = render(Timeline(programming), from: now, frames: Self.frames, journals.render)
        #expect(rendered.count == Int(Self.frames) && heard == rendered)
        #expect(journals.air.facts.map(\.kind) == [.start])
        compare(journals.air.aired, with: Timeline(programming), from: now, to: end)
        compare(journals.render.aired, with: Timeline(programming), from: now, to: end)
        // A preview that begins anywhere else is a part of the same.
        let all = Array(Timeline(programming).walk(from: now, to: end))
        let later = now + Length(frames: .random(in: 0..<Self.frames, using: &dice))
        let part = Array(Timeline(self.programming(seed)).walk(from: later, to: end))
        #expect(part.map(\.item) == all.suffix(part.count).map(\.item))
    }

    private func programming(_ seed: UInt64) -> Programming {
        var dice = SeededGenerator(seed: seed)
        return programming(&dice)
    }

    /// People skip, queue and take out at random instants. From each act to the next what airs is what the journal behind
    /// that act previews and renders; and the whole, rendered afterwards from the journal, is what was heard.
    @Test(arguments: 1...(isProof ? 100 : 2))
    func whatPeopleDoIsPreviewedRenderedAndReplayedAsItAired(seed: UInt64) {
        var dice = SeededGenerator(seed: seed &* 1_009)
        let programming = programming(&dice)
        let journal = FakeJournal()
        let engine = onAir(programming, journal)
        var heard: [Frame] = []
        func crank(_ blocks: Int) {
            engine.crank(blocks: blocks) { heard.append(Frame(left: $0, right: $1)) }
        }
        engine.conductor.start(at: now)
        crank(3)
        while heard.count < Int(Self.frames) {
            crank(.random(in: 10..<130, using: &dice))
            engine.conductor.step()
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: _ = engine.conductor.queue([station.tracks.randomElement(using: &dice)!])
            case 1:
                guard let last = engine.conductor.timeline.queued.last?.queueID else { continue }
                _ = engine.conductor.unqueue(last)
            default:
                guard let left = engine.conductor.onAir else { continue }
                engine.conductor.beginSkip()
                // Right before a slot's end the next slot is waited for.
                for _ in 0..<50 where !engine.conductor.hasLeft(left.deck.id) { crank(1) }
                guard engine.conductor.hasLeft(left.deck.id) else {
                    Issue.record("Nothing followed.")
                    return
                }
                _ = engine.conductor.confirmSkip(of: left.item)
            }
        }
        let end = now + Length(frames: Int64(heard.count))
        // A skipped track sounds on for a moment, beside the next one: the limiter comes back from the two within a second.
        let skips = journal.facts.filter { $0.kind == .skip }.map { Int(($0.at - now).frames) }
        func isFading(_ place: Int, before: Int = 0) -> Bool {
            skips.contains { ($0 - before..<$0 + Engine.fade + 44_100).contains(place) }
        }
        let states = journal.states
        #expect(zip(states, states.dropFirst()).allSatisfy { $0.at <= $1.at })
        for (number, known) in states.enumerated() {
            let next = number + 1 < states.count ? states[number + 1].at : end
            guard known.at < next else { continue }
            let timeline = Timeline(programming, state: known.state)
            compare(journal.aired, with: timeline, from: known.at, to: next)
            let rendered = render(
                timeline, from: known.at, frames: (next - known.at).frames, FakeJournal())
            let start = Int((known.at - now).frames)
            let strange = zip(rendered, heard[start...]).enumerated().first { place, pair in
                !pair.0.sounds(like: pair.1) && !isFading(start + place)
            }
            #expect(strange == nil, "Rendered from \(known.at) it is another mix.")
        }
        let whole = Timeline(programming, state: journal.lastState!).replaying(
            journal.aired.compactMap(replayed))
        let again = render(whole, from: now, frames: Int64(heard.count), FakeJournal())
        // The journal does not say of what was skipped that its slot's end had begun to fade it.
        let strange = again.indices.first {
            !again[$0].sounds(like: heard[$0]) && !isFading($0, before: 44_100)
        }
        #expect(strange == nil, "Replayed it is another mix.")
    }

    /// What the journal kept of an item that is over, as `funkhaus render` takes it up.
    private func replayed(_ aired: FakeJournal.Aired) -> (item: Item, offset: Length, length: Length)? {
        guard let end = aired.end else { return nil }
        let track = station.tracks.first { $0.file == aired.file }!
        let length = end - aired.start
        var item = Item(kind: aired.kind, track: track, start: aired.start, length: length, after: Cursor())
        if aired.why == nil, aired.offset + length < track.length! { item.until = end }
        return (item, aired.offset, length)
    }
}
