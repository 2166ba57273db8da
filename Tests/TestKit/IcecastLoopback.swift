internal import Glibc
internal import Synchronization

/// Sockets of this machine's own, for fake peers.
public enum IcecastLoopback {
    /// A port that nobody has now, and that nobody else is given.
    public static func freePort() -> UInt16 { freePorts().first }

    /// Two ports in a row that nobody has now, as SHOUTcast wants them.
    ///
    /// They lie below those that the kernel gives to connections and to whoever asks for any port: a port of those is soon
    /// somebody else's.
    public static func freePorts() -> (first: UInt16, second: UInt16) {
        while true {
            let first = given.withLock { given in
                given = given < 31_990 ? given + 2 : 10_000
                return given
            }
            if isFree(first), isFree(first + 1) { return (first, first + 1) }
        }
    }

    private static let given = Mutex(UInt16(10_000 + 2 * (getpid() % 10_000)))

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return withAddress(port) { bind(descriptor, $0, $1) } == 0
    }

    /// Whether a connection to the port is taken.
    public static func takesConnections(_ port: UInt16) -> Bool {
        let descriptor = connection(to: port)
        if let descriptor { close(descriptor) }
        return descriptor != nil
    }

    /// A connection to the port; nil when nobody takes it.
    static func connection(to port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if withAddress(port, { connect(descriptor, $0, $1) }) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// A socket that listens on a free port. Its connections hold few bytes that were not read.
    static func listen() -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var few: Int32 = 4_096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &few, socklen_t(MemoryLayout<Int32>.size))
        precondition(withAddress(0) { bind(descriptor, $0, $1) } == 0 && Glibc.listen(descriptor, 50) == 0)
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { address in
            _ = address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func withAddress<R>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
