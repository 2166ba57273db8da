import Audio
import Codecs
import TestKit
import Testing

@Suite struct OpusStreamTests {
    private static let decoders = [StreamDecoder.ffmpeg, .opusdec]

    private func song(_ number: Int) -> Title { Title(artist: "Artist \(number)", title: "Song \(number)") }

    /// Frames at 48 kHz, rounded up.
    private func converted(_ frames: Int) -> Int { (frames * 160 + 146) / 147 }

    @Test(.peers("ffmpeg", "opusdec"), arguments: decoders)
    func noFrameIsLostDoubledOrSilent(decoder: StreamDecoder) throws {
        let frames = 300_001
        let recording = try StreamRecording(
            .opus(bitrate: 128_000), .counter(frames: frames), titles: [(song(1), 77_777)])
        let (heard, words) = try decoder.decode(recording.plain())
        #expect(heard.rate == 48_000 && words == "")
        // Pre-skip and the last granule are right: it begins with the first frame and ends with the last.
        #expect(heard.count == converted(frames))
        let runs = heard.counterRuns()
        try #require(runs.count == 1)
        #expect(runs[0].offset == 0)
        #expect(runs[0].frames.lowerBound <= 1_024 && runs[0].frames.upperBound >= heard.count - 1_024)
        #expect(heard.silences(atLeast: 64).isEmpty)
    }

    @Test(.peers("ffmpeg", "opusdec"), arguments: decoders)
    func whoJoinsInTheMiddleHearsTheRest(decoder: StreamDecoder) throws {
        let recording = try StreamRecording(.opus(bitrate: 96_000), .counter(frames: 200_000))
        for join in [1, 7, 12] {
            let (heard, _) = try decoder.decode(recording.plain(from: join))
            let runs = heard.counterRuns()
            try #require(runs.count == 1)
            // Decoders leave the pre-skip out here too.
            let begin = Int(recording.begins[join]) * 160 / 147
            #expect((begin - 2...begin + 314).contains(runs[0].offset), "\(runs[0].offset - begin)")
            #expect(runs[0].frames.lowerBound <= 4_096 && runs[0].frames.upperBound > heard.count - 1_024)
            #expect(heard.left.allSatisfy { abs($0) < 0.7 })
        }
    }

    @Test(.peers("opusinfo"), arguments: [16_000, 96_000, 510_000])
    func itIsOneLogicalStreamForEver(bitrate: Int) throws {
        let frames = 100_000
        let recording = try StreamRecording(
            .opus(bitrate: bitrate), .noise(seed: 3, frames: frames, level: 0.2),
            titles: [(song(1), 0), (song(2), 50_000)])
        let pages = try OggPage.pages(in: recording.plain())
        #expect(Set(pages.map(\.serial)) == [0xfeed_f00d])
        #expect(pages.map(\.sequence) == Array(0..<UInt32(pages.count)))
        #expect(pages.map(\.beginsStream) == pages.indices.map { $0 == 0 })
        #expect(pages.map(\.endsStream) == pages.indices.map { $0 == pages.count - 1 })
        #expect(pages.allSatisfy { !$0.isContinued })
        #expect(pages[0].packets.count == 1 && pages[1].packets.count == 1)
        let head = pages[0].packets[0]
        #expect(head.starts(with: Array("OpusHead".utf8) + [1, 2]) && head.count == 19)
        let preSkip = Int64(head[10]) | Int64(head[11]) << 8
        #expect(pages.last?.granule == preSkip + Int64(converted(frames)))
        #expect(pages[2...].dropLast().allSatisfy { $0.granule % 960 == 0 })
        // Each page of the mount is one of Ogg's, of 0.2 s at the most.
        #expect(try recording.pages.allSatisfy { try OggPage.pages(in: $0.plain).count == 1 })
        #expect(pages[2...].allSatisfy { (1...10).contains($0.packets.count) })
        let tags = String(decoding: pages[1].packets[0], as: UTF8.self)
        #expect(tags.hasPrefix("OpusTags") && tags.hasSuffix("ORGANIZATION=Radio Beispiel"))
        #expect(!tags.contains("TITLE"))

        let folder = try TemporaryDirectory()
        try #require(try Tool.run("tee", ["\(folder.path)/a.opus"], input: recording.plain()).status == 0)
        let info = try Tool.run("opusinfo", ["\(folder.path)/a.opus"])
        let words = String(decoding: info.output, as: UTF8.self) + info.errors
        #expect(info.status == 0 && !words.contains("WARNING"), "\(words)")
    }

    @Test func aPageHasTheTitleOfItsFirstFrameToThePacket() throws {
        let start: Int64 = 1_000_000
        let marks: [Int64] = [0, 50_000, 90_000, 131_072].map { $0 + start }
        let recording = try StreamRecording(
            .opus(bitrate: 64_000), .silence(frames: 200_000), start: start,
            titles: marks.enumerated().map { (song($0), $1) })
        for (number, mark) in marks.enumerated() {
            let page = try #require(recording.pages.firstIndex { $0.title == song(number) })
            #expect((0..<882).contains(mark - recording.begins[page]), "title \(number)")
        }
        let lengths = zip(recording.begins, recording.pages).map { $1.end.frames - $0 }
        #expect(lengths.allSatisfy { $0 > 0 && $0 <= 8_820 })
        #expect(recording.pages.last?.end.frames == start + 200_000)
    }

    @Test func aStreamWithoutAFrameStillEnds() throws {
        let recording = try StreamRecording(.opus(bitrate: 64_000), .silence(frames: 0))
        let last = try OggPage.pages(in: recording.plain()).last
        #expect(last?.endsStream == true && recording.pages.last?.end == FrameTime(frames: 0))
    }

    @Test(arguments: [0, 15_999, 510_001])
    func aRateThatOpusDoesNotHaveIsRefusedWithItsRemedy(bitrate: Int) {
        let refusal = #expect(throws: FormatRefusal.self) {
            try StreamRecording(.opus(bitrate: bitrate), .silence(frames: 1))
        }
        #expect(refusal?.description.contains("16 to 510 kbit/s") == true)
    }
}
