public import Audio
internal import Synchronization

/// Measures files, each in a worker of its own that yields to everything else on the machine.
///
/// `measure` blocks the calling thread, which must be one that its caller owns; several threads may measure at one
/// time. `cancel` may be called by any other.
public final class MediaMeter: Sendable {
    private struct Work {
        /// Of every thread that measures now.
        var workers: [ObjectIdentifier: WorkerProcess] = [:]
        var isCancelled = false
    }

    private let program: String
    private let work = Mutex(Work())

    /// - Parameter program: the path of the `funkhaus-media` executable.
    public init(program: String) { self.program = program }

    /// Decodes the whole of a file and says what it is. Nil when `cancel` was called, or nobody wants it any more.
    ///
    /// - Parameters:
    ///   - patience: how long the worker may show no progress, in milliseconds.
    ///   - isWanted: asked on the calling thread whenever the worker has got on, every ten seconds of audio.
    public func measure(
        _ file: String, patience: Int = 60_000, while isWanted: () -> Bool = { true }
    ) throws(MediaFailure) -> FileMeasurement? {
        guard !isCancelled else { return nil }
        do throws(MediaFault) {
            let worker = try WorkerProcess(program: program)
            guard begin(worker) else { return nil }
            defer { end(worker) }
            guard worker.send(.measure(path: file)) else { throw worker.reap() }
            var messages = WorkerMessages(worker)
            while true {
                switch try messages.next(within: patience) {
                case .alive: guard isWanted() else { return nil }
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

    /// Ends all measuring that is under way, and every later one at once.
    public func cancel() {
        work.withLock { work in
            for worker in work.workers.values { worker.kill() }
            work.isCancelled = true
        }
    }

    private var isCancelled: Bool { work.withLock { $0.isCancelled } }

    private func begin(_ worker: WorkerProcess) -> Bool {
        work.withLock { work in
            guard !work.isCancelled else { return false }
            work.workers[ObjectIdentifier(worker)] = worker
            return true
        }
    }

    private func end(_ worker: WorkerProcess) {
        work.withLock { _ = $0.workers.removeValue(forKey: ObjectIdentifier(worker)) }
    }
}
