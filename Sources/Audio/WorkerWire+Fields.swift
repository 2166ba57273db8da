/// Reads the fields of one message, never past its end.
public struct WireFields {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() throws(WireFault) -> UInt8 {
        guard let byte = rest.popFirst() else { throw WireFault() }
        return byte
    }

    mutating func integer() throws(WireFault) -> Int64 {
        guard rest.count >= 8 else { throw WireFault() }
        let value = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        return Int64(bitPattern: value)
    }

    /// An integer within a range.
    mutating func integer(in range: ClosedRange<Int64>) throws(WireFault) -> Int64 {
        let value = try integer()
        guard range.contains(value) else { throw WireFault() }
        return value
    }

    /// A finite number, or none.
    mutating func number() throws(WireFault) -> Double? {
        guard try byte() == 1 else { return nil }
        let value = Double(bitPattern: UInt64(bitPattern: try integer()))
        guard value.isFinite else { throw WireFault() }
        return value
    }

    mutating func text() throws(WireFault) -> String {
        let count = Int(try integer(in: 0...Int64(WorkerWire.mostText)))
        guard rest.count >= count, let text = String(validating: rest.prefix(count), as: UTF8.self)
        else { throw WireFault() }
        rest = rest.dropFirst(count)
        return text
    }

    mutating func optionalText() throws(WireFault) -> String? { try byte() == 1 ? try text() : nil }

    /// All that is left, as left samples and then as many right ones.
    mutating func samples() throws(WireFault) -> (left: [Float], right: [Float]) {
        let count = rest.count / 8
        guard count > 0, rest.count == count * 8 else { throw WireFault() }
        let planes = [0, count].map { first in
            unsafe [Float](unsafeUninitializedCapacity: count) { to, filled in
                // Unsafe: `rest` holds exactly 2 × count samples, and `first + count` is at most that many. They are
                // copied as bytes, so their alignment does not matter, and every bit pattern is a Float.
                unsafe rest.withUnsafeBytes { from in
                    let plane = unsafe UnsafeRawBufferPointer(
                        rebasing: from[(first * 4)..<((first + count) * 4)])
                    unsafe UnsafeMutableRawBufferPointer(to).copyMemory(from: plane)
                }
                for frame in 0..<count { unsafe to[frame] = WorkerWire.sane(to[frame]) }
                filled = count
            }
        }
        rest = []
        return (planes[0], planes[1])
    }
}

extension WireFields {
    /// All that is left, as contours: finite powers that are not negative.
    mutating func contours() throws(WireFault) -> [Contour] {
        var contours: [Contour] = []
        while !isEmpty {
            var power = SIMD4<Float>()
            for half in 0..<2 {
                let bits = UInt64(bitPattern: try integer())
                power[2 * half] = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
                power[2 * half + 1] = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))
            }
            guard (0..<4).allSatisfy({ power[$0].isFinite && power[$0] >= 0 }) else { throw WireFault() }
            contours.append(Contour(power: power))
        }
        guard !contours.isEmpty else { throw WireFault() }
        return contours
    }
}

/// Builds the bytes of one message.
struct WireBytes {
    private var bytes: [UInt8] = []

    /// The message of a kind, with what `fill` adds to it and its length in its header.
    static func message(_ kind: UInt8, _ fill: (inout WireBytes) -> Void = { _ in }) -> [UInt8] {
        var body = WireBytes()
        fill(&body)
        return header(kind, length: body.bytes.count) + body.bytes
    }

