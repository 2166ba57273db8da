/// How much sound is in a block's length of audio, in four bands: what is left of audio when it is to be recognised
/// after a lossy codec has had it.
///
/// A contour covers `EngineFormat.blockFrames` frames of both channels, and is their mean square in each band, from the
/// lowest up; 1 is the power of a full-scale square wave.
public struct Contour: Hashable, Sendable, BitwiseCopyable {
    public var power: SIMD4<Float>

    public init(power: SIMD4<Float>) { self.power = power }

    /// Contours in a second.
    public static let rate = Double(EngineFormat.sampleRate) / Double(EngineFormat.blockFrames)
    /// The frequencies in Hz at which one band passes into the next.
    static let edges: [Double] = [200, 800, 3_200]
}

/// Takes the contours of a running stream of frames, however it is cut.
///
/// The bands are the differences of three first-order low-passes: enough to recognise audio by, and next to free.
///
/// ## Realtime safety
/// `take` neither allocates nor locks.
public struct ContourMeter: Sendable {
    /// The low-passes' states, left and right.
    private var low = SIMD2<Float>()
    private var middle = SIMD2<Float>()
    private var high = SIMD2<Float>()
    private var sums = SIMD4<Float>()
    private var count = 0
    private let steps: SIMD4<Float>

    public init() {
        // 1 − exp(−x) = x − x²/2 + x³/6 − …: the textbook's first-order low-pass, without a mathematics library.
        var steps = SIMD4<Float>()
        for (index, edge) in Contour.edges.enumerated() {
            let x = 2 * Double.pi * edge / Double(EngineFormat.sampleRate)
            steps[index] = Float(x - x * x / 2 + x * x * x / 6)
        }
        self.steps = steps
    }

    /// Takes the next frames, as many left as right, and gives each contour that they complete.
    public mutating func take(left: Span<Float>, right: Span<Float>, emit: (Contour) -> Void) {
        let (step0, step1, step2) = (steps[0], steps[1], steps[2])
        for frame in left.indices {
            let sample = SIMD2(left[frame], right[frame])
            low += step0 * (sample - low)
            middle += step1 * (sample - middle)
            high += step2 * (sample - high)
            let bands = (low, middle - low, high - middle, sample - high)
            sums += SIMD4(
                (bands.0 * bands.0).sum(), (bands.1 * bands.1).sum(), (bands.2 * bands.2).sum(),
                (bands.3 * bands.3).sum())
            count += 1
            if count == EngineFormat.blockFrames { emit(finishContour()) }
        }
    }

    private mutating func finishContour() -> Contour {
        let contour = Contour(power: sums / Float(2 * EngineFormat.blockFrames))
        sums = SIMD4()
        count = 0
        // Silence would leave the filters with numbers so small that processors slow down over them.
        for index in 0..<2 {
            if low[index].magnitude < 1e-15 { low[index] = 0 }
            if middle[index].magnitude < 1e-15 { middle[index] = 0 }
            if high[index].magnitude < 1e-15 { high[index] = 0 }
        }
        return contour
    }
}
