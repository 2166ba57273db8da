internal import Synchronization

/// A queue of small plain values from one producer thread to one consumer thread, without a lock.
///
/// Full: `push` refuses and the value is lost; its users choose a capacity that only a stalled consumer fills.
///
/// ## Realtime safety
/// Neither `push` nor `pop` allocates, locks or waits.
@safe
final class SignalQueue<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    // Unsafe and unchecked Sendable: a slot is written by the producer only while it lies outside [read, written) and
    // read by the consumer only while inside; the counters' release/acquire pairs order the two.
    private let slots: UnsafeMutablePointer<Element>
    private let capacity: Int
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)

    init(capacity: Int) {
        self.capacity = capacity
        unsafe slots = .allocate(capacity: capacity)
    }

    deinit { unsafe slots.deallocate() }

    /// Appends a value; false when the queue is full.
    @discardableResult
    func push(_ element: Element) -> Bool {
        let end = written.load(ordering: .relaxed)
        guard end - read.load(ordering: .acquiring) < capacity else { return false }
        unsafe (slots + end % capacity).initialize(to: element)
        written.store(end + 1, ordering: .releasing)
        return true
    }

    /// The oldest value, left in the queue.
    func peek() -> Element? {
        let start = read.load(ordering: .relaxed)
        guard start < written.load(ordering: .acquiring) else { return nil }
        return unsafe slots[start % capacity]
    }

    /// Takes the oldest value.
    func pop() -> Element? {
        guard let element = peek() else { return nil }
        read.store(read.load(ordering: .relaxed) + 1, ordering: .releasing)
        return element
    }
}
