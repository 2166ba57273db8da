public import Audio
internal import CShims
internal import Glibc

/// A stream as listeners get it, on its way through a worker: bytes in, contours out.
///
/// It belongs to one thread, which must outlive it, and which it never blocks for longer than `patience`. It believes
/// nothing that the worker says beyond what the wire's bounds allow; after a fault it is of no more use.
public final class StreamDecoder {
    /// How long the worker may leave bytes lying: 2 s.
    private static let patience: Int64 = 2_000_000_000

    private let worker: WorkerProcess
    private var messages: WorkerMessages

    /// Starts a worker.
    ///
    /// - Parameter program: the path of the `funkhaus-media` executable.
    public init(program: String) throws(MediaFault) {
        worker = try WorkerProcess(program: program)
        messages = WorkerMessages(worker)
        guard worker.send(.listen) else { throw worker.reap() }
    }

    /// Readable when contours have come, for `poll`. It stays this object's.
    public var descriptor: Int32 { worker.descriptor }

    /// Hands on the next bytes of the stream.
    public func feed(_ bytes: [UInt8]) throws(MediaFault) {
        guard worker.send(bytes, until: cshims_monotonic_now() + Self.patience) else { throw .hung }
    }

    /// What has come since the last call; nothing when the stream is at its end.
    public func contours() throws(MediaFault) -> [Contour] {
        var contours: [Contour] = []
        while let message = try messages.waiting() {
            switch message {
            case .heard(let more): contours += more
            case .failed(let fault): throw fault
            default: throw .nonsense
            }
        }
        return contours
    }
}
