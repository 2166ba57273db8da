import TestKit
import Testing

@Suite struct TestSignalTests {
    @Test(arguments: [TestSignal.Sample.integer16, .float32], [1, 2])
    func aWavFileReadsBackAsItWasWritten(sample: TestSignal.Sample, channels: Int) throws {
        let signal = TestSignal.noise(seed: 1, frames: 500, rate: 48_000)
        let back = try #require(TestSignal(wav: signal.wav(sample, channels: channels)))
        #expect(back.rate == 48_000 && back.count == 500)
        let left = channels == 1 ? TestSignal(left: signal.left, right: signal.left, rate: 48_000) : signal
        #expect(back.residual(against: left).decibels(0..<500) < (sample == .float32 ? -200 : -95))
    }

    @Test func bytesThatAreNoWavFileAreRefused() {
        let bytes = TestSignal.noise(seed: 2, frames: 8).wav()
        for length in 0..<bytes.count { _ = TestSignal(wav: Array(bytes.prefix(length))) }
        #expect(TestSignal(wav: Array("RIFF then something else".utf8)) == nil)
        #expect(TestSignal(wav: []) == nil)
    }

    @Test func aCounterTellsEachFrameOfAMinute() throws {
        var generator = SeededGenerator(seed: 3)
        for rate in [8_000, 32_000, 44_100, 48_000, 96_000] {
            for _ in 0..<8 {
                let first = Int.random(
                    in: 0..<(TestSignal.counterPeriod(rate: rate) - 8_192), using: &generator)
                let signal = TestSignal.counter(from: first, frames: 4_096, rate: rate)
                let count = try #require(signal.count(at: 0..<4_096))
                #expect(abs(count - Double(first)) < 0.05, "seed 3, rate \(rate), frame \(first)")
            }
        }
    }

    @Test func aCounterIsReadThroughNoiseAndGain() throws {
        let noise = TestSignal.noise(seed: 4, frames: 2_048, level: 0.01)
        var signal = TestSignal.counter(from: 1_234_567, frames: 2_048)
        for frame in 0..<2_048 { signal.left[frame] = 0.1 * signal.left[frame] + noise.left[frame] / 4 }
        let count = try #require(signal.count(at: 0..<2_048))
        #expect(abs(count - 1_234_567) < 0.5)
    }

    @Test func whatIsNoCounterIsNotRead() {
        #expect(TestSignal.silence(frames: 2_048).count(at: 0..<2_048) == nil)
        #expect(TestSignal.noise(seed: 5, frames: 2_048).count(at: 0..<2_048) == nil)
        #expect(TestSignal.sine(hertz: 1_000, frames: 2_048).count(at: 0..<2_048) == nil)
    }

    @Test func aSeamThatFitsIsTwoRunsThatMeet() {
        let runs = (TestSignal.counter(frames: 9_000) + .counter(from: 441_000, frames: 9_000)).counterRuns()
        #expect(runs.map(\.offset) == [0, 441_000 - 9_000])
    }

    /// Each fault that a seam or a drop-out can have, one frame of it.
    @Test(arguments: [(-1, 1), (1, -1)])
    func oneLostOrDoubledFrameBeginsAnotherRun(frames: Int, difference: Int) {
        let whole = TestSignal.counter(frames: 20_000)
        let cut =
            frames < 0
            ? whole[0..<10_000] + whole[10_001..<20_000] : whole[0..<10_001] + whole[10_000..<20_000]
        #expect(Set(cut.counterRuns().map(\.offset)) == [0, difference])
        #expect(whole.counterRuns().map(\.offset) == [0])
    }

    @Test(.peers("oggenc", "oggdec")) func aCounterSurvivesVorbis() throws {
        let folder = try TemporaryDirectory()
        let signal = TestSignal.counter(from: 700_000, frames: 60_000)
        let file = folder.path + "/a.ogg"
        #expect(try Tool.run("oggenc", ["-Q", "-q", "5", "-o", file, "-"], input: signal.wav()).status == 0)
        let decoded = try #require(
            TestSignal(wav: Tool.run("oggdec", ["-Q", "-o", "-", file]).output))
        #expect(decoded.count == 60_000)
        #expect(decoded.counterRuns().map(\.offset) == [700_000])
        let residual = decoded.residual(against: signal)
        #expect(residual.loudest(length: 441).decibels < signal.decibels(0..<60_000) - 20)
    }

    @Test func silencesAndClicksAreFoundWhereTheyAre() {
        var signal = TestSignal.sine(hertz: 440, frames: 8_000)
        for frame in 3_000..<3_040 { (signal.left[frame], signal.right[frame]) = (0, 0) }
        #expect(signal.silences(atLeast: 30) == [3_000..<3_040])
        #expect(signal.silences(atLeast: 41).isEmpty)
        let bend = Float(0.5 * 0.0627 * 0.0627 * 1.01)
        #expect(TestSignal.sine(hertz: 440, frames: 8_000).clicks(bend: bend).isEmpty)
        #expect(signal.clicks(bend: bend).allSatisfy { abs($0 - 3_020) < 25 })
        #expect(!signal.clicks(bend: bend).isEmpty)
        #expect(TestSignal.silence(frames: 10).silences(atLeast: 10) == [0..<10])
    }

    @Test func aStretchIsFoundWhereItLies() {
        let signal = TestSignal.noise(seed: 6, frames: 3_000)
        let stretch = signal[1_717..<2_117]
        #expect(signal.place(of: stretch, within: 1_500..<2_000) == 1_717)
        #expect(signal.place(of: stretch, within: 0..<1_000) == nil)
        #expect(signal.residual(against: stretch, at: 1_717).decibels(0..<400) == -.infinity)
    }

    @Test func theLoudestStretchOfAResidualIsTheFault() {
        let signal = TestSignal.counter(frames: 10_000)
        var faulty = signal
        faulty.right[6_000] += 0.1
        let (frames, decibels) = faulty.residual(against: signal).loudest(length: 100)
        #expect(frames.contains(6_000))
        #expect(abs(decibels - -43.0) < 0.1)
    }
}
