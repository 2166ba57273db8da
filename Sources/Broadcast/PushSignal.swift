internal import CShims
internal import Glibc

/// Wakes one waiting thread, from any other. Waking never blocks and may be done any number of times.
@safe
final class PushSignal: @unchecked Sendable {
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

    /// Waits for a wake-up, or until the time is over; then it is false. All wake-ups so far count as one.
    @discardableResult
    func wait(_ time: Duration) -> Bool {
        let (seconds, attoseconds) = time.components
        let isWoken =
            unsafe cshims_sem_wait(semaphore, seconds * 1_000_000_000 + attoseconds / 1_000_000_000) == 0
        while unsafe sem_trywait(semaphore) == 0 {}
        return isWoken
    }
}
