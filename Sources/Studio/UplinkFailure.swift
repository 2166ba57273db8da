internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a connection could not be made or broke, in a sentence with the remedy.
enum UplinkFailure {
    /// No encrypted connection can be made at all: the one thing that it is made of may be wrong, or memory is short.
    static func wordsWithoutTLS(_ target: UplinkTarget) -> String {
        guard let authorities = target.authorities else {
            return "No encrypted connection could be prepared."
        }
        return "The certificates in \(authorities) cannot be read: "
            + "have SSL_CERT_FILE name a file in PEM form, or nothing."
    }

    static func words(_ error: any Error, _ target: UplinkTarget) -> String {
        let place = "\(target.host), port \(target.port)"
        switch error {
        case let error as NIOConnectionError:
            if let last = error.connectionErrors.last { return words(last.error, target) }
            return "The name \(target.host) is not known: check the address and the network."
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED:
                return "Nothing listens at \(place): check the address, and whether the station runs."
            case ENETUNREACH, EHOSTUNREACH, ENETDOWN: return "There is no way to \(place): check the network."
            case ECONNRESET, EPIPE: return "The line to \(place) was reset."
            case ETIMEDOUT: return "\(place) has not answered for too long: check the network."
            case let code: return "The line to \(place) failed (error \(code)): check the network."
            }
        case is ChannelError: return "\(place) does not answer: check the address and the network."
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            return "No encrypted connection to \(place) came about (\(error)): check that it speaks https, "
                + "and its certificate."
        default: return "The line to \(place) failed (\(error))."
        }
    }
}
