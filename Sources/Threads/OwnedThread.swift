internal import CShims
internal import Glibc
internal import Synchronization

/// A thread as an owned object: named, started once, joined by its owner.
///
/// Blocking work and audio time live on such threads, never on Swift's cooperative pool, which has one thread a core.
public final class OwnedThread: Sendable {
    private let name: String
    private let handle = Mutex<pthread_t?>(nil)
    private let ended = Signal()

    /// - Parameter name: at most 15 bytes, as the system shows it.
    public init(name: String) { self.name = name }

    deinit {
        precondition(handle.withLock { $0 == nil }, "the thread \(name) was not joined")
    }

    /// Starts the thread.
    public func start(_ body: @escaping @Sendable () -> Void) {
        start(with: ()) { _ in body() }
    }

    /// Starts the thread and hands it a value that is its own from then on.
    public func start<Value>(with value: sending Value, _ body: @escaping @Sendable (Value) -> Void) {
        let start = Start(name: name, value: value, ended: ended, body: body)
        // Unsafe: the box is retained here and released once by the thread that takes it.
        let box = unsafe Unmanaged.passRetained(start)
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                let start = unsafe Unmanaged<AnyObject>.fromOpaque(argument!).takeRetainedValue()
                (start as! any Startable).run()
                return nil
            }, box.toOpaque())
        precondition(error == 0, "the system gives no more threads (error \(error))")
        handle.withLock { handle in
            precondition(handle == nil, "the thread \(name) was started twice")
            handle = thread
        }
    }

    /// Waits for the thread's end. Safe to call again.
    public func join() {
        guard let thread = handle.withLock({ $0.take() }) else { return }
        pthread_join(thread, nil)
    }

    /// Waits for the thread's end for so long at the most; false when it is left behind, to end by itself: it hangs in
    /// a call that nobody can end (a dead disk, the look-up of a name). Safe to call again.
    @discardableResult
    public func join(within most: Duration) -> Bool {
        guard let thread = handle.withLock({ $0.take() }) else { return true }
        guard ended.wait(most) else {
            pthread_detach(thread)
            return false
        }
        pthread_join(thread, nil)
        return true
    }
}

private protocol Startable: AnyObject {
    func run()
}

/// Carries a value to its thread.
private final class Start<Value>: Startable {
    private let name: String
    private let value: Value
    private let ended: Signal
    private let body: @Sendable (Value) -> Void

    init(name: String, value: Value, ended: Signal, body: @escaping @Sendable (Value) -> Void) {
        self.name = name
        self.value = value
        self.ended = ended
        self.body = body
    }

    func run() {
        unsafe name.withCString { unsafe cshims_name_thread($0) }
        body(value)
        ended.wake()
    }
}
