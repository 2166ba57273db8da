internal import Audio

/// Texts as files carry them, made valid.
enum Tags {
    /// The characters of Windows-1252 at 0x80…0x9F; Latin-1 has only control characters there.
    private static let windows = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)

    /// Reads a text of libav's, at most `WorkerWire.mostText` bytes of it: UTF-8, or what is no UTF-8 as
    /// Windows-1252, which holds Latin-1.
    static func text(_ bytes: UnsafePointer<CChar>) -> String {
        var kept: [UInt8] = []
        // Unsafe: libav ends its texts with a zero.
        while kept.count < WorkerWire.mostText, unsafe bytes[kept.count] != 0 {
            kept.append(UInt8(bitPattern: unsafe bytes[kept.count]))
        }
        return text(kept[...])
    }

    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        // A cut may have left the first bytes of a character at the end.
        for cut in 0..<4 where cut == 0 || bytes.count == WorkerWire.mostText {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
        }
        var text = String.UnicodeScalarView()
        text.append(
            contentsOf: bytes.lazy.map { byte in
                0x80...0x9f ~= byte ? windows[Int(byte) - 0x80] : Unicode.Scalar(byte)
            })
        return String(text)
    }
}
