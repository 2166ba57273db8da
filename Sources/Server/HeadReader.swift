internal import NIOCore

/// Cuts a connection's bytes into request heads, however they arrive, and keeps what follows a head.
///
/// A head ends with an empty line; a line ends with LF, and any CR before it is dropped (old clients send bare LF,
/// or CR CR LF). Bounded: a head of more than `limit` bytes is refused, and so is, after its first line, whatever is
/// no HTTP. Empty lines before a head count as its bytes.
struct HeadReader {
    enum Outcome: Equatable {
        /// The head is not complete.
        case more
        case head(RequestHead)
        case refused(Refusal)
    }

    /// The most bytes of a head, its empty line and those before it included.
    let limit: Int
    /// What has arrived and is not part of a head yet.
    private(set) var unread = ByteBuffer()
    /// Bytes of `unread` that were looked at: a drip-fed head is not scanned anew for each byte.
    private var scanned = 0
    /// Bytes of empty lines before the head, which are gone already.
    private var skipped = 0
    private var lineStart = 0
    private var lines: [Range<Int>] = []

    init(limit: Int) { self.limit = limit }

    mutating func append(_ bytes: ByteBuffer) { unread.writeImmutableBuffer(bytes) }

    /// The next head, if it is complete.
    mutating func next() -> Outcome {
        skipEmptyLines()
        guard skipped < limit else { return .refused(.headTooLarge) }
        let limit = limit - skipped
        let bytes = unread.readableBytesView
        let base = bytes.startIndex
        if let first = bytes.first, !isToken(first) { return .refused(.notHTTP) }
        while scanned < min(bytes.count, limit) {
            let place = scanned
            scanned += 1
            guard bytes[base + place] == UInt8(ascii: "\n") else { continue }
            var end = place
            while end > lineStart, bytes[base + end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if end == lineStart { return take(upTo: place + 1) }
            lines.append(lineStart..<end)
            lineStart = place + 1
            // What speaks no HTTP (a Shoutcast password, TLS, garbage) is told so at once, not after a time-out.
            if lines.count == 1 {
                do throws(Refusal) {
                    _ = try RequestHead.requestLine(
                        ArraySlice(bytes[(base + lines[0].lowerBound)..<(base + end)]))
                } catch {
                    return .refused(error)
                }
            }
        }
        return scanned >= limit ? .refused(lines.isEmpty ? .targetTooLong : .headTooLarge) : .more
    }

    /// The form that follows a head, when all of it has arrived.
    mutating func takeForm(_ length: Int) -> String? { unread.readString(length: length) }

    /// RFC 9112, 2.2: empty lines before a request line are no error.
    private mutating func skipEmptyLines() {
        guard scanned == 0 else { return }
        let empty = unread.readableBytesView.prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        guard empty.count > 0 else { return }
        skipped += empty.count
        unread.moveReaderIndex(forwardBy: empty.count)
        unread.discardReadBytes()
    }

    private mutating func take(upTo length: Int) -> Outcome {
        let bytes = Array(unread.readableBytesView.prefix(length))
        let lines = lines.map { bytes[$0] }
        unread.moveReaderIndex(forwardBy: length)
        unread.discardReadBytes()
        scanned = 0
        skipped = 0
        lineStart = 0
        self.lines = []
        do throws(Refusal) {
            return .head(try RequestHead(lines: lines))
        } catch {
            return .refused(error)
        }
    }
}
