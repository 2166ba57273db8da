import Audio
import Codecs
import Playout
import Programme
import Synchronization

/// Files that exist only here: each frame's left sample says which file it is, its right sample which frame.
///
/// Everything stays below the limiter's ceiling, so what a test reads from the mix is exactly what was written here.
final class FakeLibrary: TrackOpener, Sendable {
    enum Behaviour: Sendable {
        case plays
        /// Fails to open.
        case broken
        /// Opens and has no frame.
        case empty
        /// Ends after so many frames, though it was measured longer.
        case endsAfter(Int)
        /// Gives so many frames and then neither more nor an end.
        case hangsAfter(Int)
        /// Fails once, as when its worker is killed, and plays at the second try.
        case diesOnce
    }

    struct File: Sendable {
        var number: Int
        var frames: Int
        var behaviour = Behaviour.plays
    }

    private let files: Mutex<[String: File]>
    private let opened = Mutex<[String]>([])

    init(_ files: [String: File]) { self.files = Mutex(files) }

    /// Names of the files in the order in which they were opened.
    var openings: [String] { opened.withLock { $0 } }

    func open(_ name: String, from start: Length) -> any OpenTrack {
        opened.withLock { $0.append(name) }
        var file = files.withLock { $0[name] } ?? File(number: 0, frames: 0, behaviour: .broken)
        if case .diesOnce = file.behaviour {
            files.withLock { $0[name]?.behaviour = .plays }
            return FakeTrack(
                state: .failed("The worker died.", passing: true), frames: 0...0, number: 0, ends: true)
        }
        var ends = true
        switch file.behaviour {
        case .plays, .diesOnce: break
        case .broken:
            return FakeTrack(
                state: .failed("\(name) cannot be read.", passing: false), frames: 0...0, number: 0,
                ends: true)
        case .empty: file.frames = 0
        case .endsAfter(let frames): file.frames = frames
        case .hangsAfter(let frames):
            file.frames = frames
            ends = false
        }
        let first = min(Int(start.frames), file.frames)
        return FakeTrack(state: .open(nil), frames: first...file.frames, number: file.number, ends: ends)
    }

    static func left(_ number: Int) -> Float { Float(number) / 1_024 }
    static func right(_ frame: Int) -> Float { Float(frame % 4_096) / 8_192 }
}

final class FakeTrack: OpenTrack, Sendable {
    let frames: FrameConsumer
    let state: OpenTrackState

    init(state: OpenTrackState, frames range: ClosedRange<Int>, number: Int, ends: Bool) {
        self.state = state
        let (producer, consumer) = FrameRing.make(capacity: FrameCount(frames: Int64(max(1, range.count))))
        let left = [Float](repeating: FakeLibrary.left(number), count: range.count - 1)
        let right = range.dropLast().map(FakeLibrary.right)
        _ = producer.write(left: left.span, right: right.span)
        if ends { producer.finish() }
        frames = consumer
    }

    func close() {}
}

/// Keeps what the conductor wrote down.
final class FakeJournal: Journal, Sendable {
    struct Aired: Sendable, Equatable {
        var file: String
        var kind: Item.Kind
        var show: String?
        var start: Instant
        var offset: Length
        var end: Instant?
        var why: String?
    }

    private struct State {
        var facts: [(Fact, Timeline.State)] = []
        var aired: [Aired] = []
    }

    private let state = Mutex(State())

    var facts: [Fact] { state.withLock { $0.facts.map(\.0) } }
    /// The state of the timeline behind each fact.
    var states: [(at: Instant, state: Timeline.State)] { state.withLock { $0.facts.map { ($0.0.at, $0.1) } } }
    var lastState: Timeline.State? { state.withLock { $0.facts.last?.1 } }
    var aired: [Aired] { state.withLock { $0.aired } }

    func record(_ fact: Fact, state timeline: Timeline.State) {
        state.withLock { $0.facts.append((fact, timeline)) }
    }

    func commit(_ fact: Fact, state timeline: Timeline.State) -> String? {
        record(fact, state: timeline)
        return nil
    }

    func began(_ item: Item, at instant: Instant, offset: Length) {
        state.withLock {
            $0.aired.append(
                Aired(
                    file: item.track.file, kind: item.kind, show: item.show, start: instant, offset: offset,
                    end: nil, why: nil))
        }
    }

    func ended(_ item: Item, at instant: Instant, why: String?) {
        state.withLock { state in
            guard let last = state.aired.lastIndex(where: { $0.file == item.track.file && $0.end == nil })
            else { return }
            state.aired[last].end = instant
            state.aired[last].why = why
        }
    }
}

/// A library of tracks with odd lengths, its rotation, and what a mix of it must hold.
struct FakeStation {
    var files: [String: FakeLibrary.File] = [:]
    var tracks: [Track] = []

    init(lengths: [Int]) {
        for (index, frames) in lengths.enumerated() {
            let name = "/music/\(index + 1)"
            files[name] = FakeLibrary.File(number: index + 1, frames: frames)
            tracks.append(
                Track(file: name, key: name, length: Length(frames: Int64(frames)), title: "\(index + 1)"))
        }
    }

    var rotation: Rotation {
        Rotation(station: "Beispiel", playlist: "rotation", order: .shuffle, tracks: tracks)
    }

    func settings(emergency: String? = nil) -> PlayoutSettings {
        PlayoutSettings(stationName: "Beispiel", loudness: nil, emergency: emergency)
    }

    /// The mix of a span: for each frame which file and which of its frames, as (number, frame % 4096).
    func mix(
        _ library: FakeLibrary, timeline: Timeline, from: Instant, frames: Int64,
        journal: FakeJournal = FakeJournal(),
        emergency: String? = nil
    ) -> [(file: Int, frame: Int)] {
        var heard: [(file: Int, frame: Int)] = []
        Renderer(settings: settings(emergency: emergency), journal: journal).mix(
            timeline, from: from, length: Length(frames: frames), opener: library
        ) { block, count in
            block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
                for frame in 0..<count {
                    heard.append((Int(left[frame] * 1_024), Int(right[frame] * 8_192)))
                }
            })
        }
        return heard
    }
}
