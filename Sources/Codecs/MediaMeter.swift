public import Audio
internal import Synchronization

/// Measures files, one after the other, each in a worker of its own that yields to everything else on the machine.
///
/// `measure` blocks the calling thread, which must be one that its caller owns; `cancel` may be called by any other.
public final class MediaMeter: Sendable {
    private enum Work {
        case idle
        case running(WorkerProcess)
        case cancelled
    }

    private let program: String
    private let work = Mutex(Work.idle)

    /// - Parameter program: the path of the `funkhaus-media` executable.
    public init(program: String) { self.program = program }

    /// Decodes the whole of a file and says what it is. Nil when `cancel` was called.
    ///
    /// - Parameter patience: how long the worker may show no progress, in milliseconds.
    public func measure(_ file: String, patience: Int = 60_000) throws(MediaFailure) -> FileMeasurement? {
        do throws(MediaFault) {
            let worker = try WorkerProcess(program: program)
            guard begin(worker) else { return nil }
            defer { end() }
            guard worker.send(.measure(path: file)) else { throw worker.reap() }
            var messages = WorkerMessages(worker)
            while true {
                switch try messages.next(within: patience) {
                case .alive: continue
                case .measured(let measurement): return measurement
                case .failed(let fault): throw fault
                case nil:
                    worker.kill()
                    let fault = worker.reap()
                    if isCancelled { return nil }
                    throw fault
                default: throw .nonsense
                }
            }
        } catch {
            throw MediaFailure(file: file, fault: error)
        }
    }

    /// Ends the measuring that is under way, and every later one at once.
    public func cancel() {
        work.withLock { work in
            if case .running(let worker) = work { worker.kill() }
            work = .cancelled
        }
    }

    private var isCancelled: Bool {
        work.withLock { work in
            if case .cancelled = work { true } else { false }
        }
    }

    private func begin(_ worker: WorkerProcess) -> Bool {
        work.withLock { work in
            if case .cancelled = work { return false }
            work = .running(worker)
            return true
        }
    }

    private func end() {
        work.withLock { work in
            if case .running = work { work = .idle }
        }
    }
}
