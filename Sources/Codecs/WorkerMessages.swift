internal import Audio
internal import CShims

/// A worker's messages, as they come.
struct WorkerMessages {
    private let worker: WorkerProcess
    private var reader = WireReader<WorkerMessage>()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(_ worker: WorkerProcess) { self.worker = worker }

    /// The next message, waited for on the calling thread; nil when the worker is gone without one.
    ///
    /// Throws `.hung` when there was none in the time given, `.nonsense` when the bytes are no message.
    mutating func next(within milliseconds: Int) throws(MediaFault) -> WorkerMessage? {
        let deadline = cshims_monotonic_now() + Int64(milliseconds) * 1_000_000
        while true {
            do {
                if let message = try reader.next() { return message }
            } catch {
                throw .nonsense
            }
            switch worker.receive(into: &buffer, until: deadline) {
            case .bytes(let count): reader.append(buffer[..<count])
            case .silence: throw .hung
            case .end: return nil
            }
        }
    }

    /// The next message that has come already; nil when none is waiting.
    ///
    /// Throws `.nonsense` when the bytes are no message, and how the worker ended when it is gone.
    mutating func waiting() throws(MediaFault) -> WorkerMessage? {
        while true {
            do {
                if let message = try reader.next() { return message }
            } catch {
                throw .nonsense
            }
            switch worker.receive(into: &buffer, until: 0) {
            case .bytes(let count): reader.append(buffer[..<count])
            case .silence: return nil
            case .end:
                worker.kill()
                throw worker.reap()
            }
        }
    }
}
