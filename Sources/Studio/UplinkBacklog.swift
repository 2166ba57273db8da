/// What of a session's stream the station may not have yet: pages in turn, each with its place in the stream.
///
/// A pure value. Bounded by whoever calls `keep(newest:)` after each page, and by `mostBytes` in any case; what is dropped
/// is dropped by whole pages, the oldest first.
struct UplinkBacklog {
    private struct Page {
        /// Its first byte's place in the stream.
        var start: Int64
        let bytes: [UInt8]
        /// What it plays, in seconds.
        let seconds: Double
        let isHeaders: Bool
        var end: Int64 { start + Int64(bytes.count) }
    }

    private var pages: [Page] = []
    /// The place behind the last byte.
    private(set) var end: Int64 = 0
    /// What is kept plays for so long.
    private(set) var seconds = 0.0
    private var byteCount = 0
    /// A minute and more of lossless audio.
    private static let mostBytes = 32 << 20

    /// The place of the first byte that is kept.
    var start: Int64 { pages.first?.start ?? end }

    mutating func append(_ bytes: [UInt8], seconds: Double, isHeaders: Bool = false) {
        guard !bytes.isEmpty else { return }
        pages.append(Page(start: end, bytes: bytes, seconds: seconds, isHeaders: isHeaders))
        end += Int64(bytes.count)
        byteCount += bytes.count
        self.seconds += seconds
    }

    /// Forgets the pages that are there wholly.
    mutating func acknowledge(_ place: Int64) {
        _ = drop(pages.firstIndex { $0.end > place } ?? pages.count)
    }

    /// Drops the oldest pages until no more than so many seconds are kept.
    ///
    /// - Returns: the seconds dropped.
    mutating func keep(newest most: Double) -> Double {
        var (count, left, bytes) = (0, seconds, byteCount)
        while count < pages.count, left > most || bytes > Self.mostBytes {
            left -= pages[count].seconds
            bytes -= pages[count].bytes.count
            count += 1
        }
        return drop(count)
    }

    private mutating func drop(_ count: Int) -> Double {
        guard count > 0 else { return 0 }
        let dropped = pages[..<count].reduce(0) { $0 + $1.seconds }
        byteCount -= pages[..<count].reduce(0) { $0 + $1.bytes.count }
        pages.removeFirst(count)
        seconds = pages.isEmpty ? 0 : seconds - dropped
        return dropped
    }

    /// Begins a stream anew at place 0: the headers, then what is kept and belongs to them.
    ///
    /// - Returns: the seconds dropped.
    mutating func restart(headers: [UInt8], newest most: Double) -> Double {
        // What stands before later headers cannot be decoded with them.
        let old = pages.lastIndex(where: \.isHeaders).map { drop($0 + 1) } ?? 0
        let dropped = old + keep(newest: most)
        let kept = pages
        self = UplinkBacklog()
        append(headers, seconds: 0, isHeaders: true)
        for page in kept { append(page.bytes, seconds: page.seconds) }
        return dropped
    }

    /// What is kept from a place on plays for so long; a page counts that is there in part.
    func seconds(from place: Int64) -> Double {
        pages.reversed().prefix { $0.end > place }.reduce(0) { $0 + $1.seconds }
    }

    /// The bytes from a place on to the end of the page that holds it; nil at the end, and before the start.
    func bytes(from place: Int64) -> ArraySlice<UInt8>? {
        guard place < end, let page = pages.last(where: { $0.start <= place }) else { return nil }
        return page.bytes[Int(place - page.start)...]
    }
}
