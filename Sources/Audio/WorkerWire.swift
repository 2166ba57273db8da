/// The message format between the daemon and a worker (design, section 2): pure bytes in and out.
///
/// ```
///   kind UInt8 | 0 0 0 | length of what follows UInt32 | …
/// ```
///
/// Both ends are one machine; integers are little-endian, samples as the machine has them. The worker may have been
/// taken over by the file that it reads, so everything that comes from it is bounded and checked here: a message
/// longer than its kind allows, an unknown kind, a count that does not fit or a text that is not UTF-8 is a
/// `WireFault`, after which nothing of that worker is believed.
public enum WorkerWire {
    /// The most frames in one audio message.
    public static let mostFrames = 4_096
    /// The most contours in one message.
    public static let mostContours = 64
    /// The most bytes in a text.
    public static let mostText = 4_096
    /// Frames in a day: no file lasts longer.
    public static let mostLength = FrameCount(seconds: 86_400)
    static let headerBytes = 8

    /// A sample as the mix may have it: finite and at most 24 dB over full scale, so that no file can poison a
    /// filter or a listener's ears with what is no audio.
    @inline(__always)
    public static func sane(_ sample: Float) -> Float {
        // A comparison with NaN is false.
        sample.magnitude <= 16 ? sample : sample > 0 ? 16 : sample < 0 ? -16 : 0
    }
}

/// Bytes that are no message.
public struct WireFault: Error, Hashable, Sendable {}

/// A kind of message that a `WireReader` can read.
public protocol WireMessage: Sendable {
    /// The most bytes that may follow the header of this kind; nil for a kind that does not exist.
    static func limit(kind: UInt8) -> Int?
    /// Reads what follows the header.
    init(kind: UInt8, fields: inout WireFields) throws(WireFault)
}

/// What the daemon asks of a worker, once.
public enum WorkerRequest: WireMessage, Hashable {
    /// Send the file's audio from a frame on.
    case decode(path: String, from: FrameCount)
    /// Read the whole file and say what it is.
    case measure(path: String)
    /// Send the audio of the stream whose bytes follow this message, until the daemon closes its sending half.
    case receive
    /// Take what follows this message, to the connection's end, for a stream as listeners get it, and send its contours.
    case listen
    /// Send what comes from a device, the default one if none is named, until the daemon closes the connection.
    case capture(SoundDevice?, SoundSettings)
    /// Say which devices there are.
    case devices(SoundSettings)

    public static func limit(kind: UInt8) -> Int? {
        switch kind {
        case 1, 2: 16 + WorkerWire.mostText
        case 3, 4: 0
        case 5, 6: 16_384 + WorkerWire.mostText
        default: nil
        }
    }

    public init(kind: UInt8, fields: inout WireFields) throws(WireFault) {
        switch kind {
        case 1:
            let from = FrameCount(frames: try fields.integer())
            guard from >= .zero else { throw WireFault() }
            self = .decode(path: try fields.text(), from: from)
        case 2: self = .measure(path: try fields.text())
        case 3: self = .listen
        case 5: self = .capture(try SoundDevice(optional: &fields), try SoundSettings(&fields))
        case 6: self = .devices(try SoundSettings(&fields))
        default: self = .receive
        }
    }

    /// The message's bytes. A path that no system accepts (over 4,095 bytes) is cut and will not be found.
    public var bytes: [UInt8] {
        switch self {
        case .decode(let path, let from):
            WireBytes.message(1) { bytes in
                bytes.add(from.frames)
                bytes.add(path)
            }
        case .measure(let path): WireBytes.message(2) { $0.add(path) }
        case .receive: WireBytes.message(4)
        case .listen: WireBytes.message(3)
        case .capture(let device, let settings):
            WireBytes.message(5) { bytes in
                bytes.add(device)
                bytes.add(settings)
            }
        case .devices(let settings): WireBytes.message(6) { $0.add(settings) }
        }
    }
}

