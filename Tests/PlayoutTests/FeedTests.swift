import Audio
import Testing

@testable import Playout

struct FeedTests {
    /// A daemon whose port was taken stopped before its first block, and waited for its encoders for ever.
    @Test func aFeedThatTheEngineNeverTookIsEndedWithTheEngine() {
        let line = EngineLine()
        let feed = MixFeed(capacity: FrameCount(frames: 4_096))
        #expect(line.commands.push(.feed(feed)))
        Engine(line: line).finish()
        #expect(feed.consumer.waitForFrames(1, milliseconds: 0) && feed.consumer.isExhausted)
    }
}
