internal import CShims
internal import Foundation
internal import Glibc
internal import Synchronization

/// A bad line between a client and a server on this machine: it stalls, shakes, drops everything, ends or is reset, as
/// a test tells it.
///
/// Each connection has a thread of its own, which alone touches its two sockets. Any thread may give orders. It ends
/// with the object.
public final class StallingProxy: Sendable {
    public let port: Int
    private let listener: Int32
    private let lines = Lines()

    /// Carries to the server at a port.
    public init(to server: Int) {
        let (listener, port) = IcecastLoopback.listen()
        self.listener = listener
        self.port = Int(port)
        Thread.detachNewThread { [lines] in
            // Closed by this thread alone: elsewhere its number could be another's before `accept` is called again.
            defer { close(listener) }
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let line = Line(client, to: server) else { continue }
                lines.all.withLock { $0.append(line) }
                Thread.detachNewThread { line.run() }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        end(.end)
    }

    /// Carries no byte more on the lines that are there now, and hides from either side what the other one does: that
    /// is a line that stalls, and a half-open one when nobody ever releases it.
    public func hold() { end(.hold) }

    /// Carries what was held back, at once.
    public func release() { end(.flow) }

    /// Carries in bursts from now on: pauses of up to so many milliseconds, drawn from a seed, with short moments
    /// between in which all that waits comes at once. So loss and jitter look behind TCP.
    public func shake(seed: UInt64, upTo pause: Int) {
        end(.shake(SeededGenerator(seed: seed), upTo: pause))
    }

    /// Ends the lines that are there now, as a program does that closes its socket.
    public func hangUp() { end(.end) }

    /// Resets the lines that are there now, as a router does that has forgotten them.
    public func reset() { end(.reset) }

    /// What the client's connection of that number, the first is 0, has sent and the server was given.
    public func carried(_ connection: Int) -> [UInt8] {
        lines.all.withLock { $0.indices.contains(connection) ? $0[connection] : nil }?.carried ?? []
    }

    private func end(_ manner: Line.Manner) {
        for line in lines.all.withLock({ $0 }) { line.obey(manner) }
    }

    private final class Lines: Sendable {
        let all = Mutex<[Line]>([])
    }
}

/// One connection through the proxy.
private final class Line: Sendable {
    enum Manner: Sendable {
        case flow
        case hold
        case shake(SeededGenerator, upTo: Int)
        case end
        case reset
    }

    /// What has been read of one side and not been written to the other yet.
    private struct Way {
        var from: Int32
        var to: Int32
        var waiting: [UInt8] = []
        var hasEnded = false
    }

    private let client: Int32
    private let server: Int32
    private let state = Mutex((manner: Manner.flow, carried: [UInt8]()))

    init?(_ client: Int32, to port: Int) {
        guard let server = IcecastLoopback.connection(to: UInt16(port)) else {
            close(client)
            return nil
        }
        (self.client, self.server) = (client, server)
    }

    var carried: [UInt8] { state.withLock { $0.carried } }

    func obey(_ manner: Manner) {
        state.withLock { state in
            switch state.manner {
            case .end, .reset: break
            default: state.manner = manner
            }
        }
    }

    func run() {
        defer {
            close(client)
            close(server)
        }
        var ways = [Way(from: client, to: server), Way(from: server, to: client)]
        var heldUntil: Int64 = 0
        while !ways.allSatisfy(\.hasEnded) {
            switch state.withLock({ $0.manner }) {
            case .end: return
            case .reset: return forget()
            case .hold:
                usleep(2_000)
                continue
            case .shake(var random, let most):
                let now = cshims_monotonic_now()
                if now >= heldUntil + 50_000_000 {
                    heldUntil = now + Int64.random(in: 0...Int64(most), using: &random) * 1_000_000
                    let next = random
                    state.withLock { if case .shake = $0.manner { $0.manner = .shake(next, upTo: most) } }
                }
                if now < heldUntil {
                    usleep(2_000)
                    continue
                }
            case .flow: break
            }
            for index in ways.indices where !carry(&ways[index]) { return forget() }
            wait(for: ways)
        }
    }

    /// Has both sides see a reset instead of an end.
    private func forget() {
        for side in [client, server] {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(side, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
    }

    /// Moves what can be moved without waiting. False when a side is gone.
    private func carry(_ way: inout Way) -> Bool {
        if way.waiting.isEmpty, !way.hasEnded {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = recv(way.from, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 {
                way.hasEnded = true
                shutdown(way.to, Int32(SHUT_WR))
                return true
            }
            way.waiting = Array(buffer.prefix(count))
        }
        guard !way.waiting.isEmpty else { return true }
        let sent = send(way.to, way.waiting, way.waiting.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        guard sent >= 0 else { return errno == EAGAIN || errno == EINTR }
        if way.to == server { state.withLock { $0.carried += way.waiting.prefix(sent) } }
        way.waiting.removeFirst(sent)
        return true
    }

    /// Waits until something may be moved, but not for long: orders are looked for in between.
    private func wait(for ways: [Way]) {
        var sides = ways.compactMap { way -> pollfd? in
            guard way.waiting.isEmpty else {
                return pollfd(fd: way.to, events: Int16(POLLOUT), revents: 0)
            }
            return way.hasEnded ? nil : pollfd(fd: way.from, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&sides, nfds_t(sides.count), 5)
    }
}
