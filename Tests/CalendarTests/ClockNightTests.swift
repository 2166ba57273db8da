import Programme
import TestKit
import Testing

@testable import Calendar

/// Jingles at minutes of the hour, and playlists that have hours, in the nights in which clocks are changed.
@Suite struct ClockNightTests {
    /// A zone and an hour (UTC) some hours before its clocks are changed, or any night where they never are.
    struct Night: CustomTestStringConvertible {
        var zone: String
        var evening: String

        var testDescription: String { "\(zone) \(evening)" }
        var start: Instant {
            Instant(wallNanoseconds: LocalTime(calendar: evening)!.seconds * 1_000_000_000)
        }
    }

    static let nights = [
        Night(zone: "Europe/Berlin", evening: "20260328T180000"),
        Night(zone: "Europe/Berlin", evening: "20261024T180000"),
        // By half an hour only, the one and the other way.
        Night(zone: "Australia/Lord_Howe", evening: "20260404T080000"),
        Night(zone: "Australia/Lord_Howe", evening: "20261003T080000"),
        // By two hours.
        Night(zone: "Antarctica/Troll", evening: "20260328T180000"),
        Night(zone: "Antarctica/Troll", evening: "20261024T180000"),
        Night(zone: "Asia/Kolkata", evening: "20260328T180000"),
        Night(zone: "America/St_Johns", evening: "20261031T220000"),
    ]
    private static let hours = 14

    private static func tracks(_ count: Int, _ prefix: String, seed: UInt64 = 1) -> [Track] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            let length = Length(frames: Int64.random(in: 120...360, using: &random) * Instant.rate)
            return Track(file: "/\(prefix)\(number)", key: "\(prefix)\(number)", length: length)
        }
    }

    private static func programming(_ night: Night, _ minutes: [Int], late: Hours? = nil) throws
        -> Programming
    {
        let all = RotationPart(playlist: "all", tracks: tracks(200, "a"))
        let rotation =
            late.map { hours in
                Rotation(
                    station: "s", playlist: "r",
                    parts: [
                        all, RotationPart(playlist: "late", tracks: tracks(60, "l", seed: 2), hours: hours),
                    ])
            } ?? Rotation(station: "s", playlist: "r", order: .shuffle, tracks: tracks(200, "a"))
        let jingles = Rotation(
            station: "s", playlist: "j", order: .sequence,
            tracks: [Track(file: "/j", key: "j", length: Length(seconds: 5))])
        return Programming(
            rotation: rotation,
            schedule: Schedule(shows: [], agenda: try Almanac(shows: [], zone: night.zone)),
            sources: [.playlist("j"): .rotation(jingles)],
            identification: minutes.isEmpty ? nil : Jingles(playlist: "j", due: .at(minutes: minutes, .hard)))
    }

    /// Every minute at which the clocks show something.
    private static func minutes(_ night: Night, where isShown: (LocalTime) -> Bool) throws -> [Instant] {
        let zone = try Zone(night.zone)
        return (0..<hours * 60).map { night.start + Length(seconds: Double($0) * 60) }.filter {
            isShown(zone.local($0.wallNanoseconds / 1_000_000_000))
        }
    }

    @Test(arguments: nights, [[0], [15, 45]])
    func `jingles came no more once the clocks had been put forward`(night: Night, minutes: [Int]) throws {
        let programming = try Self.programming(night, minutes)
        let wanted = try Self.minutes(night) { minutes.contains($0.secondOfDay / 60 % 60) }
        let end = night.start + Length(seconds: Double(Self.hours) * 3_600)
        let jingles = Timeline(programming).walk(from: night.start, to: end).filter {
            $0.item.kind == .identification
        }
        #expect(jingles.map(\.start) == wanted)
        #expect(wanted.count >= (Self.hours - 2) * minutes.count)
    }

    @Test(arguments: nights)
    func `what was asked first decided where an hour of autumn ended`(night: Night) throws {
        let late = Hours(from: 9_000, until: 12_600)
        var instants = try Self.minutes(night) { _ in true }
        let forwards = try Self.programming(night, [0, 20], late: late)
        let slots = instants.map(forwards.slot)
        var dice = SeededGenerator(seed: 7)
        for _ in 0..<3 {
            instants.shuffle(using: &dice)
            let shuffled = try Self.programming(night, [0, 20], late: late)
            for instant in instants {
                let slot = shuffled.slot(at: instant)
                #expect(slot == slots[Int((instant - night.start).seconds / 60)])
                #expect(slot.start <= instant && instant < slot.end)
            }
        }
    }

    /// 02:30 is left out in one night, and comes twice in the other.
    @Test(arguments: nights, [[], [0]])
    func `a playlist was on outside its hours when the clocks had been put back`(
        night: Night, minutes: [Int]
    ) throws {
        let late = Hours(from: 9_000, until: 12_600)
        let programming = try Self.programming(night, minutes, late: late)
        let zone = try Zone(night.zone)
        let end = night.start + Length(seconds: Double(Self.hours) * 3_600)
        var (inHours, outside) = (0, 0)
        for (item, start) in Timeline(programming).walk(from: night.start, to: end) where item.kind == .track
        {
            var instant = start
            let isLate = item.track.key.hasPrefix("late/")
            while instant < item.end! {
                let second = zone.local(instant.wallNanoseconds / 1_000_000_000).secondOfDay
                let isRight = (late.from..<late.until).contains(second)
                if isLate { #expect(isRight, "\(item.track.key) at \(second / 60) min") }
                if isRight { inHours += isLate ? 1 : 0 } else { outside += isLate ? 1 : 0 }
                instant = instant + Length(seconds: 10)
            }
        }
        #expect(inHours > 0 && outside == 0)
    }
}
