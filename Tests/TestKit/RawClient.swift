internal import Foundation
internal import Glibc
internal import Synchronization

/// A client that speaks to a server on this machine in raw bytes, so that a test sees exactly what is on the wire.
///
/// Reading waits on a thread of its own, never on Swift's cooperative pool, on which the server under test may run.
public final class RawClient: Sendable {
    public enum Failure: Error, CustomStringConvertible {
        case notConnected(port: Int)
        /// The deadline came first.
        case overdue(received: Int)
        /// The server closed the connection before everything was there.
        case ended(received: [UInt8])

        public var description: String {
            switch self {
            case .notConnected(let port): "Nothing listens at port \(port)."
            case .overdue(let received): "The deadline came after \(received) bytes."
            case .ended(let received): "The connection ended after \(received.count) bytes."
            }
        }
    }

    private let socket: Int32
    private let deadline: Duration
    /// Bytes that arrived together with a head.
    private let kept = Mutex<[UInt8]>([])

    /// Connects over IPv4, or over IPv6.
    ///
    /// - Parameter receiveBuffer: The kernel's receive buffer in bytes, small for a client that plays the slow one.
    public init(
        port: Int, overIPv6: Bool = false, receiveBuffer: Int32? = nil, deadline: Duration = .seconds(120)
    ) throws {
        self.deadline = deadline
        socket = Glibc.socket(overIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        if var size = receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        let isConnected = overIPv6 ? Self.connect6(socket, port) : Self.connect4(socket, port)
        guard isConnected else {
            Glibc.close(socket)
            throw Failure.notConnected(port: port)
        }
    }

    deinit { Glibc.close(socket) }

    private static func connect4(_ socket: Int32, _ port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return connect(socket, &address)
    }

    private static func connect6(_ socket: Int32, _ port: Int) -> Bool {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        address.sin6_addr = in6addr_loopback
        return connect(socket, &address)
    }

    private static func connect<Address>(_ socket: Int32, _ address: inout Address) -> Bool {
        withUnsafeBytes(of: &address) { bytes in
            guard let base = bytes.baseAddress else { return false }
            return Glibc.connect(
                socket, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        }
    }

    /// Sends all bytes. A server that has closed already is no error: what it said is still to be read.
    public func send(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    public func send(_ text: String) { send(text.utf8) }

    /// Says that no byte follows, and goes on reading.
    public func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Hangs up.
    public func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// Reads exactly so many bytes.
    public func read(_ count: Int) async throws -> [UInt8] {
        try await read { $0.count >= count ? count : nil }
    }

    /// Reads up to the empty line behind a head, and gives it with that line.
    public func readHead() async throws -> String {
        let bytes = try await read { bytes in
            guard bytes.count >= 4 else { return nil }
            return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual("\r\n\r\n".utf8) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a response whose head tells its length.
    public func readResponse() async throws -> (head: String, body: String) {
        let head = try await readHead()
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let count = length.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        return (head, String(decoding: try await read(count), as: UTF8.self))
    }

    /// Reads until the server closes the connection.
    public func readToEnd() async throws -> [UInt8] {
        do {
            return try await read { _ in nil }
        } catch Failure.ended(let received) {
            return received
        }
    }

    /// Reads until `length` says how many bytes are wanted; those behind them are kept for the next call.
    private func read(until length: @escaping @Sendable ([UInt8]) -> Int?) async throws -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.receive(until: length)) }
        }
        return try result.get()
    }

    private func receive(until length: ([UInt8]) -> Int?) -> Result<[UInt8], any Error> {
        var bytes = kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
        let end = ContinuousClock.now + deadline
        while true {
            if let wanted = length(bytes) {
                kept.withLock { $0 = Array(bytes[wanted...]) }
                return .success(Array(bytes[..<wanted]))
            }
            let left = end - .now
            var waited = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard left > .zero, poll(&waited, 1, Int32(left.components.seconds * 1000) + 10) > 0 else {
                return .failure(Failure.overdue(received: bytes.count))
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return .failure(Failure.ended(received: bytes)) }
            bytes += buffer[..<count]
        }
    }
}
