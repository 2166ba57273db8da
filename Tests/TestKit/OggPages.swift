/// A page of an Ogg stream as RFC 3533, section 6, has it. Written without libogg, so that it can judge what libogg
/// was told to write.
public struct OggPage: Hashable, Sendable {
    /// The whole page.
    public let bytes: [UInt8]
    public let isContinued: Bool
    public let beginsStream: Bool
    public let endsStream: Bool
    /// The position behind the last packet that ends here; −1 when none does.
    public let granule: Int64
    public let serial: UInt32
    public let sequence: UInt32
    /// The bytes of each packet, or of the part of it, that the page holds.
    public let packets: [[UInt8]]

    public enum Damage: Error, Hashable {
        case noPage(at: Int)
        case cutShort(at: Int)
        case wrongChecksum(at: Int)
    }

    /// Takes bytes apart that are nothing but whole pages with correct checksums.
    public static func pages(in bytes: [UInt8]) throws(Damage) -> [OggPage] {
        var pages: [OggPage] = []
        var start = 0
        while start < bytes.count {
            let page = try OggPage(in: bytes, at: start)
            start += page.bytes.count
            pages.append(page)
        }
        return pages
    }

    private init(in all: [UInt8], at start: Int) throws(Damage) {
        let rest = all[start...]
        guard rest.starts(with: [0x4f, 0x67, 0x67, 0x53, 0]) else { throw .noPage(at: start) }
        guard rest.count >= 27, rest.count >= 27 + Int(all[start + 26]) else { throw .cutShort(at: start) }
        let lacing = all[(start + 27)..<(start + 27 + Int(all[start + 26]))]
        let end = lacing.endIndex + lacing.reduce(0) { $0 + Int($1) }
        guard end <= all.count else { throw .cutShort(at: start) }
        bytes = Array(all[start..<end])

        func number(at offset: Int, bytes count: Int) -> UInt64 {
            all[(start + offset)..<(start + offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard number(at: 22, bytes: 4) == UInt64(Self.checksum(bytes)) else {
            throw .wrongChecksum(at: start)
        }
        isContinued = all[start + 5] & 1 != 0
        beginsStream = all[start + 5] & 2 != 0
        endsStream = all[start + 5] & 4 != 0
        granule = Int64(bitPattern: number(at: 6, bytes: 8))
        serial = UInt32(number(at: 14, bytes: 4))
        sequence = UInt32(number(at: 18, bytes: 4))

        var packets: [[UInt8]] = []
        var from = lacing.endIndex
        var to = from
        for (index, segment) in zip(lacing.indices, lacing) {
            to += Int(segment)
            guard segment < 255 || index == lacing.endIndex - 1 else { continue }
            packets.append(Array(all[from..<to]))
            from = to
        }
        self.packets = packets
    }

    /// A page with the checksum that its bytes should have, for tests that change one.
    public static func sealed(_ page: [UInt8]) -> [UInt8] {
        let sum = checksum(page)
        return page[..<22] + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } + page[26...]
    }

    /// CRC-32 with polynomial 0x04c11db7, nothing reflected, from 0; the field itself counts as zero.
    private static func checksum(_ page: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0
        for (offset, byte) in page.enumerated() {
            let value = (22..<26).contains(offset) ? 0 : byte
            sum = sum << 8 ^ table[Int(sum >> 24) ^ Int(value)]
        }
        return sum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { sum, _ in sum << 1 ^ (sum >> 31 == 1 ? 0x04c1_1db7 : 0) }
    }
}
