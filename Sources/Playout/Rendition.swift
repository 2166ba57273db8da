internal import Audio
public import Codecs
internal import Programme
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

/// One codec at one quality: an encoder thread that drains its feed of the mix and puts out pages (design, section 3,
/// steps 7 and 8).
///
/// The encoder runs without interruption from the first frame to the last; a title is only a mark on the way.
final class Rendition: Sendable {
    let feed: MixFeed
    private let quality: Double
    private let stationName: String
    private let titles: TitleBook
    private let output: RenditionOutput
    private let limit: FrameCount?
    private let thread: OwnedThread
    /// What the feed holds when the encoder is held up: 6 s.
    private static let capacity = FrameCount(seconds: 6)

    /// Starts the encoder, which waits for the engine to begin feeding it.
    ///
    /// - Parameter limit: the length after which nothing more is encoded; nil for a station.
    init(
        quality: Double, stationName: String, titles: TitleBook, limit: FrameCount? = nil,
        output: RenditionOutput
    ) {
        self.quality = quality
        self.stationName = stationName
        self.titles = titles
        self.limit = limit
        self.output = output
        feed = MixFeed(capacity: Self.capacity)
        thread = OwnedThread(name: "fh-encoder")
        thread.start { [self] in run() }
    }

    /// Joins the encoder, whose feed has been finished.
    func join() { thread.join() }

    private func run() {
        while !feed.consumer.waitForFrames(1, milliseconds: 1_000) {}
        guard feed.isFed else { return }
        do {
            let stream = try VorbisStream(
                quality: quality, station: stationName, serial: .random(in: .min ... .max), start: feed.start)
            output.open(stream.plainHeaders)
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
                    if count > 0 { stream.encode(block.prefix(count), emit: output.page) }
                    break
                }
                stream.encode(block, emit: output.page)
            }
            stream.finish(emit: output.page)
        } catch {
            preconditionFailure("libvorbis refuses a quality that the configuration allows: \(error)")
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
                let untilGap = feed.gaps.peek().map { $0.after - feed.consumer.position } ?? .max
                part = feed.consumer.read(into: &block, at: count, count: min(wanted - count, untilGap))
                if part == 0, feed.consumer.isExhausted, feed.gaps.peek() == nil { break }
            }
            count += part
        }
        position = position + FrameCount(frames: Int64(count))
        return count
    }
}
