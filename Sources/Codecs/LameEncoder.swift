internal import Audio
internal import CLame

/// libmp3lame for joint stereo at the engine's rate and a constant bit rate. One owner, one thread at a time.
///
/// ## Realtime safety
/// For encoder threads: it allocates.
@safe
struct LameEncoder: ~Copyable {
    /// Bytes of a frame's header, of which the third tells its size.
    static let headerLength = 4

    // Unsafe: made in `init`, freed by this value alone, which cannot be copied.
    private let lame: OpaquePointer
    private let bitrate: Int
    /// Frames of the mix by which a decoder's output is late: the encoder's delay and the decoder's.
    let delay: FrameCount

    /// Makes an encoder for one of `StreamFormat.mp3Bitrates`.
    init(bitrate: Int) throws(FormatRefusal) {
        guard StreamFormat.mp3Bitrates.contains(bitrate), let lame = unsafe lame_init() else {
            throw FormatRefusal(format: .mp3(bitrate: bitrate))
        }
        unsafe lame_set_errorf(lame, nil)
        unsafe lame_set_num_channels(lame, Int32(EngineFormat.channels))
        unsafe lame_set_in_samplerate(lame, Int32(EngineFormat.sampleRate))
        // Else it chooses MPEG-2's half rates at low bit rates, which have other frames.
        unsafe lame_set_out_samplerate(lame, Int32(EngineFormat.sampleRate))
        unsafe lame_set_brate(lame, Int32(bitrate / 1_000))
        unsafe lame_set_bWriteVbrTag(lame, 0)
        unsafe lame_set_write_id3tag_automatic(lame, 0)
        guard unsafe lame_init_params(lame) >= 0 else {
            unsafe lame_close(lame)
            throw FormatRefusal(format: .mp3(bitrate: bitrate))
        }
        unsafe self.lame = lame
        self.bitrate = bitrate
        // A decoder's filter bank and its overlap take 528 frames and one more.
        delay = unsafe FrameCount(frames: Int64(lame_get_encoder_delay(lame)) + 529)
    }

    deinit { unsafe lame_close(lame) }

    /// Bytes in a frame by the third byte of its header, which tells whether it has one byte more so that the rate is
    /// met on average (ISO 11172-3, 2.4.2.3).
    func size(ofFrame third: UInt8) -> Int {
        144 * bitrate / EngineFormat.sampleRate + Int(third >> 1 & 1)
    }

    /// Encodes a block's frames, and appends the bytes that are then complete.
    func encode(_ audio: borrowing AudioBlock, into bytes: inout [UInt8]) {
        let count = audio.capacity
        audio.withChannels { left, right in
            unsafe append(&bytes, most: count * 5 / 4 + 7_200) { buffer, room in
                unsafe left.withUnsafeBufferPointer { left in
                    unsafe right.withUnsafeBufferPointer { right in
                        unsafe lame_encode_buffer_ieee_float(
                            lame, left.baseAddress, right.baseAddress, Int32(count), buffer, room)
                    }
                }
            }
        }
    }

    /// Ends the audio, filled up with silence to a whole frame, and appends what is left. The encoder is used up then.
    func finish(into bytes: inout [UInt8]) {
        unsafe append(&bytes, most: 7_200) { unsafe lame_encode_flush(lame, $0, $1) }
    }

    /// Unsafe: lends room for as many bytes as libmp3lame may write, which tells how many it wrote.
    private func append(
        _ bytes: inout [UInt8], most: Int, _ write: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    ) {
        bytes += unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            unsafe count = Int(max(0, write(buffer.baseAddress, Int32(most))))
        }
    }
}
