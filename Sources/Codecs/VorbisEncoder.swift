internal import Audio
internal import COgg
internal import CVorbis

/// One packet of encoded audio, lent for the length of a call.
@safe
struct VorbisPacket: ~Copyable {
    // Unsafe: the bytes belong to the encoder and are overwritten by its next packet. The encoder lends this value
    // to a closure, and nobody can copy it out of there.
    fileprivate var raw: ogg_packet
    /// Frames that a decoder has put out after this packet, counted from the first frame that was encoded; exact
    /// also where the last packet is trimmed.
    let granule: Int64
    /// The same for the packet after it; what lies between is what that packet adds. Meaningless in the last one.
    let nextGranule: Int64
    /// Whether no packet follows.
    let isLast: Bool

    /// Lends the packet to libogg with another place in a logical stream.
    func lend(granule: Int64, ends: Bool, to body: (UnsafeMutablePointer<ogg_packet>) -> Void) {
        var packet = unsafe raw
        unsafe packet.granulepos = granule
        unsafe packet.e_o_s = ends ? 1 : 0
        unsafe body(&packet)
    }
}

/// libvorbis for stereo at the engine's rate, in its quality mode. One owner, one thread at a time.
///
/// Granule positions are frames: the first packet gives no output, and packet n adds a quarter of its own block and of
/// the one before it (Vorbis I, 1.3.2 and 4.3.8), which are 128 to 1,024 frames (2,048 below quality 0). The output is
/// exact to the frame at both ends.
///
/// ## Realtime safety
/// For encoder threads: libvorbis allocates within its own stores while it finds their size, and seldom after that.
@safe
struct VorbisEncoder: ~Copyable {
    // Unsafe: three C structures with pointers to each other, allocated once, never moved, and freed by this value
    // alone, which cannot be copied.
    private let info: UnsafeMutablePointer<vorbis_info>
    private let analysis: UnsafeMutablePointer<vorbis_dsp_state>
    private let block: UnsafeMutablePointer<vorbis_block>
    /// Frames in a short and in a long block.
    private let blockSizes: (Int64, Int64)

    /// Makes an encoder for a quality from −1 to 10.
    init(quality: Double) throws(FormatRefusal) {
        guard (-1...10).contains(quality) else { throw FormatRefusal(format: .vorbis(quality: quality)) }
        let info = UnsafeMutablePointer<vorbis_info>.allocate(capacity: 1)
        unsafe vorbis_info_init(info)
        let refused = unsafe vorbis_encode_init_vbr(
            info, EngineFormat.channels, EngineFormat.sampleRate, Float(quality / 10))
        guard refused == 0 else {
            unsafe vorbis_info_clear(info)
            unsafe info.deallocate()
            throw FormatRefusal(format: .vorbis(quality: quality))
        }
        unsafe self.info = info
        unsafe analysis = .allocate(capacity: 1)
        unsafe block = .allocate(capacity: 1)
        unsafe vorbis_analysis_init(analysis, info)
        unsafe vorbis_block_init(analysis, block)
        unsafe blockSizes = (Int64(vorbis_info_blocksize(info, 0)), Int64(vorbis_info_blocksize(info, 1)))
    }

    deinit {
        unsafe vorbis_block_clear(block)
        unsafe vorbis_dsp_clear(analysis)
        unsafe vorbis_info_clear(info)
        unsafe block.deallocate()
        unsafe analysis.deallocate()
        unsafe info.deallocate()
    }

    /// Bits a second that music takes on average at this quality.
    var nominalBitrate: Int { unsafe info.pointee.bitrate_nominal }

    /// The packets that a decoder needs before the first audio. To be asked for once, before the first audio.
    func headers() -> VorbisHeaders {
        unsafe VorbisHeaders(analysis)
    }

    /// Encodes a block's frames, and lends each packet that is then complete, oldest first.
    func encode(_ audio: borrowing AudioBlock, each: (borrowing VorbisPacket) -> Void) {
        let count = audio.capacity
        // Unsafe: libvorbis gives two arrays with room for `count` floats, valid until the next call.
        audio.withChannels { left, right in
            guard let buffer = unsafe vorbis_analysis_buffer(analysis, Int32(count)) else { return }
            unsafe left.withUnsafeBufferPointer {
                unsafe buffer[0]!.update(from: $0.baseAddress!, count: count)
            }
            unsafe right.withUnsafeBufferPointer {
                unsafe buffer[1]!.update(from: $0.baseAddress!, count: count)
            }
        }
        unsafe vorbis_analysis_wrote(analysis, Int32(count))
        drain(each)
    }

    /// Ends the audio at the last frame that was given, and lends what is left. The encoder is used up then.
    func finish(each: (borrowing VorbisPacket) -> Void) {
        unsafe vorbis_analysis_wrote(analysis, 0)
        drain(each)
    }

    private func drain(_ each: (borrowing VorbisPacket) -> Void) {
        // Without bitrate management a block gives its packet directly; only with it that call is refused.
        var raw = unsafe ogg_packet()
        while unsafe vorbis_analysis_blockout(analysis, block) == 1 {
            guard unsafe vorbis_analysis(block, &raw) == 0 else { continue }
            let (short, long) = blockSizes
            let added =
                unsafe ((block.pointee.W == 0 ? short : long) + (block.pointee.nW == 0 ? short : long)) / 4
            each(
                unsafe VorbisPacket(
                    raw: raw, granule: raw.granulepos, nextGranule: raw.granulepos + added,
                    isLast: raw.e_o_s != 0))
        }
    }
}
