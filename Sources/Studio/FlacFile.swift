internal import Audio
internal import CFlac
internal import Glibc

/// A FLAC file that is being written, by libFLAC: stereo, 24 bits, at the engine's rate. What came in 16 bits costs no
/// more than 16: the encoder sees that the rest is empty.
///
/// One owner, one thread; it blocks for the disk.
@safe
final class FlacFile {
    // Unsafe: both are made in `init` and freed in `deinit`; nobody else has them. The comments have to live as long as
    // the encoder. The file is closed by the encoder.
    private let encoder: UnsafeMutablePointer<FLAC__StreamEncoder>
    private let comments: UnsafeMutablePointer<FLAC__StreamMetadata>?
    private var samples: [Int32] = []
    let path: String

    /// Makes a file that has not been there: `Name.flac`, else `Name 2.flac` and so on.
    init(_ plan: RecordingPlan) throws(RecordingFault) {
        let (file, path) = try unsafe Self.make(plan)
        guard let encoder = unsafe FLAC__stream_encoder_new() else {
            unsafe fclose(file)
            throw .notBegun(errno: ENOMEM)
        }
        self.path = path
        unsafe self.encoder = encoder
        unsafe comments = Self.comments(plan.comments)
        unsafe FLAC__stream_encoder_set_channels(encoder, UInt32(EngineFormat.channels))
        unsafe FLAC__stream_encoder_set_bits_per_sample(encoder, 24)
        unsafe FLAC__stream_encoder_set_sample_rate(encoder, UInt32(EngineFormat.sampleRate))
        unsafe FLAC__stream_encoder_set_compression_level(encoder, 5)
        if let comments = unsafe comments {
            var blocks: [UnsafeMutablePointer<FLAC__StreamMetadata>?] = unsafe [comments]
            unsafe FLAC__stream_encoder_set_metadata(encoder, &blocks, 1)
        }
        guard
            unsafe FLAC__stream_encoder_init_FILE(encoder, file, nil, nil)
                == FLAC__STREAM_ENCODER_INIT_STATUS_OK
        else { throw .notBegun(errno: errno) }
    }

    deinit {
        // Ends the stream if nobody has, and closes the file.
        unsafe FLAC__stream_encoder_delete(encoder)
        if let comments = unsafe comments { unsafe FLAC__metadata_object_delete(comments) }
    }

    func write(left: Span<Float>, right: Span<Float>) throws(RecordingFault) {
        samples.removeAll(keepingCapacity: true)
        for frame in left.indices {
            samples.append(Self.integer(left[frame]))
            samples.append(Self.integer(right[frame]))
        }
        // Unsafe: the array holds as many frames of two channels.
        let isWritten = unsafe samples.withUnsafeBufferPointer {
            unsafe FLAC__stream_encoder_process_interleaved(encoder, $0.baseAddress, UInt32(left.count))
        }
        guard isWritten != 0 else { throw .notWritten(errno: errno) }
    }

    /// Writes what the encoder holds, and the stream's length into its head.
    func finish() throws(RecordingFault) {
        guard unsafe FLAC__stream_encoder_finish(encoder) != 0 else { throw .notWritten(errno: errno) }
    }

    private static func integer(_ sample: Float) -> Int32 {
        let full: Float = 8_388_608
        return Int32(max(-full, min(full - 1, (sample * full).rounded())))
    }

    private static func make(_ plan: RecordingPlan) throws(RecordingFault) -> (
        UnsafeMutablePointer<FILE>, String
    ) {
        for number in 1...999 {
            let path = plan.folder + "/" + plan.name + (number == 1 ? "" : " \(number)") + ".flac"
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0, let file = unsafe fdopen(descriptor, "wb") else {
                throw .notBegun(errno: errno)
            }
            return unsafe (file, path)
        }
        throw .notBegun(errno: EEXIST)
    }

    private static func comments(_ texts: [String: String]) -> UnsafeMutablePointer<FLAC__StreamMetadata>? {
        guard let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT) else {
            return nil
        }
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            var entry = unsafe FLAC__StreamMetadata_VorbisComment_Entry()
            // The block takes the entry over.
            if unsafe FLAC__metadata_object_vorbiscomment_entry_from_name_value_pair(&entry, name, text) != 0
            {
                unsafe FLAC__metadata_object_vorbiscomment_append_comment(block, entry, 0)
            }
        }
        return unsafe block
    }
}
