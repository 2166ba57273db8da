import Foundation
import TestKit
import Testing

/// The one station on which most of these tests listen at once: it plays `CounterMusic`, with every file measured
/// before it begins. It comes on air for the first test that listens and ends with the last.
actor CounterStation {
    private static let shared = CounterStation()
    private var listening = 0
    private var starting: Task<StationUnderTest, any Error>?

    /// Gives the body the station on air.
    static func listen<R: Sendable>(
        _ body: @Sendable (StationUnderTest) async throws -> R
    ) async throws -> R {
        let station = try await shared.enter()
        do {
            let result = try await body(station)
            try await shared.leave()
            return result
        } catch {
            try? await shared.leave()
            throw error
        }
    }

    private func enter() async throws -> StationUnderTest {
        listening += 1
        let starting = self.starting ?? Task { try await Self.start() }
        self.starting = starting
        do {
            return try await starting.value
        } catch {
            listening -= 1
            if listening == 0 { self.starting = nil }
            throw error
        }
    }

    private func leave() async throws {
        listening -= 1
        guard listening == 0, let ending = starting else { return }
        starting = nil
        try await ending.value.stop()
    }

    private static func start() async throws -> StationUnderTest {
        let station = try StationUnderTest(
            mounts: """
                  - path: /stream.mp3
                    codec: mp3
                  - path: /stream.opus
                    codec: opus
                    bitrate: 256 kbit/s
                """)
        let music = station.music
        try await aside { try CounterMusic.fill(music, hiss: 0.02) }
        try await station.measure()
        try await station.start()
        return station
    }
}
