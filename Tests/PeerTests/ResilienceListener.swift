import Foundation
import TestKit

/// A listener who stays: curl, whatever happens to the station. An address that ends in `.mp3` gives MP3, any other Ogg Vorbis.
final class ResilienceListener: Sendable {
    private let folder: TemporaryDirectory
    private let program: RunningProgram
    private let isMP3: Bool
    private var file: String { folder.path + "/heard" }

    /// Tunes in, and waits for the first sound.
    init(to url: String) async throws {
        folder = try TemporaryDirectory()
        isMP3 = url.hasSuffix(".mp3")
        program = try RunningProgram("curl", ["-sS", "-N", "-o", folder.path + "/heard", url])
        try await until("\(url) gives something to listen to", telling: { program.errors }) { bytes > 10_000 }
    }

    /// Whether the station never ended the response.
    var isConnected: Bool { program.status == nil }
    /// Bytes that came so far.
    var bytes: Int { (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0 }

    /// Hangs up, and gives what was heard.
    func hangUp() async throws -> ResilienceCapture {
        program.signal(SIGTERM)
        try await program.wait(.seconds(10))
        return try await aside { [file, isMP3] in
            try isMP3 ? ResilienceCapture(mp3File: file) : ResilienceCapture(oggFile: file)
        }
    }
}

extension [ResilienceCapture.Stretch] {
    /// Whether one begins with the frame after the last one of the other, and all are whole but the first and the last:
    /// nothing was lost, doubled, cut short or silent.
    func areSeamless(_ music: ResilienceMusic) -> Bool {
        zip(self, dropFirst()).allSatisfy { $1.zero == $0.zero + music.frames }
            && dropFirst().dropLast().allSatisfy(\.isWhole)
    }
}

/// What was heard, decoded by oggdec or, where it is MP3, by ffmpeg.
struct ResilienceCapture: Sendable {
    let signal: TestSignal

    init(oggFile: String) throws {
        try self.init(decodedBy: "oggdec", ["-Q", "-R", "-o", "-", oggFile])
    }

    init(mp3File: String) throws {
        try self.init(decodedBy: "ffmpeg", ["-v", "fatal", "-f", "mp3", "-i", mp3File, "-f", "s16le", "-"])
    }

    private init(decodedBy program: String, _ words: [String]) throws {
        let decoded = try Tool.run(program, words)
        guard decoded.status == 0 else { throw StationTrouble("\(program): \(decoded.errors)") }
        let count = decoded.output.count / 4
        var left = [Float](repeating: 0, count: count)
        decoded.output.withUnsafeBytes { bytes in
            let samples = bytes.bindMemory(to: Int16.self)
            for frame in 0..<count { left[frame] = Float(samples[2 * frame]) / 32_768 }
        }
        signal = TestSignal(left: left, right: left)
    }

    /// Seconds.
    var length: Double { Double(signal.count) / 44_100 }

    /// The stretches of silence that anybody could hear: 50 ms and more.
    var silences: [Range<Int>] { signal.silences(below: 0.003, atLeast: 2_205) }

    /// A piece of music, or a part of it, within which no frame was lost or doubled.
    struct Stretch: Sendable, CustomStringConvertible {
        let piece: Int
        /// The frame of the capture that is the piece's first frame, or would be: exact.
        let zero: Int
        /// Frames of the piece, to within a few thousand.
        let heard: Range<Int>
        /// Whether it was heard from its first frame to its last one.
        let isWhole: Bool
        var description: String { "\(piece)[\(heard)]@\(zero)" }
    }

    /// What was heard, one after the other.
    func stretches(of music: ResilienceMusic) -> [Stretch] {
        // Frames next to a seam that the count cannot tell.
        let blur = 3 * 2_048
        var runs: [TestSignal.CounterRun] = []
        for run in signal.counterRuns(window: 2_048, hop: 1_024) {
            // A window that coarse quality made unreadable is no seam.
            if let last = runs.indices.last, runs[last].offset == run.offset {
                runs[last].frames = runs[last].frames.lowerBound..<run.frames.upperBound
            } else {
                runs.append(run)
            }
        }
        return runs.flatMap { run in
            // A run goes on over the seam of two pieces that follow one another in the count.
            let from = run.frames.lowerBound + run.offset
            let to = run.frames.upperBound + run.offset
            let indices =
                ((from + blur / 2) / music.frames)...max(from + blur / 2, to - blur / 2) / music.frames
            return indices.map { index in
                let start = index * music.frames
                let heard = (max(from, start) - start)..<(min(to, start + music.frames) - start)
                return Stretch(
                    piece: index % music.pieces.count + 1, zero: start - run.offset, heard: heard,
                    isWhole: heard.lowerBound < blur && heard.upperBound > music.frames - blur)
            }
        }
    }
}
