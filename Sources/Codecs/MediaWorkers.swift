internal import Audio
internal import Synchronization
internal import Threads

/// Where decoders get their workers: one is kept started and idle, so that a file is open in milliseconds.
///
/// A thread of its own starts the spare worker anew whenever it was taken. The kernel ends a worker together with the
/// thread that started it (so a dead daemon leaves none behind); `stop` therefore ends every worker that came from
/// here, and is called after the decoders have stopped.
public final class MediaWorkers: Sendable {
    private let shared: Shared
    private let thread = OwnedThread(name: "media-spare")

    /// - Parameter program: the path of the `funkhaus-media` executable.
    public init(program: String) {
        let shared = Shared(program: program)
        self.shared = shared
        thread.start { shared.keepSpare() }
    }

    deinit { stop() }

    /// Ends the spare worker and its thread. Safe to call again.
    public func stop() {
        shared.stop()
        thread.join(within: .seconds(2))
    }

    /// An idle worker; a fresh one, started on the calling thread, when the spare is not there yet.
    func take() throws(MediaFault) -> WorkerProcess {
        if let spare = shared.takeSpare() { return spare }
        return try fresh()
    }

    /// A worker just started by the calling thread, which must outlive it.
    func fresh() throws(MediaFault) -> WorkerProcess { try WorkerProcess(program: shared.program) }

    private final class Shared: Sendable {
        private struct State {
            var spare: WorkerProcess?
            var isStopped = false
        }

        /// How long after one spare was taken the next is started: 0.5 s.
        private static let rest: Duration = .milliseconds(500)

        let program: String
        private let state = Mutex(State())
        private let wake = Signal()

        init(program: String) { self.program = program }

        func keepSpare() {
            while !(state.withLock { $0.isStopped }) {
                // A program that cannot be started is reported by whoever takes a worker.
                if state.withLock({ $0.spare == nil }), let made = try? WorkerProcess(program: program) {
                    state.withLock { $0.spare = made }
                }
                wake.wait()
                // Whoever took it begins to decode now, and to start a worker costs as much: not in the same moment.
                wake.wait(Self.rest)
            }
            state.withLock { $0.spare = nil }
        }

        func takeSpare() -> WorkerProcess? {
            let spare = state.withLock { state in
                defer { state.spare = nil }
                return state.spare
            }
            wake.wake()
            return spare
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            wake.wake()
        }
    }
}
