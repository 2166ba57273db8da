import Audio
import Codecs
import TestKit
import Testing

@Suite struct MP3StreamTests {
    private static let decoders = [StreamDecoder.ffmpeg, .mpg123]
    /// Frames by which a decoder that knows no delay is late: 576 of the encoder, 529 of its own.
    private static let delay = 1_105

    private func song(_ number: Int) -> Title { Title(artist: "Artist \(number)", title: "Song \(number)") }

    /// The bytes of each MP3 frame by its header (ISO 11172-3, 2.4.1.3), taken apart without the encoder's help.
    private func frames(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let kilobits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        var frames: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let at = rest.startIndex
            // Layer III of MPEG-1 without a checksum, at 44,100 Hz.
            try #require(
                rest.count > 4 && rest[at] == 0xff && rest[at + 1] == 0xfb && rest[at + 2] & 0x0c == 0)
            let size = 144_000 * kilobits[Int(rest[at + 2] >> 4)] / 44_100 + Int(rest[at + 2] >> 1 & 1)
            try #require(rest.count >= size)
            frames.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return frames
    }

    @Test(.peers("ffmpeg", "mpg123"), arguments: decoders)
    func noFrameIsLostDoubledOrSilent(decoder: StreamDecoder) throws {
        let signal = TestSignal.counter(frames: 300_000)
        let recording = try StreamRecording(.mp3(bitrate: 128_000), signal, titles: [(song(1), 77_777)])
        let (heard, words) = try decoder.decode(recording.plain())
        #expect(heard.rate == 44_100 && words == "")
        let runs = heard.counterRuns()
        try #require(runs.count == 1)
        #expect(runs[0].offset == -Self.delay)
        #expect(runs[0].frames.lowerBound <= 2_048 && runs[0].frames.upperBound >= 300_000 - 1_024)
        try #require(heard.count >= 300_000 + Self.delay)
        let sound = heard[Self.delay..<(Self.delay + signal.count)]
        #expect(sound.silences(atLeast: 64).isEmpty)
        #expect(sound.residual(against: signal).decibels(4_096..<290_000) < signal.decibels(0..<300_000) - 25)
    }

    @Test(.peers("ffmpeg", "mpg123"), arguments: decoders)
    func whoJoinsInTheMiddleHearsTheRest(decoder: StreamDecoder) throws {
        let signal = TestSignal.counter(frames: 200_000)
        let recording = try StreamRecording(.mp3(bitrate: 128_000), signal)
        for join in [1, 7, 12] {
            let (heard, _) = try decoder.decode(recording.plain(from: join))
            let runs = heard.counterRuns()
            try #require(runs.count == 1)
            // A frame or two have bits in frames that the newcomer has not got; some decoders leave them out.
            let missing = Int64(runs[0].offset) - recording.begins[join]
            #expect(missing % 1_152 == 0 && (0...2 * 1_152).contains(missing))
            #expect(runs[0].frames.lowerBound <= 3 * 1_152)
            #expect(heard.left.allSatisfy { abs($0) < 0.6 })
        }
    }

    /// Who joins gets whole frames, and what is said of them is true at each rate that there is.
    @Test(.peers("ffmpeg"), arguments: StreamFormat.mp3Bitrates)
    func aPageIsWholeFramesAtEachRate(bitrate: Int) throws {
        let signal = TestSignal.noise(seed: 5, frames: 44_100, level: 0.2)
        let recording = try StreamRecording(.mp3(bitrate: bitrate), signal)
        #expect(recording.plainHeaders.isEmpty)
        for page in recording.pages {
            let frames = try frames(page.plain)
            #expect((1...7).contains(frames.count))
            #expect(page.chained.isEmpty && !page.startsLink)
        }
        #expect(recording.pages.last?.end == FrameTime(frames: 44_100))
        let all = try frames(recording.plain())
        // The rate is met, and the first frame is no Xing frame: that would be one without sound.
        #expect(abs(all.reduce(0) { $0 + $1.count } * 8 * 44_100 / (all.count * 1_152) - bitrate) < 1_000)
        for word in ["Xing", "Info", "LAME"] { #expect(all[0].firstRange(of: Array(word.utf8)) == nil) }
        let (heard, words) = try StreamRecording.ffmpeg(recording.plain())
        #expect(words == "" && heard.count == all.count * 1_152 && heard.rate == 44_100)
    }

    @Test func aPageHasTheTitleOfItsFirstFrameToTheMP3Frame() throws {
        let start: Int64 = 1_000_000
        let marks: [Int64] = [0, 50_000, 90_000, 90_100, 131_072].map { $0 + start }
        let recording = try StreamRecording(
            .mp3(bitrate: 128_000), .silence(frames: 200_000), start: start,
            titles: marks.enumerated().map { (song($0), $1) })
        for (number, mark) in marks.enumerated() where number != 2 {
            let page = try #require(recording.pages.firstIndex { $0.title == song(number) })
            #expect((0..<1_152).contains(mark - recording.begins[page]), "title \(number)")
        }
        // Another follows within the same MP3 frame.
        #expect(!recording.pages.contains { $0.title == song(2) })
        let lengths = zip(recording.begins, recording.pages).map { $1.end.frames - $0 }
        #expect(lengths.allSatisfy { $0 > 0 && $0 <= 8_820 })
        #expect(recording.pages.last?.end.frames == start + 200_000)
    }

    @Test(arguments: [0, 1_000, 100_000, 128_001, 384_000])
    func aRateThatMP3DoesNotHaveIsRefusedWithItsRemedy(bitrate: Int) {
        let refusal = #expect(throws: FormatRefusal.self) {
            try StreamRecording(.mp3(bitrate: bitrate), .silence(frames: 1))
        }
        #expect(refusal?.description.contains("32, 40, 48") == true)
    }
}
