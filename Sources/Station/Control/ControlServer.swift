// The daemon's end of the control socket.
//
// Two threads of its own. `control` accepts, reads, asks the handler and writes, for at most 16 connections at once;
// commands come from `funkhaus` on the same machine, one request a connection. What names files (`reload`, `queue
// add`) is handed on to `control-files`, because a disk may not answer, and `status` must say so then. Neither talks
// to anybody but the handler, and neither a silent nor a greedy client keeps them: requests and answers are bounded,
// and each has a deadline. When all places are taken, newcomers wait in the system's backlog, which is bounded as
// well.

internal import Glibc
internal import Playout
internal import Synchronization
internal import Threads

/// Answers the commands at a Unix socket that only this user may open.
public final class ControlServer: Sendable {
    private let claim: Mutex<ControlClaim?>
    private let handler: any ControlHandler
    private let deadline: Duration
    /// A pair of sockets; ending the first wakes the thread, which listens at the second.
    private let bell: (stop: Int32, thread: Int32)
    private let thread = OwnedThread(name: "control")
    private let errands: ControlErrands

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
        errands = ControlErrands(handler: handler, deadline: deadline)
    }

    deinit {
        close(bell.stop)
        close(bell.thread)
    }

    /// Begins to answer. Once.
    public func start() {
        guard let claim = claim.withLock({ $0 }) else { return }
        errands.start()
        // It keeps the server, whose descriptors it uses, also when it is left behind.
        thread.start { [self] in
            var room = ControlRoom(
                listener: claim.listener, bell: bell.thread, handler: handler, errands: errands,
                deadline: deadline)
            room.run()
        }
    }

    /// Stops answering and removes the socket. Blocks until the requests in hand are answered, but no longer than
    /// `patience` for each of the two threads: one that a dead disk holds is left behind. Those that wait behind them
    /// are hung up on. Safe to call again, and without `start`.
    public func stop(patience: Duration = .seconds(2)) {
        shutdown(bell.stop, Int32(SHUT_RDWR))
        thread.join(within: patience)
        errands.stop(within: patience)
        claim.withLock { $0 = nil }
    }
}
