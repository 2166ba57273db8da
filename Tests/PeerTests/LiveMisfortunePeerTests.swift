import Foundation
import TestKit
import Testing

/// What listeners hear when a DJ's line, program or habits fail.
@Suite(.timeLimit(.minutes(8))) struct LiveMisfortunePeerTests {
    private func withLive(
        _ body: (StationUnderTest, ResilienceListener, @Sendable () throws -> RunningProgram) async throws ->
            Void
    )
        async throws
    {
        let station = try StationUnderTest(
            sections: "live: { mounts: [ /live ], fade: 100ms, bridge: { bed: bed.wav, for: 6s } }")
        let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        let bed = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 31)) }
        try Data(TestSignal(left: tone, right: tone).wav()).write(
            to: station.music.appendingPathComponent("tone.wav"))
        try Data(TestSignal(left: bed, right: bed).wav()).write(
            to: station.folder.appendingPathComponent("bed.wav"))
        let wav = station.folder.appendingPathComponent("live.wav")
        try Data(TestSignal.counter(frames: 50 * 44_100).wav()).write(to: wav)
        let added = try await station.run(["dj", "add", "anna"])
        let secret = String(decoding: added.output, as: UTF8.self).split(separator: " ").last ?? ""
        let login = "anna:" + secret.trimmingCharacters(in: .newlines)
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let address = "icecast://\(login)@127.0.0.1:\(station.port)/live"
            try await body(station, listener) {
                try RunningProgram(
                    "ffmpeg",
                    [
                        "-v", "error", "-re", "-i", wav.path, "-c:a", "libvorbis", "-q:a", "6",
                        "-content_type",
                        "audio/ogg", "-page_duration", "100000", "-f", "ogg", address,
                    ])
            }
        }
    }

    private func kind(_ station: StationUnderTest, becomes kind: String) async throws {
        try await until("\(kind) is on air", telling: { station.log }) {
            try await station.now().kind == kind
        }
    }

    /// What was heard has no silence, and each stretch of the DJ's count goes on behind the one before or begins anew.
    private func check(_ listener: ResilienceListener, stretches: Int) async throws {
        #expect(listener.isConnected)
        let heard = try await listener.hangUp().signal
        #expect(heard.silences(below: 0.001, atLeast: 441).isEmpty)
        let runs = heard.counterRuns(tolerance: 2).filter { $0.frames.count > 22_050 }
        #expect(runs.count == stretches, "\(runs)")
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a program that is killed is covered by the bed, and who comes back has the air again`() async throws
    {
        try await withLive { station, listener, connect in
            let first = try connect()
            try await kind(station, becomes: "live")
            try await Task.sleep(for: .seconds(3))
            first.signal(SIGKILL)
            // A closed connection looks like a goodbye; the programme goes on, or the bed covers a reset.
            try await until("the DJ is gone", telling: { station.log }) {
                try await station.now().kind != "live"
            }
            let second = try connect()
            try await kind(station, becomes: "live")
            try await Task.sleep(for: .seconds(3))
            second.signal(SIGTERM)
            try await check(listener, stretches: 2)
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a line that stalls is covered by the bed and then the programme, and comes back by itself`()
        async throws
    {
        try await withLive { station, listener, connect in
            let program = try connect()
            try await kind(station, becomes: "live")
            try await Task.sleep(for: .seconds(3))
            program.signalAlone(SIGSTOP)
            try await kind(station, becomes: "bed")
            program.signalAlone(SIGCONT)
            try await kind(station, becomes: "live")
            try await Task.sleep(for: .seconds(3))
            program.signalAlone(SIGSTOP)
            try await kind(station, becomes: "bed")
            try await kind(station, becomes: "track")
            program.signal(SIGKILL)
            try await check(listener, stretches: 2)
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a second login of the same DJ takes the place of the first, without a gap`() async throws {
        try await withLive { station, listener, connect in
            let first = try connect()
            try await kind(station, becomes: "live")
            try await Task.sleep(for: .seconds(3))
            let second = try connect()
            try await until("the first is sent away", telling: { station.log }) { first.status != nil }
            #expect(try await station.now().kind == "live")
            try await Task.sleep(for: .seconds(2))
            second.signal(SIGKILL)
            try await check(listener, stretches: 2)
            #expect(try await station.history().allSatisfy { $0.kind != "bed" || $0.duration == nil })
        }
    }

    @Test(.peers("ffmpeg", "curl"))
    func `rubbish and logins by the dozen leave the programme on air`() async throws {
        try await withLive { station, listener, _ in
            let added = try await station.run(["dj", "add", "bert"])
            let secret = String(decoding: added.output, as: UTF8.self).split(separator: " ").last ?? ""
            let login = "bert:" + secret.trimmingCharacters(in: .newlines)
            let noise = station.folder.appendingPathComponent("noise.bin")
            var random = SeededGenerator(seed: 4)
            try Data((0..<2_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }).write(to: noise)
            let url = station.url("/live")
            try await aside {
                for _ in 0..<3 {
                    _ = try Tool.run(
                        "curl",
                        [
                            "-sS", "-m", "10", "-u", login, "-H", "Content-Type: audio/ogg", "-T", noise.path,
                            url,
                        ])
                }
            }
            try await until("the log says what came", telling: { station.log }) {
                station.log.contains("what came is no audio that the station knows")
                    || station.log.contains("the stream is damaged")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        _ = try await aside {
                            try Tool.run(
                                "curl",
                                ["-sS", "-m", "20", "-u", "anna:falsch", "-X", "SOURCE", url])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await station.now().kind == "track")
            try await check(listener, stretches: 0)
        }
    }
}
