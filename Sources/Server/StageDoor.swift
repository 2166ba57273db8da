public import Codecs

/// Where DJs come in: the station's side of a source's connection.
public protocol StageDoor: Sendable {
    /// Whether DJs come in at this path.
    func isEntrance(_ path: String) -> Bool
    /// Whether a login is a DJ's.
    func verify(_ login: SourceLogin) async -> LoginAnswer
    /// Whether a login was verified before, as far as anybody remembers. It returns at once.
    func isKnown(_ login: SourceLogin) -> Bool
    /// Checks a DJ's login and lets it into the green room, or says why not.
    func enter(_ visit: SourceVisit) async -> SourceAnswer
    /// How long a DJ whose client can resume is waited for after the loss of its line.
    var patience: Duration { get }
    /// Whether DJs come in at all.
    var takesDJs: Bool { get }
    /// Who is here, for DJs.
    func news() async -> StudioNews
    /// Takes the title of what a DJ plays; an empty one changes nothing.
    func announce(_ title: Title, as login: SourceLogin) async -> TitleAnswer
    /// Sends the DJ who is on air away, for the operator.
    func sendAwayWhoIsHeard() async -> DismissalAnswer
}

extension StageDoor {
    /// Nobody remembers.
    public func isKnown(_ login: SourceLogin) -> Bool { false }
}

/// A name and a secret, as source clients give them.
public struct SourceLogin: Sendable {
    public let name: String
    public let secret: String

    /// Whoever can only log in as `source` writes `name:secret` for the password.
    init(_ credentials: Credentials) {
        let parts = credentials.password.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if credentials.user == "source", parts.count == 2 {
            (name, secret) = (String(parts[0]), String(parts[1]))
        } else {
            (name, secret) = (credentials.user, credentials.password)
        }
    }
}

extension SourceLogin {
    /// `name:secret` in one line, as clients send it that know of passwords only; nil without a colon, and for what is a
    /// request of another protocol.
    init?(_ line: String) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(" ") else { return nil }
        (name, secret) = (String(parts[0]), String(parts[1]))
    }
}

public enum LoginAnswer: Sendable {
    case dj
    /// The name or the secret is wrong.
    case stranger
    /// It cannot be said now.
    case unavailable
}

/// A DJ at the door.
public struct SourceVisit: Sendable {
    public let path: String
    public let login: SourceLogin
    /// What the client says of its show (`ice-name`); free text.
    public let showName: String?
    /// The client's name of itself; free text.
    public let userAgent: String?
    /// What its client can do beyond what Icecast's can; nil for a plain one.
    public let uplink: Uplink?
    /// Closes the connection. Any thread; returns at once.
    public let hangUp: @Sendable () -> Void

    /// A client that resumes after a loss (`Uplink.md`).
    public struct Uplink: Sendable {
        /// How much of the show it wants to have waiting here, in seconds: 0 to 60.
        public let buffer: Double
        /// Whether what is said to the DJ is best said in German; else in English.
        public let wantsGerman: Bool
        /// The way back to the DJ.
        public let downlink: Downlink
    }
}

public enum SourceAnswer: Sendable {
    case welcome(any SourceLine)
    /// The name or the secret is wrong.
    case stranger
    /// It cannot be said now.
    case unavailable
    /// In a sentence for the DJ.
    case refused(String)
}

public enum TitleAnswer: Sendable {
    case taken
    case stranger
    case unavailable
    /// In a sentence: the DJ is not connected.
    case refused(String)
}

public enum DismissalAnswer: Sendable {
    /// This DJ is gone.
    case sentAway(String)
    /// In a sentence: no DJ is on air, or it cannot be done now.
    case refused(String)
}

/// Where the bytes of a DJ who has come in go. Called on one event loop.
public protocol SourceLine: AnyObject, Sendable {
    /// Takes as many of the bytes as there is room for at this moment, and tells how many. The rest is offered again.
    func take(_ bytes: UnsafeRawBufferPointer) -> Int
    /// No byte follows; `clean` when the DJ's client ended the stream in good order. Called once.
    func end(clean: Bool)
}
