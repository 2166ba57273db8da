internal import Foundation

/// A mount on an Icecast server to which the station pushes: `http://source@icecast.example:8000/radio.ogg`.
public struct IcecastAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether the server is spoken to through TLS (`https`).
    public var usesTLS: Bool
    /// `source` unless the URL names another.
    public var user: String
    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    /// With its leading slash.
    public var mount: String

    public init(usesTLS: Bool = false, user: String = "source", host: String, port: Int, mount: String) {
        self.usesTLS = usesTLS
        self.user = user
        self.host = host
        self.port = port
        self.mount = mount
    }

    /// Reads a URL. The failure is a sentence; it never repeats the URL, which may hold a password.
    static func read(_ text: String) -> Result<IcecastAddress, Refusal> {
        let form = "write it as http://source@icecast.example:8000/radio.ogg"
        let schemes = ["http://": false, "https://": true]
        guard let (scheme, usesTLS) = schemes.first(where: { text.lowercased().hasPrefix($0.key) }) else {
            return .failure(Refusal("does not begin with http:// or https://: \(form)"))
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let mount = String(rest.dropFirst(authority.count))
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        let user = parts.count > 1 ? parts[0] : "source"
        guard !user.contains(":"), parts.count <= 2 else {
            return .failure(
                Refusal("has a password in it: put that alone into a file and name the file as password_file")
            )
        }
        guard !user.isEmpty,
            user.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { return .failure(Refusal("has no user's name of plain letters before the @: \(form)")) }
        guard let server = server(parts[parts.count - 1], standardPort: usesTLS ? 443 : 80) else {
            return .failure(Refusal("names no server, or no port that exists: \(form)"))
        }
        guard mount.utf8.count > 1 else {
            return .failure(Refusal("names no mount behind the server: \(form)"))
        }
        if let sentence = mountFault(mount) { return .failure(Refusal("names a mount that \(sentence)")) }
        return .success(
            IcecastAddress(
                usesTLS: usesTLS, user: String(user), host: server.host, port: server.port, mount: mount))
    }

    /// Why a URL is not taken, as the rest of a sentence.
    struct Refusal: Error {
        let sentence: String
        init(_ sentence: String) { self.sentence = sentence }
    }

    private static func server(_ text: Substring, standardPort: Int) -> ListenAddress? {
        guard !text.isEmpty, !text.hasPrefix(":") else { return nil }
        let hasPort = text.hasPrefix("[") ? !text.hasSuffix("]") : text.contains(":")
        guard let server = ListenAddress(hasPort ? String(text) : "\(text):\(standardPort)"), server.port > 0
        else { return nil }
        return server
    }

    /// Where people listen to it, when nothing else is said.
    var publicURL: String {
        let path = mount.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? mount
        return "\(usesTLS ? "https" : "http")://\(ListenAddress(host: host, port: port))\(path)"
    }

    /// The URL as a person knows it, with its port; it holds no secret.
    public var description: String {
        "\(usesTLS ? "https" : "http")://\(user)@\(ListenAddress(host: host, port: port))\(mount)"
    }
}

/// Why a text cannot be a mount's path, as the rest of a sentence; nil when it can.
func mountFault(_ path: String) -> String? {
    guard path.hasPrefix("/"), path.utf8.count > 1 else {
        return "does not begin with a slash and a name: write it like /stream.ogg"
    }
    let plain = path.dropFirst().allSatisfy { character in
        character.isASCII && (character.isLetter || character.isNumber || "-_.~/".contains(character))
    }
    guard plain, path.utf8.count <= 255 else {
        return "is not plain: use unaccented letters, digits and - _ . ~ only, such as /stream.ogg"
    }
    let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !names.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
        return "has an empty name, a . or a .. between its slashes: use a path such as /stream.ogg"
    }
    return nil
}
