internal import Programme

/// Tells a stream from the list in which a station's page names it (`listen.m3u`, `.pls`, `.xspf`), by how it begins: people
/// write down the address that they are offered.
struct StreamList {
    enum Finding: Equatable {
        case address(String)
        /// Why there is none in it, in a clause.
        case vain(String)
    }

    /// What came, for as long as it may be a list.
    private var bytes: [UInt8]? = []
    private var isOver = false

    private static let mostBytes = 65_536
    private static let beginnings = ["#extm3u", "[playlist]", "http://", "https://", "<?xml", "<playlist"]

    /// Takes what comes, and gives it back when it is none of a list's, from the first byte on.
    ///
    /// - Parameter isOver: whether nothing follows.
    mutating func pass(_ more: [UInt8], isOver: Bool) -> [UInt8] {
        guard let known = bytes else { return more }
        let all = known + more
        let begin = Self.begin(of: all)
        guard Self.beginnings.contains(where: { begin.hasPrefix($0) || !isOver && $0.hasPrefix(begin) })
        else {
            bytes = nil
            return all
        }
        self.isOver = isOver || all.count > Self.mostBytes
        bytes = Array(all.prefix(Self.mostBytes))
        return []
    }

    /// What is in the list; nil while it is none, or not all of it is there.
    var finding: Finding? {
        guard isOver, let bytes else { return nil }
        let begin = Self.begin(of: bytes)
        if String(decoding: bytes, as: UTF8.self).contains("#EXT-X-") {
            return .vain("it is an HLS stream, which is not played: name its Ogg or MP3 stream instead")
        }
        let list =
            begin.hasPrefix("[")
            ? PlaylistFile(pls: bytes)
            : begin.hasPrefix("<") ? PlaylistFile(xspf: bytes) : PlaylistFile(m3u: bytes)
        return list.address.map(Finding.address)
            ?? .vain("its address is that of a list without a stream's address")
    }

    private static func begin(of bytes: [UInt8]) -> String {
        // Behind blanks and a byte order mark.
        let begin = bytes.drop { [0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf].contains($0) }.prefix(16)
        return String(decoding: begin, as: UTF8.self).lowercased()
    }
}
