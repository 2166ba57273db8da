internal import Audio
internal import CAV

/// The stream that comes from the daemon as a listener gets it, decoded to its end in the engine's format.
///
/// Runs on the worker's one thread, behind its walls. Nothing is sought, and nothing is known of its length. A stream
/// that nobody could listen to any more is given up.
enum LiveStream {
    /// Damaged packets one after the other.
    private static let mostDamage = 200

    static func read(into sink: some FrameSink) throws(MediaFault) {
        let container = try Container(nil)
        let packet = try Packet()
        let decoder = try PacketDecoder(container)
        var resampler: Resampler?
        var damage = 0
        while damage <= mostDamage {
            switch decoder.receive() {
            case .frame:
                damage = 0
                let frame = unsafe decoder.frame
                if unsafe resampler?.fits(frame) != true { resampler = try unsafe Resampler(like: frame) }
                let count = unsafe Int(frame.pointee.nb_samples)
                try unsafe resampler?.convert(frame, first: 0, count: count, into: sink)
            case .ended: return
            case .outOfMemory: throw .tooLarge
            case .damaged: damage += 1
            case .wantsPacket:
                do {
                    try container.read(packet)
                    if !decoder.send(packet) { damage += 1 }
                } catch {
                    switch error {
                    case .outOfMemory: throw .tooLarge
                    case .damaged: damage += 1
                    case .endOfFile: return
                    }
                }
            }
        }
        throw .corrupt
    }
}
