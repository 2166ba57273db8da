internal import Audio
internal import CAV
internal import Glibc

/// An open container, or device: libavformat's demuxer over the one input, and its one audio stream that is played.
@safe
final class Container {
    /// Why no further packet came.
    enum End: Error {
        case endOfFile
        case damaged
        case outOfMemory
    }

    // Unsafe: opened in `init`, closed in `deinit` and nowhere else; used on the worker's one thread. `stream` lives
    // as long as the context.
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    /// What it reads; nil for a device.
    private let bytes: ByteStream?
    /// The system's error with which a device ended; 0 while it has not.
    private var deviceFailure: Int32 = 0

    /// The first of libav's names of the format.
    let name: String

    init(_ input: any InputBytes) throws(MediaFault) {
        let bytes = ByteStream(input)
        self.bytes = bytes
        unsafe context = try Self.open(bytes, isLine: input.size == nil)
        name = unsafe Self.firstName(context.pointee.iformat)
        do throws(MediaFault) {
            unsafe stream = try Self.chooseStream(context)
        } catch {
            var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe context
            unsafe avformat_close_input(&opened)
            throw error
        }
        guard unsafe !Self.isEndless(context) else { throw .endless }
    }

    /// Opens a sound device at the engine's rate, or the one nearest to it that the device has.
    init(_ device: SoundDevice, channels: Int) throws(MediaFault) {
        guard let format = unsafe av_find_input_format(device.system.rawValue) else { throw .noSoundSystem }
        var options: OpaquePointer?
        unsafe av_dict_set(&options, "sample_rate", "\(EngineFormat.sampleRate)", 0)
        unsafe av_dict_set(&options, "channels", "\(channels)", 0)
        // PulseAudio would hand over two seconds at a time. What a system does not know it leaves.
        let block = EngineFormat.blockFrames * channels * MemoryLayout<Int16>.size
        unsafe av_dict_set(&options, "fragment_size", "\(block)", 0)
        unsafe av_dict_set(&options, "name", "Funkhaus", 0)
        defer { unsafe av_dict_free(&options) }
        var opened: UnsafeMutablePointer<AVFormatContext>?
        let result = unsafe avformat_open_input(&opened, device.name, format, &options)
        guard result >= 0, let context = unsafe opened else { throw .noDevice(errno: -result) }
        guard unsafe context.pointee.nb_streams == 1, let stream = unsafe context.pointee.streams[0] else {
            unsafe avformat_close_input(&opened)
            throw .noDevice(errno: ENODEV)
        }
        bytes = nil
        name = device.system.rawValue
        unsafe self.context = context
        unsafe self.stream = stream
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = unsafe context
        unsafe avformat_close_input(&context)
    }

    /// What libavcodec needs to know; valid as long as this object.
    var parameters: UnsafeMutablePointer<AVCodecParameters> { unsafe stream.pointee.codecpar }
    /// The unit of the stream's timestamps in seconds.
    var timeBase: AVRational { unsafe stream.pointee.time_base }
    /// The system's error of the last failed read; 0 when none has.
    var readFailure: Int32 { bytes?.failure ?? deviceFailure }

    /// Reads the stream's next packet into `packet`.
    func read(_ packet: borrowing Packet) throws(End) {
        while true {
            let result = unsafe av_read_frame(context, packet.handle)
            if result == CAV_END { throw .endOfFile }
            if result == CAV_NO_MEMORY { throw .outOfMemory }
            if result < 0, bytes == nil {
                // A device does not come back: whoever wants it opens it again.
                deviceFailure = -result
                throw .endOfFile
            }
            guard result >= 0 else { throw .damaged }
            if unsafe packet.handle.pointee.stream_index == stream.pointee.index { return }
            unsafe av_packet_unref(packet.handle)
        }
    }

    /// Goes to the last packet at or before a time of the stream. False when the container cannot.
    func seek(to time: Int64) -> Bool {
        unsafe av_seek_frame(context, stream.pointee.index, time, AVSEEK_FLAG_BACKWARD) >= 0
    }

    /// Tells libavformat where a packet begins, so that it need not look for it.
    func note(packetAt place: Int64, time: Int64, size: Int) {
        unsafe av_add_index_entry(stream, place, time, Int32(size), 0, AVINDEX_KEYFRAME)
    }

    /// A text of the container's or the stream's, by libav's name for it in any case; nil when it is empty.
    func text(_ name: String) -> String? {
        unsafe Self.text(name, in: context.pointee.metadata) ?? Self.text(name, in: stream.pointee.metadata)
    }

    private static func text(_ name: String, in dictionary: OpaquePointer?) -> String? {
        guard let entry = unsafe av_dict_get(dictionary, name, nil, 0) else { return nil }
        let text = unsafe Tags.text(entry.pointee.value)
        return text.contains { !$0.isWhitespace } ? text : nil
    }

    /// Whether the texts have changed since this was last asked: a line goes on to another track.
    func hasNewTexts() -> Bool {
        let changed =
            unsafe stream.pointee.event_flags & AVSTREAM_EVENT_FLAG_METADATA_UPDATED != 0
            || context.pointee.event_flags & AVFMT_EVENT_FLAG_METADATA_UPDATED != 0
        unsafe stream.pointee.event_flags &= ~AVSTREAM_EVENT_FLAG_METADATA_UPDATED
        unsafe context.pointee.event_flags &= ~AVFMT_EVENT_FLAG_METADATA_UPDATED
        return changed
    }

