import Foundation
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// A machine that boots without knowing what time it is.
@Suite struct StationClockTests {
    /// Clocks that a test sets.
    private final class Machine: Sendable {
        private let state: Mutex<(wall: Int64, monotonic: Int64)>
        init(_ wall: Int64) { state = Mutex((wall, 7_000_000_000)) }
        func pass(seconds: Int64) {
            state.withLock {
                ($0.wall, $0.monotonic) = (
                    $0.wall + seconds * 1_000_000_000, $0.monotonic + seconds * 1_000_000_000
                )
            }
        }
        func set(_ wall: Int64) { state.withLock { $0.wall = wall } }
        var clock: StationClock {
            StationClock(
                system: { self.state.withLock { $0.wall } },
                monotonic: { self.state.withLock { $0.monotonic } })
        }
    }

    /// 2026-12-01T19:00:00Z.
    private static let evening: Int64 = 1_796_151_600_000_000_000
    private static let second: Int64 = 1_000_000_000

    @Test func `a clock that is right is gone by`() {
        let machine = Machine(Self.evening)
        let clock = machine.clock
        #expect(clock.isTrusted && clock.canBeRight && clock.now() == Self.evening)
        machine.pass(seconds: 60)
        #expect(clock.now() == Self.evening + 60 * Self.second)
        // Set back by hand, by an hour: that is how it is then.
        machine.set(Self.evening - 3_600 * Self.second)
        #expect(clock.now() == Self.evening - 3_600 * Self.second)
        clock.goOn(from: Self.evening)
        #expect(clock.now() == Self.evening - 3_600 * Self.second)
    }

    @Test func `a boot in 1970 lost the journal's future`() {
        let machine = Machine(5 * Self.second)
        let clock = machine.clock
        #expect(!clock.isTrusted && !clock.canBeRight)
        #expect(clock.now() == StationClock.earliest)
        clock.goOn(from: Self.evening)
        #expect(clock.now() == Self.evening)
        machine.pass(seconds: 90)
        #expect(clock.now() == Self.evening + 90 * Self.second)
        // Never back.
        clock.goOn(from: Self.evening)
        #expect(clock.now() == Self.evening + 90 * Self.second)
        // The network tells the time; the station goes by it when it is ready for the jump.
        machine.set(Self.evening + 36_000 * Self.second)
        #expect(clock.canBeRight && clock.now() == Self.evening + 90 * Self.second)
        clock.trust()
        #expect(clock.isTrusted && clock.now() == Self.evening + 36_000 * Self.second)
    }

    @Test func `a clock that falls back to 1970 on air takes the station along`() {
        let machine = Machine(Self.evening)
        let clock = machine.clock
        machine.pass(seconds: 10)
        _ = clock.now()
        machine.set(0)
        machine.pass(seconds: 20)
        #expect(clock.now() == Self.evening + 30 * Self.second)
        machine.set(Self.evening + 40 * Self.second)
        #expect(clock.now() == Self.evening + 40 * Self.second)
    }

    @Test func `waiting ends when the clock can be right`() async {
        let machine = Machine(0)
        let wait = ClockWait(machine.clock, pause: .milliseconds(5))
        let isRight = Mutex(false)
        await confirmation { confirmed in
            wait.start {
                isRight.withLock { $0 = true }
                confirmed()
            }
            try? await Task.sleep(for: .milliseconds(50))
            #expect(!isRight.withLock { $0 })
            machine.set(StationClock.earliest)
            for _ in 0..<3_000 where !isRight.withLock({ $0 }) {
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
        wait.stop()
    }

    @Test func `waiting for a clock does not hold up the end`() {
        let wait = ClockWait(Machine(0).clock, pause: .seconds(3_600))
        wait.start { Issue.record("1970 was taken for right") }
        wait.stop()
    }

    // MARK: What the journal kept

    private static let tracks = (0..<6).map { number in
        Track(
            file: "/m/\(number).ogg", key: "\(number)", length: Length(seconds: 200), title: "Lied \(number)")
    }

    private func programming() throws -> Programming {
        let shows = [
            Show(
                name: "Roman",
                airings: [
                    Airing(
                        .weekly(Set(Weekday.allCases), .every), secondOfDay: 72_000, extent: .lasting(1_800))
                ], plays: .continued(playlist: "roman"))
        ]
        var configuration = try load(scheduleSample)
        configuration.shows = shows
        return Programming(
            rotation: Rotation(station: "R", playlist: "rotation", order: .shuffle, tracks: Self.tracks),
            schedule: try configuration.schedule(),
            sources: [
                .continued(playlist: "roman"): .rotation(
                    Rotation(station: "R", playlist: "roman", order: .sequence, tracks: Self.tracks))
            ])
    }

    @Test func `a start before the journal's end lost the queue`() throws {
        let programming = try programming()
        var timeline = Timeline(programming)
        let then = Instant(wallNanoseconds: Self.evening - 7_200 * Self.second)
        timeline.remember(at: then)
        let onAir = try #require(timeline.item(at: then))
        let queued = timeline.queue(Self.tracks[3], onAir: onAir)
        // The machine's clock was set back by forty minutes while the station was off.
        let now = then - Length(seconds: 2_400)
        let kept = timeline.state.moved(by: now - then, at: now)
        let again = Timeline(programming, state: kept)
        let first = try #require(again.item(at: now))
        #expect(first.track == onAir.track && now - first.start == then - onAir.start)
        let next = try #require(again.item(after: first))
        #expect(queued != nil && next.queueID == queued?.queueID && next.start == first.end)
        // Where the continued show stands is known as before, and from now on.
        #expect(Set(kept.continued.map { Array($0.keys) } ?? []) == ["Roman"])
        #expect(kept.continued?["Roman"]?.cursor == timeline.state.continued?["Roman"]?.cursor)
        #expect(kept.continued?["Roman"].map { $0.instant <= now } == true)
    }

    @Test func `nothing is moved where nothing is known`() {
        let state = Timeline.State()
        #expect(state.moved(by: Length(seconds: -60), at: Instant(frames: 0)) == state)
    }
}
