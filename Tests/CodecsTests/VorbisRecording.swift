import Audio
import Codecs
import Glibc
import TestKit
import Testing

/// What a stream has emitted, from its headers to its end, and how Debian's oggdec hears it.
struct VorbisRecording {
    var plainHeaders: [UInt8] = []
    var pages: [StreamPage] = []

    /// Encodes a signal of `frames` frames in blocks of the engine's size, the last as long as what is left.
    /// Titles are marked just before the block that holds their first frame, as the engine does it.
    init(
        frames: Int, quality: Double = 5, start: Int64 = 0, titles: [(Title, at: Int64)] = [],
        signal: (Int) -> (Float, Float)
    ) throws {
        let stream = try VorbisStream(
            quality: quality, station: "Radio Beispiel", serial: 0xfeed_f00d, start: FrameTime(frames: start))
        plainHeaders = stream.plainHeaders
        var waiting = titles[...]
        var position = 0
        while position < frames {
            let count = min(EngineFormat.blockFrames, frames - position)
            var block = AudioBlock(capacity: count)
            block.withChannels { left, right in
                for index in 0..<count { (left[index], right[index]) = signal(position + index) }
            }
            while let next = waiting.first, next.at < start + Int64(position + count) {
                stream.mark(title: next.0, at: FrameTime(frames: next.at))
                waiting.removeFirst()
            }
            stream.encode(block) { pages.append($0) }
            position += count
        }
        stream.finish { pages.append($0) }
    }

    /// All bytes of the plain framing.
    var plain: [UInt8] { pages.reduce(into: plainHeaders) { $0 += $1.plain } }

    /// All bytes of the chained framing.
    var chained: [UInt8] {
        pages.reduce(into: []) { bytes, page in
            if page.startsLink { bytes += page.link.bytes }
            bytes += page.chained
        }
    }

    /// The first frame of each page.
    func begins(start: Int64 = 0) -> [Int64] { [start] + pages.dropLast().map(\.end.frames) }

    /// Samples of 16 bits, left and right in turn, as oggdec decodes them.
    static func decode(_ bytes: [UInt8]) throws -> [Int16] {
        let result = try Tool.run(
            "oggdec", ["--quiet", "--raw", "--bits", "16", "--output", "-", "-"], input: bytes)
        try #require(result.status == 0, "oggdec: \(result.errors)")
        return result.output.withUnsafeBytes { raw in
            (0..<raw.count / 2).map {
                Int16(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 2, as: Int16.self))
            }
        }
    }

    /// What ogginfo finds wrong, one line each; nothing for a sound stream.
    static func complaints(_ bytes: [UInt8]) throws -> [String] {
        let directory = try TemporaryDirectory()
        let file = "\(directory.path)/stream.ogg"
        try #require(try Tool.run("tee", [file], input: bytes).status == 0)
        let result = try Tool.run("ogginfo", [file])
        let lines = (String(decoding: result.output, as: UTF8.self) + result.errors).split(separator: "\n")
        return lines.map(String.init).filter { $0.hasPrefix("WARNING") || $0.contains("rror") }
            + (result.status == 0 ? [] : ["status \(result.status)"])
    }

}

/// Signals that are known at every frame.
enum Signal {
    /// A tone that climbs from 100 Hz on by 200 Hz a second, the right channel a quarter of a turn behind: no stretch
    /// of it looks like another.
    static func sweep(_ frame: Int) -> (Float, Float) {
        let seconds = Double(frame) / 44_100
        let turns = (100 * seconds + 100 * seconds * seconds) * 2 * .pi
        return (Float(sin(turns)) * 0.5, Float(sin(turns - .pi / 2)) * 0.5)
    }

    static func silence(_ frame: Int) -> (Float, Float) { (0, 0) }

    /// White noise at nearly full scale; the same frame always has the same value.
    static func noise(_ frame: Int) -> (Float, Float) {
        var generator = SeededGenerator(seed: UInt64(frame))
        return (value(generator.next()), value(generator.next()))
    }

    /// Silence with a click in each half second, which makes the encoder change to short blocks.
    static func clicks(_ frame: Int) -> (Float, Float) { frame % 22_050 < 8 ? (0.9, -0.9) : (0, 0) }

    private static func value(_ bits: UInt64) -> Float {
        Float(Int64(bits >> 40) - (1 << 23)) / Float(1 << 23) * 0.95
    }
}
