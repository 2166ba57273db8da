internal import CShims
internal import Glibc

/// The system's semaphore: each `post` lets one `wait` through.
@safe
final class Signal: @unchecked Sendable {
    // Unsafe and unchecked Sendable: a semaphore is made for any thread; its memory lives as long as this object.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { unsafe sem_init(semaphore, 0, 0) }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    func post() { unsafe sem_post(semaphore) }

    func wait() { while unsafe sem_wait(semaphore) != 0 {} }

    /// Waits so long at the most. False when the time was over.
    func wait(milliseconds: Int) -> Bool {
        let deadline = cshims_monotonic_now() + Int64(milliseconds) * 1_000_000
        while unsafe cshims_sem_wait(semaphore, deadline - cshims_monotonic_now()) != 0 {
            if errno == ETIMEDOUT { return false }
        }
        return true
    }
}
