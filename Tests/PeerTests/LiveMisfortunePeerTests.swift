import Foundation
import TestKit
import Testing

/// What listeners hear when a DJ's line, program or habits fail.
@Suite(.timeLimit(.minutes(8))) struct LiveMisfortunePeerTests {
    private func withLive(
        _ body: (LiveStation, ResilienceListener, @Sendable () throws -> RunningProgram) async throws -> Void
    ) async throws {
        try await LiveStation.onAir { live, listener in
            try await body(live, listener) {
                try RunningProgram(
                    "ffmpeg",
                    [
                        "-v", "error", "-re", "-i", live.count(), "-c:a", "libvorbis", "-q:a", "6",
                        "-content_type", "audio/ogg", "-page_duration", "100000", "-f", "ogg", live.address(),
                    ])
            }
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
        try await withLive { live, listener, connect in
            let first = try connect()
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            first.signal(SIGKILL)
            // A closed connection looks like a goodbye; the programme goes on, or the bed covers a reset.
            try await until("the DJ is gone", telling: { live.station.log }) {
                try await live.station.now().kind != "live"
            }
            let second = try connect()
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            second.signal(SIGTERM)
            try await check(listener, stretches: 2)
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a line that stalls is covered by the bed and then the programme, and comes back by itself`()
        async throws
    {
        try await withLive { live, listener, connect in
            let program = try connect()
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            program.signalAlone(SIGSTOP)
            try await live.airs("bed")
            program.signalAlone(SIGCONT)
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            program.signalAlone(SIGSTOP)
            try await live.airs("bed")
            try await live.airs("track")
            program.signal(SIGKILL)
            try await check(listener, stretches: 2)
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a second login of the same DJ takes the place of the first, without a gap`() async throws {
        try await withLive { live, listener, connect in
            let first = try connect()
            try await live.airs("live")
            try await Task.sleep(for: .seconds(3))
            let second = try connect()
            try await until("the first is sent away", telling: { live.station.log }) { first.status != nil }
            #expect(try await live.station.now().kind == "live")
            try await Task.sleep(for: .seconds(2))
            second.signal(SIGKILL)
            try await check(listener, stretches: 2)
            #expect(try await live.station.history().allSatisfy { $0.kind != "bed" || $0.duration == nil })
        }
    }
}
