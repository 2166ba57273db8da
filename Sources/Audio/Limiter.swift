/// A look-ahead true-peak limiter on the mix, bit-transparent below its ceiling.
///
/// The true peak is that of ITU-R BS.1770-4, annex 2: four-fold oversampling by its 48-tap filter. The gain falls
/// before a peak arrives, over `lookAhead` frames, and recovers with a time constant of 60 ms. While nothing in sight
/// is over the ceiling and the gain has recovered, frames pass as they are.
///
/// ```
///   in ──▶ history + delay line (delay frames) ──▶ × gain ──▶ out
///            └▶ true peak ▶ needed gain ▶ minimum ahead ▶ release ▶ mean ┘
/// ```
///
/// One thread, the clock's.
///
/// ## Realtime safety
/// `init` and `deinit` allocate and free; `process` neither allocates nor locks.
@safe
public struct Limiter: ~Copyable {
    /// Frames over which the gain falls before a peak: 5.8 ms.
    public static let lookAhead = 256
    /// The filter's taps for each of its four phases.
    private static let taps = 12
    /// Frames of the past that the filter needs behind the frame that it looks at.
    private static let behind = 6
    /// Frames by which the output lags the input.
    public static let delay = lookAhead + taps - behind

    private static let blockFrames = EngineFormat.blockFrames
    /// Frames that are looked at together: few hold a peak, and the filter costs far more than the look.
    private static let part = 64
    /// Delayed frames before the new block, in both work areas.
    private static let kept = delay + behind
    private static let workFrames = kept + blockFrames

    // Unsafe: allocations of fixed size that this value alone owns and frees; every index is a constant or bounded by
    // `blockFrames`, which `process` checks.
    private let left: UnsafeMutablePointer<Float>
    private let right: UnsafeMutablePointer<Float>
    /// The gain that each frame of the block needs by itself, after those of the frames in sight behind the last block.
    private let needed: UnsafeMutablePointer<Float>
    /// The released gains of the last `lookAhead` frames, a ring: their mean is the gain.
    private let recent: UnsafeMutablePointer<Double>
    private var place = 0
    private var sum = Double(lookAhead)
    /// In double precision: in single, the last steps of an exponential recovery round to nothing.
    private var released = 1.0
    /// Frames since the released gain was last below one.
    private var clear = lookAhead
    /// Linear.
    private let ceiling: Float

    private static let release = 1 / (0.060 * Double(EngineFormat.sampleRate))

    /// - Parameter ceiling: dBTP.
    public init(ceiling: Double = -1) {
        self.ceiling = Float(Decibels.linear(ceiling))
        unsafe left = .allocate(capacity: Self.workFrames)
        unsafe right = .allocate(capacity: Self.workFrames)
        unsafe needed = .allocate(capacity: Self.lookAhead + Self.blockFrames)
        unsafe recent = .allocate(capacity: Self.lookAhead)
        unsafe left.initialize(repeating: 0, count: Self.workFrames)
        unsafe right.initialize(repeating: 0, count: Self.workFrames)
        unsafe needed.initialize(repeating: 1, count: Self.lookAhead + Self.blockFrames)
        unsafe recent.initialize(repeating: 1, count: Self.lookAhead)
    }

    deinit {
        unsafe left.deallocate()
        unsafe right.deallocate()
        unsafe needed.deallocate()
        unsafe recent.deallocate()
    }

    /// Limits one whole block of 1,024 frames in place; what comes out is what went in `delay` frames before.
    public mutating func process(_ block: inout AudioBlock) {
        precondition(block.capacity == Self.blockFrames)
        block.withChannels { (l: inout MutableSpan<Float>, r: inout MutableSpan<Float>) in
            unsafe l.withUnsafeMutableBufferPointer { l in
                unsafe r.withUnsafeMutableBufferPointer { r in
                    unsafe process(l.baseAddress!, r.baseAddress!)
                }
            }
        }
    }

    private mutating func process(_ l: UnsafeMutablePointer<Float>, _ r: UnsafeMutablePointer<Float>) {
        let count = Self.blockFrames
        unsafe (left + Self.kept).update(from: l, count: count)
        unsafe (right + Self.kept).update(from: r, count: count)
        let quiet = lookAtPeaks()
        if quiet, clear >= Self.lookAhead {
            unsafe l.update(from: left + Self.behind, count: count)
            unsafe r.update(from: right + Self.behind, count: count)
        } else {
            unsafe applyGain(l, r)
        }
        unsafe left.update(from: left + count, count: Self.kept)
        unsafe right.update(from: right + count, count: Self.kept)
        unsafe needed.update(from: needed + count, count: Self.lookAhead)
    }

