internal import Audio
internal import CSoxr

/// The mix at another rate, for a codec that does not have the engine's: libsoxr with a linear phase and a pass band up
/// to 20 kHz, errors below 20 bits. One owner, one thread at a time.
///
/// It takes blocks and lends pieces of a fixed length. No delay remains: the first frame out is the first frame in, and
/// what the filter holds back comes at the end.
///
/// ## Realtime safety
/// For encoder threads: libsoxr allocates.
@safe
struct RateConverter: ~Copyable {
    // Unsafe: both are made in `init`, freed by this value alone, which cannot be copied.
    private let soxr: OpaquePointer
    private let piece: UnsafeMutablePointer<Float>
    private let pieceFrames: Int
    private let rate: Int
    /// Frames in the piece that is being filled.
    private var filled = 0
    /// Frames taken at the engine's rate, and lent at the other one.
    private var taken = 0
    private var lent = 0

    /// Makes a converter from the engine's rate to another one, which lends pieces of `pieceFrames` frames.
    init(to rate: Int, pieceFrames: Int) {
        var form = unsafe soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_I)
        let made = unsafe soxr_create(
            Double(EngineFormat.sampleRate), Double(rate), UInt32(EngineFormat.channels), nil, &form, nil, nil
        )
        guard let soxr = unsafe made else { fatalError("No memory for a rate converter.") }
        unsafe self.soxr = soxr
        unsafe piece = .allocate(capacity: pieceFrames * EngineFormat.channels)
        unsafe piece.initialize(repeating: 0, count: pieceFrames * EngineFormat.channels)
        self.pieceFrames = pieceFrames
        self.rate = rate
    }

    deinit {
        unsafe soxr_delete(soxr)
        unsafe piece.deallocate()
    }

    /// How many frames the input so far is at the new rate, rounded up.
    var length: Int { (taken * rate + EngineFormat.sampleRate - 1) / EngineFormat.sampleRate }

    /// Converts a block's frames, and lends each piece that is then whole: left and right in turn.
    mutating func convert(_ block: borrowing AudioBlock, each: (Span<Float>) -> Void) {
        let count = block.capacity
        var used = 0
        var isWhole = true
        while used < count || isWhole {
            block.withChannels { left, right in
                // Unsafe: libsoxr reads the rest of both channels, and keeps no pointer to them.
                unsafe left.withUnsafeBufferPointer { left in
                    unsafe right.withUnsafeBufferPointer { right in
                        let sides = unsafe [left.baseAddress! + used, right.baseAddress! + used]
                        unsafe sides.withUnsafeBufferPointer {
                            isWhole = unsafe process($0.baseAddress, count - used, &used, each)
                        }
                    }
                }
            }
        }
        taken += count
    }

    /// Ends the input, and lends what is left and silence behind it: at least so many frames of it, up to a whole piece.
    mutating func finish(silence: Int, each: (Span<Float>) -> Void) {
        var none = 0
        while unsafe process(nil, 0, &none, each) {}
        while lent < length + silence {
            for index in (filled * EngineFormat.channels)..<(pieceFrames * EngineFormat.channels) {
                unsafe piece[index] = 0
            }
            lend(each)
        }
    }

    /// Gives libsoxr frames, counts those that it took, and tells whether its output made a piece whole, which is lent
    /// then.
    private mutating func process(
        _ sides: UnsafePointer<UnsafePointer<Float>>?, _ count: Int, _ used: inout Int,
        _ each: (Span<Float>) -> Void
    ) -> Bool {
        var took = 0
        var gave = 0
        unsafe soxr_process(
            soxr, sides, count, &took, piece + filled * EngineFormat.channels, pieceFrames - filled, &gave)
        used += took
        filled += gave
        guard filled == pieceFrames else { return false }
        lend(each)
        return true
    }

    private mutating func lend(_ each: (Span<Float>) -> Void) {
        lent += pieceFrames
        filled = 0
        unsafe each(Span(_unsafeStart: UnsafePointer(piece), count: pieceFrames * EngineFormat.channels))
    }
}