    static func header(_ kind: UInt8, length: Int) -> [UInt8] {
        [kind, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }

    mutating func add(_ value: Int64) {
        let value = UInt64(bitPattern: value)
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
    }

    mutating func add(_ contour: Contour) {
        for half in 0..<2 {
            let bits =
                UInt64(contour.power[2 * half + 1].bitPattern) << 32
                | UInt64(contour.power[2 * half].bitPattern)
            add(Int64(bitPattern: bits))
        }
    }

    mutating func add(_ number: Double?) {
        bytes.append(number == nil ? 0 : 1)
        if let number { add(Int64(bitPattern: number.bitPattern)) }
    }

    /// Adds a text, cut at a character when it is longer than a text may be.
    mutating func add(_ text: String) {
        var kept = Substring(text)
        if kept.utf8.count > WorkerWire.mostText {
            kept = kept.prefix(WorkerWire.mostText)
            while kept.utf8.count > WorkerWire.mostText { kept.removeLast() }
        }
        add(Int64(kept.utf8.count))
        bytes.append(contentsOf: kept.utf8)
    }

    mutating func add(_ text: String?) {
        bytes.append(text == nil ? 0 : 1)
        if let text { add(text) }
    }

    mutating func add(_ source: SourceDescription) {
        add(source.codec)
        add(source.container)
        add(Int64(source.sampleRate))
        add(Int64(source.channels))
        add(source.artist)
        add(source.title)
        add(source.album)
    }

    mutating func add(_ measurement: FileMeasurement) {
        add(measurement.frames.frames)
        add(measurement.loudness)
        add(measurement.truePeak)
        add(measurement.cueIn.frames)
        add(measurement.cueOut.frames)
        add(measurement.source)
    }

    mutating func add(_ fault: MediaFault) {
        let (code, number, name) = fault.wire
        add(Int64(code))
        add(Int64(number))
        add(name)
    }
}

extension SourceDescription {
    init(_ fields: inout WireFields) throws(WireFault) {
        self.init(
            codec: try fields.text(), container: try fields.text(),
            sampleRate: Int(try fields.integer(in: 1...10_000_000)),
            channels: Int(try fields.integer(in: 1...1_024)), artist: try fields.optionalText(),
            title: try fields.optionalText(), album: try fields.optionalText())
    }
}

extension FileMeasurement {
    init(_ fields: inout WireFields) throws(WireFault) {
        let frames = try fields.integer(in: 0...WorkerWire.mostLength.frames)
        let loudness = try fields.number()
        let truePeak = try fields.number()
        let cueIn = try fields.integer(in: 0...frames)
        let cueOut = try fields.integer(in: cueIn...frames)
        self.init(
            frames: FrameCount(frames: frames), loudness: loudness, truePeak: truePeak,
            cueIn: FrameCount(frames: cueIn), cueOut: FrameCount(frames: cueOut),
            source: try SourceDescription(&fields))
    }
}

extension MediaFault {
    /// A fault that a worker can report, as a number, the system's error and libav's name. What only the daemon sees
    /// has no number and cannot be forged.
    fileprivate var wire: (code: Int, number: Int32, name: String) {
        switch self {
        case .missing: (1, 0, "")
        case .permissionDenied: (2, 0, "")
        case .notAFile: (3, 0, "")
        case .empty: (4, 0, "")
        case .unreadable(let errno): (5, errno, "")
        case .notAudio: (6, 0, "")
        case .formatNotAllowed(let name): (7, 0, String(name.prefix(32)))
        case .codecNotAllowed(let name): (8, 0, String(name.prefix(32)))
        case .endless: (9, 0, "")
        case .tooLarge: (10, 0, "")
        case .changed: (11, 0, "")
        case .noSoundSystem: (13, 0, "")
        case .noDevice(let errno): (14, errno, "")
        case .corrupt, .crashed, .exited, .hung, .nonsense, .workerMissing: (12, 0, "")
        }
    }

    init(_ fields: inout WireFields) throws(WireFault) {
        let code = try fields.integer()
        let number = Int32(truncatingIfNeeded: try fields.integer())
        let name = try fields.text()
        switch code {
        case 1: self = .missing
        case 2: self = .permissionDenied
        case 3: self = .notAFile
        case 4: self = .empty
        case 5: self = .unreadable(errno: number)
        case 6: self = .notAudio
        case 7: self = .formatNotAllowed(name)
        case 8: self = .codecNotAllowed(name)
        case 9: self = .endless
        case 10: self = .tooLarge
        case 11: self = .changed
        case 12: self = .corrupt
        case 13: self = .noSoundSystem
        case 14: self = .noDevice(errno: number)
        default: throw WireFault()
        }
    }
}
