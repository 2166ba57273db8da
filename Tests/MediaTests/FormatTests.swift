import Audio
import Codecs
import TestKit
import Testing

/// Files are made by Debian's encoders and decoded by a worker behind its walls.
@Suite struct FormatTests {
    struct Format: Sendable, CustomTestStringConvertible {
        let name: String
        let rate: Int
        let options: [String]
        /// The greatest difference of a sample that the codec may make.
        let tolerance: Float
        var testDescription: String { "\(name) at \(rate)" }
    }

    static let formats: [Format] =
        [44_100, 48_000].flatMap { rate in
            [
                Format(name: "float.wav", rate: rate, options: ["-c:a", "pcm_f32le"], tolerance: 1e-5),
                Format(name: "a.aiff", rate: rate, options: [], tolerance: 1e-4),
                Format(name: "a.flac", rate: rate, options: [], tolerance: 1e-4),
                Format(name: "alac.m4a", rate: rate, options: ["-c:a", "alac"], tolerance: 1e-4),
                Format(name: "a.wv", rate: rate, options: [], tolerance: 1e-4),
                Format(name: "a.mp3", rate: rate, options: ["-b:a", "256k"], tolerance: 0.02),
                Format(
                    name: "a.ogg", rate: rate, options: ["-c:a", "libvorbis", "-q:a", "8"], tolerance: 0.02),
                Format(
                    name: "aac.m4a", rate: rate, options: ["-c:a", "aac", "-b:a", "320k", "-aac_pns", "0"],
                    tolerance: 0.04),
            ]
        } + [Format(name: "a.opus", rate: 48_000, options: ["-b:a", "256k"], tolerance: 0.02)]

    /// Encoder delay or padding left in, a frame lost, doubled or shifted would all break the phase of the sines.
    @Test(arguments: formats)
    func lengthAndSamplesAreExact(format: Format) throws {
        let bench = try Bench()
        let seconds = 1.37
        let frames = Int(seconds * Double(format.rate))
        let sound = Sound.tone(frames: frames, rate: Double(format.rate))
        try bench.write(sound.wav(rate: format.rate), "source.wav")
        let file = try bench.convert("source.wav", format.name, format.options)
        let (decoded, state) = bench.decode(file)
        let expected = Sound.tone(frames: Int((Double(frames) * 44_100 / Double(format.rate)).rounded()))
        #expect(decoded.count == expected.count, "\(state)")
        // Lossy encoders and the resampling filter ring at a signal's abrupt ends.
        let edge = format.rate == 44_100 && format.tolerance < 0.01 ? 0 : 2_048
        #expect(decoded.distance(to: expected, skipping: edge) < format.tolerance)
        guard case .finished(let source, let delivered) = state else {
            Issue.record("\(state)")
            return
        }
        #expect(source.sampleRate == format.rate && delivered.frames == Int64(expected.count))
    }

    @Test(arguments: formats)
    func aStartInTheMiddleGivesTheFramesOfAWholeDecode(format: Format) throws {
        let bench = try Bench()
        var random = SeededGenerator(seed: 7)
        var sound = Sound.tone(frames: 4 * format.rate, rate: Double(format.rate))
        for frame in 0..<sound.count { sound.left[frame] += Float.random(in: -0.1...0.1, using: &random) }
        try bench.write(sound.wav(rate: format.rate), "source.wav")
        let file = try bench.convert("source.wav", format.name, format.options)
        let whole = bench.decode(file).sound
        for start in [1, 100_001, whole.count - 1, whole.count + 9] {
            let part = bench.decode(file, from: start).sound
            #expect(part.count == max(0, whole.count - start))
            #expect(part.distance(to: whole.dropFirst(start)) == 0, "from \(start)")
        }
    }

    @Test(arguments: formats)
    func albumsJoinWithoutAGap(format: Format) throws {
        let bench = try Bench()
        // A multiple of 160, so that both halves have whole engine frames at 48 kHz too.
        let half = 48_000
        var joined = Sound(left: [], right: [])
        for part in 0..<2 {
            let sound = Sound.tone(frames: half, rate: Double(format.rate), from: part * half)
            try bench.write(sound.wav(rate: format.rate), "source\(part).wav")
            let file = try bench.convert("source\(part).wav", "\(part)\(format.name)", format.options)
            let decoded = bench.decode(file).sound
            joined.left += decoded.left
            joined.right += decoded.right
        }
        let expected = Sound.tone(frames: joined.count)
        #expect(joined.count == 2 * half * 44_100 / format.rate)
        // Each file was encoded by itself, so its codec rings at the ends; away from them the phase is right ...
        let seam = joined.count / 2
        for side in [2_048..<(seam - 2_048), (seam + 2_048)..<(joined.count - 2_048)] {
            #expect(joined.part(side).distance(to: expected.part(side)) < format.tolerance)
        }
        // ... and between them it is never silent.
        for start in stride(from: seam - 2_048, to: seam + 2_048, by: 64) {
            let span = start..<(start + 64)
            #expect(joined.part(span).power > 0.4 * expected.part(span).power)
        }
    }

    @Test(arguments: [8_000, 22_050, 32_000, 96_000, 192_000])
    func everyRateIsBroughtToTheEngines(rate: Int) throws {
        let bench = try Bench()
        let file = try bench.write(Sound.tone(frames: rate, rate: Double(rate)).wav(rate: rate), "a.wav")
        let whole = bench.decode(file).sound
        let expected = Sound.tone(frames: 44_100)
        #expect(whole.count == 44_100)
        #expect(whole.distance(to: expected, skipping: 1_000) < 0.002)
    }

    @Test func monoGoesToBothSidesAtFullLevel() throws {
        let bench = try Bench()
        let tone = Sound.tone(frames: 8_000)
        let file = try bench.write(Sound.wav([tone.left], rate: 44_100), "a.wav")
        let decoded = bench.decode(file).sound
        #expect(decoded.left == tone.left && decoded.right == tone.left)
    }

    @Test func surroundIsMixedDownWithoutClipping() throws {
        let bench = try Bench()
        let loud = [Float](repeating: 1, count: 8_000)
        try bench.write(Sound.wav(Array(repeating: loud, count: 6), rate: 44_100), "six.wav")
        let file = try bench.convert("six.wav", "six.flac", ["-channel_layout", "5.1"])
        let decoded = bench.decode(file).sound
        #expect(decoded.count == 8_000)
        #expect(decoded.left.allSatisfy { $0 > 0.9 && $0 <= 1.0001 })
        #expect(decoded.right == decoded.left)
    }

    @Test func aSampleThatIsNoNumberIsSilence() throws {
        let bench = try Bench()
        var sound = Sound.tone(frames: 500)
        sound.left[100] = .nan
        sound.right[200] = .infinity
        let decoded = bench.decode(try bench.write(sound.wav(), "a.wav")).sound
        #expect(decoded.left[100] == 0 && decoded.right[200] == 16 && decoded.count == 500)
    }
}
