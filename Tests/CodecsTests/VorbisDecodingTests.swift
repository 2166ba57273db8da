import Audio
import Codecs
import TestKit
import Testing

/// Both framings through Debian's decoders.
@Suite(.peers("oggdec", "ogginfo"))
struct VorbisDecodingTests {
    private func song(_ number: Int) -> Title { Title(artist: "Artist \(number)", title: "Song \(number)") }

    /// Title changes at block borders, in the first packet, in two packets after each other, twice within a second, the
    /// same title again, in silence, in noise, and behind the last frame.
    @Test func theChainedStreamDecodesToTheSamplesOfThePlainOne() throws {
        let places: [Int64] = [
            3, 45_056, 90_112 + 1, 135_168 - 1, 180_300, 181_400, 240_000, 250_000, 300_000, 345_000, 390_500,
            440_999,
            486_000, 531_000, 575_900,
        ]
        let total = 576_000
        let recording = try VorbisRecording(
            frames: total, titles: places.enumerated().map { (song($0 / 8 == 1 ? $0 / 2 : $0), $1) },
            signal: { frame in
                switch frame {
                case 200_000..<260_000: Signal.silence(frame)
                case 290_000..<350_000: Signal.noise(frame)
                case 380_000..<450_000: Signal.clicks(frame)
                default: Signal.sweep(frame)
                }
            })
        #expect(recording.pages.filter(\.startsLink).count >= 9)
        let plain = try VorbisRecording.decode(recording.plain)
        #expect(plain.count == 2 * total)
        #expect(try VorbisRecording.decode(recording.chained) == plain)
        #expect(try VorbisRecording.complaints(recording.plain) == [])
        #expect(try VorbisRecording.complaints(recording.chained) == [])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func titlesAtAnyPlaceChangeNoSample(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let total = Int.random(in: 200_000...400_000, using: &random)
        let places = (0..<14).map { _ in Int64.random(in: 0...Int64(total), using: &random) }.sorted()
        let titles = places.map { (song(.random(in: 0..<4, using: &random)), at: $0) }
        let recording = try VorbisRecording(
            frames: total, quality: Double(Int.random(in: -1...10, using: &random)), titles: titles,
            signal: seed.isMultiple(of: 2) ? Signal.clicks : Signal.noise)
        let plain = try VorbisRecording.decode(recording.plain)
        #expect(plain.count == 2 * total)
        #expect(try VorbisRecording.decode(recording.chained) == plain)
        #expect(try VorbisRecording.complaints(recording.chained) == [])
    }

    /// One frame lost or doubled would shift all that follows, which at these frequencies is an error of 0.1 and more.
    @Test func noFrameIsLostOrDoubledAtTheLinks() throws {
        let total = 8 * 44_100
        let titles = (0..<6).map { (song($0), at: Int64(50_000 * $0)) }
        let recording = try VorbisRecording(frames: total, quality: 8, titles: titles, signal: Signal.sweep)
        #expect(recording.pages.filter(\.startsLink).count == 6)
        let heard = try VorbisRecording.decode(recording.chained)
        try #require(heard.count == 2 * total)
        var worst: Float = 0
        for frame in 0..<total {
            let (left, right) = Signal.sweep(frame)
            worst = max(
                worst, abs(left - Float(heard[2 * frame]) / 32_768),
                abs(right - Float(heard[2 * frame + 1]) / 32_768))
        }
        #expect(worst < 0.03)
    }

    @Test func aLateListenerHearsTheRestOfEitherFraming() throws {
        let titles = (0..<4).map { (song($0), at: Int64(60_000 * $0)) }
        let recording = try VorbisRecording(frames: 240_000, titles: titles, signal: Signal.sweep)
        let whole = try VorbisRecording.decode(recording.plain)
        for join in [3, 13, recording.pages.lastIndex { $0.startsLink }!] {
            let pages = recording.pages[join...]
            let plain = pages.reduce(into: recording.plainHeaders) { $0 += $1.plain }
            let chained = pages.reduce(into: pages.first!.link.bytes) { bytes, page in
                if page.startsLink, page !== pages.first { bytes += page.link.bytes }
                bytes += page.chained
            }
            let heard = try VorbisRecording.decode(plain)
            // The first packet gives no output, so a late listener begins a packet later.
            #expect(whole.count - heard.count < 2 * (Int(recording.begins()[join]) + 1_025))
            #expect(whole.suffix(heard.count) == heard[...])
            let heardChained = try VorbisRecording.decode(chained)
            #expect(heardChained.count >= heard.count)
            #expect(whole.suffix(heardChained.count) == heardChained[...])
            // Only the one gap of the join, which ogginfo tells in two ways.
            let complaints = try VorbisRecording.complaints(plain)
            try #require(complaints.count == 3)
            #expect(complaints[0].contains("sequence number gap"))
            #expect(complaints[1].contains("discontinuity") && complaints[2] == "status 1")
        }
    }

    @Test(.peers("ffmpeg"))
    func ffmpegPlaysBothFramings() throws {
        let titles = (0..<4).map { (song($0), at: Int64(60_000 * $0)) }
        let recording = try VorbisRecording(frames: 240_000, titles: titles, signal: Signal.sweep)
        func play(_ bytes: [UInt8]) throws -> Tool.Result {
            try Tool.run(
                "ffmpeg", ["-nostdin", "-v", "error", "-i", "pipe:0", "-f", "s16le", "pipe:1"], input: bytes)
        }
        let plain = try play(recording.plain)
        #expect(plain.status == 0 && plain.errors == "")
        #expect(plain.output.count == 240_000 * 4)
        // FFmpeg 5.1 emits the first packet of each later link too: at most 1,024 frames each.
        let chained = try play(recording.chained)
        #expect(chained.status == 0)
        #expect((240_000...240_000 + 3 * 1_024).contains(chained.output.count / 4))
    }

    @Test(.peers("vorbiscomment"))
    func theCommentsOfALinkHoldWhatIsOnAirAndNothingElse() throws {
        let hostile = Title(
            artist: "Bjørk & Söhne\u{0}\r\nADMIN=1", title: "=\u{202e}Ω 🎛️ ';StreamUrl='http://x';",
            album: "\n")
        let recording = try VorbisRecording(frames: 100_000, titles: [(hostile, 0)], signal: Signal.silence)
        let directory = try TemporaryDirectory()
        let file = "\(directory.path)/link.ogg"
        try #require(try Tool.run("tee", [file], input: recording.chained).status == 0)
        let comments = try Tool.run("vorbiscomment", ["--list", "--raw", file])
        #expect(
            String(decoding: comments.output, as: UTF8.self)
                == """
                ARTIST=Bjørk & Söhne ADMIN=1
                TITLE=Ω 🎛️ ';StreamUrl='http://x';
                ORGANIZATION=Radio Beispiel

                """.replacing("TITLE=Ω", with: "TITLE==Ω"))
    }
}
