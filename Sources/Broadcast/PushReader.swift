internal import Audio
internal import Codecs

/// A push's own way through its mount: which bytes come next on one connection.
///
/// It begins with headers and about `burst` of audio, but with nothing before the newest link, so that the title is
/// right from the first page. It never waits; whoever uses it decides when to go on and when to skip.
struct PushReader {
    /// What is to be sent in one go.
    struct Piece {
        /// Whole pages, in this order.
        let bytes: [[UInt8]]
        /// The position in the mix behind them.
        let end: FrameTime
        let title: Title?
    }

    static let burst = FrameCount(seconds: 2)

    private let mount: Mount
    private let titles: PushTarget.Titles
    private var cursor: Int
    /// The position behind what was read last.
    private var position: FrameTime?
    /// The link whose headers were sent last.
    private var link: LinkHeaders?
    /// The last page of the link that a skip has left: with it that link ends as it should.
    private var farewell: [UInt8]?

    /// Begins at the live edge; nil before the mount has a page.
    init?(of mount: Mount, titles: PushTarget.Titles) {
        guard let cursor = Self.start(mount) else { return nil }
        self.mount = mount
        self.titles = titles
        self.cursor = cursor
    }

    /// The next piece; nil at the live edge, and when the ring has gone on without us (then `lag` is its whole span).
    mutating func next() -> Piece? {
        guard case .pages(let pages) = mount.read(from: cursor, most: 1), let page = pages.first else {
            return nil
        }
        defer {
            cursor += 1
            position = page.end
            link = page.link
            farewell = nil
        }
        let beginsLink = page.link !== link
        let bytes =
            switch titles {
            case .chained: [farewell, beginsLink ? page.link.bytes : nil, page.chained].compactMap { $0 }
            case .admin, .none: (link == nil ? [mount.plainHeaders] : []) + [page.plain]
            }
        return Piece(bytes: bytes, end: page.end, title: page.title)
    }

    /// How much audio lies between what was read last and the live edge.
    var lag: FrameCount {
        guard let position, let newest = mount.newest else { return .zero }
        return newest.end - position
    }

    /// Goes on at the live edge, and tells how much audio was left out.
    ///
    /// Within a link the pages simply go on behind a gap, as for a listener who joins: decoders take that, and the
    /// stream stays one. If another link runs by now, the old one is ended by its own last page and the new one
    /// begins with its headers.
    mutating func skip() -> FrameCount {
        guard let position, let start = Self.start(mount), start > cursor else { return .zero }
        if case .pages(let left) = mount.read(from: cursor, most: start - cursor + 1) {
            let followers = left.dropFirst()
            let end = zip(left, followers).first { $0.link === link && $1.link !== link }
            farewell = end?.0.chained
        }
        cursor = start
        guard case .pages(let pages) = mount.read(from: start - 1, most: 1), let last = pages.first else {
            return .zero
        }
        return last.end - position
    }

    private static func start(_ mount: Mount) -> Int? {
        guard let join = mount.join(burst: burst), case .pages(let pages) = mount.read(from: join),
            let newest = pages.last
        else { return nil }
        return join + pages.count - pages.reversed().prefix { $0.link === newest.link }.count
    }
}
