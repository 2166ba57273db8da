public import Audio
internal import CShims
public import Codecs
public import Programme

/// The same engine as fast as the machine allows: what the station would play, or played, from an instant on.
///
/// Confined to the thread that calls `run`.
public struct Renderer {
    private let settings: PlayoutSettings
    private let journal: any Journal
    /// How long nothing may come from any file before the bottom of the programme takes over: 90 s, longer than a file
    /// may take to open.
    private static let patience: Int64 = 90_000_000_000

    public init(settings: PlayoutSettings, journal: any Journal) {
        self.settings = settings
        self.journal = journal
    }

    /// Encodes a span to an output.
    ///
    /// - Parameters:
    ///   - from: the instant of the first frame.
    ///   - length: how much is rendered, to the frame.
    ///   - progress: gets the length done, about once in a second of audio; false ends the render.
    public func run(
        _ timeline: Timeline, from: Instant, length: Length, format: StreamFormat, opener: any TrackOpener,
        output: RenditionOutput, progress: (Length) -> Bool = { _ in true }
    ) {
        let titles = TitleBook(tone: Title(title: settings.stationName))
        let rendition = Rendition(
            format: format, stationName: settings.stationName, titles: titles,
            limit: FrameCount(frames: length.frames), output: output)
        drive(timeline, from: from, length: length, opener: opener, titles: titles, feed: rendition.feed) {
            progress($0)
        }
        rendition.join()
    }

    /// Gives the mix itself, block by block: 2 channels × up to 1,024 frames.
    public func mix(
        _ timeline: Timeline, from: Instant, length: Length, opener: any TrackOpener,
        progress: (Length) -> Bool = { _ in true }, block each: (borrowing AudioBlock, _ count: Int) -> Void
    ) {
        let feed = MixFeed(capacity: FrameCount(frames: 4 * Int64(EngineFormat.blockFrames)))
        var reader: FeedReader?
        var block = AudioBlock()
        drive(
            timeline, from: from, length: length, opener: opener,
            titles: TitleBook(tone: Title(title: settings.stationName)), feed: feed
        ) { done in
            if reader == nil { reader = FeedReader(feed: feed, limit: FrameCount(frames: length.frames)) }
            while feed.marks.pop() != nil {}
            while feed.consumer.available >= block.capacity, let count = reader?.read(into: &block), count > 0
            {
                each(block, count)
            }
            return progress(done)
        }
        if let count = reader?.read(into: &block), count > 0 { each(block, count) }
    }

    private func drive(
        _ timeline: Timeline, from: Instant, length: Length, opener: any TrackOpener, titles: TitleBook,
        feed: MixFeed, afterBlock: (Length) -> Bool
    ) {
        let line = EngineLine()
        let engine = Engine(line: line)
        _ = line.commands.push(.feed(feed))
        let conductor = Conductor(
            settings: settings, timeline: timeline, engine: line, opener: opener, journal: journal,
            titles: titles)
        conductor.start(at: from)
        var waitingSince: Int64?
        // The limiter's lag comes on top.
        rendering: while engine.position.frames < length.frames + Int64(Limiter.delay) {
            conductor.step()
            let now = cshims_monotonic_now()
            let givingUp = waitingSince.map { now - $0 > Self.patience } ?? false
            switch engine.tick(givingUp: givingUp) {
            case .block:
                waitingSince = nil
                if !afterBlock(Length(frames: engine.position.frames)) { break rendering }
                engine.waitForRoom()
            case .waiting:
                waitingSince = waitingSince ?? now
                cshims_sleep_until(now + 200_000)
            }
        }
        engine.finish()
        conductor.step()
        conductor.finish()
    }
}
