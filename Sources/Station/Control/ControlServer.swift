// The daemon's end of the control socket.
//
// One thread of its own, `control`, accepts, reads, asks the handler and writes, for at most 16 connections at once;
// commands come from `funkhaus` on the same machine, one request a connection. It talks to nobody but the handler,
// never to the engine, and neither a silent nor a greedy client keeps it: requests and answers are bounded, and each
// has a deadline. When all 16 places are taken, newcomers wait in the system's backlog, which is bounded as well.

internal import CShims
internal import Glibc
internal import Playout
internal import Synchronization

/// Answers the commands at a Unix socket that only this user may open.
public final class ControlServer: Sendable {
    private let claim: Mutex<ControlClaim?>
    private let handler: any ControlHandler
    private let deadline: Duration
    /// A pair of sockets; ending the first wakes the thread, which listens at the second.
    private let bell: (stop: Int32, thread: Int32)
    private let thread = OwnedThread(name: "control")

    /// Takes hold of the socket's path; from now on commands wait for `start`.
    ///
    /// - Parameters:
    ///   - path: of the socket; its folder is made when that alone is missing.
    ///   - deadline: what a client has to send its request, and again to take its answer.
    public init(
        path: String, handler: any ControlHandler, deadline: Duration = .seconds(5)
    ) throws(ControlError) {
        claim = Mutex(try ControlClaim(path: path))
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .system(doing: "open", socket: path, code: errno)
        }
        bell = (ends[0], ends[1])
        self.handler = handler
        self.deadline = deadline
    }

    deinit {
        close(bell.stop)
        close(bell.thread)
    }

    /// Begins to answer. Once.
    public func start() {
        guard let claim = claim.withLock({ $0 }) else { return }
        thread.start { [handler, deadline, bell = bell.thread] in
            var room = ControlRoom(listener: claim.listener, bell: bell, handler: handler, deadline: deadline)
            room.run()
        }
    }

    /// Stops answering and removes the socket. Blocks until the request in hand is answered. Safe to call again, and
    /// without `start`.
    public func stop() {
        shutdown(bell.stop, Int32(SHUT_RDWR))
        thread.join()
        claim.withLock { $0 = nil }
    }
}

/// The connections, and the loop that serves them.
private struct ControlRoom {
    static let places = 16

    let listener: Int32
    let bell: Int32
    let handler: any ControlHandler
    let deadline: Duration
    var connections: [ControlConnection] = []

    mutating func run() {
        defer { for connection in connections { close(connection.socket) } }
        while true {
            var polled = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
            // Without a free place the newcomers stay in the backlog.
            let accepts = connections.count < Self.places
            polled.append(pollfd(fd: accepts ? listener : -1, events: Int16(POLLIN), revents: 0))
            polled += connections.map { pollfd(fd: $0.socket, events: $0.events, revents: 0) }
            poll(&polled, nfds_t(polled.count), wait)
            guard polled[0].revents == 0 else { return }
            for (index, event) in polled.dropFirst(2).enumerated() where event.revents != 0 {
                connections[index].goOn(handler: handler, deadline: deadline)
            }
            leave()
            if polled[1].revents != 0 { accept() }
        }
    }

    /// Milliseconds until the first deadline, or for ever.
    private var wait: Int32 {
        guard let first = connections.map(\.deadline).min() else { return -1 }
        return Int32(max(0, min(60_000, (first - cshims_monotonic_now()) / 1_000_000 + 1)))
    }

    private mutating func accept() {
        let socket = cshims_accept(listener)
        guard socket >= 0 else {
            // Out of descriptors: the newcomer stays in the backlog, and this loop must not spin meanwhile.
            if errno == EMFILE || errno == ENFILE || errno == ENOMEM {
                cshims_sleep_until(cshims_monotonic_now() + 100_000_000)
            }
            return
        }
        connections.append(ControlConnection(socket: socket, deadline: deadline))
    }

    /// Closes what is done or overdue.
    private mutating func leave() {
        let now = cshims_monotonic_now()
        connections.removeAll { connection in
            guard connection.isDone || connection.deadline < now else { return false }
            close(connection.socket)
            return true
        }
    }
}

/// One client: its request comes in, its answer goes out, and that is all.
private struct ControlConnection {
    private enum State {
        case request([UInt8])
        case answer(ArraySlice<UInt8>)
        case done
    }

    let socket: Int32
    private(set) var deadline: Int64
    private var state = State.request([])

    init(socket: Int32, deadline: Duration) {
        self.socket = socket
        self.deadline = cshims_monotonic_now() + deadline.nanoseconds
    }

    var isDone: Bool { if case .done = state { true } else { false } }

    var events: Int16 { if case .answer = state { Int16(POLLOUT) } else { Int16(POLLIN) } }

    /// Takes what has come or gives what is taken, as far as that goes without waiting.
    mutating func goOn(handler: any ControlHandler, deadline: Duration) {
        if case .request(let bytes) = state { receive(after: bytes, handler, deadline) }
        if case .answer(let rest) = state { send(rest) }
    }

    private mutating func receive(after bytes: [UInt8], _ handler: any ControlHandler, _ deadline: Duration) {
        var buffer = [UInt8](repeating: 0, count: 8_192)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { state = .done }
            return
        }
        let bytes = bytes + buffer[..<count]
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        if line.count >= ControlRequest.mostBytes {
            state = .answer(ControlRefusal.requestTooLong.line[...])
        } else if line.count == bytes.count {
            state = .request(bytes)
            return
        } else {
            state = .answer(handler.reply(to: line)[...])
        }
        self.deadline = cshims_monotonic_now() + deadline.nanoseconds
    }

    private mutating func send(_ rest: ArraySlice<UInt8>) {
        let count = rest.withUnsafeBytes {
            Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
        if count == rest.count || (count < 0 && errno != EAGAIN && errno != EINTR) {
            state = .done
        } else {
            state = .answer(rest.dropFirst(max(0, count)))
        }
    }
}
