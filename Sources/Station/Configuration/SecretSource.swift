internal import Glibc

/// Where a password is kept. The configuration knows this and never the password itself.
public enum SecretSource: Hashable, Sendable {
    /// A file that holds nothing else: an absolute path.
    case file(String)
    /// A variable of the daemon's environment, by its name.
    case environment(String)

    /// Reads the secret, at the moment it is used: a changed file needs no reload.
    ///
    /// It touches the disk; not for the clock thread.
    public func read(environment: [String: String]) throws(SecretFailure) -> Secret {
        switch self {
        case .environment(let name):
            guard let value = environment[name] else {
                throw SecretFailure(
                    "the environment has no variable \(name.shown): set it where the daemon is started")
            }
            return try Secret(text: value, source: self)
        case .file(let path):
            let remedy = "write the password into it and nothing else"
            let bytes: [UInt8]
            do throws(FileFailure) {
                bytes = try readFile(path, most: Secret.mostBytes)
            } catch {
                throw SecretFailure(error.sentence(path, remedy: remedy))
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw SecretFailure("\(path.shown) is not UTF-8: \(remedy)")
            }
            return try Secret(text: text, source: self)
        }
    }

    /// A sentence when others on this machine can read the file; nil when all is well.
    public func exposure() -> String? {
        var status = stat()
        guard case .file(let path) = self, stat(path, &status) == 0, status.st_mode & 0o077 != 0 else {
            return nil
        }
        return "\(path.shown) can be read by others on this machine: run chmod 600 \(path.shown)"
    }

    fileprivate var shown: String {
        switch self {
        case .file(let path): path.shown
        case .environment(let name): "the variable \(name.shown)"
        }
    }
}

/// A password in memory. Printed, logged, dumped or encoded by accident it is "(secret)".
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The password itself, for the one call that needs it.
    public let text: String

    static let mostBytes = 4_096

    fileprivate init(text: String, source: SecretSource) throws(SecretFailure) {
        var text = text[...]
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else {
            throw SecretFailure("\(source.shown) is empty: write the password into it")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw SecretFailure(
                "\(source.shown) has more than one line: write the password into it and nothing else")
        }
        self.text = String(text)
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Why a secret could not be read: a sentence with its remedy, without the secret.
public struct SecretFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
