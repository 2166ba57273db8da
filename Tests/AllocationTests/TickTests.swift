import Audio
import CAllocations
import Codecs
import Programme
import Testing

@testable import Playout

/// Counts what the clock's thread allocates (design, section 4.1): nothing, whatever happens in a block.
@Suite(.enabled(if: allocations_are_counted() == 1, "a sanitizer has its own malloc"))
struct TickTests {
    @Test
    func
        `a tick allocates nothing, through joins, cuts, gains, the limiter, the emergency track and the tone`()
    {
        let line = EngineLine()
        let engine = Engine(line: line)
        let feed = MixFeed(capacity: FrameCount(frames: 1 << 20))
        _ = line.commands.push(.feed(feed))
        // And an encoder that stands still.
        let stalled = MixFeed(capacity: FrameCount(frames: 4_096))
        _ = line.commands.push(.feed(stalled))
        // Loud, so that the limiter works; odd lengths, so that joins fall inside blocks.
        let decks = (1...8).map { deck($0, frames: 9_000 + 777 * $0, gain: $0 % 2 == 0 ? 6 : 0) }
        _ = line.commands.push(.follow(decks[0]))
        _ = line.commands.push(.emergency(decks[7]))
        for _ in 0..<3 { _ = engine.tick() }

        var allocated = 0
        var blocks = 0
        func tick(givingUp: Bool = false) -> Bool {
            let before = allocations_of_this_thread()
            let isBlock = engine.tick(givingUp: givingUp) == .block
            allocated += allocations_of_this_thread() - before
            if isBlock { blocks += 1 }
            return isBlock
        }
        for deck in decks[1..<7] {
            _ = line.commands.push(.follow(deck))
            for block in 0..<14 {
                if block == 5 { _ = line.commands.push(.cut(fade: Engine.fade)) }
                if !tick() { _ = tick(givingUp: true) }
            }
            while line.events.pop() != nil {}
        }
        for _ in 0..<60 { _ = tick(givingUp: true) }

        #expect(allocated == 0, "\(allocated) allocations in \(blocks) blocks")
        #expect(feed.consumer.available > blocks * 900)
        #expect(stalled.lostFrames > blocks * 900)
        withExtendedLifetime(decks) {}
    }

    /// So that the test above can fail.
    @Test func `an array is counted`() {
        let before = allocations_of_this_thread()
        let array = [Int](repeating: blackHole, count: 100)
        #expect(allocations_of_this_thread() > before)
        #expect(array.count == 100)
    }

    private var blackHole: Int { Int(truncatingIfNeeded: allocations_of_this_thread()) }

    private func deck(_ id: Int, frames: Int, gain: Double) -> Deck {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: Int64(frames)))
        let samples = (0..<frames).map { Float($0 % 100) / 60 - 0.8 }
        _ = producer.write(left: samples.span, right: samples.span)
        producer.finish()
        return Deck(id: id, frames: consumer, gainDecibels: gain, length: nil)
    }
}
