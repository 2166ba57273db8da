internal import Audio
internal import Synchronization
internal import Threads

/// One Icecast target's push of one mount (design, section 4.5).
///
/// It runs on a thread of its own, with a libshout handle of its own, and follows the mount with a cursor like any
/// listener: neither the encoder nor another target can feel that this one hangs, refuses or is gone. Whoever owns it
/// calls `start` once and `stop` once, from any thread; `status` at any time. It reads no file, writes no log.
///
/// What waits for the target stays in the mount: at most `PushLoop.mostAhead` of audio is handed on before the target
/// has taken it, and when that was held up for more than `PushLoop.mostLag` the push goes on at the live edge.
public final class Push: Sendable {
    public let target: PushTarget
    private let mount: Mount
    private let shared: PushShared
    private let thread = OwnedThread(name: "push")

    public init(of mount: Mount, to target: PushTarget) {
        self.mount = mount
        self.target = target
        shared = PushShared(target)
    }

    /// Starts the push. It waits by itself until the mount has a page and the target takes it.
    public func start() {
        thread.start { [mount, target, shared] in
            let wake = mount.onAppend { shared.signal.wake() }
            PushLoop(mount, target, shared).run()
            wake.cancel()
        }
    }

    /// Ends the push and its connection, and waits for that, but no longer than two seconds.
    ///
    /// Only looking up a host's name can take longer; then the thread is left alone. It ends by itself when the
    /// look-up does, and until then holds nothing but this mount and this target.
    public func stop() {
        shared.stop()
        thread.join(within: .seconds(2))
    }

    /// How the push is, at this moment.
    public var status: PushStatus { shared.status.withLock { $0 } }
}

/// What a push's thread and its owner both see.
final class PushShared: Sendable {
    /// Wakes the push's thread.
    let signal = Signal()
    let status: Mutex<PushStatus>
    private let stopping = Atomic<Bool>(false)

    init(_ target: PushTarget) { status = Mutex(PushStatus(target, at: .now)) }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        signal.wake()
    }
}
