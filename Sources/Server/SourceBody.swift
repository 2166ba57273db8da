internal import NIOCore

/// Where the audio lies in what a source sends behind its head: all of it, so many bytes of it, or in chunks
/// (RFC 9112, 7.1), which Icecast 2.4 does not take apart and some clients send.
struct SourceBody {
    private enum Framing {
        case untilTheEnd
        case counted(left: Int)
        case chunked(Chunk)
    }

    private enum Chunk {
        case size
        case data(left: Int)
        /// The line end behind a chunk.
        case behind
        case trailer
    }

    /// That is no chunk.
    struct Broken: Error {}

    private var framing: Framing
    /// Whether the last byte has come; what follows is no audio.
    private(set) var isComplete = false
    /// A line of a chunk's size or of a trailer is no longer than this.
    private static let longestLine = 256

    /// All that comes.
    init() { framing = .untilTheEnd }

    /// In chunks, whatever a head says.
    static var chunked: SourceBody {
        var body = SourceBody()
        body.framing = .chunked(.size)
        return body
    }

    init(_ head: RequestHead) {
        if head["transfer-encoding"]?.lowercased().contains("chunked") == true {
            framing = .chunked(.size)
        } else if head.method == "PUT", let length = head["content-length"].flatMap(Int.init), length > 0 {
            framing = .counted(left: length)
        } else {
            framing = .untilTheEnd
        }
    }

    /// Whether the end of the connection is the end of the stream, and no accident.
    var endsWithTheConnection: Bool {
        if case .untilTheEnd = framing { return true }
        return isComplete
    }

    /// Takes the next bytes of audio out of what has come; nil when more has to come, or nothing will.
    mutating func next(_ bytes: inout ByteBuffer) throws(Broken) -> ByteBuffer? {
        while bytes.readableBytes > 0, !isComplete {
            switch framing {
            case .untilTheEnd: return bytes.readSlice(length: bytes.readableBytes)
            case .counted(let left):
                let count = min(left, bytes.readableBytes)
                framing = .counted(left: left - count)
                isComplete = count == left
                return bytes.readSlice(length: count)
            case .chunked(.data(let left)):
                let count = min(left, bytes.readableBytes)
                framing = .chunked(count == left ? .behind : .data(left: left - count))
                return bytes.readSlice(length: count)
            case .chunked(let chunk):
                guard let line = try Self.line(&bytes) else { return nil }
                framing = .chunked(try after(chunk, line))
            }
        }
        return nil
    }

    private mutating func after(_ chunk: Chunk, _ line: String) throws(Broken) -> Chunk {
        switch chunk {
        case .size:
            // An extension may follow the size.
            let digits = line.prefix { $0.isHexDigit }
            guard !digits.isEmpty, digits.count <= 7, let size = Int(digits, radix: 16) else {
                throw Broken()
            }
            return size == 0 ? .trailer : .data(left: size)
        case .behind:
            guard line.isEmpty else { throw Broken() }
            return .size
        case .trailer, .data:
            isComplete = line.isEmpty
            return .trailer
        }
    }

    private static func line(_ bytes: inout ByteBuffer) throws(Broken) -> String? {
        guard let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.readableBytes <= longestLine else { throw Broken() }
            return nil
        }
        let length = end - bytes.readableBytesView.startIndex
        guard length <= longestLine, let line = bytes.readString(length: length) else { throw Broken() }
        bytes.moveReaderIndex(forwardBy: 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }
}
