internal import Glibc

/// Why the daemon did not do what it was asked: a sentence, and what to do about it.
public struct ControlRefusal: Error, Hashable, Sendable, Codable {
    public var sentence: String
    public var remedy: String

    public init(_ sentence: String, remedy: String) {
        self.sentence = sentence
        self.remedy = remedy
    }

    static func version(daemon: Int, asked: Int) -> ControlRefusal {
        ControlRefusal(
            "The daemon speaks version \(daemon) of the control language, the command version \(asked).",
            remedy: "Restart the daemon after an upgrade, or use the funkhaus that it was started with.")
    }

    static let requestTooLong = ControlRefusal(
        "The request is longer than \(ControlRequest.mostBytes) bytes.", remedy: "Ask for less at once.")

    static let busy = ControlRefusal(
        "The station is still busy with what it was asked before.",
        remedy: "Look at funkhaus status, and ask again in a while.")

    /// Nobody reads it: the client has hung up, or the station ends.
    static let givenUp = ControlRefusal("Nobody waits for this any more.", remedy: "Nothing was queued.")

    static let tooLong = ControlRefusal("The answer is too long.", remedy: "Ask for less at once.")
}

/// What went wrong with the control socket itself, on either side.
public enum ControlError: Error, Hashable, Sendable {
    /// Nobody listens at the socket.
    case notRunning(socket: String, configuration: String?)
    /// This user may not use the socket.
    case forbidden(socket: String)
    /// The daemon did not answer in time.
    case silent(socket: String, seconds: Int)
    /// The daemon hung up without an answer.
    case hungUp(socket: String)
    /// What listens at the socket does not speak our language.
    case garbled(socket: String)
    /// The request is longer than the daemon takes.
    case requestTooLong
    /// Another daemon holds the socket.
    case taken(socket: String)
    /// The path is that of something which is no socket, and which is left as it is.
    case notASocket(path: String)
    /// The system takes paths of at most 107 bytes for sockets (unix(7)).
    case pathTooLong(String)
    /// A call of the system failed.
    case system(doing: String, socket: String, code: Int32)

    /// What happened, in a sentence.
    public var sentence: String {
        switch self {
        case .notRunning(let socket, _):
            "No funkhaus is running for this configuration (nobody answers at \(socket))."
        case .forbidden(let socket): "You may not use the control socket \(socket)."
        case .silent(let socket, let seconds):
            "The funkhaus at \(socket) has not answered for \(seconds) seconds."
        case .garbled(let socket): "What answers at \(socket) is not a funkhaus of this version."
        case .hungUp(let socket): "The funkhaus at \(socket) ended before it answered."
        case .requestTooLong: "That is more than the daemon takes at once."
        case .taken(let socket):
            "Another funkhaus is on air with this configuration: it holds the control socket \(socket)."
        case .notASocket(let path): "\(path) should be the control socket, but it is something else."
        case .pathTooLong(let path): "The path of the control socket is longer than 107 bytes: \(path)."
        case .system(let doing, let socket, let code):
            "Cannot \(doing) the control socket \(socket): \(String(cString: strerror(code)))."
        }
    }

    /// What to do about it, in a sentence.
    public var remedy: String {
        switch self {
        case .notRunning(_, let configuration?): "Start it with: funkhaus serve --config \(configuration)"
        case .notRunning(_, nil): "Start it with: funkhaus serve"
        case .forbidden: "Run the command as the user that runs the daemon, for example with sudo -u."
        case .silent: "Ask again; if it stays silent, look into the daemon's log."
        case .hungUp: "See whether it is still on air: funkhaus status."
        case .garbled: "Set server.control to the daemon's own socket, and restart it after an upgrade."
        case .requestTooLong: "Name fewer files at once."
        case .taken: "Stop that one first, or give this one its own server.control and server.data."
        case .notASocket: "Set server.control to a path of its own, or move that file away."
        case .pathTooLong: "Set server.control to a shorter path."
        case .system: "Set server.control to a path in a folder that exists and that this user may write to."
        }
    }

    /// Whether there is no daemon to talk to (and not one that answers badly).
    public var isUnreachable: Bool {
        switch self {
        case .notRunning, .forbidden, .silent, .hungUp: true
        default: false
        }
    }
}

extension ControlError: CustomStringConvertible {
    public var description: String { "\(sentence) \(remedy)" }
}

extension ControlRefusal: CustomStringConvertible {
    public var description: String { "\(sentence) \(remedy)" }
}
