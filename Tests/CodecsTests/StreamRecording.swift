import Audio
import Codecs
import TestKit
import Testing

/// What a stream of any format has emitted from a signal, and how the system's decoders hear it.
struct StreamRecording {
    let format: StreamFormat
    let start: Int64
    private(set) var plainHeaders: [UInt8] = []
    private(set) var pages: [StreamPage] = []

    /// Encodes a signal in blocks of the engine's size, the last as long as what is left. Titles are marked just before
    /// the block that holds their first frame, as the engine does it.
    init(
        _ format: StreamFormat, _ signal: TestSignal, start: Int64 = 0, titles: [(Title, at: Int64)] = []
    ) throws {
        self.format = format
        self.start = start
        let stream = try format.stream(
            station: "Radio Beispiel", serial: 0xfeed_f00d, start: FrameTime(frames: start))
        plainHeaders = stream.plainHeaders
        var waiting = titles[...]
        for position in stride(from: 0, to: signal.count, by: EngineFormat.blockFrames) {
            let count = min(EngineFormat.blockFrames, signal.count - position)
            var block = AudioBlock(capacity: count)
            block.withChannels { left, right in
                for index in 0..<count {
                    left[index] = signal.left[position + index]
                    right[index] = signal.right[position + index]
                }
            }
            while let next = waiting.first, next.at < start + Int64(position + count) {
                stream.mark(title: next.0, at: FrameTime(frames: next.at))
                waiting.removeFirst()
            }
            stream.encode(block) { pages.append($0) }
        }
        stream.finish { pages.append($0) }
    }

    /// What a listener gets that joins at a page.
    func plain(from page: Int = 0) -> [UInt8] { pages[page...].reduce(into: plainHeaders) { $0 += $1.plain } }

    /// The first frame of each page.
    var begins: [Int64] { [start] + pages.dropLast().map(\.end.frames) }

    /// What ffmpeg makes of it, and what it has to say.
    static func ffmpeg(_ bytes: [UInt8]) throws -> (signal: TestSignal, words: String) {
        let result = try Tool.run(
            "ffmpeg",
            ["-nostdin", "-v", "warning", "-i", "pipe:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
            input: bytes)
        return (try #require(TestSignal(wav: result.output), "ffmpeg: \(result.errors)"), result.errors)
    }

    static func mpg123(_ bytes: [UInt8]) throws -> (signal: TestSignal, words: String) {
        let result = try Tool.run(
            "mpg123", ["--quiet", "--encoding", "s16", "--wav", "-", "-"], input: bytes)
        return (try #require(TestSignal(wav: result.output), "mpg123: \(result.errors)"), result.errors)
    }

    static func opusdec(_ bytes: [UInt8]) throws -> (signal: TestSignal, words: String) {
        let folder = try TemporaryDirectory()
        let (coded, decoded) = ("\(folder.path)/stream.opus", "\(folder.path)/stream.wav")
        try #require(try Tool.run("tee", [coded], input: bytes).status == 0)
        let result = try Tool.run("opusdec", ["--quiet", "--rate", "48000", coded, decoded])
        let wav = try Tool.run("cat", [decoded])
        return (try #require(TestSignal(wav: wav.output), "opusdec: \(result.errors)"), result.errors)
    }
}

/// A program that decodes a stream.
struct StreamDecoder: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let decode: @Sendable ([UInt8]) throws -> (signal: TestSignal, words: String)

    static let ffmpeg = StreamDecoder(testDescription: "ffmpeg", decode: StreamRecording.ffmpeg)
    static let mpg123 = StreamDecoder(testDescription: "mpg123", decode: StreamRecording.mpg123)
    static let opusdec = StreamDecoder(testDescription: "opusdec", decode: StreamRecording.opusdec)
}
