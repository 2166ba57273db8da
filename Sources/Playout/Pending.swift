internal import Dispatch
internal import Synchronization

/// An answer that one thread waits for and another gives, by an act. An act of a person's is not carried out any more once
/// nobody waits for it.
final class Pending<Value: Sendable>: Sendable {
    private enum State {
        case waiting
        case begun
        case given(Value)
        /// Whoever asked has gone.
        case withdrawn
    }

    private let state = Mutex(State.waiting)
    private let given = DispatchSemaphore(value: 0)
    private let isLasting: Bool

    /// - Parameter isLasting: whether the act is wanted also when it comes late.
    init(isLasting: Bool = false) { self.isLasting = isLasting }

    /// Carries out the act and gives its answer, unless whoever asked has gone.
    func carryOut(_ act: () -> Value) {
        let isWanted = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .begun
            return true
        }
        guard isWanted else { return }
        let answer = act()
        state.withLock { $0 = .given(answer) }
        given.signal()
    }

    /// Waits for the answer; nil when the act had not begun in that time, and will not unless it is lasting.
    func wait(_ deadline: DispatchTimeInterval) -> Value? {
        if given.wait(timeout: .now() + deadline) == .timedOut {
            let isTooLate = state.withLock { state in
                guard case .waiting = state else { return false }
                if !isLasting { state = .withdrawn }
                return true
            }
            if isTooLate { return nil }
            // It is being carried out, which has deadlines of its own; what it comes to must be known.
            given.wait()
        }
        return state.withLock { state in
            if case .given(let answer) = state { answer } else { nil }
        }
    }
}
