/// Tells whether an Ogg file is a chain: several streams one after the other (RFC 3533, section 4), as recordings of
/// radio streams are. Their positions start anew at each link, so libavformat cannot seek in them.
enum OggChain {
    /// The longest page.
    private static let mostPage = 65_307

    /// Whether the file ends in a stream with which it did not begin.
    static func isChained(_ file: InputFile) -> Bool {
        var first: Set<[UInt8]> = []
        let start = file.bytes(at: 0, count: mostPage)
        // All streams of a link begin, before any of them goes on.
        for place in pages(in: start) {
            let beginsStream = start[place + 5] & 2 != 0
            guard beginsStream else { break }
            first.insert(serial(start, place))
        }
        let end = file.bytes(at: max(0, file.length - Int64(mostPage)), count: mostPage)
        guard let last = pages(in: end).last else { return true }
        return !first.contains(serial(end, last))
    }

    private static func serial(_ bytes: [UInt8], _ page: Int) -> [UInt8] {
        Array(bytes[(page + 14)..<(page + 18)])
    }

    /// Where pages begin.
    private static func pages(in bytes: [UInt8]) -> [Int] {
        let mark = Array("OggS\0".utf8)
        guard bytes.count >= 27 else { return [] }
        return (0...(bytes.count - 27)).filter {
            bytes[$0] == mark[0] && bytes[$0..<($0 + 5)].elementsEqual(mark)
        }
    }
}
