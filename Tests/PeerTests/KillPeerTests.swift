import Foundation
import TestKit
import Testing

/// One timeline through any number of crashes: shows, and what people did, are on air as they would have been.
@Suite(.peers("ffmpeg"), .timeLimit(.minutes(30)))
struct KillPeerTests {
    private static let kills = isProof ? 50 : 4

    @Test func `a daemon that is killed at any instant airs what it would have aired`() async throws {
        let station = try await station()
        var dice = SeededGenerator(seed: 6)
        var plans = [try await plan(station)]
        try await station.start()
        for number in 1...Self.kills {
            let hasSkipped = try await act(on: station, &dice)
            let before = try await plan(station)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...2_500, using: &dice)))
            let workers = station.workers
            station.daemon?.signalAlone(SIGKILL)
            try await station.daemon?.wait(.seconds(10))
            try await until("the workers end with the daemon") { !workers.contains { kill($0, 0) == 0 } }
            try await station.start()
            let asked = Date.now.timeIntervalSince1970
            let now: ShownItem = try await station.ask("now")
            // A start begins with what was on a burst ago: that may be what somebody has skipped since.
            #expect(
                hasSkipped
                    || before.items.contains { $0.file == now.file && abs($0.instant - now.instant) < 0.0025 },
                "\(now) is not in the plan before kill \(number)")
            // The answer was true at some instant between the question and its arrival.
            let instant = now.instant + (now.position ?? 0)
            #expect(instant > asked - 1 && instant < Date.now.timeIntervalSince1970 + 1)
            let after = try await plan(station)
            let (expected, planned) = (
                before.items(after.from, before.to), after.items(after.from, before.to)
            )
            #expect(expected.count == planned.count && expected.count > 5, "after kill \(number)")
            for (item, other) in zip(expected, planned) {
                #expect(
                    item.isSame(as: other), "\(other) was planned after kill \(number), and before it \(item)"
                )
            }
            plans += [before, after]
        }
        // What a start put on air first had begun before it; what is shorter can lie between an act and its plan.
        var history: [ShownItem] = []
        var aired: [ShownItem] = []
        try await until("whole items are aired", telling: { station.log }) {
            history = try await station.ask("history", "--last", "1000")
            aired = history.filter {
                ["track", "queued"].contains($0.kind) && $0.offset == nil && $0.duration ?? 0 > 3
            }
            return aired.count > Self.kills / 2
        }
        try await station.stop()
        print(
            "Killed \(Self.kills) times; \(aired.count) items aired whole, in \(Set(aired.map(\.show)).count) slots"
        )
        for item in aired {
            #expect(plans.contains { $0.items.contains { $0.isSame(as: item) } }, "\(item) was not planned")
        }
        #expect(!history.contains { $0.kind == "tone" })
    }

    /// A show every quarter of a minute, with music of its own, and the rotation between them.
    private func station() async throws -> StationUnderTest {
        let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 5).rounded())
        let count = Self.kills + 8
        let times = (0..<count).map { (number: Int) -> (start: Date, seconds: Int, playlist: String) in
            let start = begin.addingTimeInterval(Double(number * 15))
            return (start, 6 + number % 4 * 2, number.isMultiple(of: 2) ? "eins" : "zwei")
        }
        return try await StationUnderTest.withShows(times)
    }

    /// Somebody skips, or queues a file, or does nothing.
    ///
    /// - Returns: whether it was a skip.
    private func act(on station: StationUnderTest, _ dice: inout SeededGenerator) async throws -> Bool {
        let words: [String]
        switch Int.random(in: 0..<3, using: &dice) {
        case 0: words = ["skip"]
        case 1:
            let name = "0\(Int.random(in: 1...4, using: &dice)).flac"
            words = ["queue", "add", station.music.appendingPathComponent(name).path]
        default: return false
        }
        #expect(try await station.run(words).status == 0)
        return words == ["skip"]
    }

    /// What is planned for a while, told by the journal alone.
    private struct Plan: Sendable {
        var from: Double
        var items: [ShownItem]

        /// The end of what is planned.
        var to: Double { from + 60 }

        /// What is on at any time of a span, but for what is on at its last second.
        func items(_ from: Double, _ to: Double) -> [ShownItem] {
            items.filter { $0.instant + ($0.duration ?? 0) > from + 0.01 && $0.instant < to - 1 }
        }
    }

    /// The plan from the next second on.
    private func plan(_ station: StationUnderTest) async throws -> Plan {
        let from = Date.now.timeIntervalSince1970.rounded(.up) + 1
        let time = Date(timeIntervalSince1970: from).ISO8601Format()
        return Plan(from: from, items: try await station.ask("preview", "--from", time, "--for", "60s"))
    }
}
