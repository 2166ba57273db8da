import Audio
import Foundation
import Programme
import TestKit
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)
private let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

/// What is previewed, simulated, rendered and aired is one: item by item in the journal, and frame by frame in the mix.
@Suite struct OneTimelineTests {
    /// The first four files are the rotation, the next four a show's, and the last one is a feature.
    private let station = FakeStation(lengths: [
        190_000, 180_000, 185_000, 170_000, 150_000, 160_000, 140_000, 155_000, 330_000,
    ])
    private static let blocks = 500
    private static let frames = Int64(blocks * 1_024 - Limiter.delay)

    /// Shows of every kind at random times: hard and soft, with files that may run on, one behind the other and across one
    /// another.
    private func programming(_ dice: inout SeededGenerator) -> Programming {
        var shows = [
            Show(name: "hard", airings: [], plays: .playlist("night")),
            Show(name: "soft", airings: [], plays: .playlist("night"), start: .soft),
            Show(name: "feature", airings: [], plays: .newest(folder: "/f")),
            Show(name: "book", airings: [], plays: .continued(playlist: "night")),
        ]
        shows[2].overlong = Bool.random(using: &dice) ? .run(seconds: 1) : .fade
        for index in shows.indices { shows[index].priority = Int.random(in: 0...1, using: &dice) }
        let times = (0..<7).map { _ in
            let start = now + Length(frames: .random(in: -100_000..<Self.frames, using: &dice))
            return Occurrence(
                show: .random(in: shows.indices, using: &dice), start: start,
                end: start + Length(frames: .random(in: 20_000..<400_000, using: &dice)))
        }
        func night(_ order: Order) -> Programming.Source {
            .rotation(
                Rotation(
                    station: "Beispiel", playlist: "night", order: order, tracks: Array(station.tracks[4..<8])
                ))
        }
        return Programming(
            rotation: Rotation(
                station: "Beispiel", playlist: "rotation", order: .shuffle,
                tracks: Array(station.tracks[..<4])),
            schedule: Schedule(shows: shows, agenda: Once(all: times)),
            sources: [
                .playlist("night"): night(.shuffle), .continued(playlist: "night"): night(.sequence),
                .newest(folder: "/f"): .file(station.tracks[8]),
            ])
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
    }

    /// Holds what the journal says to what a timeline plans for a span of it.
    private func compare(_ aired: [FakeJournal.Aired], with timeline: Timeline, from: Instant, to: Instant) {
        let planned = Array(timeline.walk(from: from, to: to))
        #expect(Rehearsal(timeline, from: from, to: to).items == planned.count)
        let aired = aired.filter { $0.start < to && ($0.end.map { $0 > from } ?? true) }
        #expect(aired.map(\.file) == planned.map(\.item.track.file), "from \(from) to \(to)")
        for (aired, planned) in zip(aired, planned) {
            #expect(aired.kind == planned.item.kind && aired.start - aired.offset == planned.item.start)
            if planned.start >= from { #expect(aired.start == planned.start) }
            if let end = planned.item.end, end < to { #expect(aired.end == end) }
        }
    }

    @Test(arguments: 1...(isProof ? 100 : 4))
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
}
