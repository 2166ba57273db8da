internal import CShims
internal import Dispatch
internal import Glibc
internal import Playout
internal import Synchronization
internal import Threads

/// Does what may have to wait for a disk, on the thread `control-files`, one errand after the other.
///
/// An errand takes its connection along, answers it, and closes it. At most 8 wait; `take` refuses the next one at
/// once, so that enough places at the socket stay free for questions.
final class ControlErrands: Sendable {
    private static let most = 8

    private struct Errand {
        var request: ControlRequest
        var socket: Int32
    }

    private struct Queue {
        var errands: [Errand] = []
        var isClosed = false
    }

    private let handler: any ControlHandler
    private let deadline: Duration
    private let queue = Mutex(Queue())
    /// Signalled once for each errand, and once at the end.
    private let bell = DispatchSemaphore(value: 0)
    private let thread = OwnedThread(name: "control-files")

    /// - Parameter deadline: what a client has to take its answer.
    init(handler: any ControlHandler, deadline: Duration) {
        self.handler = handler
        self.deadline = deadline
    }

    func start() { thread.start { [self] in run() } }

    /// Blocks until the errand in hand is done; the connections of the others are closed.
    func stop() {
        queue.withLock { $0.isClosed = true }
        bell.signal()
        thread.join()
        for errand in queue.withLock({ $0.errands }) { close(errand.socket) }
        queue.withLock { $0.errands = [] }
    }

    /// Takes a request and its connection; false when too many wait already.
    func take(_ request: ControlRequest, over socket: Int32) -> Bool {
        let taken = queue.withLock { queue in
            guard queue.errands.count < Self.most else { return false }
            queue.errands.append(Errand(request: request, socket: socket))
            return true
        }
        if taken { bell.signal() }
        return taken
    }

    private func run() {
        while true {
            bell.wait()
            let next = queue.withLock { $0.isClosed ? nil : $0.errands.removeFirst() }
            guard let next else { return }
            send(handler.reply(to: next.request), over: next.socket)
            close(next.socket)
        }
    }

    /// Sends all of an answer, or what of it the client takes in time.
    private func send(_ answer: [UInt8], over socket: Int32) {
        let end = cshims_monotonic_now() + deadline.nanoseconds
        var rest = answer[...]
        while !rest.isEmpty, case let left = end - cshims_monotonic_now(), left > 0 {
            var polled = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            guard poll(&polled, 1, Int32(min(60_000, left / 1_000_000 + 1))) > 0 else { continue }
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            guard count > 0 || errno == EAGAIN else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
