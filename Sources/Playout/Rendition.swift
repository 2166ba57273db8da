internal import Audio
public import Codecs
internal import Programme
internal import Synchronization
internal import Threads

/// Where a rendition's pages go: a mount, or a file.
public struct RenditionOutput: Sendable {
    /// Gets the plain stream's headers, once, before the first page.
    public var open: @Sendable (_ plainHeaders: [UInt8]) -> Void
    /// Gets each page, in order, on the encoder's thread.
    public var page: @Sendable (StreamPage) -> Void

    public init(
        open: @escaping @Sendable (_ plainHeaders: [UInt8]) -> Void,
        page: @escaping @Sendable (StreamPage) -> Void
    ) {
        self.open = open
        self.page = page
    }
}

/// One codec with one setting: an encoder thread that drains its feed of the mix and puts out pages (design, section 3,
/// steps 7 and 8).
///
/// The encoder runs without interruption from the first frame to the last; a title is only a mark on the way. Its pages
/// go to as many outputs as want the same format.
final class Rendition: Sendable {
    private struct Outputs {
        /// Nil until the encoder has begun.
        var plainHeaders: [UInt8]?
        var all: [RenditionOutput]
    }

    let feed: MixFeed
    let format: StreamFormat
    private let stationName: String
    private let titles: TitleBook
    private let outputs: Mutex<Outputs>
    private let limit: FrameCount?
    private let thread: OwnedThread
    /// What the feed holds when the encoder is held up: 6 s.
    private static let capacity = FrameCount(seconds: 6)

    /// Starts the encoder, which waits for the engine to begin feeding it.
    ///
    /// - Parameter limit: the length after which nothing more is encoded; nil for a station.
    init(
        format: StreamFormat, stationName: String, titles: TitleBook, limit: FrameCount? = nil,
        output: RenditionOutput
    ) {
        self.format = format
        self.stationName = stationName
        self.titles = titles
        self.limit = limit
        outputs = Mutex(Outputs(all: [output]))
        feed = MixFeed(capacity: Self.capacity)
        thread = OwnedThread(name: "fh-encoder")
        thread.start { [self] in run() }
    }

    /// Adds an output, which gets the pages from now on. Any thread.
    func add(_ output: RenditionOutput) {
        outputs.withLock { outputs in
            if let headers = outputs.plainHeaders { output.open(headers) }
            outputs.all.append(output)
        }
    }

    private func open(_ headers: [UInt8]) {
        outputs.withLock { outputs in
            outputs.plainHeaders = headers
            for output in outputs.all { output.open(headers) }
        }
    }

    private func emit(_ page: StreamPage) {
        for output in outputs.withLock({ $0.all }) { output.page(page) }
    }

    /// Joins the encoder, whose feed has been finished.
    func join() { thread.join() }

    private func run() {
        while !feed.consumer.waitForFrames(1, milliseconds: 1_000) {}
        guard feed.isFed else { return }
        do {
            let stream = try format.stream(
                station: stationName, serial: .random(in: .min ... .max), start: feed.start)
            open(stream.plainHeaders)
            var reader = FeedReader(feed: feed, limit: limit)
            var block = AudioBlock()
            while true {
                let count = reader.read(into: &block)
                while let mark = feed.marks.peek(), mark.at < reader.position {
                    _ = feed.marks.pop()
                    if case .title(let title) = titles.entry(for: mark.deck) {
                        stream.mark(title: title, at: mark.at)
                    }
                }
                guard count == block.capacity else {
                    if count > 0 { stream.encode(block.prefix(count), emit: emit) }
                    break
                }
                stream.encode(block, emit: emit)
            }
            stream.finish(emit: emit)
        } catch {
            preconditionFailure("The encoder refuses what the configuration allows: \(error)")
        }
    }
}

/// Reads a feed in order, in whole blocks but for the last, and puts silence where frames are missing.
struct FeedReader {
    private let feed: MixFeed
    /// The position in the mix behind the last frame read.
    private(set) var position: FrameTime
    private let end: FrameTime?
    private var gap = 0

    init(feed: MixFeed, limit: FrameCount?) {
        self.feed = feed
        position = feed.start
        end = limit.map { feed.start + $0 }
    }

    /// Reads a block's frames; fewer, or none, at the end of the feed or at the limit.
    mutating func read(into block: inout AudioBlock) -> Int {
        let wanted = min(block.capacity, end.map { Int(($0 - position).frames) } ?? .max)
        var count = 0
        while count < wanted {
            if gap == 0, let next = feed.gaps.peek(), next.after <= feed.consumer.position {
                _ = feed.gaps.pop()
                gap = next.frames
            }
            let part: Int
            if gap > 0 {
                part = min(gap, wanted - count)
                block.clear(from: count, count: part)
                gap -= part
            } else {
                while !feed.consumer.waitForFrames(wanted - count, milliseconds: 1_000) {}
                // What is there first: a gap in front of any of it has been told before.
                let there = feed.consumer.available
                let untilGap = feed.gaps.peek().map { $0.after - feed.consumer.position } ?? .max
                part = feed.consumer.read(
                    into: &block, at: count, count: min(wanted - count, there, untilGap))
                if part == 0, feed.consumer.isExhausted, feed.gaps.peek() == nil { break }
            }
            count += part
        }
        position = position + FrameCount(frames: Int64(count))
        return count
    }
}
