internal import Audio
internal import CAV

/// The decoded samples of one file's audio stream, in order, in the source's own rate and format.
///
/// It is open when its first frame has been decoded; that frame tells the true rate and where the file's time
/// begins, once the encoder's delay is removed.
struct SampleStream: ~Copyable {
    let file: InputFile
    let container: Container
    let codec: String
    /// The source's frames a second, as decoded.
    let rate: Int
    let channels: Int
    private let packet: Packet
    private let decoder: PacketDecoder
    private var damage = 0
    /// The timestamp of the first sample, in the container's units.
    private let origin: Int64

    init(_ file: InputFile) throws(MediaFault) {
        let container = try Container(file)
        let packet = try Packet()
        let decoder = try PacketDecoder(container)
        var damage = 0
        guard try Self.decode(file, container, packet, decoder, &damage) else {
            throw file.hasChanged ? .changed : .corrupt
        }
        let rate = unsafe Int(decoder.frame.pointee.sample_rate)
        let channels = unsafe Int(decoder.frame.pointee.ch_layout.nb_channels)
        guard rate > 0, channels > 0 else { throw .corrupt }
        self.rate = rate
        self.channels = channels
        unsafe origin = decoder.frame.pointee.pts
        codec = decoder.name
        self.file = file
        self.container = container
        self.packet = packet
        self.decoder = decoder
        self.damage = damage
    }

    /// The frame decoded last; libav's, valid until the next call of `next` or `seek`.
    var frame: UnsafeMutablePointer<AVFrame> { unsafe decoder.frame }

    /// Samples in the frame decoded last.
    var count: Int { unsafe Int(decoder.frame.pointee.nb_samples) }

    /// Decodes the next frame. False at the end of the file.
    mutating func next() throws(MediaFault) -> Bool {
        try Self.decode(file, container, packet, decoder, &damage)
    }

    /// The index behind the last sample, where the container says it more exactly than its packets: what follows is
    /// the encoder's padding. Believed only when it lies in the last packets that the container lists.
    var statedEnd: Int64? {
        guard container.name == "mov", let last = container.lastListedPacket.flatMap({ index(of: $0) }),
            let end = MovieLength.samples(ofTrack: container.streamID, rate: rate, in: file)
        else { return nil }
        let longestPadding: Int64 = 8_192
        // Apple's encoders write delay, padding and length into a text of hexadecimal numbers.
        if let words = container.text("iTunSMPB")?.split(separator: " "), words.count > 3,
            let length = Int64(words[3], radix: 16), Self.isPadding(end, beyond: length, longestPadding)
        {
            return length
        }
        return Self.isPadding(max(end, last), beyond: min(end, last), longestPadding) ? end : nil
    }

    /// Both come from the file, and may be any numbers.
    private static func isPadding(_ end: Int64, beyond length: Int64, _ most: Int64) -> Bool {
        let (padding, isBeyond) = end.subtractingReportingOverflow(length)
        return !isBeyond && (0...most).contains(padding)
    }

    /// The index of the sample at a timestamp, which may be any number; nil when it is none of a sample.
    private func index(of time: Int64) -> Int64? {
        let unit = container.timeBase
        let (since, isBeyond) = time.subtractingReportingOverflow(origin)
        let (scaled, overflow) = since.multipliedReportingOverflow(by: Int64(rate) * Int64(unit.num))
        guard origin != CAV_NO_TIME, unit.den > 0, !isBeyond, !overflow, scaled % Int64(unit.den) == 0 else {
            return nil
        }
        return scaled / Int64(unit.den)
    }

    /// Goes to a place at or before a sample and decodes the frame there.
    ///
    /// - Returns: the index of that frame's first sample. Nil when the container cannot say it to the sample, or
    ///   when it lies behind the one wanted; the stream is then of no more use.
    mutating func seek(to sample: Int64) throws(MediaFault) -> Int64? {
        let unit = container.timeBase
        guard AllowList.exactlySought.contains(container.name),
            container.name != "ogg" || !OggChain.isChained(file), origin != CAV_NO_TIME, unit.num > 0,
            unit.den > 0
        else { return nil }
        let since = av_rescale(sample, Int64(unit.den), Int64(rate) * Int64(unit.num))
        let (place, isBeyond) = origin.addingReportingOverflow(since)
        guard !isBeyond, container.seek(to: place) else { return nil }
        decoder.flush()
        // What a decoder says about its first packets in the middle of a file is no damage of the file's.
        var expected = 0
        guard try Self.decode(file, container, packet, decoder, &expected) else { return nil }
        let time = unsafe decoder.frame.pointee.pts
        guard time != CAV_NO_TIME, unsafe Int(frame.pointee.sample_rate) == rate, let index = index(of: time)
        else { return nil }
        return (0...sample).contains(index) ? index : nil
    }

    private static func decode(
        _ file: InputFile, _ container: Container, _ packet: borrowing Packet,
        _ decoder: borrowing PacketDecoder, _ damage: inout Int
    ) throws(MediaFault) -> Bool {
        do throws(MediaFault) {
            return try decoder.decode(from: container, packet, damage: &damage)
        } catch {
            throw error == .corrupt && file.hasChanged ? .changed : error
        }
    }
}
