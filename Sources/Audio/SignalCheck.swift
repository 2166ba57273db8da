internal import Glibc

/// What a second of somebody's stereo signal is like: the numbers from which is told what a listener would mind.
public struct SignalSecond: Hashable, Sendable {
    /// The highest magnitude of each channel; 1 is full scale.
    public var peak = SIMD2<Float>()
    /// The mean square of each channel without its offset.
    public var power = SIMD2<Double>()
    /// The mean of each channel: its offset (DC).
    public var offset = SIMD2<Double>()
    /// The mean product of both channels without their offsets.
    public var cross = 0.0
    /// The mean square of the difference of both channels.
    public var difference = 0.0
    /// Frames that belong to runs of at least three at the channel's ceiling.
    public var clipped = 0
    /// The share of the power that is mains hum: 50 or 60 Hz and its double, whichever is more.
    public var hum = 0.0

    public init() {}

    /// Between −1 (one channel is the other turned over) and 1 (they are the same); 0 when one is silent.
    public var correlation: Double {
        let scale = (power.x * power.y).squareRoot()
        return scale > 0 ? cross / scale : 0
    }

    /// The level of each channel in dBFS: 0 is a full-scale square wave.
    public var levels: (left: Double, right: Double) {
        (Decibels.level(power.x.squareRoot()), Decibels.level(power.y.squareRoot()))
    }

    /// The level of both channels together in dBFS.
    public var level: Double { Decibels.level(((power.x + power.y) / 2).squareRoot()) }
}

/// Measures a running stream of frames, however it is cut, second by second.
///
/// ## Realtime safety
/// `take` neither allocates nor locks.
public struct SignalCheck: Sendable {
    /// Frames that make one sample for the hum's detectors: 300 samples a second remain.
    private static let decimation = 147
    /// From here on a sample is at the ceiling.
    private static let ceiling: Float = 0.999
    private static let shortestRun = 3

    private var frames = 0
    private var peak = SIMD2<Float>()
    private var sum = SIMD2<Double>()
    private var square = SIMD2<Double>()
    private var product = 0.0
    private var difference = 0.0
    private var run = SIMD2<Int>()
    private var clipped = 0
    private var low = (sum: Float(0), frames: 0)
    private var mains = Mains()

    public init() {}

    /// Takes the next frames, as many left as right, and gives each second that they complete.
    public mutating func take(left: Span<Float>, right: Span<Float>, emit: (SignalSecond) -> Void) {
        for frame in left.indices {
            let sample = SIMD2(left[frame], right[frame])
            let magnitude = SIMD2(abs(sample.x), abs(sample.y))
            peak.replace(with: magnitude, where: magnitude .> peak)
            let wide = SIMD2<Double>(sample)
            sum += wide
            square += wide * wide
            product += wide.x * wide.y
            let side = wide.x - wide.y
            difference += side * side
            count(magnitude)
            low.sum += sample.x + sample.y
            low.frames += 1
            if low.frames == Self.decimation { hearHum() }
            frames += 1
            if frames == EngineFormat.sampleRate { emit(finish()) }
        }
    }

    /// Runs at the ceiling: loud music touches it now and then, a clipped one stays there.
    private mutating func count(_ magnitude: SIMD2<Float>) {
        for channel in 0..<2 {
            guard magnitude[channel] >= Self.ceiling else {
                run[channel] = 0
                continue
            }
            run[channel] += 1
            if run[channel] == Self.shortestRun { clipped += Self.shortestRun }
            if run[channel] > Self.shortestRun { clipped += 1 }
        }
    }

    private mutating func hearHum() {
        let sample = Double(low.sum) / Double(2 * Self.decimation)
        mains.take(sample)
        low = (0, 0)
    }

    private mutating func finish() -> SignalSecond {
        let count = Double(frames)
        var second = SignalSecond()
        second.peak = peak
        second.offset = sum / count
        second.power = square / count - second.offset * second.offset
        second.power.replace(with: 0, where: second.power .< 0)
        second.cross = product / count - second.offset.x * second.offset.y
        second.difference = difference / count
        second.clipped = clipped
        let middle = (second.power.x + second.power.y + 2 * second.cross) / 4
        if middle > 0 { second.hum = min(1, mains.power / middle) }
        let run = run
        self = SignalCheck()
        self.run = run
        return second
    }
}

/// The power of 50, 100, 60 and 120 Hz in a second at 300 samples a second (Goertzel's algorithm).
private struct Mains: Sendable {
    private static let step = 2 * Double.pi / 300
    private static let coefficient = SIMD4(
        2 * cos(50 * step), 2 * cos(100 * step), 2 * cos(60 * step), 2 * cos(120 * step))
    /// What the mean over a sample's frames takes from each: (sin x ÷ x)², with x half a turn at the sample rate.
    private static let loss = SIMD4(droop(50), droop(100), droop(60), droop(120))

    private static func droop(_ frequency: Double) -> Double {
        let x = frequency * step / 2
        return sin(x) * sin(x) / (x * x)
    }

    private var last = SIMD4<Double>()
    private var before = SIMD4<Double>()
    private var count = 0.0

    mutating func take(_ sample: Double) {
        (last, before) = (sample + Self.coefficient * last - before, last)
        count += 1
    }

    /// The mean square of whichever of both mains there is more of, its double included.
    var power: Double {
        guard count > 0 else { return 0 }
        let square = last * last + before * before - Self.coefficient * last * before
        let power = 2 * square / (count * count * Self.loss)
        return max(0, power[0] + power[1], power[2] + power[3])
    }
}
