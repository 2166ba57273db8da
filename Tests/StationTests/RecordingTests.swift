import Audio
import Broadcast
import Codecs
import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import Station

/// What is recorded: names, retention, what is in the files, and what happens when the disk does not take them.
@Suite struct RecordingTests {
    private static let hour: Int64 = 3_600_000_000_000
    /// 2026-12-01T19:05:00Z.
    private static let evening: Int64 = 1_796_151_900_000_000_000
    private static let berlin = TimeZone(identifier: "Europe/Berlin")!

    private let place = try! TemporaryDirectory()
    private var folder: String { place.path + "/Recordings" }

    private func rules(keep: Duration? = nil, atMost: Int64? = nil) -> RecordingFolder.Rules {
        RecordingFolder.Rules(path: folder, keep: keep, atMost: atMost)
    }

    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private func contents(_ name: String) -> [UInt8] {
        Array(FileManager.default.contents(atPath: folder + "/" + name) ?? Data())
    }

    private func put(_ name: String, bytes: Int, age: Int64) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/" + name
        try Data(count: bytes).write(to: URL(filePath: path))
        let date = Date(timeIntervalSince1970: Double(Self.evening - age) / 1e9)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    // MARK: The folder

    @Test func `a recording bears its minute and its name, and touches none that is there`() throws {
        let folder = RecordingFolder(rules())
        let begin = WallTime(year: 2026, month: 12, day: 1, hour: 20, minute: 5)!
        for _ in 0..<3 { _ = try folder.create(begin, "redaktion", ending: "ogg") }
        _ = try folder.create(begin, "../../etc/pass wd", ending: "mp3")
        #expect(
            files == [
                "2026-12-01 20.05 ------etc-pass-wd.mp3", "2026-12-01 20.05 redaktion (2).ogg",
                "2026-12-01 20.05 redaktion (3).ogg", "2026-12-01 20.05 redaktion.ogg",
            ])
    }

    @Test func `what is too old goes, what is somebody's own stays`() throws {
        try put("2026-11-01 20.00 anna.ogg", bytes: 10, age: 720 * Self.hour)
        try put("2026-11-30 20.00 anna.ogg", bytes: 10, age: 23 * Self.hour)
        try put("Bewerbung.ogg", bytes: 10, age: 9_000 * Self.hour)
        try put("2020-01-01 20.00 notes.txt", bytes: 10, age: 9_000 * Self.hour)
        let gone = RecordingFolder(rules(keep: .seconds(86_400))).prune(now: Self.evening, writing: [])
        #expect(gone.map { URL(filePath: $0).lastPathComponent } == ["2026-11-01 20.00 anna.ogg"])
        #expect(files == ["2020-01-01 20.00 notes.txt", "2026-11-30 20.00 anna.ogg", "Bewerbung.ogg"])
    }

    @Test func `the oldest go until the rest is small enough, but not what is being written`() throws {
        for (index, name) in ["a", "b", "c", "d"].enumerated() {
            try put("2026-11-2\(index) 20.00 \(name).ogg", bytes: 100, age: Int64(9 - index) * Self.hour)
        }
        let gone = RecordingFolder(rules(atMost: 250)).prune(
            now: Self.evening, writing: [folder + "/2026-11-20 20.00 a.ogg"])
        #expect(gone.count == 2)
        #expect(files == ["2026-11-20 20.00 a.ogg", "2026-11-23 20.00 d.ogg"])
    }

    @Test func `a folder that cannot be written is one sentence`() {
        let folder = RecordingFolder(.init(path: "/proc/recordings"))
        #expect {
            _ = try folder.create(WallTime(milliseconds: 0), "a", ending: "ogg")
        } throws: {
            "\($0)".contains("/proc/recordings") && "\($0)".contains("nothing is recorded")
        }
    }

    // MARK: Shows

    private func record(_ pieces: [[UInt8]], account: String = "anna") -> [String] {
        let ear = Ear()
        let recorder = ShowRecorder(logger: ear.logger) { Self.evening }
        recorder.follow(rules(), zone: Self.berlin)
        let show = recorder.begin(account: account)
        for piece in pieces { piece.withUnsafeBytes { show?.take($0) } }
        show?.end()
        recorder.stop()
        return ear.said
    }

    @Test func `a show is recorded byte for byte, under the station's time`() {
        let pieces = (0..<50).map { number in
            [UInt8]("OggS".utf8) + [UInt8](repeating: UInt8(number), count: 999)
        }
        _ = record(pieces)
        #expect(files == ["2026-12-01 20.05 anna.ogg"])
        #expect(contents("2026-12-01 20.05 anna.ogg") == pieces.flatMap(\.self))
    }

    @Test func `who sends nothing leaves no file`() {
        _ = record([])
        #expect(files == [])
    }

    @Test func `more than waits for the disk ends the recording with a sentence`() {
        let said = record([
            [UInt8](repeating: 1, count: ShowRecorder.mostWaiting), [UInt8](repeating: 1, count: 1 << 23),
        ])
        // The writer may have been quick enough for the first.
        #expect(said.contains { $0.contains("not recorded") && $0.contains("too slow") } || !files.isEmpty)
    }

    @Test(arguments: [
        ("OggS\0\u{2}vorbis", "ogg"), ("OggS\0\u{2}          OpusHead", "opus"), ("fLaC", "flac"),
        ("ID3\u{4}", "mp3"),
        ("garbage", "bin"), ("", "bin"),
    ])
    func `a file's ending is that of what is in it`(bytes: String, ending: String) {
        #expect(ShowRecorder.ending(of: Array(bytes.utf8)) == ending)
    }

    @Test func `the endings of streams without a name are known by their first bits`() {
        #expect(ShowRecorder.ending(of: [0xFF, 0xFB, 0x90]) == "mp3")
        #expect(ShowRecorder.ending(of: [0xFF, 0xF1, 0x50]) == "aac")
        #expect(ShowRecorder.ending(of: [0x1A, 0x45, 0xDF, 0xA3]) == "webm")
    }

    // MARK: Everything

    private static let description = MountDescription(
        path: "/stream.ogg", contentType: "application/ogg", subtype: "Vorbis", bitrate: 160_000, quality: 5,
        name: "", description: "", genre: "", url: "")

    @Test func `an aircheck is cut on the hour, and each file begins with its title`() {
        let mount = Mount(Self.description)
        mount.open(plainHeaders: Array("plain".utf8))
        let links = ["<one>", "<two>"].map { LinkHeaders(bytes: Array($0.utf8)) }
        var tape = Tape(mount, .init(folder: rules(), mount: "/stream.ogg"))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var now = Self.evening + 52 * 60_000_000_000
        for number in 0..<12 {
            // A page a minute, the title changes in the middle.
            let link = links[number < 4 ? 0 : 1]
            mount.append(
                StreamPage(
                    plain: [0], chained: Array("\(number) ".utf8), link: link, startsLink: number == 4,
                    end: FrameTime(frames: Int64(number) * 1_000), title: nil))
            tape.go(on: now, Self.berlin, logger)
            now += 60_000_000_000
        }
        #expect(files == ["2026-12-01 20.58 stream.ogg", "2026-12-01 21.00 stream.ogg"])
        // It begins at the live edge, with the page after the one that was the newest.
        #expect(
            files.map { String(decoding: contents($0), as: UTF8.self) }
                == ["<one>1 2 ", "<one>3 <two>4 5 6 7 8 9 10 11 "])
    }

    @Test func `an aircheck that lost its place goes on in a new file, and the log tells`() {
        let ear = Ear()
        let mount = Mount(Self.description, span: FrameCount(frames: 2_000))
        mount.open(plainHeaders: [])
        let link = LinkHeaders(bytes: Array("<one>".utf8))
        var tape = Tape(mount, .init(folder: rules(), mount: "/stream.ogg"))
        let logger = ear.logger
        for number in 0..<20 {
            mount.append(
                StreamPage(
                    plain: [0], chained: Array("\(number) ".utf8), link: link, startsLink: false,
                    end: FrameTime(frames: Int64(number) * 1_000), title: nil))
            if ![5, 6, 7, 8, 9].contains(number) { tape.go(on: Self.evening, Self.berlin, logger) }
        }
        #expect(files.count == 2)
        #expect(ear.said.contains { $0.contains("has a gap") })
    }
}

/// Keeps what is logged.
private final class Ear: Sendable {
    private let lines = Mutex<[String]>([])

    var said: [String] { lines.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(ear: self) } }

    private struct Handler: LogHandler {
        let ear: Ear
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            ear.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
