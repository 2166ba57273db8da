internal import NIOCore

/// Takes apart what an encoder says at the SHOUTcast port ahead of its audio: a password in one line, then texts up to an
/// empty line. Within bounds, and the same however the bytes arrive.
struct ShoutcastLines {
    enum Outcome: Equatable {
        /// More has to come.
        case more
        /// Without its end.
        case line(String)
        /// No encoder says so much.
        case tooLong
    }

    /// The longest line: names and secrets are shorter.
    static let longestLine = 512

    /// What has come and is no line yet, or is audio.
    private(set) var unread = ByteBuffer()
    /// What all lines together may be longer by.
    private var left: Int

    /// - Parameter limit: bytes of all lines together.
    init(limit: Int) { left = limit }

    mutating func append(_ bytes: ByteBuffer) { unread.writeImmutableBuffer(bytes) }

    /// The next line. Nothing is to be asked for behind `tooLong`, nor behind the empty line, where the audio begins.
    mutating func next() -> Outcome {
        let bytes = unread.readableBytesView
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            return bytes.count > Self.longestLine ? .tooLong : .more
        }
        let length = end - bytes.startIndex
        left -= length + 1
        guard length <= Self.longestLine, left >= 0, let raw = unread.readBytes(length: length) else {
            return .tooLong
        }
        unread.moveReaderIndex(forwardBy: 1)
        var kept = raw[...]
        while kept.last == UInt8(ascii: "\r") { kept.removeLast() }
        // Old programs write Latin-1.
        return .line(
            String(validating: kept, as: UTF8.self)
                ?? String(String.UnicodeScalarView(kept.map { Unicode.Scalar($0) })))
    }

    /// What a line says of the show: its name; nil for any other.
    static func showName(in line: String) -> String? {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].lowercased() == "icy-name" ? String(parts[1]) : nil
    }
}
