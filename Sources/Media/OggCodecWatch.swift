/// Finds the place at which an Ogg chain (RFC 3533, section 4) goes on in another codec than it began with.
///
/// It looks for the first page of a stream as such, wherever it lies: a damaged page in between hides nothing. In bytes that are
/// no Ogg it finds nothing.
struct OggCodecWatch {
    /// What the first packet of a stream begins with, for each codec that a DJ may send.
    private static let marks = ["\u{1}vorbis", "OpusHead", "\u{7F}FLAC"].map { Array($0.utf8) }
    private static let capture = Array("OggS\0".utf8)
    /// A page with one segment, as a stream's first one is: 27 bytes and a length. The longest mark follows.
    private static let head = 28
    private static let longest = head + 8

    private var codec: Int?
    private(set) var hasFoundAnother = false

    /// How many of the bytes lie ahead of another codec; those at the end that may be the beginning of a page are not counted
    /// until more of it is there.
    mutating func before(newCodecIn bytes: ArraySlice<UInt8>) -> Int {
        var place = bytes.startIndex
        while let found = bytes[place...].firstIndex(of: Self.capture[0]) {
            let rest = bytes[found...]
            place = found + 1
            guard rest.starts(with: Self.capture.prefix(rest.count)) else { continue }
            guard rest.count >= Self.longest else { return found - bytes.startIndex }
            guard rest[found + 5] & 2 != 0, rest[found + 26] == 1,
                let next = Self.marks.firstIndex(where: { rest.dropFirst(Self.head).starts(with: $0) })
            else { continue }
            guard codec == nil || codec == next else {
                hasFoundAnother = true
                return found - bytes.startIndex
            }
            codec = next
        }
        return bytes.count
    }
}
