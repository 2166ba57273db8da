import Foundation
import TestKit
import Testing

/// `funkhaus queue add` with files that the station does not know.
@Suite(.peers("ffmpeg"), .timeLimit(.minutes(5))) struct QueuePeerTests {
    /// Twenty hours of silence that need no room on the disk: nobody measures them while a test waits.
    private func writeEndless(_ path: URL) throws {
        func little(_ value: UInt32, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let data: UInt32 = 20 * 3_600 * 8_000 * 2
        let head =
            Array("RIFF".utf8) + little(36 + data, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2)
            + little(1, 2) + little(8_000, 4) + little(16_000, 4) + little(2, 2) + little(16, 2)
            + Array("data".utf8) + little(data, 4)
        try Data(head).write(to: path)
        try FileHandle(forWritingTo: path).truncate(atOffset: UInt64(head.count) + UInt64(data))
    }

    /// Whether a worker has the file in hand.
    private func isOpen(_ file: URL, in station: StationUnderTest) -> Bool {
        station.workers.contains { worker in
            let folder = "/proc/\(worker)/fd"
            let open = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return open.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0))?
                    .hasSuffix("/" + file.lastPathComponent) == true
            }
        }
    }

    private func queue(of station: StationUnderTest) async throws -> [StationItem] {
        try await station.ask("queue", "list")
    }

    @Test func `files of which one cannot be played are queued all or none`() async throws {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music, with: [1, 2])
        try await ResilienceMusic().fill(station.folder, with: [8, 9])
        try station.write("bad.flac", "this is no audio")
        let files = ["08.flac", "bad.flac", "09.flac"].map { station.folder.appendingPathComponent($0).path }
        try await station.onAir {
            let refused = try await station.run(["queue", "add"] + files)
            #expect(refused.status == 1 && refused.errors.contains("bad.flac"), "\(refused.errors)")
            #expect(refused.errors.contains("Nothing was queued."))
            #expect(try await queue(of: station).isEmpty)
            struct Answer: Decodable { var entries: [StationItem] }
            let queued = try await station.ask("queue", "add", files[0], files[2], as: Answer.self)
            #expect(queued.entries.map(\.file) == [files[0], files[2]])
        }
    }

    @Test func `who breaks off while a long file is measured has nothing queued, and the next one is served`()
        async throws
    {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music, with: [1, 2])
        try await ResilienceMusic().fill(station.folder, with: [8])
        let long = station.folder.appendingPathComponent("long.wav")
        try writeEndless(long)
        try await station.onAir {
            let command = try station.begin(["queue", "add", long.path])
            try await until("the file is measured") { isOpen(long, in: station) }
            command.signalAlone(SIGINT)
            try await command.wait(.seconds(10))
            let next = try await station.run(
                ["queue", "add", station.folder.appendingPathComponent("08.flac").path])
            #expect(next.status == 0, "\(next.errors)")
            #expect(try await queue(of: station).count == 1)
        }
    }

    @Test func `a station that measures for the queue ends at once when it is told to`() async throws {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music, with: [1, 2])
        let long = station.folder.appendingPathComponent("long.wav")
        try writeEndless(long)
        try await station.onAir {
            let command = try station.begin(["queue", "add", long.path])
            try await until("the file is measured") { isOpen(long, in: station) }
            let daemon = try #require(station.daemon)
            // Before the process would give up by itself, and say so.
            try await station.stop(within: .seconds(20))
            #expect(try await command.wait(.seconds(10)) != 0)
            #expect(!daemon.errors.contains("something does not end"), "\(daemon.errors)")
        }
    }
}
