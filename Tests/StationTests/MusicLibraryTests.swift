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
        private let broken: String

        /// - Parameter broken: the end of the paths that have the fault.
        init(_ fault: MediaFault, broken: String = "") {
            self.broken = broken
            state = Mutex((fault, 0, []))
        }

        var measured: Int { state.withLock { $0.measured } }
        var kept: [LibraryEntry] { state.withLock { $0.kept } }
        func recover() { state.withLock { $0.fault = nil } }
        func keep(_ entry: LibraryEntry) { state.withLock { $0.kept.append(entry) } }

        func measure(_ path: String) -> Result<FileMeasurement, MediaFailure> {
            state.withLock { state in
                state.measured += 1
                if let fault = state.fault, path.hasSuffix(broken) || broken.isEmpty {
                    return .failure(MediaFailure(file: path, fault: fault))
                }
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

    /// A library of one playlist, with the files that lie in `music`, measured as far as `count` says.
    private func library(measuring count: Int, of files: [String]) throws -> MusicLibrary {
        for file in files { try folder.write("music/\(file)") }
        let meter = Meter(.corrupt, broken: "none")
        let library = library(meter)
        library.scanned(PlaylistScan.all(of: configuration))
        for file in files.prefix(count) {
            let path = folder.path + "/music/\(file)"
            let found = try FileStatus(path)
            _ = library.track(at: path, size: found.size, modified: found.modified) { meter.measure($0) }
        }
        return library
    }

    @Test func `one new file unplanned a small playlist`() throws {
        let files = (1...5).map { "\($0).mp3" }
        let library = try library(measuring: 0, of: files)
        library.measureAll { _, _ in }
        #expect(library.programming.rotation.isPlannable && library.programming.rotation.tracks.count == 6)
        // More than there was before: an album.
        for number in 1...12 { try folder.write("music/album/\(number).mp3") }
        library.scanned(PlaylistScan.all(of: configuration))
        #expect(library.report.measuring == 12)
        #expect(library.programming.rotation.isPlannable && library.programming.rotation.tracks.count == 6)
        library.measureAll { _, _ in }
        #expect(library.programming.rotation.isPlannable && library.programming.rotation.tracks.count == 18)
    }

    @Test func `before anything is measured every file is played to its end`() throws {
        let files = (1...30).map { "\($0).mp3" }
        let library = try library(measuring: 1, of: files)
        let rotation = library.programming.rotation
        #expect(!rotation.isPlannable && rotation.tracks.count == 31)
        #expect(rotation.tracks.allSatisfy { $0.length == nil })
    }

    @Test func `a start with an index plans what is in it, whatever came meanwhile`() throws {
        let files = (1...40).map { "\($0).mp3" }
        let rotation = try library(measuring: 10, of: files).programming.rotation
        #expect(rotation.isPlannable && rotation.tracks.count == 10)
    }

    @Test func `a broken newest file silenced good older ones`() throws {
        for (age, file) in ["neu/alt.mp3", "neu/gut.mp3", "neu/kaputt.mp3"].enumerated() {
            try folder.write(file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(age))],
                ofItemAtPath: folder.path + "/" + file)
        }
        var configuration = configuration
        let newest = Content.newest(folder: folder.path + "/neu")
        configuration.shows = [Show(name: "Neues", airings: [], plays: newest)]
        let meter = Meter(.corrupt, broken: "kaputt.mp3")
        let library = try MusicLibrary(
            configuration: configuration, schedule: configuration.schedule(with: []),
            measure: { meter.measure($0) }, store: { meter.keep($0) }, upcoming: { [] },
            now: { Instant(frames: 0) }, changed: { _ in })
        library.know([])
        library.scanned(PlaylistScan.all(of: configuration))
        library.measureAll { _, _ in }
        guard case .file(let track)? = library.programming.sources[newest] else {
            Issue.record("nothing is on")
            return
        }
        #expect(track.file.hasSuffix("gut.mp3") && track.length == Length(seconds: 60))
    }
}
