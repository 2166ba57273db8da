import Audio
import Testing

@testable import Playout

struct FeedTests {
    @Test func `an encoder that stalled for long got too little silence, and its time lagged for good`() {
        let feed = MixFeed(capacity: FrameCount(frames: 4_096))
        feed.begin(at: FrameTime(frames: 0), deck: nil)
        var block = AudioBlock()
        var reader = FeedReader(feed: feed, limit: nil)
        var written = 0
        func write(_ blocks: Int) {
            for _ in 0..<blocks {
                block.withChannels { (left: inout MutableSpan<Float>, right: inout MutableSpan<Float>) in
                    for frame in left.indices {
                        written += 1
                        left[frame] = Float(written)
                    }
                }
                feed.write(block, from: 0)
            }
        }
        /// Reads some blocks; whether each frame is silence or the one that belongs there.
        func isInPlace(_ blocks: Int) -> Bool {
            var heard = AudioBlock()
            var isInPlace = true
            for _ in 0..<blocks {
                let start = Int(reader.position.frames)
                let count = reader.read(into: &heard)
                heard.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
                    for frame in 0..<count where left[frame] != 0 && left[frame] != Float(start + frame + 1) {
                        isInPlace = false
                    }
                })
            }
            return isInPlace
        }
        // It stands still for 300 blocks, catches up, stands still again, and never catches up with the end.
        write(300)
        #expect(isInPlace(2))
        write(2)
        #expect(isInPlace(298))
        write(100)
        feed.finish()
        #expect(isInPlace(103))
        #expect(Int(reader.position.frames) == written)
        #expect(feed.lostFrames == (296 + 98) * 1_024)
    }

    /// A daemon whose port was taken stopped before its first block, and waited for its encoders for ever.
    @Test func aFeedThatTheEngineNeverTookIsEndedWithTheEngine() {
        let line = EngineLine()
        let feed = MixFeed(capacity: FrameCount(frames: 4_096))
        #expect(line.commands.push(.feed(feed)))
        Engine(line: line).finish()
        #expect(feed.consumer.waitForFrames(1, milliseconds: 0) && feed.consumer.isExhausted)
    }
}
