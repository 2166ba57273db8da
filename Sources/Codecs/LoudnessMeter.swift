internal import Audio
internal import CEbur128

/// How loud sound is at a moment, in LUFS (EBU R128); nil for silence.
public struct Loudness: Sendable, Hashable {
    /// Over the last 0.4 s.
    public var momentary: Double?
    /// Over the last 3 s.
    public var shortTerm: Double?

    public init(momentary: Double? = nil, shortTerm: Double? = nil) {
        self.momentary = momentary
        self.shortTerm = shortTerm
    }
}

/// libebur128 over a stream without an end: momentary and short term only, since integrated loudness grows for ever.
///
/// One owner, one thread at a time.
@safe
public struct LoudnessMeter: ~Copyable {
    // Unsafe: allocated in `init`, freed in `deinit`; this value alone has it. Nil when there was no memory for it.
    private let state: UnsafeMutablePointer<ebur128_state>?
    private var interleaved: [Float] = []

    public init() {
        unsafe state = ebur128_init(
            UInt32(EngineFormat.channels), UInt(EngineFormat.sampleRate), Int32(EBUR128_MODE_S.rawValue))
    }

    deinit {
        var state: UnsafeMutablePointer<ebur128_state>? = unsafe state
        if unsafe state != nil { unsafe ebur128_destroy(&state) }
    }

    /// Takes the next frames, as many left as right.
    public mutating func take(left: Span<Float>, right: Span<Float>) {
        guard let state = unsafe state else { return }
        let count = left.count
        if interleaved.count < 2 * count { interleaved = Array(repeating: 0, count: 2 * count) }
        var samples = interleaved.mutableSpan
        for frame in 0..<count {
            samples[2 * frame] = left[frame]
            samples[2 * frame + 1] = right[frame]
        }
        // Unsafe: the array holds `count` frames of two channels.
        _ = unsafe interleaved.withUnsafeBufferPointer {
            unsafe ebur128_add_frames_float(state, $0.baseAddress, count)
        }
    }

    public var now: Loudness {
        guard let state = unsafe state else { return Loudness() }
        var momentary = 0.0
        var shortTerm = 0.0
        unsafe ebur128_loudness_momentary(state, &momentary)
        unsafe ebur128_loudness_shortterm(state, &shortTerm)
        return Loudness(
            momentary: momentary.isFinite ? momentary : nil, shortTerm: shortTerm.isFinite ? shortTerm : nil)
    }
}
