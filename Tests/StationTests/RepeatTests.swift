import Audio
import Codecs
import Foundation
import Logging
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// Which recording a show repeats, and which part of it.
@Suite struct RepeatTests {
    private let folder = try! TemporaryDirectory()
    private var configuration: Configuration {
        get throws {
            var configuration = try load(scheduleSample)
            configuration.live?.recordings = Configuration.Recordings(to: folder.path)
            return configuration
        }
    }

    /// Puts a recording there that ends at a time of the station's clocks.
    private func put(_ name: String, until end: String, bytes: String = "not empty") throws {
        try folder.write(name, bytes)
        var text = end.replacing(" ", with: "T")[...]
        let wall = try #require(WallTime(readingFrom: &text))
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let date = Date(timeIntervalSince1970: Double(wall.nanoseconds(in: zone)) / 1e9)
        try FileManager.default.setAttributes(
            [.modificationDate: date], ofItemAtPath: folder.path + "/" + name)
    }

    private func found(besides writing: Set<String> = []) throws -> [ShowFile] {
        let configuration = try configuration
        let all = Repeats(configuration, try configuration.schedule()).files(
            besides: Set(writing.map { folder.path + "/" + $0 }))
        #expect(all.count == 1)
        return all[.recording(of: "Küchenradio")] ?? []
    }

    private func names(_ files: [ShowFile]) -> [String] { files.map(\.file.key) }

    @Test func `the newest show is repeated, from its beginning to its end`() throws {
        // The first and the third Tuesday, 20:00 to 22:00, and the 15th is left out.
        try put("2026-12-01 19.48.07 redaktion.ogg", until: "2026-12-01 22:09:00")
        try put("2027-01-05 20.05 gast.mp3", until: "2027-01-05 22:00:00")
        let files = try found()
        #expect(names(files) == ["2027-01-05 20.05 gast.mp3", "2026-12-01 19.48.07 redaktion.ogg"])
        #expect(files[0].begin == .zero && files[0].end == Length(seconds: 115 * 60))
        #expect(files[1].begin == Length(seconds: 11 * 60 + 53))
        #expect(files[1].end == Length(seconds: 131 * 60 + 53))
        #expect(files.allSatisfy { $0.file.title == "Küchenradio" && $0.file.path.hasPrefix(folder.path) })
    }

    @Test func `of several connections the longest is it`() throws {
        try put("2026-12-01 20.00 redaktion.ogg", until: "2026-12-01 20:20:00")
        try put("2026-12-01 20.20 redaktion (2).ogg", until: "2026-12-01 21:20:00")
        try put("2026-12-01 21.20 gast.ogg", until: "2026-12-01 22:00:00")
        #expect(try names(found()).first == "2026-12-01 20.20 redaktion (2).ogg")
    }

    @Test(arguments: [
        // Somebody else, somebody whom nobody named, another day, another time, a word of a show, nothing at all.
        ("2026-12-01 20.00 anna.ogg", "2026-12-01 22:00:00"),
        ("2026-12-01 20.00 redaktion.txt", "2026-12-01 22:00:00"),
        ("2026-12-15 20.00 redaktion.ogg", "2026-12-15 22:00:00"),
        ("2026-12-01 17.00 redaktion.ogg", "2026-12-01 20:00:00"),
        ("2026-12-01 20.00 redaktion.ogg", "2026-12-01 20:11:00"),
        ("2026-13-01 20.00 redaktion.ogg", "2026-12-01 22:00:00"),
        ("Bewerbung.ogg", "2026-12-01 22:00:00"),
    ])
    func `what is not the show is not repeated`(name: String, end: String) throws {
        try put(name, until: end)
        #expect(try found() == [])
        try put("2026-12-01 21.00 gast.ogg", until: "2026-12-01 22:00:00")
        #expect(try names(found()) == ["2026-12-01 21.00 gast.ogg"])
    }

    @Test func `what is still written or empty is not repeated`() throws {
        try put("2026-12-01 20.00 redaktion.ogg", until: "2026-12-01 22:00:00")
        try put("2027-01-05 20.00 redaktion.ogg", until: "2027-01-05 21:00:00")
        try put("2027-01-05 20.00 gast.ogg", until: "2027-01-05 22:00:00", bytes: "")
        #expect(
            try names(found(besides: ["2027-01-05 20.00 redaktion.ogg"]))
                == ["2026-12-01 20.00 redaktion.ogg"])
    }

    @Test func `a recording that was copied is no longer than a day`() throws {
        try put("2026-12-01 20.00 redaktion.ogg", until: "2027-06-01 12:00:00")
        let files = try found()
        #expect(files.count == 1 && files[0].begin == .zero)
    }

    @Test func `the library plays the newest that can be played`() throws {
        try put("2026-12-01 19.55 redaktion.ogg", until: "2026-12-01 22:00:00")
        try put("2027-01-05 20.00 redaktion.ogg", until: "2027-01-05 22:00:00")
        let configuration = try configuration
        let schedule = try configuration.schedule()
        let isBroken = Mutex(true)
        let library = MusicLibrary(
            configuration: configuration, schedule: schedule,
            measure: { path in
                if path.contains("2027"), isBroken.withLock({ $0 }) {
                    return .failure(MediaFailure(file: path, fault: .corrupt))
                }
                let length = FrameCount(seconds: path.contains("2027") ? 7_200 : 9_000)
                return .success(
                    FileMeasurement(
                        frames: length, loudness: -16, truePeak: -3, cueIn: .zero, cueOut: length,
                        source: SourceDescription(
                            codec: "vorbis", container: "ogg", sampleRate: 44_100, channels: 2)))
            }, store: { _ in }, upcoming: { [] }, now: { Instant(frames: 0) }, changed: { _ in })
        func track() -> Track? {
            guard case .file(let track)? = library.programming.sources[.recording(of: "Küchenradio")] else {
                return nil
            }
            return track
        }
        library.know([])
        library.scanned([:])
        #expect(track() == nil)
        library.found(Repeats(configuration, schedule).files())
        #expect(track() == nil, "It is not measured.")
        library.measureAll { _, _ in }
        let old = try #require(track())
        #expect(old.file.contains("2026-12-01") && old.title == "Küchenradio")
        #expect(old.begin == Length(seconds: 300) && old.length == Length(seconds: 7_500))
        isBroken.withLock { $0 = false }
        try put("2027-01-05 20.00 redaktion.ogg", until: "2027-01-05 22:00:00", bytes: "and whole now")
        library.found(Repeats(configuration, schedule).files())
        library.measureAll { _, _ in }
        #expect(track()?.file.contains("2027-01-05") == true && track()?.begin == nil)
    }

    @Test func `the recorder tells when a show is whole`() throws {
        let told = Mutex<[Set<String>]>([])
        let recorder = ShowRecorder(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            1_796_151_907_000_000_000
        }
        recorder.whenChanged { [weak recorder] in
            let writing = recorder?.writing ?? []
            told.withLock { $0.append(writing) }
        }
        recorder.follow(.init(path: folder.path), zone: TimeZone(identifier: "Europe/Berlin")!)
        let show = recorder.begin(account: "redaktion")
        Array("fLaC".utf8).withUnsafeBytes { show?.take($0) }
        let path = folder.path + "/2026-12-01 20.05.07 redaktion.flac"
        let end = ContinuousClock.now + .seconds(30)
        while recorder.writing != [path], ContinuousClock.now < end { usleep(5_000) }
        #expect(recorder.writing == [path] && told.withLock { $0.isEmpty })
        show?.end()
        recorder.stop()
        #expect(told.withLock { $0 } == [[]])
    }
}
