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
        // The burst of the first start, and from an act on to the plan that knows of it: what begins and ends in between
        // is in no plan.
        var unplanned = [0..<plans[0].from + 0.01]
        var killed: [Double] = []
        try await station.start()
        for number in 1...Self.kills {
            let acted = Date.now.timeIntervalSince1970
            try await act(on: station, &dice)
            let before = try await plan(station)
            unplanned.append(acted - 1..<before.from + 0.01)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...2_500, using: &dice)))
            let workers = station.workers
            killed.append(Date.now.timeIntervalSince1970)
            station.daemon?.signalAlone(SIGKILL)
            try await station.daemon?.wait(.seconds(10))
            try await until("the workers end with the daemon") { !workers.contains { kill($0, 0) == 0 } }
            try await station.start()
            let now = try await whatIsOn(station, from: before.from)
            #expect(
                before.items.contains { $0.file == now.file && abs($0.instant - now.instant) < 0.0025 },
                "\(now) is not in the plan before kill \(number): \(before.items.prefix(3))")
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
        // What a start put on air first had begun before it.
        var history: [ShownItem] = []
        var aired: [ShownItem] = []
        try await until("whole items are aired", telling: { station.log }) {
            history = try await station.ask("history", "--last", "1000")
            aired = history.filter {
                ["track", "queued"].contains($0.kind) && $0.offset == nil
            }
            .filter { item in
                let span = item.instant...item.instant + (item.duration ?? 0)
                return !unplanned.contains { $0 ~= span.lowerBound && $0 ~= span.upperBound }
                    && !killed.contains { span ~= $0 }
            }
            return aired.count > Self.kills / 2
        }
        try await station.stop()
        print(
            "Killed \(Self.kills) times; \(aired.count) items aired whole, in \(Set(aired.map(\.show)).count) slots"
        )
        for item in aired {
            let planned = plans.flatMap(\.items).filter { $0.file == item.file }
            #expect(planned.contains { $0.isSame(as: item) }, "\(item) was not planned, but \(planned)")
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

    /// What is on at some instant between the question and its answer, as soon as a plan begins. A start makes up for its
    /// burst first: until then the answer is of some seconds ago.
    private func whatIsOn(_ station: StationUnderTest, from: Double) async throws -> ShownItem {
        var now: ShownItem?
        try await until("the start has made up for its burst", telling: { "\(now as Any)" }) {
            let asked = Date.now.timeIntervalSince1970
            let item: ShownItem = try await station.ask("now")
            now = item
            let instant = item.instant + (item.position ?? 0)
            return instant >= from && asked - 1..<Date.now.timeIntervalSince1970 + 1 ~= instant
        }
        return try #require(now)
    }

    /// Somebody skips, or queues a file, or does nothing.
    private func act(on station: StationUnderTest, _ dice: inout SeededGenerator) async throws {
        let words: [String]
        switch Int.random(in: 0..<3, using: &dice) {
        case 0: words = ["skip"]
        case 1:
            let name = "0\(Int.random(in: 1...4, using: &dice)).flac"
            words = ["queue", "add", station.music.appendingPathComponent(name).path]
        default: return
        }
        #expect(try await station.run(words).status == 0)
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
