internal import Audio
internal import CAV

/// libavcodec's decoder for one stream, on one thread. Encoder delay and padding are removed by it, as the demuxer
/// states them.
@safe
struct PacketDecoder: ~Copyable {
    /// What became of a request for a frame.
    enum Answer {
        /// `frame` holds decoded audio.
        case frame
        /// Send a packet first.
        case wantsPacket
        /// Nothing follows.
        case ended
        /// What was sent could not be decoded; go on with the next packet.
        case damaged
        case outOfMemory
    }

    /// Packets that may be damaged before an input is given up: a rotten file ends, a scratched one plays.
    private static let mostDamage = 5_000

    // Unsafe: allocated in `init`, freed in `deinit`; this value alone has them. `frame`'s data are libav's own and
    // last until the next `receive`.
    private let context: UnsafeMutablePointer<AVCodecContext>
    let frame: UnsafeMutablePointer<AVFrame>
    /// libav's short name of the codec.
    let name: String

    init(_ container: Container) throws(MediaFault) {
        let id = unsafe container.parameters.pointee.codec_id
        name = unsafe String(cString: avcodec_get_name(id))
        guard let decoder = unsafe avcodec_find_decoder(id),
            unsafe AllowList.decoders.contains(String(cString: decoder.pointee.name))
        else { throw .codecNotAllowed(name) }
        var frame = unsafe av_frame_alloc()
        var context = unsafe avcodec_alloc_context3(decoder)
        guard let madeFrame = unsafe frame, let made = unsafe context,
            unsafe Self.open(made, decoder, container)
        else {
            unsafe av_frame_free(&frame)
            unsafe avcodec_free_context(&context)
            throw .corrupt
        }
        unsafe self.frame = madeFrame
        unsafe self.context = made
    }

    private static func open(
        _ context: UnsafeMutablePointer<AVCodecContext>, _ decoder: UnsafePointer<AVCodec>,
        _ container: Container
    ) -> Bool {
        unsafe context.pointee.thread_count = 1
        // Without it the samples to skip are not removed.
        unsafe context.pointee.pkt_timebase = container.timeBase
        // No format has longer frames; a forged one does not get the memory.
        unsafe context.pointee.max_samples = 1 << 21
        return unsafe avcodec_parameters_to_context(context, container.parameters) >= 0
            && avcodec_open2(context, decoder, nil) >= 0
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
        var context: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe av_frame_free(&frame)
        unsafe avcodec_free_context(&context)
    }

    /// Sends a packet and takes what it holds. False when it cannot be decoded.
    func send(_ packet: borrowing Packet) -> Bool {
        defer { unsafe av_packet_unref(packet.handle) }
        return unsafe avcodec_send_packet(context, packet.handle) >= 0
    }

    /// Says that no packet follows.
    func finish() { unsafe avcodec_send_packet(context, nil) }

    /// Forgets what was sent: the next packet is from elsewhere.
    func flush() { unsafe avcodec_flush_buffers(context) }

    func receive() -> Answer {
        switch unsafe avcodec_receive_frame(context, frame) {
        case 0...: unsafe frame.pointee.nb_samples > 0 ? .frame : .damaged
        case CAV_AGAIN: .wantsPacket
        case CAV_END: .ended
        case CAV_NO_MEMORY: .outOfMemory
        default: .damaged
        }
    }

    /// Decodes the container's packets until there is a frame. False at the end of the input.
    ///
    /// - Parameter damage: counts what could not be decoded; beyond `mostDamage` the input is given up.
    func decode(from container: Container, _ packet: borrowing Packet, damage: inout Int) throws(MediaFault)
        -> Bool
    {
        while damage <= Self.mostDamage {
            switch receive() {
            case .frame: return true
            case .ended: return false
            case .outOfMemory: throw .tooLarge
            case .damaged: damage += 1
            case .wantsPacket:
                do {
                    try container.read(packet)
                    if !send(packet) { damage += 1 }
                } catch {
                    switch error {
                    case .outOfMemory: throw .tooLarge
                    case .damaged: damage += 1
                    case .endOfFile:
                        guard container.readFailure == 0 else {
                            throw .unreadable(errno: container.readFailure)
                        }
                        finish()
                    }
                }
            }
        }
        throw .corrupt
    }
}
