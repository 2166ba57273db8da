import Codecs
import Foundation
import Synchronization
import TestKit
import Testing

/// Measuring that is given up. The workers here are scripts that never answer.
@Suite struct GivenUpMeasuringTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    /// A worker that does what a line of shell says.
    private func worker(_ line: String) throws -> String {
        let path = try bench.write(Array("#!/bin/sh\n\(line)\n".utf8), "worker")
        chmod(path, 0o700)
        return path
    }

    /// Measures on a thread of its own.
    private final class Measuring: Sendable {
        private let outcome = Mutex<Bool?>(nil)
        private let done = DispatchSemaphore(value: 0)

        init(_ meter: MediaMeter) {
            Thread.detachNewThread { [self] in
                let found = try? meter.measure("/nowhere.wav")
                outcome.withLock { $0 = found == nil }
                done.signal()
            }
        }

        /// Whether it came back with nothing, long before the worker ends or the meter's own patience does.
        var isGivenUp: Bool {
            done.wait(timeout: .now() + .seconds(20)) == .success && outcome.withLock { $0 } == true
        }
    }

    @Test func cancellingEndsTheMeasuringOfEveryThread() throws {
        let started = bench.path("started")
        let meter = MediaMeter(program: try worker("echo >> '\(started)'; exec sleep 40"))
        let threads = (0..<2).map { _ in Measuring(meter) }
        while (try? String(contentsOfFile: started, encoding: .utf8))?.count ?? 0 < 2 { usleep(5_000) }
        meter.cancel()
        for thread in threads { #expect(thread.isGivenUp) }
    }

    /// As when a dead disk holds the process: somebody still has the other end of the socket, and never ends.
    @Test func cancellingDoesNotWaitForAWorkerThatNobodyCanEnd() throws {
        let started = bench.path("started")
        let meter = MediaMeter(program: try worker("sleep 40 & echo >> '\(started)'; wait"))
        let thread = Measuring(meter)
        while !FileManager.default.fileExists(atPath: started) { usleep(5_000) }
        meter.cancel()
        #expect(thread.isGivenUp)
    }

    @Test func whatNobodyWantsAnyMoreIsNotMeasuredToItsEnd() throws {
        // Longer than the ten seconds between two signs of life.
        let side = [Float](repeating: 0.1, count: 8_000 * 25)
        let file = try bench.write(Sound.wav([side], rate: 8_000), "long.wav")
        let meter = MediaMeter(program: workerProgram)
        var asked = 0
        #expect(
            try meter.measure(file) {
                asked += 1
                return false
            } == nil)
        #expect(asked == 1)
        #expect(try meter.measure(file) { true }?.frames.frames == 25 * 44_100)
    }
}
