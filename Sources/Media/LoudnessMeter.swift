internal import Audio
internal import CEbur128

/// What EBU R128 says about the frames that it is given: integrated loudness and true peak, by libebur128.
@safe
struct LoudnessMeter: ~Copyable {
    // Unsafe: allocated in `init`, freed in `deinit`; this value alone has it.
    private let state: UnsafeMutablePointer<ebur128_state>
    private var interleaved: [Float] = []

    init() throws(MediaFault) {
        let mode = Int32(EBUR128_MODE_I.rawValue | EBUR128_MODE_TRUE_PEAK.rawValue)
        guard
            let state = unsafe ebur128_init(
                UInt32(EngineFormat.channels), UInt(EngineFormat.sampleRate), mode)
        else { throw .tooLarge }
        unsafe self.state = state
    }

    deinit {
        var state: UnsafeMutablePointer<ebur128_state>? = unsafe state
        unsafe ebur128_destroy(&state)
    }

    mutating func take(left: Span<Float>, right: Span<Float>) throws(MediaFault) {
        let count = left.count
        if interleaved.count < 2 * count { interleaved = Array(repeating: 0, count: 2 * count) }
        var samples = interleaved.mutableSpan
        for frame in 0..<count {
            samples[2 * frame] = left[frame]
            samples[2 * frame + 1] = right[frame]
        }
        // Unsafe: the array holds `count` frames of two channels.
        let result = unsafe interleaved.withUnsafeBufferPointer {
            unsafe ebur128_add_frames_float(state, $0.baseAddress, count)
        }
        guard result == Int32(EBUR128_SUCCESS.rawValue) else { throw .tooLarge }
    }

    /// LUFS; nil when no block of 400 ms is over the absolute gate of −70 LUFS.
    var loudness: Double? {
        var value = 0.0
        guard unsafe ebur128_loudness_global(state, &value) == Int32(EBUR128_SUCCESS.rawValue) else {
            return nil
        }
        return value.isFinite ? value : nil
    }

    /// The true peak of both channels as an amplitude.
    var truePeak: Double {
        (0..<UInt32(EngineFormat.channels)).reduce(0) { highest, channel in
            var value = 0.0
            unsafe ebur128_true_peak(state, channel, &value)
            return max(highest, value)
        }
    }
}
