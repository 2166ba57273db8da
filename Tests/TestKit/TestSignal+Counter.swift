internal import Glibc

/// A signal that counts its own frames: wherever one listens for a twentieth of a second, it tells which frame this is,
/// also after a lossy codec, a gain or a change of rate. Lost, doubled and silent frames show as what they are.
///
/// It is four tones, the second to fourth a little above 2, 3 and 5 times the first. The phase of each less so many
/// times the phase of the first turns slowly, once in 1/15 s, 2 s and 60 s. So the fourth tells where in a minute one
/// is to within a second, the third where in two seconds, the second where in 1/15 s, and the first the frame.
extension TestSignal {
    private static let base = 441.0
    /// The tones above the first, slowest turn first: the multiple, and the hertz above it.
    private static let verniers: [(multiple: Double, hertz: Double)] = [(5, 1 / 60), (3, 0.5), (2, 15)]
    private static let level = 0.12

    /// Frames after which the count begins anew: a minute.
    public static func counterPeriod(rate: Int = 44_100) -> Int { 60 * rate }

    /// Counts from `first` on, the same on both sides.
    public static func counter(from first: Int = 0, frames: Int, rate: Int = 44_100) -> TestSignal {
        let tones = [base] + verniers.map { $0.multiple * base + $0.hertz }
        var samples = [Float](repeating: 0, count: frames)
        for frame in 0..<frames {
            let turn = 2 * Double.pi * Double(first + frame) / Double(rate)
            var sample = 0.0
            for tone in tones { sample += level * sin(turn * tone) }
            samples[frame] = Float(sample)
        }
        return TestSignal(left: samples, right: samples, rate: rate)
    }

    /// The count at the first of some frames, in frames of this signal's rate and to a fraction of one; nil when what
    /// is there is not (or not mostly) one stretch of a counter. 2,048 frames at 44.1 kHz are enough.
    public func count(at frames: Range<Int>) -> Double? {
        var window = [Double](repeating: 0, count: frames.count)
        var energy = 0.0
        for index in 0..<frames.count {
            let place = 2 * Double.pi * (Double(index) + 0.5) / Double(frames.count)
            window[index] = (1 - cos(place)) * Double(left[frames.lowerBound + index])
            energy += window[index] * window[index]
        }
        var explained = 0.0

        /// The phase of a tone at the first frame, in turns.
        func phase(_ hertz: Double) -> Double {
            let step = 2 * Double.pi * hertz / Double(rate)
            // A pointer that turns on by the step: cheaper than a sine and a cosine for each frame.
            let (stepX, stepY) = (cos(step), -sin(step))
            var (x, y) = (1.0, 0.0)
            var real = 0.0
            var imaginary = 0.0
            for index in 0..<window.count {
                real += window[index] * x
                imaginary += window[index] * y
                (x, y) = (x * stepX - y * stepY, x * stepY + y * stepX)
            }
            // A sine through this window, squared and summed, has 3/4 of the square of its sum over the count.
            explained += 3 * (real * real + imaginary * imaginary) / Double(frames.count)
            return atan2(imaginary, real) / (2 * .pi) + 0.25
        }

        let first = phase(Self.base)
        var seconds = 0.0
        for vernier in Self.verniers {
            let turn =
                phase(vernier.multiple * Self.base + vernier.hertz) - vernier.multiple * first
            seconds += Self.remainder(turn - vernier.hertz * seconds) / vernier.hertz
        }
        guard energy > 1e-6, explained > 0.9 * energy else { return nil }
        seconds += Self.remainder(first - Self.base * seconds) / Self.base
        let count = seconds * Double(rate)
        return count < -0.5 ? count + Double(Self.counterPeriod(rate: rate)) : count
    }

    /// Frames that come one after the other in the count.
    public struct CounterRun: Sendable, Equatable {
        /// Where they are in this signal, to within a window: the frames next to a seam belong to none.
        public var frames: Range<Int>
        /// The count at this signal's frame 0 if the run went on to there: the count less the place.
        public let offset: Int
    }

    /// The stretches within which no frame is lost or doubled, first to last. One stretch that follows another without
    /// a lost, doubled or silent frame begins (count 0) where the other ends (count = its length).
    ///
    /// What is shorter than two windows is not seen; a single window may lie over a seam and be read as anything.
    ///
    /// - Parameter tolerance: frames by which one window may be read otherwise than the one before: a converter that is
    ///   late by a fraction of a frame makes one of the next, now and then.
    public func counterRuns(window: Int = 2_048, hop: Int = 512, tolerance: Int = 0) -> [CounterRun] {
        var runs: [CounterRun] = []
        for start in stride(from: 0, through: count - window, by: hop) {
            guard let found = count(at: start..<(start + window)) else { continue }
            let offset = Int(found.rounded()) - start
            if let last = runs.indices.last, abs(runs[last].offset - offset) <= tolerance {
                runs[last].frames = runs[last].frames.lowerBound..<(start + window)
            } else {
                runs.append(CounterRun(frames: start..<(start + window), offset: offset))
            }
        }
        return runs.filter { $0.frames.count > window }
    }

    /// What is left of turns between −1/2 and 1/2 when whole turns are taken away.
    private static func remainder(_ turns: Double) -> Double { turns - turns.rounded() }
}
