internal import Glibc

/// Where a running show takes titles from a second terminal of the same person: a socket in the person's own folder,
/// at which each datagram is a title.
///
/// Used by the show's desk, on one thread; removed with this object.
final class TitleBox {
    let descriptor: Int32
    private let path: String
    private static let mostBytes = 2_048

    /// Makes the box. Nil when it cannot be made, or another show of this person's has it.
    init?(environment: [String: String]) {
        guard let path = Self.path(environment), var address = Self.address(path) else { return nil }
        let box = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard box >= 0 else { return nil }
        // What a show left behind that was killed answers nobody.
        if Self.call(&address, { connect(box, $0, $1) }) != 0, errno == ECONNREFUSED { unlink(path) }
        guard fchmod(box, 0o600) == 0, Self.call(&address, { bind(box, $0, $1) }) == 0 else {
            close(box)
            return nil
        }
        self.path = path
        descriptor = box
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// A title that has come; nil when none waits.
    func take() -> String? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { to, filled in
            count = recv(descriptor, to.baseAddress, to.count, Int32(MSG_DONTWAIT))
            filled = max(0, count)
        }
        return count > 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Puts a title into the box of this person's show. False when no show runs.
    static func send(_ title: String, environment: [String: String]) -> Bool {
        guard let path = path(environment), var address = address(path) else { return false }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        let bytes = Array(title.utf8.prefix(mostBytes))
        return call(&address) { sendto(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
            == bytes.count
    }

    /// In the folder that the session gives its user, else in one below /tmp that nobody else may enter.
    private static func path(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") {
            return folder + "/funkhaus-live"
        }
        let folder = "/tmp/funkhaus-\(getuid())"
        mkdir(folder, 0o700)
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(),
            status.st_mode & 0o077 == 0
        else { return nil }
        return folder + "/live"
    }

    private static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
            // One byte stays zero: the end of the path.
            guard bytes.count < field.count, !bytes.contains(0) else { return false }
            field.copyBytes(from: bytes)
            return true
        }
        return fits ? address : nil
    }

    private static func call<R>(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
