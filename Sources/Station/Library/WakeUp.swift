internal import Glibc

/// A pipe that says one thing: look. Signals that nobody has cleared yet are one.
final class WakeUp: Sendable {
    /// To be polled for reading.
    let descriptor: Int32
    private let writer: Int32

    init() {
        var ends: [Int32] = [0, 0]
        let error = pipe(&ends)
        precondition(error == 0, "the system gives no more descriptors (error \(errno))")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writer) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    func signal() {
        var byte: UInt8 = 1
        // A full pipe has said it already.
        _ = write(writer, &byte, 1)
    }

    func clear() {
        var buffer = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Waits for a signal and takes it; false when the time is over.
    func wait(_ most: Duration) -> Bool {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, most.milliseconds) > 0 else { return false }
        clear()
        return true
    }
}

extension Duration {
    /// For poll: whole milliseconds, at least one.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }
}
