/// Why a push does not reach its target. Every case is one to try again; what differs is what a person can do.
public enum PushFailure: Error, Hashable, Sendable {
    /// No address for the host, or nothing takes connections there.
    case unreachable
    /// The target took the connection and did not answer the login.
    case noAnswer
    /// The target answered the login with 401.
    case passwordRefused
    /// Another source, or our own old connection, holds the mount.
    case mountTaken
    /// The target has as many sources or clients as it may have.
    case full
    /// The target answered the login with another status.
    case refused(status: Int)
    /// The login was refused, the reply could not be read (TLS), and the target did not say why when it was asked.
    case loginRefused
    /// The target's certificate is not for its name, or nobody whom this machine trusts signed it.
    case certificate
    /// The target closed the connection, or the line did.
    case broken
    /// The target was connected and took nothing for `PushMachine.stallLimit`, or answered nothing.
    case stalled
    /// The process has so many open files that libshout could not hold a socket.
    case tooManyFiles
    /// libshout's error code, for what should not happen.
    case library(code: Int32)

    /// The sentence without its end: what is wrong with `target`, and what helps.
    func words(_ target: PushTarget) -> String {
        let server = "\(target.host):\(target.port)"
        return switch self {
        case .unreachable:
            "\(server) cannot be reached: check that it runs and that its name and port are right"
        case .noAnswer: "\(server) takes the connection and does not answer: it hangs, or it is no Icecast"
        case .passwordRefused:
            "\(server) refuses the password of \(target.user) for \(target.mount): check it in password_file"
        case .mountTaken: "the mount \(target.mount) of \(server) is taken by another source"
        case .full:
            "\(server) has as many sources as it may have: raise <sources> or <clients> in its icecast.xml"
        case .refused(let status):
            "\(server) refuses the stream with HTTP status \(status): its error log says why"
        case .loginRefused:
            "\(server) refuses the login: the password is wrong or the mount \(target.mount) is taken"
        case .certificate:
            "\(server) has a certificate that is not for this name or is not trusted: renew it or install its issuer"
        case .broken: "\(server) closed the connection"
        case .stalled: "\(server) no longer takes the stream: it hangs, or the line to it is cut"
        case .tooManyFiles: "the station has too many files open to connect to \(server): raise LimitNOFILE"
        case .library(let code): "libshout gave up on \(server) with its error \(code)"
        }
    }
}