    /// Computes the gain that each newly seen frame needs, and tells whether none in sight needs any.
    private mutating func lookAtPeaks() -> Bool {
        let count = Self.blockFrames
        let fresh = unsafe needed + Self.lookAhead
        // The filter looks at frame n with `behind` frames before and the rest after it: the newest frames that it can
        // judge end `taps − behind` before the end of the work area.
        let start = Self.kept - (Self.taps - Self.behind) - Self.behind
        for part in stride(from: 0, to: count, by: Self.part) {
            let from = start + part
            let loudest = unsafe max(
                peak(left + from, Self.part + Self.taps), peak(right + from, Self.part + Self.taps))
            // No phase of the filter can lift a sample peak by more than the sum of its coefficients' magnitudes, 2.03.
            guard loudest * 2.03 > ceiling else {
                unsafe (fresh + part).update(repeating: 1, count: Self.part)
                continue
            }
            for frame in stride(from: part, to: part + Self.part, by: 4) {
                let peaks = unsafe TruePeak.larger(
                    TruePeak.four(left + start + frame), TruePeak.four(right + start + frame))
                for lane in 0..<4 {
                    unsafe fresh[frame + lane] = peaks[lane] > ceiling ? ceiling / peaks[lane] : 1
                }
            }
        }
        for frame in 0..<(Self.lookAhead + count) where unsafe needed[frame] < 1 { return false }
        return true
    }

    private func peak(_ samples: UnsafeMutablePointer<Float>, _ count: Int) -> Float {
        var loudest: Float = 0
        for frame in 0..<count { loudest = unsafe max(loudest, abs(samples[frame])) }
        return loudest
    }

    private mutating func applyGain(_ l: UnsafeMutablePointer<Float>, _ r: UnsafeMutablePointer<Float>) {
        var minimum: Float = 1
        var minimumEnd = -1
        for frame in 0..<Self.blockFrames {
            // The smallest needed gain from this frame to `lookAhead` frames ahead. It is looked for anew only when
            // the old one has passed.
            let newest = unsafe needed[frame + Self.lookAhead]
            if minimumEnd < frame {
                minimum = 1
                for ahead in frame...(frame + Self.lookAhead) where unsafe needed[ahead] <= minimum {
                    minimum = unsafe needed[ahead]
                    minimumEnd = ahead
                }
            } else if newest <= minimum {
                minimum = newest
                minimumEnd = frame + Self.lookAhead
            }
            released = min(Double(minimum), released + (1 - released) * Self.release)
            if released > 0.999_99 { released = Double(minimum) }
            unsafe sum += released - recent[place]
            unsafe recent[place] = released
            place = place + 1 == Self.lookAhead ? 0 : place + 1
            clear = released < 1 ? 0 : clear + 1
            if clear >= Self.lookAhead { sum = Double(Self.lookAhead) }
            let gain = clear >= Self.lookAhead ? 1 : Float(sum / Double(Self.lookAhead))
            unsafe l[frame] = left[Self.behind + frame] * gain
            unsafe r[frame] = right[Self.behind + frame] * gain
        }
    }
}

/// The interpolation filter of ITU-R BS.1770-4, annex 2.
enum TruePeak {
    private static let phase0: [12 of Float] = [
        0.001_708_984_375, 0.010_986_328_125, -0.019_653_320_312_5, 0.033_203_125, -0.059_448_242_187_5,
        0.137_329_101_562_5, 0.972_167_968_75, -0.102_294_921_875, 0.047_607_421_875, -0.026_611_328_125,
        0.014_892_578_125, -0.008_300_781_25,
    ]
    private static let phase1: [12 of Float] = [
        -0.029_174_804_687_5, 0.029_296_875, -0.051_757_812_5, 0.089_111_328_125, -0.166_503_906_25,
        0.465_087_890_625, 0.779_785_156_25, -0.200_317_382_812_5, 0.101_562_5, -0.058_227_539_062_5,
        0.033_081_054_687_5, -0.018_920_898_437_5,
    ]

    /// The true peaks of four neighbouring frames, the sample itself counted. Reads 15 samples, from the first of the
    /// first frame's taps on.
    ///
    /// Phases 2 and 3 are phases 1 and 0 with their taps in reverse.
    static func four(_ samples: UnsafePointer<Float>) -> SIMD4<Float> {
        var sums = (SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
        let raw = unsafe UnsafeRawPointer(samples)
        for tap in 0..<12 {
            let x = unsafe raw.loadUnaligned(fromByteOffset: tap * 4, as: SIMD4<Float>.self)
            sums.0 += x * phase0[tap]
            sums.1 += x * phase1[tap]
            sums.2 += x * phase1[11 - tap]
            sums.3 += x * phase0[11 - tap]
        }
        let own = unsafe raw.loadUnaligned(fromByteOffset: 6 * 4, as: SIMD4<Float>.self)
        return larger(
            larger(larger(magnitude(sums.0), magnitude(sums.1)), magnitude(own)),
            larger(magnitude(sums.2), magnitude(sums.3)))
    }

    /// The larger of each pair; the library's `pointwiseMax` is a call and costs more than the filter.
    @inline(__always)
    static func larger(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
        a.replacing(with: b, where: b .> a)
    }

    @inline(__always)
    private static func magnitude(_ x: SIMD4<Float>) -> SIMD4<Float> { larger(x, -x) }
}
