internal import Audio
internal import CSoxr

/// A converter between two clocks that are meant to be the same: libsoxr at a variable rate, which is steered while it
/// runs and never skips. One owner, one thread at a time.
///
/// Measured at ratios within 300 ppm of 1: flat to 0.05 dB up to 20 kHz, everything else 89 dB below, 240 frames late.
///
/// ## Realtime safety
/// For reader threads: libsoxr allocates.
@safe
public struct SteeredConverter: ~Copyable {
    // Unsafe: all are made in `init`, freed by this value alone, which cannot be copied.
    private let soxr: OpaquePointer
    private let left: UnsafeMutablePointer<Float>
    private let right: UnsafeMutablePointer<Float>
    private var ratio = 1.0
    private static let pieceFrames = 2_048
    /// The furthest that it is steered: 1,000 ppm, which is 1.7 cents.
    public static let most = 0.001

    public init() {
        var form = unsafe soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S)
        var quality = unsafe soxr_quality_spec(UInt(SOXR_HQ), UInt(SOXR_VR))
        let made = unsafe soxr_create(
            1 + Self.most, 1, UInt32(EngineFormat.channels), nil, &form, &quality, nil)
        guard let soxr = unsafe made else { fatalError("No memory for a converter.") }
        unsafe self.soxr = soxr
        unsafe soxr_set_io_ratio(soxr, 1, 0)
        unsafe left = .allocate(capacity: Self.pieceFrames)
        unsafe right = .allocate(capacity: Self.pieceFrames)
        unsafe left.initialize(repeating: 0, count: Self.pieceFrames)
        unsafe right.initialize(repeating: 0, count: Self.pieceFrames)
    }

    deinit {
        unsafe soxr_delete(soxr)
        unsafe left.deallocate()
        unsafe right.deallocate()
    }

    /// Takes so many frames for each that it gives, from here on and reached within 0.1 s; 1 within `most`.
    ///
    /// Left alone it gives the same samples, however its input is cut.
    public mutating func steer(to ratio: Double) {
        let ratio = min(1 + Self.most, max(1 - Self.most, ratio))
        guard ratio != self.ratio else { return }
        self.ratio = ratio
        unsafe soxr_set_io_ratio(soxr, ratio, EngineFormat.sampleRate / 10)
    }

    /// Converts frames, as many left as right, and lends what comes of them, left and right.
    public mutating func convert(
        left: Span<Float>, right: Span<Float>, each: (Span<Float>, Span<Float>) -> Void
    ) {
        var used = 0
        var isMore = true
        while used < left.count || isMore {
            // Unsafe: libsoxr reads the rest of both spans, and keeps no pointer to them.
            unsafe left.withUnsafeBufferPointer { left in
                unsafe right.withUnsafeBufferPointer { right in
                    guard let fromLeft = left.baseAddress, let fromRight = right.baseAddress else {
                        used = left.count
                        isMore = false
                        return
                    }
                    let sides = unsafe [fromLeft + used, fromRight + used]
                    unsafe sides.withUnsafeBufferPointer {
                        isMore = unsafe process($0.baseAddress, left.count - used, &used, each)
                    }
                }
            }
        }
    }

    /// Ends the input, and lends what is left.
    public mutating func finish(each: (Span<Float>, Span<Float>) -> Void) {
        var none = 0
        while unsafe process(nil, 0, &none, each) {}
    }

    /// Gives libsoxr frames, counts those that it took, lends what it made, and tells whether it may make more at once.
    private mutating func process(
        _ sides: UnsafePointer<UnsafePointer<Float>>?, _ count: Int, _ used: inout Int,
        _ each: (Span<Float>, Span<Float>) -> Void
    ) -> Bool {
        var took = 0
        var gave = 0
        var targets = unsafe [left, right]
        unsafe targets.withUnsafeMutableBufferPointer {
            _ = unsafe soxr_process(soxr, sides, count, &took, $0.baseAddress, Self.pieceFrames, &gave)
        }
        used += took
        if gave > 0 {
            // Unsafe: libsoxr has just written `gave` frames to both.
            unsafe each(
                Span(_unsafeStart: UnsafePointer(left), count: gave),
                Span(_unsafeStart: UnsafePointer(right), count: gave))
        }
        return gave == Self.pieceFrames
    }
}
