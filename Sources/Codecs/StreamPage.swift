public import Audio

/// The headers of one link of a chained stream, shared by every page of it: for Ogg Vorbis the three header packets
/// in pages of their own, with the link's title in the comments.
public final class LinkHeaders: Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// For the pages of a stream that has no links.
    static let none = LinkHeaders(bytes: [])
}

/// One immutable piece of a running stream: whole container pages cut at the same packets for both framings
/// (design, section 4.3).
///
/// - `plain` is the piece in the stream that has one logical Ogg stream for ever.
/// - `chained` is the same audio in the stream that begins a new link at each title. The headers of a new link are
///   not in it: whoever follows the stream sends `link.bytes` before the page that `startsLink`; whoever joins
///   sends `link.bytes` before its first page, and never twice.
///
/// A codec without links has the plain framing alone: `chained` is empty and no page starts a link.
///
/// Pages are shared by reference between all listeners and never change.
public final class StreamPage: Sendable {
    /// The most audio in a page; more delays the listener, less costs bytes: in Ogg 27 and one for each packet.
    public static let interval = FrameCount(seconds: 0.2)

    public let plain: [UInt8]
    public let chained: [UInt8]
    /// The headers of the link to which `chained` belongs.
    public let link: LinkHeaders
    /// Whether `chained` is the first audio page of its link.
    public let startsLink: Bool
    /// The position in the mix behind the last frame that a decoder puts out for this page.
    public let end: FrameTime
    /// What is on air at the first frame of this page; nil before the first title.
    public let title: Title?

    public init(
        plain: [UInt8], chained: [UInt8], link: LinkHeaders, startsLink: Bool, end: FrameTime, title: Title?
    ) {
        self.plain = plain
        self.chained = chained
        self.link = link
        self.startsLink = startsLink
        self.end = end
        self.title = title
    }

    /// A page of a stream that has no links.
    convenience init(plain: [UInt8], end: FrameTime, title: Title?) {
        self.init(plain: plain, chained: [], link: .none, startsLink: false, end: end, title: title)
    }
}
