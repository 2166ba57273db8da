internal import Synchronization

/// A queue of fixed capacity from any thread to the clock thread.
///
/// Full: `push` refuses, and whoever pushes says what happens then.
///
/// ## Realtime safety
/// The storage is made at the start. `tryPop` neither allocates nor waits: while another thread holds the lock, for
/// one element's move, it answers nil, and the next block sees the element.
final class BoundedQueue<Element: Sendable>: Sendable {
    fileprivate struct State {
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

    /// Takes the oldest element, if the lock is free.
    func tryPop() -> Element? { state.withLockIfAvailable { $0.take() } ?? nil }

    /// Takes the oldest element. May wait for the lock: not for the clock while it runs.
    func pop() -> Element? { state.withLock { $0.take() } }
}

extension BoundedQueue.State {
    fileprivate mutating func take() -> Element? {
        guard count > 0 else { return nil }
        let element = slots[head]
        slots[head] = nil
        head = (head + 1) % slots.count
        count -= 1
        return element
    }
}
