import Audio
import Codecs
import Programme

@testable import Playout

/// An engine and its conductor, ticked by hand: each block gets what the clock would give it, without any waiting.
final class HandCranked {
    private let line = EngineLine()
    private let engine: Engine
    let conductor: Conductor
    private let feed = MixFeed(capacity: FrameCount(frames: 65_536))

    /// - Parameter opener: the station's files, if nil.
    init(
        station: FakeStation, timeline: Timeline, emergency: String?, journal: FakeJournal,
        opener: (any TrackOpener)? = nil
    ) {
        engine = Engine(line: line)
        conductor = Conductor(
            settings: station.settings(emergency: emergency), timeline: timeline, engine: line,
            opener: opener ?? FakeLibrary(station.files), journal: journal,
            titles: TitleBook(tone: Title(title: "Beispiel")))
        _ = line.commands.push(.feed(feed))
    }

    /// The titles that listeners were shown since the last call, in turn.
    func shownTitles() -> [Title] {
        var shown: [Title] = []
        while let mark = feed.marks.pop() {
            if case .title(let title) = conductor.titles.entry(for: mark.deck) { shown.append(title) }
        }
        return shown
    }

    /// Starts at an instant and runs so many blocks; a block that has to wait is given up at the third try.
    func crank(blocks: Int, from instant: Instant) -> [(file: Int, frame: Int)] {
        conductor.start(at: instant)
        return crank(blocks: blocks)
    }

    func crank(blocks: Int) -> [(file: Int, frame: Int)] {
        var heard: [(file: Int, frame: Int)] = []
        crank(blocks: blocks) { left, right in
            heard.append((Int((left * 1_024).rounded()), Int((right * 8_192).rounded())))
        }
        return heard
    }

    /// Gives each frame of the mix as it is.
    func crank(blocks: Int, frame each: (_ left: Float, _ right: Float) -> Void) {
        var block = AudioBlock()
        for _ in 0..<blocks {
            for _ in 0..<4 { conductor.step() }
            if engine.tick() == .waiting {
                conductor.step()
                // This takes up what it was handed meanwhile, where the block goes on.
                if engine.tick() == .waiting {
                    while engine.tick(givingUp: true) == .waiting { conductor.step() }
                }
            }
            while feed.consumer.available > 0 {
                let count = feed.consumer.read(into: &block, at: 0, count: block.capacity)
                block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
                    for frame in 0..<count { each(left[frame], right[frame]) }
                })
            }
        }
    }
}
