import Audio
import Codecs
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Studio

/// A whole show, with a worker and without a station.
@Suite struct ShowTests {
    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("funkhaus-media").path
    private let folder = try! TemporaryDirectory()
    private let line = KeptLine()

    /// Runs a show to its end, and gives what it told.
    private func run(_ source: ShowSource) throws -> [ShowEvent] {
        let workers = MediaWorkers(program: Self.program)
        defer { workers.stop() }
        let events = Mutex<[ShowEvent]>([])
        let isOver = DispatchSemaphore(value: 0)
        let plan = Show.Plan(
            source: source, format: .vorbis(quality: 5), name: "Show",
            recording: RecordingPlan(folder: folder.path, name: "Show"),
            sound: SoundSettings(environment: [:]))
        let show = try Show(plan, workers: workers, line: line) { event in
            events.withLock { $0.append(event) }
            if case .ended = event { isOver.signal() }
        }
        #expect(isOver.wait(timeout: .now() + 60) == .success)
        show.end()
        return events.withLock { $0 }
    }

    @Test(.peers("flac", "ffmpeg")) func aFileIsSentAndRecordedToItsLastSample() throws {
        let made = try Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "sine=frequency=997:duration=1.5:sample_rate=44100",
                "-ac", "2",
                "-c:a", "flac", "-metadata", "artist=Anna", "-metadata", "title=Ton", folder.path + "/a.flac",
            ])
        #expect(made.status == 0, "\(made.errors)")
        let events = try run(.file(folder.path + "/a.flac"))
        #expect(events.last == .ended(nil))
        #expect(events.contains(.title(Title(artist: "Anna", title: "Ton"))))
        #expect(line.titles.withLock { $0 } == ["Anna / Ton"])
        #expect(abs(line.pages.withLock { $0.reduce(0) { $0 + $1.seconds } } - 1.5) < 0.03)
        func samples(_ file: String) throws -> [UInt8] {
            try Tool.run("ffmpeg", ["-v", "error", "-i", folder.path + file, "-f", "s16le", "-"]).output
        }
        #expect(try samples("/Show.flac") == samples("/a.flac"))
    }

    @Test func aFileThatIsNoneEndsTheShowWithItsReason() throws {
        #expect(try run(.file(folder.path + "/none.flac")).last == .ended(.missing))
        try Data("no audio at all".utf8).write(to: URL(fileURLWithPath: folder.path + "/text.ogg"))
        #expect(try run(.file(folder.path + "/text.ogg")).last == .ended(.notAudio))
    }

    @Test func aDeviceThatIsNoneEndsTheShowWithItsReason() throws {
        guard case .ended(let fault) = try run(.device(SoundDevice(.alsa, name: "no-such-device"))).last,
            case .noDevice? = fault
        else {
            Issue.record("a device that is none was opened")
            return
        }
    }
}
