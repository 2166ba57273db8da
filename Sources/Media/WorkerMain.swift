internal import Audio
internal import CAV
internal import CShims
internal import Glibc

/// The whole life of a worker process: wait for one request, open its one input, go behind the walls, answer, end. The
/// input is a file, what follows the request, or, without walls (`SoundSystems` says why), a sound device.
///
/// One thread. The daemon commands it through descriptor 0 and reads descriptor 1, which are two names of one socket;
/// when the daemon closes its end or dies, reading ends, writing fails, and the process is over. It must not start
/// libav on a byte of the file before the walls are up.
public enum WorkerMain {
    /// Memory that a file may cost, beside the libraries: several times what any music needs.
    private static let mostMemory: UInt64 = 128 << 20
    /// Processor time for the longest file in the dearest codec. A stream lasts for weeks on it; then there is a new worker.
    private static let mostSeconds: UInt64 = 3_600

    /// Serves one request.
    ///
    /// - Returns: the process's exit code; 0 unless the daemon went away or the request was nonsense.
    public static func run() -> Int32 {
        cshims_die_with_parent()
        cshims_forget_startup()
        av_log_set_level(AV_LOG_QUIET)
        guard let (request, rest) = readRequest() else { return 1 }
        do {
            switch request {
            case .decode(let path, let from): try decode(try open(path), from: from)
            case .listen:
                try lockDown()
                try LineReader(InputLine(rest)).read(into: ContourSender()) { _, _ in }
            case .measure(let path):
                cshims_yield_to_all()
                try measure(try open(path))
            case .receive:
                try lockDown()
                // What is decoded is not gathered: it is about to be heard.
                let line = InputLine(rest)
                repeat { try receive(LineReader(line), gathering: 1) } while line.goesOn()
                try send(WorkerMessage.finished.bytes)
            case .capture(let device, let settings):
                // Some devices give a frame at a time: 10 ms are worth a message.
                try receive(LineReader(SoundSystems(settings).open(device)), gathering: 441)
                try send(WorkerMessage.finished.bytes)
            case .devices(let settings):
                for device in try SoundSystems(settings).devices() {
                    try send(WorkerMessage.device(device).bytes)
                }
                try send(WorkerMessage.finished.bytes)
            }
        } catch {
            guard (try? send(WorkerMessage.failed(error).bytes)) != nil else { return 1 }
        }
        return 0
    }

    private static func decode(_ file: InputFile, from: FrameCount) throws(MediaFault) {
        let track = try TrackReader(file, from: from)
        try send(WorkerMessage.opened(track.source).bytes)
        let sender = AudioSender()
        do {
            try track.read(into: sender)
        } catch {
            // What was decoded before the fault is heard.
            try sender.flush()
            throw error
        }
        try sender.flush()
        try send(WorkerMessage.finished.bytes)
    }

    private static func receive(_ reader: LineReader, gathering least: Int) throws(MediaFault) {
        try send(WorkerMessage.opened(reader.source).bytes)
        let sender = AudioSender(least: least)
        try reader.read(into: sender) { (artist, title) throws(MediaFault) in
            try send(WorkerMessage.title(artist: artist, title: title).bytes)
        }
        try sender.flush()
    }

    private static func measure(_ file: InputFile) throws(MediaFault) {
        let track = try TrackReader(file, from: .zero)
        let sink = try MeasuringSink { () throws(MediaFault) in try send(WorkerMessage.alive.bytes) }
        try track.read(into: sink)
        try send(WorkerMessage.measured(sink.measurement(of: track.source)).bytes)
    }

    /// Opens the file, and locks the process down for the rest of its life.
    private static func open(_ path: String) throws(MediaFault) -> InputFile {
        let file = try InputFile(path: path)
        try lockDown()
        return file
    }

    private static func lockDown() throws(MediaFault) {
        cshims_limit(mostMemory, mostSeconds)
        guard cshims_forbid_calls() == 0 else { throw .unreadable(errno: errno) }
    }

    /// The request, and what already came behind it.
    private static func readRequest() -> (WorkerRequest, rest: ArraySlice<UInt8>)? {
        var reader = WireReader<WorkerRequest>()
        var bytes = [UInt8](repeating: 0, count: 8_192)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            reader.append(bytes[..<count])
            do {
                if let request = try reader.next() { return (request, reader.unread) }
            } catch {
                return nil
            }
        }
    }

    /// Writes a whole message. It waits as long as the daemon does not read: that is how a full ring holds back a
    /// decoder.
    static func send(_ bytes: [UInt8]) throws(MediaFault) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(1, $0.baseAddress?.advanced(by: sent), $0.count - sent)
            }
            guard count > 0 else { throw .unreadable(errno: errno) }
            sent += count
        }
    }
}

/// Gathers frames into messages of at least so many, the largest size if nothing else is said.
private final class AudioSender: FrameSink {
    private let least: Int
    private var left: [Float] = []
    private var right: [Float] = []

    init(least: Int = WorkerWire.mostFrames) {
        self.least = least
        left.reserveCapacity(WorkerWire.mostFrames)
        right.reserveCapacity(WorkerWire.mostFrames)
    }

    func take(left: Span<Float>, right: Span<Float>) throws(MediaFault) {
        var taken = 0
        while taken < left.count {
            let count = min(left.count - taken, WorkerWire.mostFrames - self.left.count)
            let part = taken..<(taken + count)
            unsafe left.extracting(part).withUnsafeBufferPointer { unsafe self.left.append(contentsOf: $0) }
            unsafe right.extracting(part).withUnsafeBufferPointer { unsafe self.right.append(contentsOf: $0) }
            taken += count
            if self.left.count == WorkerWire.mostFrames { try flush() }
        }
        if self.left.count >= least { try flush() }
    }

    func flush() throws(MediaFault) {
        guard !left.isEmpty else { return }
        try WorkerMain.send(WorkerMessage.audioBytes(left: left.span, right: right.span))
        left.removeAll(keepingCapacity: true)
        right.removeAll(keepingCapacity: true)
    }
}

/// Takes the contours of frames, and sends them a few at a time.
private final class ContourSender: FrameSink {
    private var meter = ContourMeter()
    private var waiting: [Contour] = []
    /// A fifth of a second.
    private static let most = 8

    func take(left: Span<Float>, right: Span<Float>) throws(MediaFault) {
        meter.take(left: left, right: right) { waiting.append($0) }
        while waiting.count >= Self.most {
            try WorkerMain.send(WorkerMessage.heard(Array(waiting.prefix(Self.most))).bytes)
            waiting.removeFirst(Self.most)
        }
    }
}
