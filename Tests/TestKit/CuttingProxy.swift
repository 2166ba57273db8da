internal import Foundation
internal import Glibc
internal import Synchronization

/// A line to a server on this machine that a test can cut and mend.
///
/// Each connection has a thread of its own. All ends with the object.
public final class CuttingProxy: Sendable {
    /// What becomes of connections, those that stand and those that are made while the line is cut.
    public enum Cut: Sendable, CaseIterable {
        /// Both ends are closed, as by a program that ends.
        case close
        /// Both ends are reset.
        case reset
        /// Nothing gets through; what was sent arrives when the line is mended, as TCP sends it again.
        case stall
        /// Nothing gets through, then and later: a router has forgotten the connection.
        case blackHole
    }

    private struct State {
        var cut: Cut?
        /// Counts the cuts.
        var cuts = 0
        var isOver = false
        var connections = 0
    }

    public let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Shared()

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// - Parameter target: the server's port.
    public init(to target: Int) {
        let (listener, port) = IcecastLoopback.listen()
        self.listener = listener
        self.port = Int(port)
        self.target = target
        Thread.detachNewThread { [state] in
            defer { close(listener) }
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                state.state.withLock { $0.connections += 1 }
                Thread.detachNewThread { Self.serve(client, target, state) }
            }
        }
    }

    deinit {
        state.state.withLock { $0.isOver = true }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Cuts the line.
    public func cut(_ cut: Cut) {
        state.state.withLock { state in
            state.cut = cut
            state.cuts += 1
        }
    }

    /// Mends it.
    public func mend() { state.state.withLock { $0.cut = nil } }

    /// Connections that were made so far.
    public var connections: Int { state.state.withLock { $0.connections } }

    private static func serve(_ client: Int32, _ target: Int, _ shared: Shared) {
        guard let server = IcecastLoopback.connection(to: UInt16(target)) else {
            Glibc.close(client)
            return
        }
        let ends = [client, server]
        var pending: [[UInt8]] = [[], []]
        var hasEnded = [false, false]
        var isDead = false
        defer { for end in ends { Glibc.close(end) } }
        for end in ends {
            var one: Int32 = 1
            setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        // One that is made while the line is cut shares its fate.
        var cuts = shared.state.withLock { $0.cut == nil ? $0.cuts : $0.cuts - 1 }
        while true {
            let (state, isNew) = shared.state.withLock { ($0, $0.cuts != cuts) }
            cuts = state.cuts
            if state.isOver { return }
            if isNew {
                switch state.cut {
                case .close: return
                case .reset: return ends.forEach(Self.prepareReset)
                case .blackHole: isDead = true
                case .stall, nil: break
                }
            }
            guard state.cut != .stall else {
                usleep(2_000)
                continue
            }
            var polled = (0..<2).map { side in
                // Read what the other end has room for; wait for room for what it has not.
                let reads = !hasEnded[side] && pending[1 - side].isEmpty
                return pollfd(
                    fd: ends[side],
                    events: Int16(reads ? POLLIN : 0) | Int16(pending[side].isEmpty ? 0 : POLLOUT), revents: 0
                )
            }
            guard poll(&polled, 2, 5) > 0 else { continue }
            for side in 0..<2 {
                if polled[side].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, !hasEnded[side],
                    pending[1 - side].isEmpty
                {
                    var buffer = [UInt8](repeating: 0, count: 16_384)
                    let count = recv(ends[side], &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    if count > 0 {
                        if !isDead { pending[1 - side] = Array(buffer[..<count]) }
                    } else if count == 0 || errno != EAGAIN {
                        hasEnded[side] = true
                        if count < 0 { return ends.forEach(Self.prepareReset) }
                        if !isDead { shutdown(ends[1 - side], Int32(SHUT_WR)) }
                    }
                }
                if !pending[side].isEmpty, !isDead {
                    let count = send(
                        ends[side], pending[side], pending[side].count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
                    if count > 0 { pending[side].removeFirst(count) }
                    if count < 0, errno != EAGAIN { return }
                }
            }
            if hasEnded[0], hasEnded[1] { return }
        }
    }

    private static func prepareReset(_ end: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(end, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}
