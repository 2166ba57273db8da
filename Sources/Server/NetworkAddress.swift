internal import Glibc
internal import NIOCore

/// An IP address, IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), so that the same machine is one value on every socket.
struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    fileprivate let high: UInt64
    fileprivate let low: UInt64

    private init(_ bytes: some Sequence<UInt8>) {
        let words = Array(bytes)
        high = words.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = words.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The peer of a connection; nil for what is no IP socket.
    init?(_ socket: SocketAddress?) {
        // The bytes of sockaddr_in and sockaddr_in6: family, port, (flow,) address.
        switch socket {
        case .v4(let address): self.init(ipv4: withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address): self.init(withUnsafeBytes(of: address.address) { Array($0[8..<24]) })
        case .unixDomainSocket, nil: return nil
        }
    }

    private init(ipv4 bytes: [UInt8]) {
        self.init([UInt8](repeating: 0, count: 10) + [0xff, 0xff] + bytes)
    }

    /// Reads `192.0.2.1` or `2001:db8::1`, without brackets, port or zone.
    init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(ipv4: Array(bytes.prefix(4)))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes)
        } else {
            return nil
        }
    }

    fileprivate var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Whether it is this machine itself.
    var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    /// What one household or one attacker has of it: the address itself, or the first half of an IPv6 address.
    var household: NetworkAddress {
        isIPv4
            ? self
            : NetworkAddress(
                (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
                    + [UInt8](repeating: 0, count: 8))
    }

    var description: String {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 % 8))) }
        if isIPv4 { return bytes.suffix(4).map { "\($0)" }.joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A network of addresses: `10.0.0.0/8`, `fd00::/8`, or a single address.
public struct AddressRange: Sendable, Hashable {
    private let base: NetworkAddress
    /// Leading bits, of 128, that all its addresses share.
    private let bits: Int

    /// nil for what is no address, and for a length of prefix that the address does not have.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = NetworkAddress(String(parts[0])) else { return nil }
        let most = base.isIPv4 ? 32 : 128
        var bits = most
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
                (0...most).contains(length)
            else { return nil }
            bits = length
        }
        self.base = base
        self.bits = 128 - most + bits
    }

    func contains(_ address: NetworkAddress) -> Bool {
        let (high, low) = (base.high ^ address.high, base.low ^ address.low)
        // Swift's shift gives 0 for 64 bits and more.
        return high >> (64 - min(bits, 64)) == 0 && low >> (128 - max(bits, 64)) == 0
    }
}
