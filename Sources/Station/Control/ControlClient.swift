internal import CShims
internal import Foundation
internal import Glibc

/// The commands' end of the control socket: a method a request.
///
/// Every call blocks its thread until the daemon has been silent for `patience`. It throws `ControlError` when the daemon cannot be
/// talked to, and `ControlRefusal` when the daemon says no.
public struct ControlClient: Sendable {
    /// How long a command waits for an answer, or for a sign that the daemon is still at it.
    public static let patience = Duration.seconds(30)

    private let socket: String
    private let configuration: String?
    private let patience: Duration

    /// - Parameters:
    ///   - socket: the path of the daemon's socket.
    ///   - configuration: the path of the daemon's configuration, for a remedy that can be typed as it stands.
    public init(socket: String, configuration: String?, patience: Duration = Self.patience) {
        self.socket = socket
        self.configuration = configuration
        self.patience = patience
    }

    public func status() throws -> StatusReport { try ask(.status) }

    /// What is on air.
    public func now() throws -> OnAirItem { try ask(.now) }

    /// The next items, 1 to 100 of them.
    public func next(count: Int) throws -> [OnAirItem] { try ask(.next(count: count)) }

    public func skip() throws -> Acknowledgement { try ask(.skip) }

    public func reload() throws -> Acknowledgement { try ask(.reload) }

    public func queue() throws -> [QueueEntry] { try ask(.queue) }

    /// Puts files, named by absolute paths, behind the last entry of the queue.
    ///
    /// - Parameter atWork: called whenever the daemon, which measures them first, gives a sign of life.
    public func add(files: [String], atWork: () -> Void = {}) throws -> Acknowledgement {
        try ask(.add(files: files), atWork: atWork)
    }

    public func remove(id: Int) throws -> Acknowledgement { try ask(.remove(id: id)) }

    public func direct(_ dj: String, _ act: DJAct) throws -> Acknowledgement {
        try ask(.direct(dj: dj, act: act))
    }

    /// A page of the history.
    public func history(from start: HistoryStart) throws -> HistoryPage { try ask(.history(from: start)) }

    /// The shows that are on in a span of at most `ScheduleReport.longest` seconds.
    public func schedule(from: StationTime, seconds: Int) throws -> ScheduleReport {
        try ask(.schedule(from: from, seconds: seconds))
    }

    /// What `reload` would change of the shows.
    public func scheduleDiff() throws -> ScheduleDiff { try ask(.scheduleDiff) }

    private func ask<Answer: Codable & Sendable>(
        _ request: ControlRequest, atWork: () -> Void = {}
    ) throws -> Answer {
        guard let line = controlLine(request), line.count <= ControlRequest.mostBytes else {
            throw ControlError.requestTooLong
        }
        let answer = try exchange(line, atWork)
        guard let reply = try? JSONDecoder().decode(ControlReply<Answer>.self, from: Data(answer)) else {
            throw ControlError.garbled(socket: socket)
        }
        if let refusal = reply.refusal { throw refusal }
        guard let answer = reply.answer else { throw ControlError.garbled(socket: socket) }
        return answer
    }

    /// Sends a line and waits for the line that answers it. Spaces before that are signs of life.
    private func exchange(_ line: [UInt8], _ atWork: () -> Void) throws(ControlError) -> ArraySlice<UInt8> {
        var end = cshims_monotonic_now() + patience.nanoseconds
        let connection = try ControlSocket.make(for: socket)
        defer { close(connection) }
        try connect(connection)
        try send(line, over: connection, until: end)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.last != UInt8(ascii: "\n") {
            try wait(for: POLLIN, at: connection, until: end)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 || !answer.isEmpty else { throw .hungUp(socket: socket) }
            guard count > 0, answer.count + count <= ControlRequest.mostAnswerBytes else {
                throw .garbled(socket: socket)
            }
            end = cshims_monotonic_now() + patience.nanoseconds
            let isBeginning = answer.isEmpty
            let bytes = buffer[..<count].drop { isBeginning && $0 == UInt8(ascii: " ") }
            if bytes.count < count { atWork() }
            answer += bytes
        }
        return answer.dropLast()
    }

    private func connect(_ connection: Int32) throws(ControlError) {
        // Connecting waits only for a place in the backlog, and this bounds that.
        var patience = timeval(tv_sec: Int(self.patience.components.seconds), tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        switch ControlSocket.connect(connection, to: try ControlSocket.address(socket)) {
        case 0: return
        case ENOENT, ENOTDIR, ECONNREFUSED:
            throw .notRunning(socket: socket, configuration: configuration)
        case EACCES, EPERM: throw .forbidden(socket: socket)
        case EAGAIN: throw silent
        case let code: throw .system(doing: "reach", socket: socket, code: code)
        }
    }

    /// Sends all of a line. A daemon that has refused it early does not take the rest: its answer tells why.
    private func send(_ line: [UInt8], over connection: Int32, until end: Int64) throws(ControlError) {
        var rest = line[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT, at: connection, until: end)
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func wait(for event: Int32, at connection: Int32, until end: Int64) throws(ControlError) {
        while true {
            let left = end - cshims_monotonic_now()
            guard left > 0 else { throw silent }
            var polled = pollfd(fd: connection, events: Int16(event), revents: 0)
            if poll(&polled, 1, Int32(min(60_000, left / 1_000_000 + 1))) > 0 { return }
        }
    }

    private var silent: ControlError { .silent(socket: socket, seconds: Int(patience.components.seconds)) }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
