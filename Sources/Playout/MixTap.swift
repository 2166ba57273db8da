internal import Audio
internal import Threads

/// Hears the mix before any encoder does, for whoever measures it.
///
/// A thread of its own takes the blocks from a feed like a rendition's: when it is held up for longer than the feed
/// lasts, it hears silence where frames are missing, and the clock does not notice.
final class MixTap: Sendable {
    let feed = MixFeed(capacity: FrameCount(seconds: 6))
    private let thread = OwnedThread(name: "fh-tap")

    /// - Parameter hear: gets each block and the position of its first frame in the mix, on the tap's thread.
    init(_ hear: @escaping @Sendable (borrowing AudioBlock, FrameTime) -> Void) {
        thread.start { [feed] in
            while !feed.consumer.waitForFrames(1, milliseconds: 1_000) {}
            guard feed.isFed else { return }
            var reader = FeedReader(feed: feed, limit: nil)
            var block = AudioBlock()
            while case let position = reader.position, reader.read(into: &block) == block.capacity {
                // Titles are for those who show them.
                while feed.marks.pop() != nil {}
                hear(block, position)
            }
        }
    }

    /// Joins the thread, whose feed has been finished.
    func join() { thread.join() }
}
