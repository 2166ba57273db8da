internal import Glibc

/// What a signal is like, and how it differs from another one.
extension TestSignal {
    /// The stretches of at least `atLeast` frames in which neither side exceeds `level`.
    public func silences(below level: Float = 0.001, atLeast frames: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        for frame in 0...count where frame == count || abs(left[frame]) > level || abs(right[frame]) > level {
            if frame - start >= frames { found.append(start..<frame) }
            start = frame + 1
        }
        return found
    }

    /// The frames at which either side bends by more than `bend` (the second difference): clicks, and seams that do not
    /// fit. A sine of `hertz` and peak `level` bends by no more than `level × (2π × hertz / rate)²`.
    public func clicks(bend: Float) -> [Int] {
        guard count > 2 else { return [] }
        func bends(_ side: [Float], _ frame: Int) -> Bool {
            abs(side[frame + 1] - 2 * side[frame] + side[frame - 1]) > bend
        }
        return (1..<(count - 1)).filter { bends(left, $0) || bends(right, $0) }
    }

    /// The frame of this signal at which another one begins, by the greatest normalised cross-correlation of the left
    /// sides; nil when nothing correlates by at least a half. It costs `range.count × other.count` multiplications:
    /// some thousand frames of a noise are enough.
    ///
    /// - Precondition: at each place in the range the other one lies wholly within this one.
    public func place(of other: TestSignal, within range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound - 1 + other.count <= count)
        var best = (place: 0, correlation: 0.0)
        let theirs = other.left.reduce(0.0) { $0 + Double($1) * Double($1) }
        for place in range {
            var product: Float = 0
            var mine: Float = 0
            for index in 0..<other.count {
                product += left[place + index] * other.left[index]
                mine += left[place + index] * left[place + index]
            }
            let correlation = Double(product) / sqrt(max(1e-12, Double(mine) * theirs))
            if correlation > best.correlation { best = (place, correlation) }
        }
        return best.correlation >= 0.5 ? best.place : nil
    }

    /// The RMS of both sides over some frames, in dB below full scale; −∞ for digital silence.
    public func decibels(_ frames: Range<Int>) -> Double {
        let sum = frames.reduce(0.0) {
            $0 + Double(left[$1]) * Double(left[$1]) + Double(right[$1]) * Double(right[$1])
        }
        return 10 * log10(sum / Double(2 * frames.count))
    }

    /// What is left of this signal when another one, which begins at its frame `place`, is taken away from it, over
    /// the frames that both have.
    public func residual(against other: TestSignal, at place: Int = 0) -> TestSignal {
        let frames = max(0, place)..<min(count, place + other.count)
        return TestSignal(
            left: frames.map { left[$0] - other.left[$0 - place] },
            right: frames.map { right[$0] - other.right[$0 - place] }, rate: rate)
    }

    /// The loudest stretch of `length` frames, and its RMS in dB below full scale: where a residual is worst.
    public func loudest(length: Int) -> (frames: Range<Int>, decibels: Double) {
        let stretches = stride(from: 0, through: count - length, by: max(1, length / 2)).map {
            $0..<($0 + length)
        }
        let levels = stretches.map { ($0, decibels($0)) }
        return levels.max { $0.1 < $1.1 } ?? (0..<0, -.infinity)
    }
}
