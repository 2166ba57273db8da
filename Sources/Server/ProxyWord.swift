/// What one proxy says of the connection that it was asked by. A value.
struct ProxyWord: Equatable {
    /// Who asked it; nil where it does not say, or hides it.
    var address: NetworkAddress?
    /// Whether it was asked by an encrypted connection; nil where it does not say.
    var isEncrypted: Bool?
    /// The host that it was asked for, as it came.
    var host: String?

    /// The words of all proxies on the way, the farthest first: each adds its own at the end.
    ///
    /// `X-Forwarded-For`, `-Proto` and `-Host` count where any of them is there, else `Forwarded` (RFC 7239): most proxies
    /// know the first ones alone, and pass on what a visitor himself writes into the other.
    static func all(in head: RequestHead) -> [ProxyWord] {
        let names = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]
        guard names.contains(where: { head[$0] != nil }) else {
            return head.values("forwarded").flatMap { pieces($0, at: ",") }.map(ProxyWord.init(element:))
        }
        let (addresses, schemes, hosts) = (list(head, names[0]), list(head, names[1]), list(head, names[2]))
        // Who wrote one scheme for all the way meant it for all of it. Without addresses the nearest has the last word.
        let count = max(1, addresses.count)
        return (0..<count).map { place in
            func own(_ words: [String]) -> String? {
                words.isEmpty ? nil : words[max(0, words.count - count + place)]
            }
            return ProxyWord(
                address: own(addresses).flatMap(address), isEncrypted: own(schemes).flatMap(isEncrypted),
                host: own(hosts))
        }
    }

    private static func list(_ head: RequestHead, _ name: String) -> [String] {
        head.values(name).flatMap { $0.split(separator: ",").map(trimmed) }
    }

    private init(address: NetworkAddress?, isEncrypted: Bool?, host: String?) {
        self.address = address
        self.isEncrypted = isEncrypted
        self.host = host
    }

    /// `for=192.0.2.60;proto=https;host="radio.example:444"`; what is broken in it is not said.
    private init(element: Substring) {
        for pair in Self.pieces(element, at: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let value = Self.unquoted(Self.trimmed(parts[1]))
            switch Self.trimmed(parts[0]).lowercased() {
            case "for": address = Self.address(value)
            case "proto": isEncrypted = Self.isEncrypted(value)
            case "host": host = value
            default: break
            }
        }
    }

    private static func isEncrypted(_ scheme: String) -> Bool? {
        switch scheme.lowercased() {
        case "https": true
        case "http": false
        default: nil
        }
    }

    /// An address, with or without brackets and a port.
    private static func address(_ text: String) -> NetworkAddress? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return NetworkAddress(String(text[..<end].dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return NetworkAddress(parts.count == 2 ? String(parts[0]) : text)
    }

    /// Cuts a text at a character that stands in no quotes.
    private static func pieces(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var (isQuoted, isEscaped) = (false, false)
        return Substring(text).split { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            return character == separator && !isQuoted
        }
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        var isEscaped = false
        return String(
            text.dropFirst().dropLast().filter { character in
                isEscaped = character == "\\" && !isEscaped
                return !isEscaped
            })
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { String(start[...$0]) } ?? ""
    }
}
