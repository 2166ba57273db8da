internal import Audio
internal import CShims
internal import Glibc
internal import Synchronization

/// One worker: its process, and the daemon's end of the socket between them.
///
/// One thread sends the request, receives and reaps; any thread may offer a stream's bytes and kill. A process is reaped
/// before its number can be another's.
final class WorkerProcess: Sendable {
    /// What `receive` found.
    enum Input {
        case bytes(Int)
        /// Nothing came in the time given.
        case silence
        /// The worker has closed its end.
        case end
    }

    private let socket: Int32
    /// The socket, to be polled and nothing else.
    var descriptor: Int32 { socket }
    /// Nil when it was reaped, or left to end by itself.
    private let process: Mutex<pid_t?>

    /// How long anybody waits for the end of a process that was killed: 2 s. One that waits for a dead disk ends when
    /// the disk answers.
    private static let patience: Int64 = 2_000_000_000
    /// Those that had not ended by then, still to be reaped.
    private static let left = Mutex<[pid_t]>([])

    /// Starts a worker. The calling thread must outlive it: the kernel ends the two together.
    init(program: String) throws(MediaFault) {
        Self.left.withLock { left in left.removeAll { waitpid($0, nil, WNOHANG) != 0 } }
        var process: pid_t = 0
        socket = unsafe cshims_spawn_worker(program, &process)
        guard socket >= 0 else { throw .workerMissing(errno: errno) }
        self.process = Mutex(process)
    }

    deinit {
        kill()
        reap()
        close(socket)
    }

    var processID: Int32? { process.withLock { $0 } }

    /// Ends the worker at once. Any thread. What it has sent can still be received, and then comes the end, also when a
    /// dead disk keeps the process from ending.
    func kill() {
        process.withLock { process in
            guard let process else { return }
            _ = Glibc.kill(process, SIGKILL)
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    /// Sends the request. False when the worker is gone.
    func send(_ request: WorkerRequest) -> Bool {
        let bytes = request.bytes
        // A request is far smaller than a socket's buffer: it goes out whole, without waiting.
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }

    /// Sends as many bytes of a stream as the socket takes at once, and tells how many; never waits.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Int {
        max(0, unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)))
    }

    /// Says that no byte follows.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Sends bytes, waiting for room until a time on the monotonic clock. False when the worker is gone or has left no
    /// room for all of them.
    func send(_ bytes: [UInt8], until deadline: Int64) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let left = max(0, deadline - cshims_monotonic_now()) / 1_000_000
            var wanted = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&wanted, 1, Int32(clamping: left)) > 0 else { return false }
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            guard count > 0 || errno == EAGAIN || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, count))
        }
        return true
    }

    /// Waits for bytes until a time on the monotonic clock, and reads them into `buffer` from its start.
    func receive(into buffer: inout [UInt8], until deadline: Int64) -> Input {
        while true {
            let left = max(0, deadline - cshims_monotonic_now()) / 1_000_000
            var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&wanted, 1, Int32(clamping: left))
            if ready == 0 { return .silence }
            if ready < 0 {
                guard errno == EINTR else { return .end }
                continue
            }
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            }
            if count > 0 { return .bytes(count) }
            guard count < 0, errno == EINTR || errno == EAGAIN else { return .end }
        }
    }

    /// Waits for the end of a killed or ended process and says how it ended: `.hung` when that takes longer than
    /// `patience`. Then it is killed and left behind.
    @discardableResult
    func reap() -> MediaFault {
        guard let process = process.withLock({ $0 }) else { return .exited(status: 0) }
        guard Self.hasEnded(process, by: cshims_monotonic_now() + Self.patience) else {
            self.process.withLock { number in
                Glibc.kill(process, SIGKILL)
                number = nil
            }
            Self.left.withLock { $0.append(process) }
            return .hung
        }
        return self.process.withLock { number in
            number = nil
            var status: Int32 = 0
            guard unsafe waitpid(process, &status, 0) == process else { return .exited(status: 0) }
            let signal = status & 0x7f
            return signal != 0 ? .crashed(signal: signal) : .exited(status: status >> 8 & 0xff)
        }
    }

    /// Looks, without reaping, so that `kill` on another thread never meets a number that is someone else's.
    private static func hasEnded(_ process: pid_t, by deadline: Int64) -> Bool {
        var pause: Int64 = 500_000
        while true {
            var ended = unsafe siginfo_t()
            let code = unsafe waitid(P_PID, UInt32(process), &ended, WEXITED | WNOWAIT | WNOHANG)
            // No such child: whoever reaped it, it has ended.
            if code != 0, errno != EINTR { return true }
            if code == 0, unsafe ended.si_signo == SIGCHLD { return true }
            let now = cshims_monotonic_now()
            guard now < deadline else { return false }
            cshims_sleep_until(now + pause)
            pause = min(2 * pause, 20_000_000)
        }
    }
}