    /// The stream's number in the container.
    var streamID: Int { unsafe Int(stream.pointee.id) }

    /// The timestamp of the last packet that the container lists; nil when it lists none.
    var lastListedPacket: Int64? {
        let count = unsafe avformat_index_get_entries_count(stream)
        return unsafe avformat_index_get_entry(stream, count - 1)?.pointee.timestamp
    }

    // MARK: Opening

    /// Looks into the first bytes, as many as it takes: 2 MB of a file; of a line 64 kB or half a second, for somebody
    /// waits to be heard.
    private static func open(
        _ bytes: ByteStream, isLine: Bool
    ) throws(MediaFault) -> UnsafeMutablePointer<AVFormatContext> {
        guard let io = unsafe bytes.handle, let made = unsafe avformat_alloc_context() else {
            throw .tooLarge
        }
        var context: UnsafeMutablePointer<AVFormatContext>? = unsafe made
        unsafe made.pointee.pb = unsafe io
        unsafe made.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        unsafe made.pointee.probesize = isLine ? 64 << 10 : 2 << 20
        if isLine { unsafe made.pointee.max_analyze_duration = Int64(AV_TIME_BASE) / 2 }
        unsafe made.pointee.max_streams = 64
        unsafe cav_refuse_files(made)
        do throws(MediaFault) {
            var format: UnsafePointer<AVInputFormat>?
            // MP3 from the middle of a frame on is sure only after 200 frames, and libav would wait for them in up to 1 MB.
            let score = unsafe av_probe_input_buffer2(io, &format, nil, nil, 0, isLine ? 64 << 10 : 0)
            guard score >= 0, let format = unsafe format else { throw fault(score, bytes, or: .notAudio) }
            let name = unsafe firstName(format)
            guard AllowList.containers.contains(name) else { throw .formatNotAllowed(name) }
            var options: OpaquePointer?
            unsafe av_dict_set(&options, "format_whitelist", String(cString: format.pointee.name), 0)
            unsafe av_dict_set(
                &options, "codec_whitelist", AllowList.decoders.joined(separator: ","), 0)
            unsafe av_dict_set(&options, "protocol_whitelist", "none", 0)
            defer { unsafe av_dict_free(&options) }
            let result = unsafe avformat_open_input(&context, nil, format, &options)
            guard result >= 0 else { throw fault(result, bytes, or: .corrupt) }
            for index in 0..<Int(unsafe made.pointee.nb_streams) {
                guard let stream = unsafe made.pointee.streams[index] else { continue }
                let isAudio = unsafe stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
                if !isAudio { unsafe stream.pointee.discard = AVDISCARD_ALL }
            }
            // Looking on costs somebody who waits seconds of FLAC, when the headers have said it all.
            if isLine, unsafe isDescribed(made) { return unsafe made }
            let found = unsafe avformat_find_stream_info(made, nil)
            guard found >= 0 else { throw fault(found, bytes, or: .corrupt) }
            return unsafe made
        } catch {
            // After a failed avformat_open_input the context is gone already and `context` is nil.
            unsafe avformat_close_input(&context)
            throw error
        }
    }

    /// Whether the headers say what every audio stream is.
    private static func isDescribed(_ context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        var hasAudio = false
        for index in 0..<Int(unsafe context.pointee.nb_streams) {
            guard let stream = unsafe context.pointee.streams[index]?.pointee.codecpar.pointee,
                unsafe stream.codec_type == AVMEDIA_TYPE_AUDIO
            else { continue }
            hasAudio = true
            guard
                unsafe stream.codec_id != AV_CODEC_ID_NONE && stream.sample_rate > 0
                    && stream.ch_layout.nb_channels > 0
            else { return false }
        }
        return hasAudio
    }

    private static func chooseStream(
        _ context: UnsafeMutablePointer<AVFormatContext>
    ) throws(MediaFault) -> UnsafeMutablePointer<AVStream> {
        let chosen = unsafe av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nil, 0)
        guard chosen >= 0, let stream = unsafe context.pointee.streams[Int(chosen)] else { throw .notAudio }
        for index in 0..<Int(unsafe context.pointee.nb_streams) where index != Int(chosen) {
            unsafe context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
        return unsafe stream
    }

    /// Whether the container says, not guesses from its bit rate, that it lasts longer than a day.
    private static func isEndless(_ context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        let duration = unsafe context.pointee.duration
        return unsafe context.pointee.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE
            && duration != CAV_NO_TIME
            && Double(duration) / Double(AV_TIME_BASE) > WorkerWire.mostLength.seconds
    }

    private static func firstName(_ format: UnsafePointer<AVInputFormat>) -> String {
        let names = unsafe String(cString: format.pointee.name)
        return String(names.prefix { $0 != "," })
    }

    private static func fault(_ result: Int32, _ bytes: ByteStream, or other: MediaFault) -> MediaFault {
        if bytes.failure != 0 { return .unreadable(errno: bytes.failure) }
        return result == CAV_NO_MEMORY ? .tooLarge : other
    }
}

/// libav's packet, reused for the whole file.
@safe
struct Packet: ~Copyable {
    // Unsafe: allocated in `init`, freed in `deinit`; this value alone has it.
    let handle: UnsafeMutablePointer<AVPacket>

    init() throws(MediaFault) {
        guard let packet = unsafe av_packet_alloc() else { throw .tooLarge }
        unsafe handle = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = unsafe handle
        unsafe av_packet_free(&packet)
    }
}
