import TestKit
import Testing

/// The ear of these tests hears what it should.
@Suite struct HeardCountTests {
    private let whole = TestSignal.counter(from: 2_600_000, frames: 100_000)

    @Test func anUnbrokenCountIsHeardAlsoOverTheMinute() throws {
        let heard = try HeardCount(whole)
        #expect(heard.offset == 2_600_000)
        #expect(heard.seam(of: CounterMusic.pieces[0], nearest: 0) == 46_000)
        #expect(heard.pieces(beginningIn: 0..<100_000).map(\.number) == [1])
    }

    @Test func lostDoubledAndSilentFramesAreHeard() {
        let faults = [
            whole[0..<50_000] + whole[50_003..<100_000], whole[0..<50_003] + whole[50_000..<100_000],
            whole[0..<50_000] + .silence(frames: 50) + whole[50_050..<100_000],
            .silence(frames: 100_000), .noise(seed: 1, frames: 100_000),
            whole[0..<50_000] + .counter(from: 2_600_000 + 50_000 + 88_200, frames: 50_000),
        ]
        for fault in faults { #expect(throws: HeardCount.Broken.self) { try HeardCount(fault) } }
    }

    /// Opus made Chromium's 0.2 s of it sound so: two seconds off, and back again.
    @Test func aBlurOfTheCoarsestToneIsNoFault() throws {
        let blurred = TestSignal.counter(from: 2_600_000 + 49_152 + 88_200, frames: 8_192)
        #expect(try HeardCount(whole[0..<49_152] + blurred + whole[57_344..<100_000]).offset == 2_600_000)
    }
}
