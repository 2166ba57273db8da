internal import CShims
internal import Synchronization
internal import Threads

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
            signal.wait(.nanoseconds(left))
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
