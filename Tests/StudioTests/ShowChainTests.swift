import Audio
import Codecs
import Synchronization
import TestKit
import Testing

@testable import Studio

/// Keeps what a show sends.
final class KeptLine: ShowLine {
    let headers = Mutex<[UInt8]>([])
    let pages = Mutex<[(bytes: [UInt8], seconds: Double)]>([])
    let titles = Mutex<[String]>([])
    let ends = Atomic(0)

    func send(headers: [UInt8]) { self.headers.withLock { $0 += headers } }
    func send(page: [UInt8], seconds: Double) { pages.withLock { $0.append((page, seconds)) } }
    func announce(artist: String?, title: String) {
        titles.withLock { $0.append((artist.map { $0 + " / " } ?? "") + title) }
    }
    func end() async { ends.add(1, ordering: .relaxed) }
    func abandon() {}

    /// All that was sent, as a file.
    var stream: [UInt8] { headers.withLock { $0 } + pages.withLock { $0.flatMap(\.bytes) } }
}

/// What a show does to its frames.
@Suite struct ShowChainTests {
    /// Sends a signal through a chain, with a fader for each block.
    private func pass(
        _ signal: TestSignal, format: StreamFormat = .vorbis(quality: 5), recorder: Recorder? = nil,
        fader: (_ block: Int) -> Fader = { _ in .open }
    ) throws -> (line: KeptLine, levels: [ShowLevel]) {
        let line = KeptLine()
        let stream = try format.stream(station: "Show", serial: 1, start: FrameTime(frames: 0))
        var chain = ShowChain(stream, line, recorder)
        var block = AudioBlock()
        var levels: [ShowLevel] = []
        for start in stride(from: 0, to: signal.count, by: block.capacity) {
            let count = min(block.capacity, signal.count - start)
            block.withChannels { left, right in
                for frame in 0..<count {
                    left[frame] = signal.left[start + frame]
                    right[frame] = signal.right[start + frame]
                }
            }
            levels.append(chain.pass(&block, count: count, fader: fader(start / block.capacity)))
        }
        chain.finish()
        return (line, levels)
    }

    @Test(.peers("ffmpeg"), arguments: [StreamFormat.vorbis(quality: 5), .opus(bitrate: 96_000)])
    func pagesAreShortAndTogetherTheWholeShow(format: StreamFormat) throws {
        let signal = TestSignal.sine(hertz: 440, frames: 3 * 44_100 + 321)
        let line = try pass(signal, format: format).line
        let lengths = line.pages.withLock { $0.map(\.seconds) }
        #expect(lengths.allSatisfy { $0 <= 0.21 }, "\(lengths)")
        #expect(abs(lengths.reduce(0, +) - Double(signal.count) / 44_100) < 0.03)
        let decoded = try Tool.run(
            "ffmpeg", ["-v", "error", "-i", "-", "-f", "f32le", "-ar", "44100", "-"], input: line.stream)
        #expect(decoded.status == 0 && decoded.errors.isEmpty, "\(decoded.errors)")
        #expect(abs(decoded.output.count / 8 - signal.count) < 64)
    }

    @Test(.peers("oggdec")) func aMutedShowIsSilentWithoutAClickAndItsMeterGoesOn() throws {
        let signal = TestSignal.sine(hertz: 440, frames: 64 * 1_024)
        let (line, levels) = try pass(signal) { (20..<40).contains($0) ? .muted : .open }
        #expect(levels.allSatisfy { abs($0.peaks[0] + 6.02) < 0.1 })
        let wav = try Tool.run("oggdec", ["-Q", "-R", "-o", "-", "-"], input: line.stream)
        let left = stride(from: 0, to: wav.output.count, by: 4).map {
            Float(Int16(truncatingIfNeeded: Int(wav.output[$0]) | Int(wav.output[$0 + 1]) << 8)) / 32_768
        }
        let heard = TestSignal(left: left, right: left)
        #expect(heard.decibels((22 * 1_024)..<(39 * 1_024)) < -70)
        #expect(heard.decibels((42 * 1_024)..<(60 * 1_024)) > -10)
        // A sine of 440 Hz at a half bends by 0.002; a hard cut would bend by half of full scale.
        #expect(heard.clicks(bend: 0.05).isEmpty)
    }

    @Test(.peers("flac")) func whatIsCuedIsNotRecordedAndWhatIsMutedIsSilence() throws {
        let folder = try TemporaryDirectory()
        let recorder = Recorder(RecordingPlan(folder: folder.path, name: "Show")) { _ in }
        _ = try pass(TestSignal.sine(hertz: 440, frames: 30 * 1_024), recorder: recorder) {
            $0 < 10 ? .cued : $0 < 20 ? .muted : .open
        }
        recorder.finish()
        let raw = try Tool.run(
            "flac",
            [
                "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed",
                folder.path + "/Show.flac",
            ])
        #expect(raw.output.count == 20 * 1_024 * 6)
        #expect(raw.output.prefix(10 * 1_024 * 6).allSatisfy { $0 == 0 })
        #expect(!raw.output.suffix(9 * 1_024 * 6).allSatisfy { $0 == 0 })
    }
}
