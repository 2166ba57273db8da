internal import CShims
internal import Glibc
internal import Synchronization

/// Wakes one waiting thread, from any other. Waking never blocks and may be done any number of times.
@safe
final class Signal: @unchecked Sendable {
    // Unsafe: one semaphore that lives as long as this object. Sendable: semaphores are made for many threads.
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, 0)
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func wake() { unsafe sem_post(semaphore) }

    /// Waits for a wake-up, or until the time is over. All wake-ups so far count as one.
    func wait(nanoseconds: Int64) {
        unsafe cshims_sem_wait(semaphore, nanoseconds)
        while unsafe sem_trywait(semaphore) == 0 {}
    }
}

/// A value that one thread owes another, which waits for it until a deadline and no longer.
final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case given(Value)
        /// Nobody waits any more.
        case abandoned
    }

    private let state = Mutex(State.open)
    private let signal = Signal()

    /// Whether nobody waits any more.
    var isAbandoned: Bool {
        state.withLock { if case .abandoned = $0 { true } else { false } }
    }

    /// Gives the value. Only the first one counts.
    func give(_ value: Value) {
        state.withLock { if case .open = $0 { $0 = .given(value) } }
        signal.wake()
    }

    /// Blocks until the value is there; nil when the deadline came first.
    func wait(_ deadline: Duration) -> Value? {
        let end = cshims_monotonic_now() + deadline.nanoseconds
        while true {
            let left = end - cshims_monotonic_now()
            let (isOver, value): (Bool, Value?) = state.withLock { state in
                if case .given(let value) = state { return (true, value) }
                guard left <= 0 else { return (false, nil) }
                state = .abandoned
                return (true, nil)
            }
            if isOver { return value }
            signal.wait(nanoseconds: left)
        }
    }
}

extension Duration {
    /// The whole nanoseconds; a duration of centuries counts as one century.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(seconds, 3_153_600_000) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
