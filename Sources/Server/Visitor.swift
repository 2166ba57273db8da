internal import NIOCore

/// Who asks, and by which address he knows us: the connection's two ends, or, through a proxy that the configuration
/// trusts, what that proxy says of them. A value, made once for each request.
struct Visitor: Sendable {
    /// nil only for a socket that has none.
    let address: NetworkAddress?
    /// Whether nobody on the way can read along.
    let isEncrypted: Bool
    /// The `host:port` that he asked for, if it is one.
    private let host: String?

    init(
        _ head: RequestHead, peer: NetworkAddress?, isEncrypted: Bool, trustedProxies: [AddressRange]
    ) {
        func isProxy(_ address: NetworkAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }
        guard let peer, isProxy(peer) else {
            address = peer
            self.isEncrypted = isEncrypted
            host = Self.checked(head["host"])
            return
        }
        // Each proxy adds the peer that it saw at the end; what stands before the last one that we trust is hearsay.
        var address = peer
        let chain = head.values("x-forwarded-for").joined(separator: ",").split(separator: ",")
        for link in chain.reversed() {
            guard isProxy(address), let next = NetworkAddress(trimmed(link)) else { break }
            address = next
        }
        self.address = address
        switch head["x-forwarded-proto"]?.lowercased() {
        case "https": self.isEncrypted = true
        case "http": self.isEncrypted = false
        default: self.isEncrypted = isEncrypted
        }
        host = Self.checked(head["x-forwarded-host"]) ?? Self.checked(head["host"])
    }

    /// What is no plain host name or address is not repeated: it would be the request's own words in our answer.
    private static func checked(_ host: String?) -> String? { host.flatMap { isHostAndPort($0) ? $0 : nil } }

    var scheme: String { isEncrypted ? "https" : "http" }

    /// `host:port` as he knows us.
    func authority(_ desk: FrontDesk) -> String { host ?? desk.address }

    /// `http://host:port` as he knows us, for absolute addresses.
    func base(_ desk: FrontDesk) -> String { "\(scheme)://\(authority(desk))" }
}

private func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return start.lastIndex { $0 != " " && $0 != "\t" }.map { String(start[...$0]) } ?? ""
}
