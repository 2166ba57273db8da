import Foundation
import TestKit
import Testing

/// Whatever happens to a worker costs a track, and no silence.
@Suite(
    .peers("ffmpeg", "oggdec", "curl"), .timeLimit(.minutes(10)))
struct ResilienceWorkerTests {
    @Test func `a worker that is killed, frozen or crashes is heard as the next track`() async throws {
        // Longer than what is decoded ahead.
        let music = ResilienceMusic(seconds: 20)
        let station = try StationUnderTest()
        try await music.fill(station.music)
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            var struck: [(StationItem, Int32)] = []
            for signal in [SIGKILL, SIGSTOP, SIGSEGV] {
                let (item, worker) = try await playing(station)
                kill(worker, signal)
                struck.append((item, signal))
                try await station.hasLeft(item)
            }
            let last = try await station.now()
            try await station.hasHeard(last, seconds: 2)
            #expect(listener.isConnected)

            let aired = try await station.history().filter { $0.kind == "track" }
            let status = try await station.status()
            for (item, signal) in struck {
                let line = try #require(aired.last { $0.isSame(as: item) })
                #expect((line.duration ?? .infinity) < 19, "\(signal): \(line)")
                let why = try #require(line.note, "signal \(signal): the journal does not say why")
                #expect(why.hasPrefix(line.file ?? "?"))
                #expect(status.library.problems.contains { $0.hasPrefix(why) })
                #expect(station.log.contains(why))
            }
            #expect(status.clock.resets == 0)

            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
            let stretches = heard.stretches(of: music)
            for (before, after) in zip(stretches, stretches.dropFirst()) {
                #expect(after.heard.lowerBound < 6_144, "\(stretches): not from its first frame")
                #expect(after.piece == before.piece % 3 + 1, "\(stretches): not the next one")
            }
            #expect(stretches.count > 3, "\(stretches)")
        }
    }

    @Test func `a worker that dies while it measures does not cost the file its place`() async throws {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music, with: [1, 2])
        try await station.onAir {
            try await station.isMeasured(files: 2)
            // Long enough to be caught at.
            let (made, long) = (station.folder.path + "/99.flac", station.music.path + "/99.flac")
            let noise = "anoisesrc=d=300:a=0.1:seed=1"
            let result = try await aside {
                try Tool.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", noise, "-ac", "2", made])
            }
            #expect(result.status == 0)
            try FileManager.default.moveItem(atPath: made, toPath: long)
            var worker: pid_t?
            try await until("a worker measures it") {
                worker = station.worker(with: long)
                return worker != nil
            }
            kill(try #require(worker), SIGKILL)
            try await until("it is measured all the same", telling: { station.log }) {
                try await station.status().library.measured == 3
            }
            #expect(try await station.status().library.problems.isEmpty)
        }
    }

    /// What is on air from a worker that has not decoded all of it yet. A start can come to a track in its last seconds:
    /// those are decoded at once, and no worker is missed.
    private func playing(_ station: StationUnderTest) async throws -> (StationItem, pid_t) {
        var found: (StationItem, pid_t)?
        try await until("a worker decodes what is on air") {
            let now = try await station.now()
            guard let position = now.position, position < 5 else { return false }
            found = now.file.flatMap(station.worker).map { (now, $0) }
            return found != nil
        }
        return try #require(found)
    }
}
