internal import Glibc

/// The kernel's word that something changed in one of some folders (inotify): a hint to look, never the truth itself.
/// Network mounts give none, and there may be more folders than watches; so whoever uses it looks by itself now and
/// then, too.
struct FolderEvents: ~Copyable {
    /// More folders than that are left to the looks now and then; the system's own limit may be lower.
    static let mostFolders = 8_192
    private static let changes = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF
            | IN_MOVE_SELF
            | IN_UNMOUNT | IN_ONLYDIR)

    /// To be polled for reading; −1 when the system gives none, which poll passes over.
    let descriptor: Int32
    private var watches: [String: Int32] = [:]

    init() { descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches these folders and no others; tells whether one of them is new.
    ///
    /// Each is named anew each time: a folder that was deleted and made again has lost its watch.
    mutating func watch(_ folders: Set<String>) -> Bool {
        for (folder, watch) in watches where !folders.contains(folder) { inotify_rm_watch(descriptor, watch) }
        var renewed: [String: Int32] = [:]
        for folder in folders.sorted().prefix(Self.mostFolders) {
            let watch = inotify_add_watch(descriptor, folder, Self.changes)
            if watch >= 0 { renewed[folder] = watch }
        }
        let isNew = renewed.contains { watches[$0.key] != $0.value }
        watches = renewed
        return isNew
    }

    /// Takes everything that was told so far.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Waits until something changed and then was quiet, at most ten times as long as that; or a command came, or the time
    /// is over.
    func wait(or command: WakeUp, quiet: Duration, most: Duration) {
        guard poll(command, most) == .changed else { return }
        let end = ContinuousClock.now + quiet * 10
        while ContinuousClock.now < end {
            drain()
            guard poll(command, quiet) == .changed else { return }
        }
    }

    private enum Reason {
        case command
        case changed
        case time
    }

    private func poll(_ command: WakeUp, _ most: Duration) -> Reason {
        var descriptors = [
            pollfd(fd: command.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = Glibc.poll(&descriptors, 2, most.milliseconds)
        guard count > 0 else { return .time }
        guard descriptors[0].revents != 0 else { return .changed }
        command.clear()
        return .command
    }
}
