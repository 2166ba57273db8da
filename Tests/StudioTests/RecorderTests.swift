import Audio
import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

@testable import Studio

/// A recording is what was played, bit by bit, and its end is never the show's.
@Suite struct RecorderTests {
    private let folder = try! TemporaryDirectory()

    /// Records a signal, and tells what the recorder said.
    private func record(_ signal: TestSignal, _ plan: RecordingPlan) -> [Result<String, RecordingFault>] {
        let said = Mutex<[Result<String, RecordingFault>]>([])
        let recorder = Recorder(plan) { result in said.withLock { $0.append(result) } }
        recorder.take(left: signal.left.span, right: signal.right.span)
        recorder.finish()
        return said.withLock { $0 }
    }

    @Test(.peers("flac")) func aRecordingDecodesBitByBit() throws {
        var random = SeededGenerator(seed: 7)
        let left = (0..<10_001).map { _ in Int16.random(in: .min ... .max, using: &random) }
        let right = (0..<10_001).map { _ in Int16.random(in: .min ... .max, using: &random) }
        let signal = TestSignal(
            left: left.map { Float($0) / 32_768 }, right: right.map { Float($0) / 32_768 })
        let plan = RecordingPlan(folder: folder.path, name: "Show", comments: ["TITLE": "Nachtschicht"])
        #expect(record(signal, plan) == [.success(folder.path + "/Show.flac")])
        let raw = try Tool.run(
            "flac",
            [
                "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed",
                folder.path + "/Show.flac",
            ])
        #expect(raw.status == 0, "\(raw.errors)")
        let samples = stride(from: 0, to: raw.output.count, by: 3).map { place in
            // The lowest of three bytes is empty.
            Int16(bitPattern: UInt16(raw.output[place + 1]) | UInt16(raw.output[place + 2]) << 8)
        }
        let expected = zip(left, right).flatMap { [$0, $1] }
        #expect(samples == expected)
        let file = try #require(FileManager.default.contents(atPath: folder.path + "/Show.flac"))
        #expect(file.range(of: Data("TITLE=Nachtschicht".utf8)) != nil)
        // Samples of 16 bits cost 16 although the file has 24.
        #expect(file.count < 10_001 * 4 + 12_000)
    }

    @Test func noFileIsEverOverwritten() throws {
        let plan = RecordingPlan(folder: folder.path, name: "Show")
        let signal = TestSignal.noise(seed: 1, frames: 5_000)
        let names = (1...3).flatMap { _ in record(signal, plan) }
        #expect(
            names == ["Show", "Show 2", "Show 3"].map { .success(folder.path + "/" + $0 + ".flac") })
    }

    @Test(arguments: [
        ("a/b", "a-b"), ("../../etc", "-.-..-etc"), ("zwei\nZeilen", "zwei-Zeilen"), (".hidden", "-hidden"),
    ])
    func aNameIsNeverAPath(name: String, kept: String) {
        #expect(RecordingPlan(folder: "/music", name: name).name == kept)
    }

    @Test func aFolderThatIsNotThereIsTold() {
        let plan = RecordingPlan(folder: folder.path + "/none", name: "Show")
        #expect(
            record(TestSignal.noise(seed: 1, frames: 5_000), plan) == [.failure(.notBegun(errno: ENOENT))])
    }

    @Test(.enabled(if: SmallDisk.mayMount)) func aFullDiskEndsTheRecordingWithItsReason() throws {
        let disk = try SmallDisk()
        let signal = TestSignal.noise(seed: 1, frames: 10 * 44_100)
        let said = record(signal, RecordingPlan(folder: disk.path, name: "Show"))
        #expect(said == [.success(disk.path + "/Show.flac"), .failure(.notWritten(errno: ENOSPC))])
    }
}