/// What a worker tells the daemon.
public enum WorkerMessage: WireMessage, Hashable {
    /// The file is open; its audio follows.
    case opened(SourceDescription)
    /// The next frames, as many left as right, at least one, every sample sane.
    case audio(left: [Float], right: [Float])
    /// That was the last frame.
    case finished
    /// Measuring goes on: a sign of life.
    case alive
    case measured(FileMeasurement)
    /// The next contours of a stream, at least one.
    case heard([Contour])
    /// The last message: no more can be read.
    case failed(MediaFault)
    /// A stream says what is played from its next frame on; nil where it says nothing.
    case title(artist: String?, title: String?)
    /// One of the devices that there are.
    case device(SoundDevice)

    public static func limit(kind: UInt8) -> Int? {
        switch kind {
        case 1, 5, 8, 9: 16_384
        case 2: WorkerWire.mostFrames * EngineFormat.channels * MemoryLayout<Float>.size
        case 3, 4: 0
        case 6: 256
        case 7: WorkerWire.mostContours * 16
        default: nil
        }
    }

    public init(kind: UInt8, fields: inout WireFields) throws(WireFault) {
        switch kind {
        case 1: self = .opened(try SourceDescription(&fields))
        case 2:
            let (left, right) = try fields.samples()
            self = .audio(left: left, right: right)
        case 3: self = .finished
        case 4: self = .alive
        case 5: self = .measured(try FileMeasurement(&fields))
        case 6: self = .failed(try MediaFault(&fields))
        case 7: self = .heard(try fields.contours())
        case 9: self = .device(try SoundDevice(&fields))
        default: self = .title(artist: try fields.optionalText(), title: try fields.optionalText())
        }
    }

    /// The message's bytes.
    public var bytes: [UInt8] {
        switch self {
        case .opened(let source): WireBytes.message(1) { $0.add(source) }
        case .audio(let left, let right): Self.audioBytes(left: left.span, right: right.span)
        case .finished: WireBytes.message(3)
        case .alive: WireBytes.message(4)
        case .measured(let measurement): WireBytes.message(5) { $0.add(measurement) }
        case .failed(let fault): WireBytes.message(6) { $0.add(fault) }
        case .title(let artist, let title):
            WireBytes.message(8) { bytes in
                bytes.add(artist)
                bytes.add(title)
            }
        case .device(let device): WireBytes.message(9) { $0.add(device) }
        case .heard(let contours): WireBytes.message(7) { for contour in contours { $0.add(contour) } }
        }
    }

    /// The bytes of an audio message.
    ///
    /// - Precondition: as many frames left as right, at most `WorkerWire.mostFrames`.
    public static func audioBytes(left: Span<Float>, right: Span<Float>) -> [UInt8] {
        precondition(left.count == right.count && left.count <= WorkerWire.mostFrames)
        let size = left.count * MemoryLayout<Float>.size
        var bytes = WireBytes.header(2, length: 2 * size)
        bytes.reserveCapacity(WorkerWire.headerBytes + 2 * size)
        unsafe left.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        unsafe right.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }
}

/// Cuts a stream of bytes, however it is dripped in, into messages. It holds at most one unfinished message and what
/// was appended last.
public struct WireReader<Message: WireMessage>: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    public init() {}

    /// What was appended and is part of no message yet.
    public var unread: ArraySlice<UInt8> { bytes[start...] }

    /// Takes bytes as they came.
    public mutating func append(_ more: ArraySlice<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole message; nil when more bytes are needed.
    public mutating func next() throws(WireFault) -> Message? {
        guard bytes.count - start >= WorkerWire.headerBytes else { return nil }
        let kind = bytes[start]
        let length = (4..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
        guard let limit = Message.limit(kind: kind), length <= limit else { throw WireFault() }
        let body = start + WorkerWire.headerBytes
        guard bytes.count - body >= length else { return nil }
        var fields = WireFields(bytes[body..<(body + length)])
        let message = try Message(kind: kind, fields: &fields)
        guard fields.isEmpty else { throw WireFault() }
        start = body + length
        return message
    }
}
