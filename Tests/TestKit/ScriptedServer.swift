internal import Foundation
internal import Glibc
internal import Synchronization

/// A server that does with each connection what a test says: a mail server, a web hook, a stream that is not what it
/// should be.
///
/// Each connection has a thread of its own, on which the script runs. All ends with the object.
public final class ScriptedServer: Sendable {
    /// One connection, as its script sees it. Reading gives up after ten seconds.
    public final class Line: Sendable {
        private let descriptor: Int32

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// Reads a line, without its end; nil when there is none.
        public func read() -> String? {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) == 1 {
                if byte == UInt8(ascii: "\n") {
                    return String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes[...], as: UTF8.self)
                }
                bytes.append(byte)
            }
            return nil
        }

        /// Reads the lines of a head, up to the empty one.
        public func readHead() -> [String] {
            var lines: [String] = []
            while let line = read(), !line.isEmpty { lines.append(line) }
            return lines
        }

        /// Reads so many bytes, or what comes of them.
        public func read(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
            return Array(bytes.prefix(max(0, got)))
        }

        /// False when the connection is gone.
        @discardableResult public func write(_ bytes: some Sequence<UInt8>) -> Bool {
            var rest = Array(bytes)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        @discardableResult public func write(_ text: String) -> Bool { write(text.utf8) }

        /// Whether the peer, and the test, are still there.
        public var isOpen: Bool {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { return true }
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
        }

        fileprivate func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }
        deinit { close(descriptor) }
    }

    public let port: Int
    private let listener: Int32
    private let open = OpenLines()

    /// The connections that are there now.
    private final class OpenLines: Sendable {
        let lines = Mutex<[Line]>([])
    }

    public init(_ script: @escaping @Sendable (Line) -> Void) {
        let (listener, port) = IcecastLoopback.listen()
        self.listener = listener
        self.port = Int(port)
        Thread.detachNewThread { [open] in
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var patience = timeval(tv_sec: 10, tv_usec: 0)
                setsockopt(
                    connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                let line = Line(connection)
                open.lines.withLock { $0.append(line) }
                Thread.detachNewThread {
                    script(line)
                    line.hangUp()
                    open.lines.withLock { lines in lines.removeAll { $0 === line } }
                }
            }
        }
    }

    /// Breaks off every connection.
    public func hangUp() { for line in open.lines.withLock({ $0 }) { line.hangUp() } }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        hangUp()
    }
}
