internal import Glibc

/// To which of its host's addresses the next try of a push goes.
///
/// libshout, when it does not block, tries the first address alone: a server whose name has an IPv6 address at which
/// it does not listen would never be reached. So after a failure to reach it the next one is tried, by number. With
/// TLS it is always the name, against which the certificate is checked.
struct PushAddresses {
    private var turn = 0

    /// The host for the next try. Blocks while a name is looked up.
    mutating func next(_ target: PushTarget, after failure: PushFailure?) -> String {
        guard !target.usesTLS else { return target.host }
        if failure == .unreachable { turn += 1 }
        guard turn > 0 else { return target.host }
        let addresses = Self.lookUp(target.host)
        return addresses.count > 1 ? addresses[turn % addresses.count] : target.host
    }

    /// The host's addresses in the system's order, as numbers; none when it has none.
    static func lookUp(_ host: String) -> [String] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        // Unsafe: the list is the system's, read here and freed here.
        defer { unsafe freeaddrinfo(list) }
        var addresses: [String] = []
        var entry = unsafe list
        while let info = unsafe entry {
            let number = unsafe Self.number(of: info.pointee.ai_addr, size: info.pointee.ai_addrlen)
            if let number { addresses.append(number) }
            unsafe entry = info.pointee.ai_next
        }
        return addresses
    }

    /// An address as a number; nil when it is none of the internet. Nothing is looked up for it.
    static func number(of address: UnsafePointer<sockaddr>, size: socklen_t) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let isNumber = unsafe getnameinfo(
            address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return isNumber == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
