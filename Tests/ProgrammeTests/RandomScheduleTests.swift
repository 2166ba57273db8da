import Foundation
import TestKit
import Testing

@testable import Programme

private let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

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
        _ = RandomStation(seed: UInt64(seed) &* 31, days: 1).live(seed: UInt64(seed) &* 104_729)
    }

    // MARK: A year

    private static let hostileDays = isProof ? 365 : 2

    /// A library may be empty, of one track, of long ones alone, or not measured: something is on at every instant, but
    /// where nothing at all can be played. There the emergency track is on, which is none of the plan's.
    @Test(arguments: 0..<(isProof ? 12 : 4))
    func noInstantOfAYearIsWithoutAnItemWhateverTheLibrary(seed: Int) {
        let station = RandomStation(seed: UInt64(seed) &* 15_485_863, days: Self.hostileDays, isHostile: true)
        let timeline = Timeline(station.programming)
        let end = minute(station.days * 1_440)
        var (place, items) = (minute(0), 0)
        for (item, start) in timeline.walk(from: place, to: end) {
            items += 1
            if items > 1, start != place { station.expectsNothing(timeline, from: place, to: start) }
            #expect(start >= place || items == 1)
            place = item.end ?? station.programming.slot(at: max(place, start)).end
        }
        if place < end { station.expectsNothing(timeline, from: place, to: end) }
        var random = SplitMix(state: UInt64(seed))
        let fresh = Timeline(station.fresh)
        for _ in 0..<500 {
            let instant = Instant(frames: Int64(random.next() % UInt64(end.frames)))
            guard let item = fresh.item(at: instant) else {
                station.expectsNothing(fresh, from: instant, to: instant + Length(frames: 1))
                continue
            }
            #expect(item.start <= instant && item.end.map { $0 > instant } ?? true)
            #expect(item.isProvisional || timeline.item(at: instant) == item)
        }
    }

    /// The same while people and accidents come between, and the station is started again.
    @Test(arguments: 0..<(isProof ? 12 : 4))
    func noInstantOfAYearIsWithoutAnItemWhateverPeopleDo(seed: Int) {
        let station = RandomStation(seed: UInt64(seed) &* 32_452_843, days: Self.hostileDays, isHostile: true)
        let counts = station.live(seed: UInt64(seed) &* 49_979_687)
        #expect(counts.items > station.days)
        if isProof { print("A year, seed \(seed): \(counts.items) items, \(counts.acts) acts") }
    }
}
