internal import Synchronization

/// A queue of fixed capacity from any thread to the clock thread.
///
/// Full: `push` refuses, and whoever pushes says what happens then.
///
/// ## Realtime safety
/// The storage is made at the start. `tryPop` neither allocates nor waits: while another thread holds the lock, for
/// one element's move, it answers nil, and the next block sees the element.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var slots: [Element?]
        var head = 0
        var count = 0
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        state = Mutex(State(slots: Array(repeating: nil, count: capacity)))
    }

    /// Appends an element; false when the queue is full.
    func push(_ element: Element) -> Bool {
        state.withLock { state in
            guard state.count < state.slots.count else { return false }
            state.slots[(state.head + state.count) % state.slots.count] = element
            state.count += 1
            return true
        }
    }

    /// Takes the oldest element.
    func tryPop() -> Element? {
        let taken: Element?? = state.withLockIfAvailable { state in
            guard state.count > 0 else { return nil }
            let element = state.slots[state.head]
            state.slots[state.head] = nil
            state.head = (state.head + 1) % state.slots.count
            state.count -= 1
            return element
        }
        return taken ?? nil
    }
}
