internal import CShims
internal import Glibc
internal import Synchronization

/// One named thread that runs a body once and is joined by its owner, within a time: a worker that the kernel cannot
/// end (a dead disk) holds up the thread that reaps it, and nobody else.
final class MediaThread: Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        let ended = Signal()
        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let body: Body
    private let handle: Mutex<pthread_t?>

    /// Starts the thread. The name is at most 15 bytes.
    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // Unsafe: the box is retained for the new thread, which takes it back exactly once.
        body = Body(name, run)
        let box = unsafe Unmanaged.passRetained(body).toOpaque()
        let error = unsafe pthread_create(
            &thread, nil,
            { box in
                guard let box = unsafe box else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(box).takeRetainedValue()
                unsafe cshims_name_thread(body.name)
                body.run()
                body.ended.post()
                return nil
            }, box)
        precondition(error == 0, "The system gives no more threads.")
        handle = Mutex(thread)
    }

    deinit { precondition(handle.withLock { $0 == nil }, "A thread was dropped before it was joined.") }

    /// Waits for the thread's end, at most two seconds. Any thread, also again.
    func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let thread else { return }
        if body.ended.wait(milliseconds: 2_000) {
            pthread_join(thread, nil)
        } else {
            pthread_detach(thread)
        }
    }
}
