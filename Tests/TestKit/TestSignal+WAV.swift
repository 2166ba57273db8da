/// RIFF/WAVE files, as programs of the system's read and write them.
extension TestSignal {
    /// How a WAV file holds a sample.
    public enum Sample: Sendable {
        /// 16-bit integers: rounded, without dither.
        case integer16
        /// 32-bit floats.
        case float32
    }

    /// The bytes of a WAV file; one channel (the left one) or two.
    public func wav(_ sample: Sample = .integer16, channels: Int = 2) -> [UInt8] {
        precondition(channels == 1 || channels == 2)
        let width = sample == .integer16 ? 2 : 4
        let frame = channels * width
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44 + count * frame)
        bytes += Array("RIFF".utf8) + Self.little(36 + count * frame, 4) + Array("WAVEfmt ".utf8)
        bytes += Self.little(16, 4) + Self.little(sample == .integer16 ? 1 : 3, 2) + Self.little(channels, 2)
        bytes += Self.little(rate, 4) + Self.little(rate * frame, 4) + Self.little(frame, 2)
        bytes += Self.little(8 * width, 2) + Array("data".utf8) + Self.little(count * frame, 4)
        // Tight loops: minutes of signal go through here in debug builds.
        let sides = channels == 1 ? [left] : [left, right]
        switch sample {
        case .integer16:
            var words = [Int16](repeating: 0, count: count * channels)
            for (side, samples) in sides.enumerated() {
                for index in 0..<count {
                    let scaled = max(-32_768, min(32_767, (samples[index] * 32_767).rounded()))
                    words[index * channels + side] = Int16(scaled).littleEndian
                }
            }
            words.withUnsafeBytes { bytes += $0 }
        case .float32:
            var words = [UInt32](repeating: 0, count: count * channels)
            for (side, samples) in sides.enumerated() {
                for index in 0..<count {
                    words[index * channels + side] = samples[index].bitPattern.littleEndian
                }
            }
            words.withUnsafeBytes { bytes += $0 }
        }
        return bytes
    }

    /// Reads a WAV file of 16-bit integers or 32-bit floats, mono (then both sides are it) or stereo; nil when it is
    /// anything else. A length that a program could not know when it wrote to a pipe is taken as "to the end".
    public init?(wav bytes: [UInt8]) {
        func number(_ at: Int, _ width: Int) -> Int {
            bytes[at..<(at + width)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)) else { return nil }
        var form: (tag: Int, channels: Int, rate: Int, bits: Int)?
        var at = 12
        while at + 8 <= bytes.count {
            let name = bytes[at..<(at + 4)]
            let body = at + 8
            let length = min(number(at + 4, 4), bytes.count - body)
            if name.elementsEqual("fmt ".utf8), length >= 16 {
                // An extensible header has its true tag at the start of the sub-format.
                let tag = number(body, 2) == 0xfffe && length >= 26 ? number(body + 24, 2) : number(body, 2)
                form = (tag, number(body + 2, 2), number(body + 4, 4), number(body + 14, 2))
            } else if name.elementsEqual("data".utf8) {
                guard let form, form.channels == 1 || form.channels == 2 else { return nil }
                let width = form.bits / 8
                guard (form.tag, width) == (1, 2) || (form.tag, width) == (3, 4) else { return nil }
                let frames = length / (width * form.channels)
                func side(_ channel: Int) -> [Float] {
                    var samples = [Float](repeating: 0, count: frames)
                    bytes.withUnsafeBytes { bytes in
                        var at = body + channel * width
                        for frame in 0..<frames {
                            if width == 2 {
                                let word = bytes.loadUnaligned(fromByteOffset: at, as: Int16.self)
                                samples[frame] = Float(Int16(littleEndian: word)) / 32_767
                            } else {
                                let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                                samples[frame] = Float(bitPattern: UInt32(littleEndian: word))
                            }
                            at += width * form.channels
                        }
                    }
                    return samples
                }
                self.init(left: side(0), right: side(form.channels - 1), rate: form.rate)
                return
            }
            at = body + length + length % 2
        }
        return nil
    }

    private static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
