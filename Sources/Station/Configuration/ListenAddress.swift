/// Where the station's one port is open.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An address or a name, without brackets; `::` takes IPv6 and IPv4 at once.
    public var host: String
    /// 0 asks the system for a free port.
    public var port: Int

    /// Both families, on the port that Icecast users expect.
    public static let standard = ListenAddress(host: "::", port: 8_000)

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `[::]:8000`, `0.0.0.0:8000`, `localhost:8000` or `:8000`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = decimal(text[text.index(after: colon)...], 0...65_535)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
        } else {
            guard host.isEmpty || isHostName(host) else { return nil }
        }
        self.init(host: host.isEmpty ? Self.standard.host : String(host), port: port)
    }

    /// Whether it is every address of the machine, and none that could be asked for.
    private var isEverywhere: Bool { ["::", "0.0.0.0"].contains(host) }

    /// Where a mount is asked for on this machine.
    ///
    /// - Parameters:
    ///   - port: that which the system gave.
    ///   - everywhere: the host's name in place of every address.
    func url(_ scheme: String, port: Int, path: String, everywhere: String) -> String {
        "\(scheme)://\(ListenAddress(host: isEverywhere ? everywhere : host, port: port))\(path)"
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Configuration.Server {
    /// Where a mount is heard on this machine, and the same encrypted if it is.
    ///
    /// - Parameter ports: the front door's, the encrypted one last if there is one.
    func urls(
        of path: String, ports: [Int], everywhere: String = "localhost"
    ) -> (plain: String, encrypted: String?) {
        let plain = listen.url("http", port: ports.first ?? 0, path: path, everywhere: everywhere)
        let encrypted = tls.map {
            $0.listen.url("https", port: ports.last ?? 0, path: path, everywhere: everywhere)
        }
        return (plain, encrypted)
    }
}

/// A whole number in digits alone, within a range.
func decimal(_ text: some StringProtocol, _ range: ClosedRange<Int>) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
        range.contains(number)
    else { return nil }
    return number
}

/// A host name or an IPv4 address, as far as its form tells (RFC 1123, section 2.1).
func isHostName(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= 253 else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }
    }
}
