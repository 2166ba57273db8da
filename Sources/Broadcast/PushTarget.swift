/// An Icecast mount to which a push sends, as the configuration gives it.
public struct PushTarget: Hashable, Sendable {
    /// How titles reach the target's listeners: one of the two, never both (a server that is told by request ends
    /// and restarts the stream itself, and would do so beside our own links).
    public enum Titles: Hashable, Sendable {
        /// In the stream: a link of its own for each title, exact to the sample, with every tag.
        case chained
        /// By a request to `/admin/metadata` beside one plain stream; artist and title only. Icecast takes none for
        /// Opus.
        case admin
        /// Not at all: one plain stream.
        case none
    }

    /// What the server shows of the station.
    public struct Texts: Hashable, Sendable {
        public let name: String
        public let description: String
        public let genre: String
        public let url: String
        /// Whether the server may list the stream in public directories.
        public let isPublic: Bool

        /// Makes the texts; each becomes a header, so control characters become spaces.
        public init(name: String, description: String, genre: String, url: String, isPublic: Bool) {
            self.name = Self.line(name)
            self.description = Self.line(description)
            self.genre = Self.line(genre)
            self.url = Self.line(url)
            self.isPublic = isPublic
        }

        private static func line(_ text: String) -> String {
            String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
        }
    }

    /// A name or a numeric address, IPv6 without brackets.
    public let host: String
    public let port: UInt16
    /// The path of the mount on the server, with its leading slash.
    public let mount: String
    public let user: String
    public let password: PushPassword
    /// Whether the server is spoken to through TLS from the first byte, its certificate checked.
    public let usesTLS: Bool
    public let titles: Titles
    public let texts: Texts

    /// Makes a target, or throws the sentence that says what cannot be one.
    public init(
        host: String, port: UInt16, mount: String, user: String = "source", password: PushPassword,
        usesTLS: Bool = false, titles: Titles = .chained, texts: Texts
    ) throws(PushTargetFault) {
        let plain = [host, mount, user].allSatisfy { text in
            !text.isEmpty && !text.unicodeScalars.contains { isControl($0) || $0 == " " }
        }
        guard plain, port > 0 else { throw .unusable }
        guard mount.hasPrefix("/") else { throw .mountWithoutSlash }
        guard !user.contains(":") else { throw .userWithColon }
        guard !usesTLS || titles != .admin else { throw .requestsOverTLS }
        self.host = host
        self.port = port
        self.mount = mount
        self.user = user
        self.password = password
        self.usesTLS = usesTLS
        self.titles = titles
        self.texts = texts
    }

    /// The target as a person knows it: `icecast.example:8000/radio.ogg`.
    public var place: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)\(mount)" }
}

/// Why something is no target.
public enum PushTargetFault: Error, Hashable, Sendable, CustomStringConvertible {
    case unusable
    case mountWithoutSlash
    case userWithColon
    case requestsOverTLS

    public var description: String {
        switch self {
        case .unusable:
            "a target needs a host, a port, a mount and a user without spaces: "
                + "write it as http://source@icecast.example:8000/radio.ogg"
        case .mountWithoutSlash: "a mount begins with a slash: write it as /radio.ogg"
        case .userWithColon: "a user's name has no colon: the password stands in its own file"
        case .requestsOverTLS:
            "titles by request cannot go to an https target: leave out `titles: admin`, "
                + "and titles travel in the stream"
        }
    }
}

/// The password of a target. Printed, dumped or reflected it is "(secret)".
public struct PushPassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The password itself, for the one call that needs it.
    let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
