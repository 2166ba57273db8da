import Audio
import TestKit
import Testing

@testable import Codecs

@Suite struct RateConverterTests {
    /// The whole of a signal at 48 kHz, pieces joined, silence at the end included.
    private func convert(_ signal: TestSignal, blocks: [Int], piece: Int = 960, silence: Int = 0)
        -> TestSignal
    {
        var converter = RateConverter(to: 48_000, pieceFrames: piece)
        var left: [Float] = []
        var right: [Float] = []
        func take(_ frames: Span<Float>) {
            #expect(frames.count == 2 * piece)
            for index in stride(from: 0, to: frames.count, by: 2) {
                left.append(frames[index])
                right.append(frames[index + 1])
            }
        }
        var position = 0
        var turn = 0
        while position < signal.count {
            let count = min(blocks[turn % blocks.count], signal.count - position)
            var block = AudioBlock(capacity: count)
            block.withChannels { leftSide, rightSide in
                for index in 0..<count {
                    leftSide[index] = signal.left[position + index]
                    rightSide[index] = signal.right[position + index]
                }
            }
            converter.convert(block, each: take)
            position += count
            turn += 1
        }
        #expect(converter.length == (signal.count * 160 + 146) / 147)
        converter.finish(silence: silence, each: take)
        return TestSignal(left: left, right: right, rate: 48_000)
    }

    @Test(arguments: [50.0, 1_000, 15_000])
    func aToneIsTheSameToneWithoutDelay(hertz: Double) {
        let heard = convert(.sine(hertz: hertz, frames: 44_100), blocks: [1_024])
        let wanted = TestSignal.sine(hertz: hertz, frames: 48_000, rate: 48_000)
        // The edges are the filter's: there the tone begins and ends at once.
        #expect(heard[0..<48_000].residual(against: wanted).decibels(2_000..<46_000) < -110)
        #expect(heard[48_000..<heard.count].left.allSatisfy { $0 == 0 })
    }

    @Test func bothSidesGoTheirOwnWay() {
        let tone = TestSignal.sine(hertz: 440, frames: 22_050)
        let heard = convert(TestSignal(left: tone.left, right: tone.left.map { _ in 0 }), blocks: [1_024])
        #expect(heard.right.allSatisfy { $0 == 0 } && heard.left.contains { $0 > 0.4 })
    }

    @Test func howTheBlocksAreCutMakesNoDifference() {
        let noise = TestSignal.noise(seed: 9, frames: 30_000)
        let whole = convert(noise, blocks: [30_000])
        #expect(convert(noise, blocks: [1_024]) == whole)
        #expect(convert(noise, blocks: [1, 999, 7, 4_000]) == whole)
    }

    @Test func atTheEndThereIsAsMuchSilenceAsWanted() {
        for (frames, silence) in [(0, 0), (0, 312), (1, 312), (882, 0), (882, 1), (10_000, 5_000)] {
            let heard = convert(.noise(seed: 1, frames: frames), blocks: [1_024], silence: silence)
            let least = (frames * 160 + 146) / 147 + silence
            #expect(heard.count == (least + 959) / 960 * 960)
        }
    }
}
