import Audio
import Codecs
import Foundation
import History
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// What the library remembers of files that could not be measured.
@Suite struct MusicLibraryTests {
    /// Measures for a library of one file: badly, as long as there is a fault.
    private final class Meter: Sendable {
        private let state: Mutex<(fault: MediaFault?, measured: Int, kept: [LibraryEntry])>

        init(_ fault: MediaFault) { state = Mutex((fault, 0, [])) }

        var measured: Int { state.withLock { $0.measured } }
        var kept: [LibraryEntry] { state.withLock { $0.kept } }
        func recover() { state.withLock { $0.fault = nil } }
        func keep(_ entry: LibraryEntry) { state.withLock { $0.kept.append(entry) } }

        func measure(_ path: String) -> Result<FileMeasurement, MediaFailure> {
            state.withLock { state in
                state.measured += 1
                if let fault = state.fault { return .failure(MediaFailure(file: path, fault: fault)) }
                let minute = FrameCount(seconds: 60)
                let source = SourceDescription(
                    codec: "flac", container: "flac", sampleRate: 44_100, channels: 2)
                return .success(
                    FileMeasurement(
                        frames: minute, loudness: -16, truePeak: -3, cueIn: .zero, cueOut: minute,
                        source: source))
            }
        }
    }

    private let folder: TemporaryDirectory
    private let configuration: Configuration

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("music/a.mp3")
        configuration = try folder.configuration(from: "music")
    }

    private func library(_ meter: Meter) -> MusicLibrary {
        let library = MusicLibrary(
            configuration: configuration, measure: { meter.measure($0) },
            store: { meter.keep($0) }, upcoming: { [] }, now: { Instant(frames: 0) }, changed: { _ in })
        library.know([])
        return library
    }

    private func look(_ library: MusicLibrary) {
        library.scanned(PlaylistScan.all(of: configuration))
        library.measureAll { _, _ in }
    }

    @Test(arguments: [
        MediaFault.missing, .permissionDenied, .unreadable(errno: 5), .crashed(signal: 9), .hung, .changed,
    ])
    func `what is no fault of a file's bytes is told, and forgotten at the next look`(fault: MediaFault) {
        let meter = Meter(fault)
        let library = library(meter)
        look(library)
        #expect(library.programming.rotation.tracks.isEmpty)
        #expect(library.report.problems.count == 1)
        #expect(meter.kept.isEmpty)
        meter.recover()
        look(library)
        #expect(library.programming.rotation.tracks.map(\.length) == [Length(seconds: 60)])
        #expect(library.report.problems.isEmpty)
        #expect(meter.kept.count == 1)
    }

    @Test func `what is a fault of its bytes is kept until they are others`() throws {
        let meter = Meter(.corrupt)
        let library = library(meter)
        look(library)
        look(library)
        #expect(meter.measured == 1)
        #expect(meter.kept.map { $0.failure != nil } == [true])
        meter.recover()
        try folder.write("music/a.mp3", "another take")
        look(library)
        #expect(meter.measured == 2)
        #expect(library.programming.rotation.tracks.count == 1)
    }

    @Test func `a clock draws from the files of other playlists, and keeps the widest of their rules`() throws
    {
        for file in ["new/1.mp3", "new/2.mp3", "old/1.mp3"] { try folder.write(file) }
        var configuration = configuration
        let hour = RotationRules.Gap(time: Length(seconds: 3_600))
        configuration.playlists = [
            Configuration.Playlist(
                name: "new", from: [folder.path + "/new"], order: .shuffle, rules: RotationRules(artist: hour)
            ),
            Configuration.Playlist(
                name: "old", from: [folder.path + "/old"], order: .sequence,
                hours: Hours(from: 0, until: 3_600)),
            Configuration.Playlist(
                name: "clock", from: [], order: .shuffle, draws: .clock(["new", "new", "old"]),
                rules: RotationRules(artist: .init(tracks: 3))),
        ]
        configuration.programme.standard = "clock"
        configuration.programme.identification = nil
        let meter = Meter(.corrupt)
        meter.recover()
        let library = MusicLibrary(
            configuration: configuration, measure: { meter.measure($0) }, store: { meter.keep($0) },
            upcoming: { [] }, now: { Instant(frames: 0) }, changed: { _ in })
        library.know([])
        library.scanned(PlaylistScan.all(of: configuration))
        library.measureAll { _, _ in }
        #expect(meter.measured == 3)
        let rotation = library.programming.rotation
        #expect(rotation.clock == [0, 0, 1])
        #expect(rotation.parts.map(\.playlist) == ["new", "old"])
        #expect(rotation.parts.map(\.hours) == [nil, Hours(from: 0, until: 3_600)])
        #expect(rotation.rules == RotationRules(artist: .init(tracks: 3, time: hour.time)))
        #expect(rotation.isPlannable && rotation.tracks.count == 3)
    }

    @Test func `what shows play of the station's files is measured and known`() throws {
        for file in [
            "neu/alt.mp3", "neu/neu.mp3", "tage/2026-12-24.mp3", "tage/2026-12-25.mp3", "tage/rest.mp3",
        ] {
            try folder.write(file)
        }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: folder.path + "/neu/alt.mp3")
        var configuration = configuration
        let (newest, dated) = (folder.path + "/neu", folder.path + "/tage/{date}.mp3")
        configuration.shows = [
            Show(name: "Neues", airings: [], plays: .newest(folder: newest)),
            Show(name: "Tage", airings: [], plays: .dated(file: dated)),
            Show(name: "Strom", airings: [], plays: .stream(url: "https://radio.example/a.ogg")),
        ]
        let meter = Meter(.corrupt)
        meter.recover()
        let library = try MusicLibrary(
            configuration: configuration, schedule: configuration.schedule(with: []),
            measure: { meter.measure($0) }, store: { meter.keep($0) }, upcoming: { [] },
            now: { Instant(frames: 0) }, changed: { _ in })
        library.know([])
        library.scanned(PlaylistScan.all(of: configuration))
        library.measureAll { _, _ in }
        let sources = library.programming.sources
        guard case .file(let track)? = sources[Content.newest(folder: newest)],
            case .days(let days)? = sources[Content.dated(file: dated)]
        else {
            Issue.record("\(sources)")
            return
        }
        #expect(track.file.hasSuffix("neu.mp3") && track.length == Length(seconds: 60))
        #expect(days.keys.map(\.description).sorted() == ["2026-12-24", "2026-12-25"])
        #expect(sources.count == 2)
    }
}
