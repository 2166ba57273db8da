/// The blocks that stand between the bytes of a stream with `icy-metaint` framing (icecast-protocol.md, 1.6).
///
/// A block is a byte that counts sixteens, and so many bytes of text padded with zeros.
public enum IcyMetadata {
    /// The block that says that nothing has changed.
    public static let empty: [UInt8] = [0]

    /// Bytes of text that a block can hold.
    private static let mostBytes = 255 * 16

    /// The block that shows a title; without one, a block that shows an empty line.
    ///
    /// There is no escaping in this format: clients read up to the first `';`, some from the opening apostrophe on. A
    /// space parts these two signs in a title. A line that is too long ends at a whole character.
    public static func block(for title: Title?) -> [UInt8] {
        let head = "StreamTitle="
        let tail = "';"
        var room = mostBytes - head.utf8.count - tail.utf8.count
        let quoted = parted("'" + (title?.line ?? "")).prefix { character in
            room -= character.utf8.count
            return room >= 0
        }
        let text = Array((head + quoted + tail).utf8)
        let sixteens = (text.count + 15) / 16
        return [UInt8(sixteens)] + text + [UInt8](repeating: 0, count: sixteens * 16 - text.count)
    }

    /// By scalars: a semicolon that carries a mark is another character, and the same byte.
    private static func parted(_ line: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            if scalar == ";", scalars.last == "'" { scalars.append(" ") }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
