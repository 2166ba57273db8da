/// Parts a stream with `icy-metaint` framing into its own bytes and the titles between them (icecast-protocol.md, 1.6).
///
/// A block has 4,081 bytes at the most, and no more than one is held.
public struct IcyReader: Sendable {
    /// Bytes of the stream between two blocks.
    private let interval: Int
    /// Bytes of the stream until the next block.
    private var left: Int
    /// What came of a block, with the byte before it that counts its sixteens.
    private var block: [UInt8] = []

    /// - Parameter interval: what the stream's head says; nil for one without blocks.
    public init(interval: Int?) {
        self.interval = interval.flatMap { $0 > 0 ? $0 : nil } ?? .max
        left = self.interval
    }

    /// The stream's own bytes among those that came, and the last title that was whole with them.
    public mutating func read(_ bytes: [UInt8]) -> (bytes: [UInt8], title: Title?) {
        guard interval < .max else { return (bytes, nil) }
        var (own, title) = ([UInt8](), Title?.none)
        var rest = bytes[...]
        while !rest.isEmpty {
            if left > 0 {
                let part = rest.prefix(left)
                own += part
                left -= part.count
                rest = rest.dropFirst(part.count)
            } else {
                let part = rest.prefix((block.first.map { 1 + 16 * Int($0) } ?? 1) - block.count)
                block += part
                rest = rest.dropFirst(part.count)
                guard let count = block.first, block.count == 1 + 16 * Int(count) else { continue }
                title = Self.title(in: block.dropFirst()) ?? title
                (block, left) = ([], interval)
            }
        }
        return (own, title)
    }

    private static func title(in block: ArraySlice<UInt8>) -> Title? {
        guard let name = block.firstRange(of: Array("StreamTitle='".utf8)) else { return nil }
        let rest = block[name.upperBound...]
        let line = rest[..<(rest.firstRange(of: Array("';".utf8))?.lowerBound ?? rest.endIndex)]
        // Old programs write Latin-1.
        let text =
            String(validating: line, as: UTF8.self)
            ?? String(String.UnicodeScalarView(line.map { Unicode.Scalar($0) }))
        let title = Title(title: text)
        return title.title.isEmpty ? nil : title
    }
}
