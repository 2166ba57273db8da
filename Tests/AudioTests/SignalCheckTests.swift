import Foundation
import Testing

@testable import Audio

/// What is measured of a second of somebody's signal, on signals whose numbers are known.
@Suite struct SignalCheckTests {
    /// The seconds of a signal, taken in pieces of uneven size.
    private func seconds(
        _ left: (Double) -> Double, _ right: ((Double) -> Double)? = nil, count: Int = 1
    ) -> [SignalSecond] {
        let rate = EngineFormat.sampleRate
        let times = (0..<(count * rate)).map { Double($0) / Double(rate) }
        let leftSamples = times.map { Float(left($0)) }
        let rightSamples = right.map { right in times.map { Float(right($0)) } } ?? leftSamples
        var check = SignalCheck()
        var found: [SignalSecond] = []
        var from = 0
        while from < times.count {
            let to = min(times.count, from + 1 + from % 3_001)
            check.take(
                left: leftSamples.span.extracting(from..<to), right: rightSamples.span.extracting(from..<to)
            ) { found.append($0) }
            from = to
        }
        return found
    }

    private func sine(_ frequency: Double, _ level: Double = 0.5) -> (Double) -> Double {
        { level * sin(2 * .pi * frequency * $0) }
    }

    @Test func `a sine has its peak, its level and no fault`() throws {
        let second = try #require(seconds(sine(1_000)).first)
        #expect(abs(second.peak.x - 0.5) < 0.001)
        #expect(abs(second.levels.left - Decibels.level(0.5 / 2.0.squareRoot())) < 0.01)
        #expect(abs(second.correlation - 1) < 1e-6)
        #expect(second.difference == 0 && second.clipped == 0 && second.hum < 0.05)
    }

    @Test func `a channel that is turned over correlates with minus one`() throws {
        let second = try #require(seconds(sine(440), { -sin(2 * .pi * 440 * $0) / 2 }).first)
        #expect(abs(second.correlation + 1) < 1e-6)
    }

    @Test func `an offset is told and is not taken for a level`() throws {
        let second = try #require(seconds({ _ in 0.1 }).first)
        #expect(abs(second.offset.x - 0.1) < 1e-6 && second.level < -80)
    }

    @Test func `a clipped sine is counted, one that only touches the ceiling is not`() throws {
        let clipped = try #require(seconds({ max(-1, min(1, 2 * sin(2 * .pi * 200 * $0))) }).first)
        #expect(clipped.clipped > 20_000)
        let touching = try #require(seconds(sine(5_512.5, 1)).first)
        #expect(touching.clipped == 0)
    }

    @Test(arguments: [50.0, 60, 100, 120])
    func `mains hum is nearly all of what a pause holds`(frequency: Double) throws {
        let second = try #require(seconds(sine(frequency, 0.01)).first)
        #expect(abs(second.hum - 1) < 0.01)
    }

    @Test func `a bass line is no hum`() throws {
        for frequency in [41.2, 55, 73.4, 110] {
            let second = try #require(seconds(sine(frequency)).first)
            #expect(second.hum < 0.1, "\(frequency) Hz")
        }
    }

    @Test func `every second stands for itself`() {
        let found = seconds({ $0 < 1 ? 0.9 : $0 < 2 ? 0 : -0.2 }, count: 3)
        #expect(found.map { ($0.peak.x * 10).rounded() } == [9, 0, 2])
        #expect(found.map { ($0.offset.y * 10).rounded() } == [9, 0, -2])
    }
}
