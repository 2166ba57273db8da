internal import CShims
internal import Dispatch
internal import Glibc
internal import Playout
internal import Synchronization
internal import Threads

/// Does what may have to wait for a disk, on the thread `control-files`, one errand after the other.
///
/// An errand takes its connection along, answers it, and closes it; one whose client has hung up is dropped. At most 8
/// wait; `take` refuses the next one at once, so that enough places at the socket stay free for questions.
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

    /// Blocks until the errand in hand is done, but no longer than so: a dead disk may hold it, and then it is left
    /// behind. The connections of the others are closed.
    func stop(within patience: Duration) {
        queue.withLock { $0.isClosed = true }
        bell.signal()
        thread.join(within: patience)
        queue.withLock { queue in
            for errand in queue.errands { close(errand.socket) }
            queue.errands = []
        }
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
            if !Self.hasHungUp(next.socket) {
                send(handler.reply(to: next.request) { isWanted(next) }, over: next.socket)
            }
            close(next.socket)
        }
    }

    /// Whether anybody still waits for the errand in hand. Its client, and those behind it, are told that they are not
    /// forgotten, by a space: JSON may begin so.
    private func isWanted(_ errand: Errand) -> Bool {
        queue.withLock { queue in
            guard !queue.isClosed else { return false }
            for waiting in queue.errands { _ = Self.reassure(waiting.socket) }
            return Self.reassure(errand.socket)
        }
    }

    /// False when the client has hung up.
    private static func reassure(_ socket: Int32) -> Bool {
        Glibc.send(socket, " ", 1, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)) == 1 || errno == EAGAIN
    }

    private static func hasHungUp(_ socket: Int32) -> Bool {
        var polled = pollfd(fd: socket, events: 0, revents: 0)
        return poll(&polled, 1, 0) > 0
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
