internal import Audio
internal import Broadcast
internal import Codecs
internal import NIOCore

/// A page of a mount as one event loop sends it: its bytes are copied into NIO's storage once, when first needed, and
/// shared by all listeners of the loop.
final class Sheet {
    let page: StreamPage
    private(set) lazy var plain = ByteBuffer(bytes: page.plain)
    private(set) lazy var chained = ByteBuffer(bytes: page.chained)
    private(set) lazy var link = ByteBuffer(bytes: page.link.bytes)

    init(_ page: StreamPage) { self.page = page }
}

/// A mount's newest pages as one event loop holds them, numbered as the mount numbers them.
///
/// ```
///   first                                  edge
///     [ page page page page page page page ]
/// ```
struct Sheets {
    private let mount: Mount
    private var sheets: [Sheet] = []
    /// The number of the oldest page.
    private(set) var first: Int

    /// Begins as far back as a newcomer's burst reaches.
    init(of mount: Mount, burst: FrameCount) {
        self.mount = mount
        first = mount.join(burst: burst) ?? mount.edge
    }

    /// The number of the next page, which is not there yet.
    var edge: Int { first + sheets.count }

    var isEmpty: Bool { sheets.isEmpty }

    /// The pages from a number on; it is at least `first`.
    subscript(from number: Int) -> ArraySlice<Sheet> { sheets[(number - first)...] }

    var newest: ArraySlice<Sheet> { sheets.suffix(1) }

    /// The number of a page in a slice of these.
    func number(at index: ArraySlice<Sheet>.Index) -> Int { first + index }

    /// Takes what the mount has got, and lets go what is older than the mount's span.
    mutating func follow(burst: FrameCount) {
        switch mount.read(from: edge) {
        case .lost:
            // This loop stood still for longer than the ring. Who is behind now has lost its pages too.
            self = Sheets(of: mount, burst: burst)
            follow(burst: burst)
        case .pages(let pages):
            sheets += pages.map(Sheet.init)
            guard let newest = sheets.last else { return }
            let old = sheets.prefix { newest.page.end - $0.page.end > mount.span }.count
            sheets.removeFirst(old)
            first += old
        }
    }

    /// How many pages a second of audio fills at the most; 1 where it cannot be known.
    var inASecond: Int {
        guard sheets.count > 1 else { return 1 }
        let held = sheets[sheets.count - 1].page.end - sheets[0].page.end
        return Int((Double(sheets.count - 1) / max(held.seconds, 0.001)).rounded(.up))
    }
}
