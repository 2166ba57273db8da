internal import Glibc

/// What both sides of the control socket share: addresses and descriptors.
enum ControlSocket {
    /// The address of a socket's path.
    static func address(_ path: String) throws(ControlError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
            // One byte stays zero: the end of the path.
            guard bytes.count < field.count, !bytes.contains(0) else { return false }
            field.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw .pathTooLong(path) }
        return address
    }

    /// A stream socket that no program inherits which the daemon starts.
    static func make(for path: String) throws(ControlError) -> Int32 {
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw .system(doing: "open", socket: path, code: errno) }
        return socket
    }

    /// 0, or the error number.
    static func connect(_ socket: Int32, to address: sockaddr_un) -> Int32 {
        withPointer(to: address) { Glibc.connect(socket, $0, $1) } == 0 ? 0 : errno
    }

    /// Makes the socket's file, which from its first moment nobody but this user may open. 0, or the error number.
    static func bind(_ socket: Int32, to address: sockaddr_un) -> Int32 {
        // On Linux the mode of an unbound socket becomes that of its file.
        guard fchmod(socket, 0o600) == 0 else { return errno }
        return withPointer(to: address) { Glibc.bind(socket, $0, $1) } == 0 ? 0 : errno
    }

    private static func withPointer<Result>(
        to address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// The daemon's hold on the path of its control socket: a lock, and a listening socket.
///
/// The lock (a file beside the socket, which stays) is what makes two daemons that start in the same instant safe; it
/// falls when its process ends, however that ends. Only who holds it replaces a socket on which nobody listens any
/// more. Let go by `deinit`.
final class ControlClaim: Sendable {
    /// Listens, and does not block.
    let listener: Int32
    private let lock: Int32
    private let path: String

    init(path: String) throws(ControlError) {
        let address = try ControlSocket.address(path)
        self.path = path
        lock = try Self.lock(path)
        do throws(ControlError) {
            try Self.clear(path, address)
            listener = try Self.listen(path, address)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit {
        unlink(path)
        close(listener)
        close(lock)
    }

    private static func lock(_ path: String) throws(ControlError) -> Int32 {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            mkdir(String(path[..<slash]), 0o700)  // Whether it is there shows in a moment.
        }
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw .system(doing: "lock", socket: path, code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(lock)
            throw code == EWOULDBLOCK
                ? .taken(socket: path) : .system(doing: "lock", socket: path, code: code)
        }
        return lock
    }

    /// Removes what a daemon left behind that was killed, and nothing else.
    private static func clear(_ path: String, _ address: sockaddr_un) throws(ControlError) {
        var file = stat()
        guard lstat(path, &file) == 0 else { return }
        guard file.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = try ControlSocket.make(for: path)
        defer { close(probe) }
        guard ControlSocket.connect(probe, to: address) == ECONNREFUSED else { throw .taken(socket: path) }
        guard unlink(path) == 0 else { throw .system(doing: "replace", socket: path, code: errno) }
    }

    private static func listen(_ path: String, _ address: sockaddr_un) throws(ControlError) -> Int32 {
        let listener = try ControlSocket.make(for: path)
        var code = ControlSocket.bind(listener, to: address)
        if code == 0, Glibc.listen(listener, 64) != 0 || fcntl(listener, F_SETFL, O_NONBLOCK) != 0 {
            code = errno
        }
        guard code == 0 else {
            close(listener)
            throw .system(doing: "open", socket: path, code: code)
        }
        return listener
    }
}
