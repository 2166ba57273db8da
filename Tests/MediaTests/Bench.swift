import Audio
import Codecs
import Foundation
import Glibc
import TestKit

/// The worker's program, which the build lays beside the tests' own.
let workerProgram: String = {
    var path = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let own = String(decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("funkhaus-media").path
}()

/// Machines under test are slow: what is not a test of deadlines gets a minute.
let calm = MediaDecoder.Patience(opening: 60_000, playing: 60_000)

/// A stereo signal in memory.
struct Sound {
    var left: [Float]
    var right: [Float]
    var count: Int { left.count }

    /// A sine on each side, at half of full scale, that does not repeat within a second.
    static func tone(frames: Int, rate: Double = 44_100, from first: Int = 0) -> Sound {
        func sine(_ hertz: Double) -> [Float] {
            (first..<(first + frames)).map { Float(0.5 * sin(2 * Double.pi * hertz * Double($0) / rate)) }
        }
        return Sound(left: sine(441.3), right: sine(612.7))
    }

    /// The greatest difference of a sample from another signal's, over the frames that both have.
    func distance(to other: Sound, skipping edge: Int = 0) -> Float {
        let frames = edge..<max(edge, min(count, other.count) - edge)
        return frames.reduce(0) {
            max($0, abs(left[$1] - other.left[$1]), abs(right[$1] - other.right[$1]))
        }
    }

    func dropFirst(_ frames: Int) -> Sound {
        Sound(left: Array(left.dropFirst(frames)), right: Array(right.dropFirst(frames)))
    }

    func part(_ frames: Range<Int>) -> Sound { Sound(left: Array(left[frames]), right: Array(right[frames])) }

    /// The mean square of both sides.
    var power: Float {
        left.indices.reduce(0) { $0 + left[$1] * left[$1] + right[$1] * right[$1] } / Float(2 * count)
    }

    /// A WAV file of 32-bit floats, with as many channels as planes.
    static func wav(_ planes: [[Float]], rate: Int) -> [UInt8] {
        func little(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(value >> (8 * $0) & 0xff) }
        }
        let frames = planes[0].count
        let data = frames * planes.count * 4
        var bytes = Array("RIFF".utf8) + little(36 + data, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        bytes += little(3, 2) + little(planes.count, 2) + little(rate, 4) + little(rate * planes.count * 4, 4)
        bytes += little(planes.count * 4, 2) + little(32, 2) + Array("data".utf8) + little(data, 4)
        for frame in 0..<frames {
            for plane in planes { bytes += little(Int(plane[frame].bitPattern), 4) }
        }
        return bytes
    }

    func wav(rate: Int = 44_100) -> [UInt8] { Self.wav([left, right], rate: rate) }
}

/// A folder with a pool of workers, and what tests do there.
final class Bench {
    let folder: TemporaryDirectory
    let workers: MediaWorkers

    init() throws {
        folder = try TemporaryDirectory()
        workers = MediaWorkers(program: workerProgram)
    }

    deinit { workers.stop() }

    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Writes a file and tells its path.
    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Makes `name` from the WAV file `source` with ffmpeg, which is there wherever libav's headers are.
    func convert(_ source: String, _ name: String, _ options: [String]) throws -> String {
        try tool("ffmpeg", ["-v", "error", "-y", "-i", path(source)] + options + [path(name)])
        return path(name)
    }

    func tool(_ name: String, _ arguments: [String]) throws {
        let result = try Tool.run(name, arguments)
        guard result.status == 0 else { throw Broken(text: "\(name): \(result.errors)") }
    }

    struct Broken: Error { let text: String }

    /// Decodes a file to its end, or to its fault.
    func decode(_ file: String, from: Int = 0) -> (sound: Sound, state: MediaDecoder.State) {
        let decoder = MediaDecoder.start(
            workers: workers, file: file, from: FrameCount(frames: Int64(from)), patience: calm)
        defer { decoder.stop() }
        return (Self.drain(decoder.consumer), decoder.state)
    }

    /// The fault with which decoding a file ends; nil when it does not fail.
    func fault(_ file: String) -> MediaFault? {
        if case .failed(let failure, _) = decode(file).state { failure.fault } else { nil }
    }

    func measure(_ file: String) throws -> FileMeasurement? {
        try MediaMeter(program: workerProgram).measure(file)
    }

    /// Everything that comes out of a ring until it is exhausted.
    static func drain(_ consumer: FrameConsumer) -> Sound {
        var sound = Sound(left: [], right: [])
        var block = AudioBlock(capacity: 4_096)
        while !consumer.isExhausted {
            _ = consumer.waitForFrames(1, milliseconds: 1_000)
            let count = consumer.read(into: &block, at: 0, count: 4_096)
            block.withChannels(reading: { left, right in
                for frame in 0..<count {
                    sound.left.append(left[frame])
                    sound.right.append(right[frame])
                }
            })
        }
        return sound
    }
}
