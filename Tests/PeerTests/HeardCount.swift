import Foundation
import TestKit
import Testing

/// What a listener of the `CounterStation` heard, read by its count.
struct HeardCount {
    let signal: TestSignal
    /// The count at frame 0, in frames of this signal's rate. One number for all that was heard: nothing was lost,
    /// doubled or stretched.
    let offset: Int

    /// Reads a signal that should be one stretch of the count.
    ///
    /// - Parameter settling: frames at the beginning that are not looked at, for what a player makes of its first
    ///   packet.
    /// - Throws: `Broken`, which says where it is not.
    init(_ signal: TestSignal, settling: Int = 4_096) throws {
        let window = 4_096
        let period = TestSignal.counterPeriod(rate: signal.rate)
        let places = Array(stride(from: settling, through: signal.count - window, by: window))
        let offsets = Self.withoutSlips(
            places.map { place in
                signal.count(at: place..<(place + window)).map {
                    (Int($0.rounded()) - place + period) % period
                }
            }, of: 2 * signal.rate)
        // A window in what a codec did not do well may be misread; two of them do not agree with each other.
        var runs: [(start: Int, offset: Int)] = []
        for index in 1..<max(1, offsets.count) {
            guard let offset = offsets[index], let before = offsets[index - 1], abs(offset - before) <= 1,
                runs.last.map({ abs($0.offset - offset) > 2 }) ?? true
            else { continue }
            runs.append((places[index - 1], offset))
        }
        guard runs.count == 1 else { throw Broken(runs: runs, frames: signal.count) }
        let silences = signal[settling..<signal.count].silences(below: 0.001, atLeast: signal.rate / 1_000)
        guard silences.isEmpty else { throw Broken(silences: silences, settling: settling) }
        self.signal = signal
        offset = runs[0].offset
    }

    /// The count's coarsest tone tells which two seconds of the minute are heard. A codec at a low rate may blur it for some
    /// windows, which are then read two seconds off, to the frame: where the count is back where it was within a second,
    /// nothing can have been lost or doubled.
    private static func withoutSlips(_ offsets: [Int?], of turn: Int) -> [Int?] {
        var offsets = offsets
        var last: Int?
        for index in offsets.indices {
            guard let offset = offsets[index] else { continue }
            if let before = last, abs(offset - before) > 1,
                abs(offset - before) % turn <= 1 || abs(offset - before) % turn >= turn - 1,
                offsets[(index + 1)...].prefix(10).contains(where: {
                    $0.map { abs($0 - before) <= 1 } ?? false
                })
            {
                offsets[index] = before
            } else {
                last = offset
            }
        }
        return offsets
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String

        init(runs: [(start: Int, offset: Int)], frames: Int) {
            let parts = runs.map { "from frame \($0.start) on the count less the place is \($0.offset)" }
            description =
                parts.isEmpty
                ? "\(frames) frames, and no count in them." : parts.joined(separator: ", ") + "."
        }

        init(silences: [Range<Int>], settling: Int) {
            description = "Silence at the frames \(silences.map { $0.lowerBound + settling })."
        }
    }

    var seconds: Double { Double(signal.count) / Double(signal.rate) }

    /// The frame of the signal, nearest to another one, at which a piece begins; it may lie before the beginning.
    func seam(of piece: CounterMusic.Piece, nearest frame: Int) -> Int {
        let period = TestSignal.counterPeriod(rate: signal.rate)
        let first = piece.start * signal.rate / 10 - offset
        return first + Int((Double(frame - first) / Double(period)).rounded()) * period
    }

    /// The pieces that begin between frames of the signal.
    func pieces(beginningIn frames: Range<Int>) -> [CounterMusic.Piece] {
        CounterMusic.pieces.filter {
            frames.contains(seam(of: $0, nearest: frames.lowerBound + frames.count / 2))
        }
    }
}

extension CounterMusic {
    /// Whether titles are those of pieces that follow each other.
    static func areInOrder(_ titles: [String]) -> Bool {
        let numbers = titles.map { piece(shownAs: $0)?.number }
        return zip(numbers, numbers.dropFirst()).allSatisfy { one, next in
            guard let one, let next else { return false }
            return next == one % pieces.count + 1
        }
    }
}
