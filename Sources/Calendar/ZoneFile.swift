/// A compiled time zone as RFC 8536 has it (TZif, version 2 and later): a list of changes, and a rule for the time
/// behind the last of them.
struct ZoneFile: Hashable, Sendable {
    /// When the offset changes, in seconds since 1970-01-01T00:00:00Z, ascending, and to which of `offsets`.
    private let changes: [Int64]
    private let kinds: [UInt8]
    /// In seconds ahead of UTC, one at least; the first holds before all changes.
    private let offsets: [Int32]
    let rule: ZoneRule?

    static let utc = ZoneFile(changes: [], kinds: [], offsets: [0], rule: nil)

    private init(changes: [Int64], kinds: [UInt8], offsets: [Int32], rule: ZoneRule?) {
        self.changes = changes
        self.kinds = kinds
        self.offsets = offsets
        self.rule = rule
    }

    /// What has a rule from the beginning.
    init(rule: ZoneRule) { self.init(changes: [], kinds: [], offsets: [0], rule: rule) }

    /// Nil for what is no such file.
    init?(_ bytes: [UInt8]) {
        // The first block has 32-bit times, for old readers: it is passed over.
        guard let first = Header(bytes[...]), first.version >= UInt8(ascii: "2") else { return nil }
        let second = bytes.dropFirst(Header.size + first.size(ofTimes: 4))
        guard let header = Header(second) else { return nil }
        var rest = second.dropFirst(Header.size)
        guard rest.count > header.size(ofTimes: 8), header.types > 0 else { return nil }
        var changes: [Int64] = []
        for _ in 0..<header.times { changes.append(Int64(bitPattern: rest.takeNumber(bytes: 8))) }
        let kinds = Array(rest.prefix(header.times))
        rest = rest.dropFirst(header.times)
        var offsets: [Int32] = []
        for _ in 0..<header.types {
            offsets.append(Int32(truncatingIfNeeded: rest.takeNumber(bytes: 4)))
            // Whether it is summer, and its abbreviation.
            rest = rest.dropFirst(2)
        }
        rest = rest.dropFirst(header.size(behindTypesWithTimes: 8))
        guard kinds.allSatisfy({ Int($0) < offsets.count }), rest.first == 0x0a else { return nil }
        let footer = String(decoding: rest.dropFirst().prefix { $0 != 0x0a }, as: UTF8.self)
        // Without a footer the last offset stays.
        let rule = ZoneRule(footer)
        guard footer.isEmpty || rule != nil else { return nil }
        self.init(changes: changes, kinds: kinds, offsets: offsets, rule: rule)
    }

    func offset(at time: Int64) -> Int {
        if let rule, changes.last.map({ time >= $0 }) ?? true { return rule.offset(at: time) }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return Int(low == 0 ? offsets[0] : offsets[Int(kinds[low - 1])])
    }

    /// The counts at the beginning of a block.
    private struct Header {
        static let size = 44
        let version: UInt8
        let isUTC: Int
        let isStandard: Int
        let leaps: Int
        let times: Int
        let types: Int
        let letters: Int

        init?(_ bytes: ArraySlice<UInt8>) {
            guard bytes.count >= Self.size, bytes.starts(with: Array("TZif".utf8)) else { return nil }
            version = bytes[bytes.startIndex + 4]
            var rest = bytes.dropFirst(20)
            func count() -> Int { Int(rest.takeNumber(bytes: 4)) }
            (isUTC, isStandard, leaps, times, types, letters) = (
                count(), count(), count(), count(), count(), count()
            )
            // No zone has a thousand changes; the counts are multiplied below.
            guard [isUTC, isStandard, leaps, times, types, letters].allSatisfy({ $0 < 10_000 }) else {
                return nil
            }
        }

        func size(ofTimes time: Int) -> Int {
            times * (time + 1) + types * 6 + size(behindTypesWithTimes: time)
        }

        func size(behindTypesWithTimes time: Int) -> Int {
            letters + leaps * (time + 4) + isStandard + isUTC
        }
    }
}

extension ArraySlice<UInt8> {
    /// Takes a number off the front, its highest byte first; the caller has looked whether it is there.
    fileprivate mutating func takeNumber(bytes count: Int) -> UInt64 {
        let number = prefix(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self = dropFirst(count)
        return number
    }
}
