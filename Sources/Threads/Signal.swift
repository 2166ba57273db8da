internal import CShims
internal import Glibc

/// Wakes one waiting thread, from any other: the system's semaphore.
///
/// ## Realtime safety
/// `wake` neither allocates nor waits.
@safe
public final class Signal: @unchecked Sendable {
    // Unsafe and unchecked Sendable: a semaphore is made for any thread; its memory lives as long as this object.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    public init() { unsafe sem_init(semaphore, 0, 0) }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Lets one wait through, now or later.
    public func wake() { unsafe sem_post(semaphore) }

    /// Waits for a wake-up.
    public func wait() {
        while unsafe sem_wait(semaphore) != 0 {}
        clear()
    }

    /// Waits for a wake-up for so long at the most, on the monotonic clock; false when the time was over.
    @discardableResult
    public func wait(_ most: Duration) -> Bool {
        let (seconds, attoseconds) = most.components
        let nanoseconds = min(seconds, 3_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
        let end = cshims_monotonic_now() + nanoseconds
        while unsafe cshims_sem_wait(semaphore, end - cshims_monotonic_now()) != 0 {
            if errno == ETIMEDOUT { return false }
        }
        clear()
        return true
    }

    /// All wake-ups so far count as one.
    private func clear() { while unsafe sem_trywait(semaphore) == 0 {} }
}
