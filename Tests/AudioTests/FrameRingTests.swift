import Audio
import Foundation
import Testing

@Suite struct FrameRingTests {
    @Test func `what goes in comes out in order, across every wrap`() {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: 7))
        var block = AudioBlock(capacity: 5)
        var sent: Float = 0
        var expected: Float = 0
        for round in 0..<200 {
            let offered = (0..<(round % 6)).map { sent + Float($0) }
            let mirrored = offered.map { -$0 }
            let taken = producer.write(left: offered.span, right: mirrored.span)
            sent += Float(taken)
            let got = consumer.read(into: &block, at: 1, count: min(4, round % 5))
            for frame in 0..<got {
                let values = block.withChannels(reading: { ($0[1 + frame], $1[1 + frame]) })
                #expect(values == (expected, -expected))
                expected += 1
            }
        }
        #expect(sent > 100)
    }

    @Test func `a full ring takes only what fits and an empty one gives only what is there`() {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: 4))
        let frames = [Float](repeating: 0.5, count: 6)
        #expect(producer.write(left: frames.span, right: frames.span) == 4)
        #expect(producer.free == 0)
        var block = AudioBlock(capacity: 8)
        #expect(consumer.read(into: &block, at: 0, count: 8) == 4)
        #expect(!consumer.isExhausted)
        producer.finish()
        #expect(consumer.isExhausted)
    }

    /// A thread writes a million numbered frames while this one reads them. Under ThreadSanitizer this is the proof
    /// of the memory orders; relaxing the four acquire/release accesses in FrameRing.swift makes it report a race.
    @Test func `two threads lose and double nothing`() async {
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: 1_000))
        let total = 200_000
        let writer = Thread {
            var next = 0
            while next < total {
                let chunk = (next..<min(next + 333, total)).map { Float($0) }
                var rest = chunk[...]
                while !rest.isEmpty {
                    let part = Array(rest)
                    let taken = producer.write(left: part.span, right: part.span)
                    rest = rest.dropFirst(taken)
                    if taken == 0 { _ = producer.waitForSpace(milliseconds: 5_000) }
                }
                next += chunk.count
            }
            producer.finish()
        }
        writer.start()
        var block = AudioBlock(capacity: 512)
        var next = 0
        var wrong = 0
        while !consumer.isExhausted {
            _ = consumer.waitForFrames(1, milliseconds: 5_000)
            let got = consumer.read(into: &block, at: 0, count: 512)
            block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
                for frame in 0..<got where left[frame] != Float(next + frame) || right[frame] != left[frame] {
                    wrong += 1
                }
            })
            next += got
        }
        #expect(next == total)
        #expect(wrong == 0)
    }
}
