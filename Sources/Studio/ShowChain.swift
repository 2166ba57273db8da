internal import Audio
internal import Codecs

/// What happens to a show's frames, in their order: meter, fader, encoder and line, recording. One owner, one thread.
struct ShowChain: ~Copyable {
    private var meter = ShowMeter()
    /// Where the fader stood at the end of the last block; nil before the first.
    private var gain: Float?
    private let stream: any EncodedStream
    private let line: any ShowLine
    private let recorder: Recorder?
    /// The position behind the pages that were sent.
    private var sent = FrameTime(frames: 0)

    init(_ stream: any EncodedStream, _ line: any ShowLine, _ recorder: Recorder?) {
        self.stream = stream
        self.line = line
        self.recorder = recorder
        line.send(headers: stream.plainHeaders)
    }

    /// Passes the first `count` frames of a block on; they are faded in it.
    ///
    /// - Returns: what the meter shows of them as they came.
    mutating func pass(_ block: inout AudioBlock, count: Int, fader: Fader) -> ShowLevel {
        let level = block.withChannels { left, right in
            meter.take(left: left.span.extracting(first: count), right: right.span.extracting(first: count))
        }
        move(&block, count, to: fader == .open ? 1 : 0)
        if fader != .cued {
            block.withChannels(reading: { left, right in
                recorder?.take(left: left.extracting(first: count), right: right.extracting(first: count))
            })
        }
        if count == block.capacity {
            encode(block)
        } else {
            encode(block.prefix(count))
        }
        return level
    }

    /// Ends the stream; what is left of it is sent.
    mutating func finish() {
        var sent = sent
        stream.finish { Self.send($0, to: line, &sent) }
    }

    private mutating func encode(_ block: borrowing AudioBlock) {
        var sent = sent
        stream.encode(block) { Self.send($0, to: line, &sent) }
        self.sent = sent
    }

    private static func send(_ page: StreamPage, to line: any ShowLine, _ sent: inout FrameTime) {
        line.send(page: page.plain, seconds: (page.end - sent).seconds)
        sent = page.end
    }

    /// Moves the fader within the block, so that it does not click.
    private mutating func move(_ block: inout AudioBlock, _ count: Int, to target: Float) {
        let from = gain ?? target
        gain = target
        guard from != 1 || target != 1 else { return }
        let step = (target - from) / Float(count)
        block.withChannels { left, right in
            for frame in 0..<count {
                let gain = from + step * Float(frame + 1)
                left[frame] *= gain
                right[frame] *= gain
            }
        }
    }
}
