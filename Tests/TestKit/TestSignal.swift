internal import Glibc

/// A known stereo signal in memory, to be sent through the station and looked at when it comes out.
public struct TestSignal: Sendable, Equatable {
    /// Samples from −1 to 1; both sides have the same length.
    public var left: [Float]
    public var right: [Float]
    /// Frames a second.
    public let rate: Int

    /// - Precondition: both sides have the same length.
    public init(left: [Float], right: [Float], rate: Int = 44_100) {
        precondition(left.count == right.count)
        self.left = left
        self.right = right
        self.rate = rate
    }

    /// Frames.
    public var count: Int { left.count }

    /// Nothing at all.
    public static func silence(frames: Int, rate: Int = 44_100) -> TestSignal {
        TestSignal(
            left: Array(repeating: 0, count: frames), right: Array(repeating: 0, count: frames), rate: rate)
    }

    /// A sine on both sides that begins at phase 0; `level` is its peak.
    public static func sine(
        hertz: Double, frames: Int, rate: Int = 44_100, level: Double = 0.5
    ) -> TestSignal {
        let samples = (0..<frames).map { Float(level * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
        return TestSignal(left: samples, right: samples, rate: rate)
    }

    /// White noise, another on each side, evenly spread between `-level` and `level`.
    public static func noise(
        seed: UInt64, frames: Int, rate: Int = 44_100, level: Float = 0.5
    ) -> TestSignal {
        var generator = SeededGenerator(seed: seed)
        func side() -> [Float] {
            (0..<frames).map { _ in Float.random(in: -level...level, using: &generator) }
        }
        return TestSignal(left: side(), right: side(), rate: rate)
    }

    /// Some of its frames.
    public subscript(frames: Range<Int>) -> TestSignal {
        TestSignal(left: Array(left[frames]), right: Array(right[frames]), rate: rate)
    }

    /// One after the other, without a gap.
    ///
    /// - Precondition: both have the same rate.
    public static func + (first: TestSignal, second: TestSignal) -> TestSignal {
        precondition(first.rate == second.rate)
        return TestSignal(
            left: first.left + second.left, right: first.right + second.right, rate: first.rate)
    }
}
