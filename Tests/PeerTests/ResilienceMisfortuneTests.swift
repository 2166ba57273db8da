import Foundation
import TestKit
import Testing

/// What becomes of a station whose disks, or whose machine, fail it for a while: it is on air.
@Suite(
    .peers("ffmpeg", "oggdec", "curl"), .timeLimit(.minutes(10)))
struct ResilienceMisfortuneTests {
    private let music = ResilienceMusic()

    @Test func `music that vanishes, comes back, grows and changes while it plays is never silence`()
        async throws
    {
        let station = try StationUnderTest(programme: "  emergency: emergency/15.flac")
        let (emergency, away) = (station.folder.path + "/emergency", station.folder.path + "/away")
        try FileManager.default.createDirectory(atPath: emergency, withIntermediateDirectories: false)
        try await music.fill(URL(fileURLWithPath: emergency), with: [15])
        try await music.fill(station.music, with: [1, 2, 3])
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())

            try FileManager.default.moveItem(atPath: station.music.path, toPath: away)
            try await until("the emergency track is on air", telling: { station.log }) {
                try await station.now().kind == "emergency"
            }
            let problems = try await station.status().library.problems
            #expect(problems.contains { $0.contains("music") && $0.contains("not there") }, "\(problems)")
            try FileManager.default.moveItem(atPath: away, toPath: station.music.path)
            try await until("the music is on air again", telling: { station.log }) {
                try await station.now().kind == "track"
            }

            try await music.fill(station.music, with: [4, 5])
            try await until("the new files are planned", telling: { station.log }) {
                let planned = try await station.next(6).compactMap { ResilienceMusic.piece(of: $0.file) }
                return planned.contains(4) && planned.contains(5)
            }

            let playing = try await station.now()
            let file = try #require(playing.file)
            try await music.fill(URL(fileURLWithPath: emergency), with: [9])
            #expect(rename(emergency + "/09.flac", file) == 0)
            try await station.hasLeft(playing)
            try await station.hasLeft(try await station.now())
            try await until("the file's new self is measured", telling: { station.log }) {
                let library = try await station.status().library
                return library.measured == 5 && library.files == 5
            }

            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty, "\(heard.stretches(of: music))")
            #expect(heard.stretches(of: music).contains { $0.piece == 15 })
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, "only root may mount a disk that is small enough to fill"))
    func `a data disk that is full or read-only is not heard, and what people did is kept`() async throws {
        let station = try StationUnderTest()
        let disk = try SmallDisk()
        try station.reconfigure(("data: data", "data: \(disk.path)"))
        try await music.fill(station.music)
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            var skipped: [StationItem] = []
            func skip() async throws -> ResilienceAcknowledgement {
                var before = try await station.now()
                // Not where the next track may begin between the two questions.
                while (before.duration ?? 0) - (before.position ?? 0) < 2 {
                    try await Task.sleep(for: .milliseconds(200))
                    before = try await station.now()
                }
                let answer = try await station.ask("skip", as: ResilienceAcknowledgement.self)
                skipped.append(before)
                return answer
            }

            disk.fill()
            // The journal's own file may have some room left.
            try await until("a skip waits in memory", telling: { station.log }) {
                let answer = try await skip()
                return answer.warnings.contains { $0.contains("memory") }
            }
            #expect(try await station.status().journal != "writing")
            disk.free()
            try await until("the journal is written again", telling: { station.log }) {
                try await station.status().journal == "writing"
            }

            let told = try await station.history().filter { $0.kind == "skip" }
            #expect(told.map(\.file) == skipped.map(\.file))
            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
        }

        try disk.remount("ro")
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let before = try await station.now()
            let answer = try await station.ask("skip", as: ResilienceAcknowledgement.self)
            #expect(answer.warnings.contains { $0.contains("memory") }, "\(answer)")
            try disk.remount("rw")
            try await until("the journal is written again", telling: { station.log }) {
                try await station.status().journal == "writing"
            }
            #expect(try await station.history().last { $0.kind == "skip" }?.file == before.file)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
        }
    }

    @Test(arguments: [3, 10])
    func `a daemon that stands still for seconds goes on with its listeners`(seconds: Int) async throws {
        let station = try StationUnderTest()
        try await music.fill(station.music)
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            station.daemon?.signalAlone(SIGSTOP)
            try await Task.sleep(for: .seconds(seconds))
            station.daemon?.signalAlone(SIGCONT)
            let item = try await station.now()
            try await station.hasLeft(item)
            try await station.hasHeard(try await station.now(), seconds: 2)
            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
            let stretches = heard.stretches(of: music)
            #expect(stretches.areSeamless(music), "\(stretches)")
            // Up to four seconds are caught up; what is more is left out, and told.
            if seconds > 4 {
                #expect(try await station.status().clock.resets == 1)
                #expect(try await station.history().contains { $0.kind == "clock" || $0.kind == "reset" })
            }
        }
    }
}

/// What `funkhaus skip --json` and its like answer.
struct ResilienceAcknowledgement: Decodable, Sendable {
    var done: String
    var warnings: [String]
}
