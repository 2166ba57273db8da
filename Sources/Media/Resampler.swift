internal import Audio
internal import CAV

/// libswresample from one source format to the engine's: rate, sample type and channels.
///
/// A mono source is resampled once and goes to both channels at full level; more than two channels are mixed down
/// so that they cannot clip.
@safe
struct Resampler: ~Copyable {
    // Unsafe: allocated in `init`, freed in `deinit`; this value alone has it.
    private let context: OpaquePointer
    private let format: AVSampleFormat
    private let channels: Int
    let rate: Int
    private var taken: Int64 = 0
    private var given: Int64 = 0
    private var left: [Float] = []
    private var right: [Float] = []

    /// Makes a resampler for frames like this one.
    init(like frame: UnsafeMutablePointer<AVFrame>) throws(MediaFault) {
        channels = Int(unsafe frame.pointee.ch_layout.nb_channels)
        rate = Int(unsafe frame.pointee.sample_rate)
        unsafe format = AVSampleFormat(rawValue: frame.pointee.format)
        guard (1...64).contains(channels), (1_000...3_000_000).contains(rate) else { throw .corrupt }
        var source = unsafe AVChannelLayout()
        var target = unsafe AVChannelLayout()
        unsafe av_channel_layout_default(&target, channels == 1 ? 1 : 2)
        let isNamed = unsafe frame.pointee.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC
        if channels <= 2 || !isNamed {
            unsafe av_channel_layout_default(&source, Int32(channels))
        } else {
            unsafe av_channel_layout_copy(&source, &frame.pointee.ch_layout)
        }
        defer { unsafe av_channel_layout_uninit(&source) }
        var made: OpaquePointer?
        unsafe swr_alloc_set_opts2(
            &made, &target, AV_SAMPLE_FMT_FLTP, Int32(EngineFormat.sampleRate), &source, format, Int32(rate),
            0,
            nil)
        guard let context = unsafe made else { throw .tooLarge }
        unsafe av_opt_set_double(UnsafeMutableRawPointer(context), "rematrix_maxval", 1, 0)
        guard unsafe swr_init(context) >= 0 else {
            unsafe swr_free(&made)
            throw .corrupt
        }
        unsafe self.context = context
    }

    deinit {
        var context: OpaquePointer? = unsafe context
        unsafe swr_free(&context)
    }

    /// Whether a frame is of the kind that this resampler was made for.
    func fits(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        unsafe frame.pointee.sample_rate == Int32(rate) && frame.pointee.format == format.rawValue
            && frame.pointee.ch_layout.nb_channels == Int32(channels)
    }

    /// Resamples `count` of a frame's samples, from sample `first` on, and gives what comes out.
    mutating func convert(
        _ frame: UnsafeMutablePointer<AVFrame>, first: Int, count: Int, into sink: some FrameSink
    ) throws(MediaFault) {
        let isPlanar = av_sample_fmt_is_planar(format) == 1
        let step = Int(av_get_bytes_per_sample(format)) * (isPlanar ? 1 : channels)
        // Unsafe: a frame holds `nb_samples` ≥ first + count samples for each channel, in one plane or in `channels`
        // planes; libswresample reads `count` from each pointer given here.
        var planes: [UnsafePointer<UInt8>?] = unsafe (0..<(isPlanar ? channels : 1)).map { plane in
            unsafe frame.pointee.extended_data[plane].map { unsafe UnsafePointer($0 + first * step) }
        }
        let made = try unsafe planes.withUnsafeMutableBufferPointer { input throws(MediaFault) in
            try unsafe convert(input.baseAddress, count: count)
        }
        taken += Int64(count)
        try give(made, to: sink)
    }

    /// Gives what the filter still holds: the source has ended. The length of all is the source's, to the nearest
    /// frame; libswresample would round it up.
    mutating func drain(into sink: some FrameSink) throws(MediaFault) {
        while true {
            let made = try unsafe convert(nil, count: 0)
            guard made > 0 else { return }
            let length = (2 * taken * Int64(EngineFormat.sampleRate) + Int64(rate)) / (2 * Int64(rate))
            try give(Int(max(0, min(Int64(made), length - given))), to: sink)
        }
    }

    private mutating func convert(
        _ input: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int
    ) throws(MediaFault) -> Int {
        let most = max(1_024, Int(unsafe swr_get_out_samples(context, Int32(count))))
        if left.count < most {
            left = Array(repeating: 0, count: most)
            if channels > 1 { right = left }
        }
        let room = Int32(left.count)
        let made = unsafe left.withUnsafeMutableBytes { left in
            unsafe right.withUnsafeMutableBytes { right in
                // Unsafe: both arrays have room for `room` samples; the second is not looked at for mono.
                var planes: [UnsafeMutablePointer<UInt8>?] = unsafe [left, right].map {
                    unsafe $0.baseAddress?.assumingMemoryBound(to: UInt8.self)
                }
                return unsafe planes.withUnsafeMutableBufferPointer { planes in
                    unsafe swr_convert(context, planes.baseAddress, room, input, Int32(count))
                }
            }
        }
        guard made >= 0 else { throw made == CAV_NO_MEMORY ? .tooLarge : .corrupt }
        return Int(made)
    }

    private mutating func give(_ count: Int, to sink: some FrameSink) throws(MediaFault) {
        given += Int64(count)
        Self.makeSane(&left, count)
        if channels == 1 {
            try sink.take(left: left.span.extracting(first: count), right: left.span.extracting(first: count))
        } else {
            Self.makeSane(&right, count)
            try sink.take(
                left: left.span.extracting(first: count), right: right.span.extracting(first: count))
        }
    }

    private static func makeSane(_ samples: inout [Float], _ count: Int) {
        var samples = samples.mutableSpan
        for frame in 0..<count { samples[frame] = WorkerWire.sane(samples[frame]) }
    }
}

/// Where decoded frames go, in the engine's format.
protocol FrameSink: AnyObject {
    /// Takes the next frames, as many left as right.
    func take(left: Span<Float>, right: Span<Float>) throws(MediaFault)
}
