internal import Audio
public import Codecs

/// How loud a show is: what its meter shows.
public struct ShowLevel: Hashable, Sendable {
    /// The highest sample in dBFS, left and right; it falls back by 20 dB in 1.7 s (IEC 60268-10, type I).
    public var peaks: [Double]
    public var loudness: Loudness
    /// How many samples have stood at full scale, so far.
    public var clipped: Int

    public init(
        peaks: [Double] = [-.infinity, -.infinity], loudness: Loudness = Loudness(), clipped: Int = 0
    ) {
        self.peaks = peaks
        self.loudness = loudness
        self.clipped = clipped
    }
}

/// Measures a show as it comes in, before the fader. One owner, one thread.
struct ShowMeter: ~Copyable {
    private var loudness = LoudnessMeter()
    private var peaks: [Float] = [0, 0]
    private var clipped = 0
    private static let fallADecibel = 20 / 1.7 / Double(EngineFormat.sampleRate)

    mutating func take(left: Span<Float>, right: Span<Float>) -> ShowLevel {
        loudness.take(left: left, right: right)
        let fall = Float(Decibels.linear(-Self.fallADecibel * Double(left.count)))
        peaks = [max(peaks[0] * fall, highest(left)), max(peaks[1] * fall, highest(right))]
        return ShowLevel(
            peaks: peaks.map { Decibels.level(Double($0)) }, loudness: loudness.now, clipped: clipped)
    }

    /// The greatest amplitude, and counts what stands at full scale of 16 bits.
    private mutating func highest(_ samples: Span<Float>) -> Float {
        var highest: Float = 0
        var full = 0
        for frame in samples.indices {
            let amplitude = samples[frame].magnitude
            highest = max(highest, amplitude)
            if amplitude >= 32_767 / 32_768 { full += 1 }
        }
        clipped += full
        return highest
    }
}
