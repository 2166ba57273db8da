public import Audio

/// One rendition in Vorbis: one encoder without interruption, and the two framings of its packets (design,
/// section 4.3).
///
/// It belongs to the rendition's encoder thread, which gives it the mix block by block and appends the pages that it
/// emits to the mount. It knows no time but the mix's, and touches no socket and no file.
///
/// ```
///   packets   … k−2  k−1 │ k  k+1 …         the new title's first frame is in the output of packet k
///   plain     … k−2  k−1 │ k  k+1 …         one logical stream for ever; only a new page
///   chained   … k−2  k−1 ┘                  end of stream, exactly where the output of k−1 ends
///                    k−1 └ k  k+1 …         a new link; its first packet gives no output, and k overlaps with it
/// ```
///
/// A page holds as many packets as fit into `StreamPage.interval` of output, whatever the music. It ends sooner where the
/// title changes. A link lasts at least a second: a title that comes sooner waits for that (in the chained framing
/// only), and is skipped when a newer one comes meanwhile. No link begins for the title that the link has already, nor
/// in what `finish` drains.
public final class VorbisStream: EncodedStream {
    /// The least audio in a link.
    public static let shortestLink = FrameCount(seconds: 1)

    /// The link that is being written; positions of links and pages are granules of the plain stream.
    private struct Link {
        let headers: LinkHeaders
        let title: Title?
        let begin: Int64
    }

    /// The page that is being filled.
    private struct Page {
        var begin: Int64 = 0
        var title: Title?
        var startsLink = false
    }

    private let encoder: VorbisEncoder
    private let headerPackets: VorbisHeaders
    private let station: String
    private let start: FrameTime

    private let plain = OggFraming()
    private let chained = OggFraming()
    /// The plain stream's header pages: what its listeners get before their first page.
    public let plainHeaders: [UInt8]

    private var marks = TitleMarks()
    private var page = Page()
    /// None before the first packet, when the first link's title is not known yet.
    private var link: Link?
    private var serial: UInt32
    private var isFinishing = false

    /// Makes the stream of a mix that begins at `start`.
    ///
    /// - Parameters:
    ///   - quality: −1 to 10.
    ///   - station: the name that stands as ORGANIZATION in all comments.
    ///   - serial: any random number. The plain stream has it for ever, the links count on from it in steps that meet
    ///     no number twice.
    public init(quality: Double, station: String, serial: UInt32, start: FrameTime) throws(FormatRefusal) {
        encoder = try VorbisEncoder(quality: quality)
        headerPackets = encoder.headers()
        self.station = station
        self.serial = serial
        self.start = start
        plainHeaders = plain.begin(
            serial: serial, headers: headerPackets.packets(station: station, title: nil))
    }

    /// Bits a second that music takes on average at a quality from −1 to 10; 0 for a quality that there is not.
    public static func nominalBitrate(quality: Double) -> Int {
        (try? VorbisEncoder(quality: quality))?.nominalBitrate ?? 0
    }

    /// Bits a second that music takes on average.
    public var nominalBitrate: Int { encoder.nominalBitrate }

    public func mark(title: Title, at position: FrameTime) { marks.mark(title, at: position) }

    public func encode(_ block: borrowing AudioBlock, emit: (StreamPage) -> Void) {
        encoder.encode(block) { take($0, emit) }
    }

    /// Ends both framings at the last frame.
    public func finish(emit: (StreamPage) -> Void) {
        isFinishing = true
        encoder.finish { take($0, emit) }
    }

    /// Puts a packet into both framings, then looks at the output that the next one adds: packet by packet that is
    /// known in advance, so nothing is held back.
    private func take(_ packet: borrowing VorbisPacket, _ emit: (StreamPage) -> Void) {
        if !isFinishing { marks.pass(before: start + FrameCount(frames: packet.nextGranule)) }
        let title = marks.current
        let current = link ?? beginLink(at: packet.granule)
        let linkEnds =
            title != current.title && packet.granule - current.begin >= Self.shortestLink.frames
            && !isFinishing
        plain.add(packet, granule: packet.granule, ends: packet.isLast)
        chained.add(packet, granule: packet.granule - current.begin, ends: linkEnds || packet.isLast)

        let isFull = packet.nextGranule - page.begin > StreamPage.interval.frames
        // The first page of a link is left whole: decoders want several packets in it.
        let titleChanges = title != page.title && !page.startsLink
        guard isFull || titleChanges || linkEnds || packet.isLast else { return }
        emit(
            StreamPage(
                plain: plain.cut(), chained: chained.cut(), link: current.headers,
                startsLink: page.startsLink, end: start + FrameCount(frames: packet.granule),
                title: page.title))
        if linkEnds {
            _ = beginLink(at: packet.granule)
            chained.add(packet, granule: 0, ends: false)
        } else {
            page = Page(begin: packet.granule, title: title)
        }
    }

    /// Begins a link and its first page with the current title. Its first packet, the one that ends at the granule,
    /// is still to be added.
    private func beginLink(at granule: Int64) -> Link {
        // An odd step (2³² divided by the golden ratio) meets all numbers before it repeats one.
        serial &+= 0x9e37_79b9
        let title = marks.current
        let headers = chained.begin(
            serial: serial, headers: headerPackets.packets(station: station, title: title))
        let begun = Link(headers: LinkHeaders(bytes: headers), title: title, begin: granule)
        link = begun
        page = Page(begin: granule, title: title, startsLink: true)
        return begun
    }
}
