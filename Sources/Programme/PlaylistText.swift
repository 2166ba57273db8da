/// A list's bytes as text: UTF-8 if they are that, else what old programs write.
enum PlaylistText {
    /// One line without its end; the number counts from 1.
    struct Line {
        var number: Int
        /// Of the first character that is no blank, from 1.
        var column: Int
        /// Without blanks at both ends.
        var text: String
    }

    /// The lines of a list that are not blank; nil for bytes that no text has.
    ///
    /// A line ends with LF, CR or CRLF. A byte order mark is passed over.
    static func lines(of bytes: [UInt8]) -> [Line]? {
        guard !bytes.contains(0) else { return nil }
        let text = Array(decode(bytes).utf8)[...]
        var rest = text.starts(with: [0xef, 0xbb, 0xbf]) ? text.dropFirst(3) : text
        var lines: [Line] = []
        var number = 0
        while !rest.isEmpty {
            number += 1
            let content = rest.prefix { $0 != 0x0a && $0 != 0x0d }
            let end = rest.dropFirst(content.count)
            rest = end.dropFirst(end.starts(with: [0x0d, 0x0a]) ? 2 : 1)
            let blanks = content.prefix(while: isBlank).count
            var trimmed = content.dropFirst(blanks)
            while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
            guard !trimmed.isEmpty else { continue }
            lines.append(
                Line(number: number, column: blanks + 1, text: String(decoding: trimmed, as: UTF8.self)))
        }
        return lines
    }

    /// UTF-8, or else Windows-1252, which is Latin-1 with letters where that has control characters nobody uses.
    static func decode(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let isControl = (0x80...0x9f).contains(byte)
            text.append(isControl ? windows1252[Int(byte) - 0x80] : Unicode.Scalar(byte))
        }
        return String(text)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// 0x80 to 0x9f; the five that have no letter stay what they are in Latin-1.
    private static let windows1252: [Unicode.Scalar] = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)
}
