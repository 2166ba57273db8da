import Foundation
import TestKit
import Testing

/// Browsers without a window play the station across at least five track changes.
@Suite(.timeLimit(.minutes(15))) struct BrowserTests {
    private static let paths = ["/stream.ogg", "/stream.mp3", "/stream.opus"]

    @Test(.peers("chromium", "ffmpeg"), arguments: paths) func chromiumHearsOneStream(path: String)
        async throws
    {
        try await play(.chromium, path)
    }

    @Test(.peers("firefox-esr", "ffmpeg"), arguments: paths) func firefoxHearsOneStream(path: String)
        async throws
    {
        try await play(.firefox, path)
    }

    /// A browser for which the machine has no time runs dry with seconds of music in hand, or records with holes. It gets
    /// another chance: a fault of the stream would be heard each time.
    private func play(_ browser: Browser, _ path: String) async throws {
        try await CounterStation.listen { station in
            var report = try await browser.listen(to: station.url(path), seconds: 24)
            for _ in 0..<2 where await !isWhole(report) {
                report = try await browser.listen(to: station.url(path), seconds: 24)
            }
            let (times, events) = (report.times, report.events)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "\(times)")
            #expect(report.isUninterrupted && Set(events) == ["waiting", "playing"], "\(events)")
            #expect(try await heard(report).seconds >= 20)
        }
    }

    /// A recorder may begin before the first sound.
    private func heard(_ report: ListeningPage.Report) async throws -> HeardCount {
        try HeardCount(try await report.wav(), settling: 48_000)
    }

    private func isWhole(_ report: ListeningPage.Report) async -> Bool {
        guard report.isUninterrupted, let heard = try? await heard(report) else { return false }
        return heard.seconds >= 20
    }
}
