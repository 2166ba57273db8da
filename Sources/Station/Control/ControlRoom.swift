internal import CShims
internal import Glibc

/// The connections, and the loop that serves them.
struct ControlRoom {
    static let places = 16

    let listener: Int32
    let bell: Int32
    let handler: any ControlHandler
    let errands: ControlErrands
    let deadline: Duration
    private var connections: [ControlConnection] = []

    init(
        listener: Int32, bell: Int32, handler: any ControlHandler, errands: ControlErrands, deadline: Duration
    ) {
        self.listener = listener
        self.bell = bell
        self.handler = handler
        self.errands = errands
        self.deadline = deadline
    }

    /// Serves until the bell rings.
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
                let socket = connections[index].socket
                connections[index].goOn { [self] in answer($0, over: socket) }
            }
            leave()
            if polled[1].revents != 0 { accept() }
        }
    }

    /// The line that answers a line; nil when that is somebody else's errand from now on.
    private func answer(_ line: ArraySlice<UInt8>, over socket: Int32) -> [UInt8]? {
        do {
            let request = try ControlRequest(line: line)
            guard request.namesFiles else { return handler.reply(to: request) { true } }
            return errands.take(request, over: socket) ? nil : ControlRefusal.busy.line
        } catch {
            return error.line
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

    /// Closes what is done or overdue, and forgets what is handed on.
    private mutating func leave() {
        let now = cshims_monotonic_now()
        connections.removeAll { connection in
            if connection.isHandedOn { return true }
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
        /// To be closed.
        case done
        /// Somebody else's, who closes it.
        case handedOn
    }

    let socket: Int32
    private(set) var deadline: Int64
    private let patience: Int64
    private var state = State.request([])

    init(socket: Int32, deadline: Duration) {
        self.socket = socket
        patience = deadline.nanoseconds
        self.deadline = cshims_monotonic_now() + patience
    }

    var isDone: Bool { if case .done = state { true } else { false } }

    var isHandedOn: Bool { if case .handedOn = state { true } else { false } }

    var events: Int16 { if case .answer = state { Int16(POLLOUT) } else { Int16(POLLIN) } }

    /// Takes what has come or gives what is taken, as far as that goes without waiting.
    ///
    /// - Parameter answer: gives the line that answers a line, or nil when it has handed the connection on.
    mutating func goOn(_ answer: (ArraySlice<UInt8>) -> [UInt8]?) {
        if case .request(let bytes) = state { receive(after: bytes, answer) }
        if case .answer(let rest) = state { send(rest) }
    }

    private mutating func receive(after bytes: [UInt8], _ answer: (ArraySlice<UInt8>) -> [UInt8]?) {
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
            state = answer(line).map { .answer($0[...]) } ?? .handedOn
        }
        deadline = cshims_monotonic_now() + patience
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
