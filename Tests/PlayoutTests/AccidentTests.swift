import Audio
import Programme
import Synchronization
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)

/// What the journal and the status say of tracks that ended otherwise than planned.
@Suite struct AccidentTests {
    @Test func `a worker that dies in a track of unknown length is told`() {
        var station = FakeStation(lengths: [90_000, 80_000])
        for index in station.tracks.indices { station.tracks[index].length = nil }
        let opener = MortalOpener(FakeLibrary(station.files))
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: nil,
            journal: journal,
            opener: opener)
        _ = engine.crank(blocks: 3, from: now)
        opener.killFirst()
        _ = engine.crank(blocks: 100)
        #expect(journal.aired[0].why == MortalOpener.words)
        #expect(engine.conductor.troubles.map(\.words) == [MortalOpener.words])
        #expect(journal.facts.contains { $0.kind == .deviation && $0.words == MortalOpener.words })
        // Heard whole at its next turn, it is a trouble no more.
        _ = engine.crank(blocks: 200)
        #expect(engine.conductor.troubles.isEmpty)
    }

    @Test func `an emergency track that makes room for the programme has no fault`() {
        let station = FakeStation(lengths: [90_000, 80_000])
        var files = station.files
        files["/emergency"] = FakeLibrary.File(number: 99, frames: 500_000)
        let opener = MortalOpener(FakeLibrary(files), absent: 4)
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: "/emergency",
            journal: journal, opener: opener)
        _ = engine.crank(blocks: 100, from: now)
        #expect(journal.aired.prefix(2).map(\.kind) == [.emergency, .track])
        #expect(journal.aired[0].why == nil)
        #expect(!engine.conductor.troubles.contains { $0.file == "/emergency" })
    }

    @Test func `the tone is a fact without a file`() {
        let station = FakeStation(lengths: [90_000, 80_000])
        let journal = FakeJournal()
        let engine = HandCranked(
            station: station, timeline: Timeline(rotation: station.rotation), emergency: nil,
            journal: journal,
            opener: MortalOpener(FakeLibrary(station.files), absent: 4))
        _ = engine.crank(blocks: 100, from: now)
        #expect(journal.aired.prefix(2).map(\.kind) == [.tone, .track])
        #expect(journal.facts.allSatisfy { $0.file != "" })
    }
}

/// Opens what a library has. The first track can be made to die while it plays, as when its worker is killed; the music
/// can be absent for the first tries.
private final class MortalOpener: TrackOpener {
    static let words = "The worker died while it played."
    private let library: FakeLibrary
    private let state: Mutex<(absent: Int, first: MortalTrack?)>

    init(_ library: FakeLibrary, absent: Int = 0) {
        self.library = library
        state = Mutex((absent, nil))
    }

    func open(_ file: String, from start: Length) -> any OpenTrack {
        let track = MortalTrack(library.open(file, from: start))
        state.withLock { state in
            if state.absent > 0, file != "/emergency" {
                state.absent -= 1
                track.die("There is no such file.")
            } else if state.first == nil {
                state.first = track
            }
        }
        return track
    }

    func killFirst() { state.withLock { $0.first }?.die(Self.words) }
}

private final class MortalTrack: OpenTrack {
    private let track: any OpenTrack
    private let death = Mutex<String?>(nil)

    init(_ track: any OpenTrack) { self.track = track }

    func die(_ words: String) { death.withLock { $0 = words } }

    var frames: FrameConsumer { track.frames }
    var state: OpenTrackState { death.withLock { $0 }.map { .failed($0, passing: false) } ?? track.state }
    func close() { track.close() }
}
