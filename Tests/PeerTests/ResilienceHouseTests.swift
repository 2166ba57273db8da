import Foundation
import TestKit
import Testing

/// Hundreds of comings and goings leave nothing behind in the daemon.
@Suite(.peers("ffmpeg", "curl"), .timeLimit(.minutes(10)))
struct ResilienceHouseTests {
    /// What a process has in its hands.
    private struct Belongings: CustomStringConvertible {
        var descriptors: [String]
        var threads: [String]

        init(of process: pid_t) {
            func entries(_ folder: String) -> [String] {
                (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/\(folder)")) ?? []
            }
            descriptors = entries("fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
            }.sorted()
            threads = entries("task").compactMap {
                try? String(contentsOfFile: "/proc/\(process)/task/\($0)/comm", encoding: .utf8)
            }.map { $0.trimmingCharacters(in: .newlines) }.sorted()
        }

        var description: String { "\(threads) \(descriptors)" }
    }

    @Test func `after 200 listeners and 50 skips the daemon has what it had, and no dead worker`()
        async throws
    {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music)
        try await station.check()
        try await station.onAir {
            let daemon = try #require(station.daemon).process
            // One of each first: what is made once and kept is not counted.
            try await visit(station, listeners: 20)
            for _ in 0..<3 { _ = try await station.run(["skip"]) }
            try await station.hasHeard(try await station.now(), seconds: 1.5)
            let before = Belongings(of: daemon)

            try await visit(station, listeners: 200)
            for _ in 0..<50 {
                let skip = try await station.run(["skip"])
                #expect(skip.status == 0, "\(skip.errors)")
            }
            try await until("all listeners are gone") {
                try await station.status().mounts.allSatisfy { $0.listeners == 0 }
            }
            var after = before
            // What is opened for the next track, and threads that wait for work, come and go.
            try await until(
                "descriptors and threads are back where they were",
                telling: { "before: \(before)\nafter: \(after)" }
            ) {
                after = Belongings(of: daemon)
                return after.descriptors.count <= before.descriptors.count + 4
                    && after.threads.count <= before.threads.count + 4
            }
            // One of them is the ear's.
            #expect(station.workers.count <= 5)
            #expect(Self.dead(of: daemon).isEmpty)
            #expect(try await station.status().clock.resets == 0)
        }
    }

    /// Listeners who come, hear some of it, and go: half of them with good manners.
    private func visit(_ station: StationUnderTest, listeners: Int) async throws {
        let path = ["/stream.ogg", "/stream.ogg?titles=chained", "/stream.ogg?titles=icy"]
        for group in 0..<(listeners / 10) {
            let clients = try (0..<10).map { _ in try RawClient(port: station.port) }
            for (index, client) in clients.enumerated() {
                client.send("GET \(path[(group + index) % 3]) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            }
            for client in clients {
                #expect(try await client.readHead().contains(" 200 "))
                _ = try await client.read(2_000)
            }
            for client in clients.prefix(5) { client.hangUp() }
        }
    }

    /// Children that ended and were not waited for.
    private static func dead(of parent: pid_t) -> [String] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { process in
            guard pid_t(process) != nil,
                let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let words = line.split(separator: ")").last?.split(separator: " "), words.count > 1
            else { return nil }
            return words[0] == "Z" && pid_t(words[1]) == parent ? line : nil
        }
    }
}
