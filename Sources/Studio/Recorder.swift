internal import Audio
internal import Codecs
internal import Glibc
internal import Synchronization
internal import Threads

/// What a recording is called, and where it lies.
public struct RecordingPlan: Hashable, Sendable {
    public var folder: String
    /// The file's name without its ending; what no file's name may hold is replaced.
    public var name: String
    /// Vorbis comments: TITLE, ARTIST, DATE.
    public var comments: [String: String]

    public init(folder: String, name: String, comments: [String: String] = [:]) {
        self.folder = folder
        var name = String(name.map { $0 == "/" || $0.isNewline || $0 == "\0" ? "-" : $0 })
        if name.hasPrefix(".") { name = "-" + name.dropFirst() }
        // A file's name may have 255 bytes.
        while name.utf8.count > 200 { name.removeLast() }
        self.name = name
        self.comments = comments
    }
}

/// Why a recording has ended before the show.
public enum RecordingFault: Error, Hashable, Sendable {
    /// No file could be made in the folder: the system's error number.
    case notBegun(errno: Int32)
    /// The file takes no more: the system's error number.
    case notWritten(errno: Int32)
    /// The disk was slower than the show for longer than the queue holds.
    case tooSlow
}

/// Records a show, losslessly, beside it: whatever happens to the disk, the show goes on.
///
/// The show's thread gives frames, which wait in a ring of 20 s for a thread of the recorder's, named `studio-record`.
/// When the ring is full or the file takes no more, the recording ends, and says so once.
final class Recorder: Sendable {
    private let producer: FrameProducer
    private let file: Tape
    private let thread = OwnedThread(name: "studio-record")

    /// - Parameter events: called on the recorder's thread: the path when it has begun, or why it has ended.
    init(_ plan: RecordingPlan, events: @escaping @Sendable (Result<String, RecordingFault>) -> Void) {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(seconds: 20))
        self.producer = producer
        let file = Tape()
        self.file = file
        thread.start {
            do throws(RecordingFault) {
                try file.run(plan, consumer) { events(.success($0)) }
            } catch {
                consumer.close()
                events(.failure(error))
            }
        }
    }

    deinit { finish() }

    /// Takes the next frames; never waits.
    func take(left: Span<Float>, right: Span<Float>) {
        guard !producer.isClosed, !file.isOverrun.load(ordering: .relaxed) else { return }
        if producer.write(left: left, right: right) < left.count {
            file.isOverrun.store(true, ordering: .relaxed)
            producer.finish()
        }
    }

    /// Writes what waits, and closes the file. Safe to call again.
    func finish() {
        producer.finish()
        // A dead disk may hold the thread for ever.
        thread.join(within: .seconds(10))
    }

    private final class Tape: Sendable {
        let isOverrun = Atomic(false)

        func run(
            _ plan: RecordingPlan, _ consumer: FrameConsumer, begun: (String) -> Void
        ) throws(RecordingFault) {
            let flac = try FlacFile(plan)
            begun(flac.path)
            var block = AudioBlock(capacity: 4_096)
            while !consumer.isExhausted {
                _ = consumer.waitForFrames(block.capacity, milliseconds: 500)
                let count = consumer.read(into: &block, at: 0, count: block.capacity)
                guard count > 0 else { continue }
                try block.withChannels { (left, right) throws(RecordingFault) in
                    try flac.write(left: left.extracting(first: count), right: right.extracting(first: count))
                }
            }
            try flac.finish()
            if isOverrun.load(ordering: .relaxed) { throw .tooSlow }
        }
    }
}
