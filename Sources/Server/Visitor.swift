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
        // What stands before the word of the last proxy that we trust is hearsay.
        var address = peer
        var word: ProxyWord?
        for next in ProxyWord.all(in: head).reversed() {
            guard isProxy(address) else { break }
            word = next
            guard let visitor = next.address else { break }
            address = visitor
        }
        self.address = address
        self.isEncrypted = word?.isEncrypted ?? isEncrypted
        host = Self.checked(word?.host) ?? Self.checked(head["host"])
    }

    /// What is no plain host name or address is not repeated: it would be the request's own words in our answer.
    private static func checked(_ host: String?) -> String? { host.flatMap { isHostAndPort($0) ? $0 : nil } }

    var scheme: String { isEncrypted ? "https" : "http" }

    /// `host:port` as he knows us.
    func authority(_ desk: FrontDesk) -> String { host ?? desk.address }

    /// `http://host:port` as he knows us, for absolute addresses.
    func base(_ desk: FrontDesk) -> String { "\(scheme)://\(authority(desk))" }
}
