/// A hash that is the same in every process, on every machine, in every year: Swift's own is seeded anew at each start.
public struct StableHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    /// FNV-1a over the text's UTF-8, with its length so that neighbouring texts cannot run together.
    public mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
        add(UInt64(text.utf8.count))
    }

    mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func add(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }

    /// The hash, its bits well mixed.
    var value: UInt64 { Self.mix(state) }

    /// The hash as sixteen hexadecimal digits.
    public var digits: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// One round of SplitMix64: neighbouring inputs give unrelated outputs.
    static func mix(_ number: UInt64) -> UInt64 {
        var z = number &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
