internal import Foundation
internal import Glibc
internal import NIOSSL
internal import Synchronization

/// The certificate and key of the encrypted port, as they are in force. Any thread, but `init` and `renew` read files:
/// they belong on a thread of our own.
final class Certificate: Sendable {
    /// What a look at the files came to.
    enum Renewal: Equatable {
        case unchanged
        case renewed
        /// The new files are no good, and the old ones stay in force; a sentence says why. Said once for each change.
        case kept(String)
    }

    private struct State {
        var context: NIOSSLContext
        /// What the files held when they were last looked at; nil for one that could not be read.
        var contents: [Data?]
    }

    private let files: FrontDoorConfiguration.TLS
    private let state: Mutex<State>

    /// - Throws: `FrontDoorError.certificate`.
    init(_ files: FrontDoorConfiguration.TLS) throws(FrontDoorError) {
        self.files = files
        let contents = Self.contents(of: files)
        state = Mutex(State(context: try Self.load(files), contents: contents))
    }

    /// For the next connection. Those that are there keep what they began with.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Takes up changed files, if they are good. Blocks for the disk.
    func renew() -> Renewal {
        // Before the files are read: what changes meanwhile is seen the next time.
        let contents = Self.contents(of: files)
        guard contents != state.withLock({ $0.contents }) else { return .unchanged }
        do throws(FrontDoorError) {
            let context = try Self.load(files)
            state.withLock { $0 = State(context: context, contents: contents) }
            return .renewed
        } catch {
            state.withLock { $0.contents = contents }
            return .kept(error.description)
        }
    }

    private static func load(_ files: FrontDoorConfiguration.TLS) throws(FrontDoorError) -> NIOSSLContext {
        for file in [files.certificate, files.key] where access(file, R_OK) != 0 {
            throw .certificate(
                "\(file) \(errno == ENOENT ? "is not there" : "cannot be read"): name a file that the daemon may read, "
                    + "under server: tls:.")
        }
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate), !chain.isEmpty else {
            throw .certificate(
                "\(files.certificate) holds no certificate: it must be in PEM form, the chain behind it.")
        }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            throw .certificate(
                "\(files.key) holds no private key: it must be in PEM form and without a passphrase.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw .certificate(
                "The key in \(files.key) is not that of the certificate in \(files.certificate): name the two that were "
                    + "made together.")
        }
        return context
    }

    /// All that the files hold: a renewed one may be a link that leads elsewhere, with an older date, and begin and end as
    /// the old one did.
    private static func contents(of files: FrontDoorConfiguration.TLS) -> [Data?] {
        [files.certificate, files.key].map { FileManager.default.contents(atPath: $0) }
    }
}
