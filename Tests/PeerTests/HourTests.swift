import Foundation
import TestKit
import Testing

/// An hour of the station as a file, decoded and measured: hundreds of boundaries between formats and rates, brought to
/// one loudness, and nothing that piles up.
@Suite(.peers("ffmpeg", "oggdec"), .timeLimit(.minutes(20))) struct HourTests {
    private static let seconds = isProof ? 3_600 : 300

    @Test func `a rendered hour has no silence, no clipping, and memory as flat as at its beginning`()
        async throws
    {
        let station = try StationUnderTest(order: "shuffle", loudness: "-16 LUFS")
        try await ResilienceMusic().fill(station.music, with: Array(1...5))
        for (form, pieces) in [("mp3", 6...8), ("opus", 9...11), ("m4a", 12...13), ("ogg", 14...15)] {
            try await ResilienceMusic(form: form).fill(station.music, with: Array(pieces))
        }
        try await station.measure()
        let file = station.folder.appendingPathComponent("hour.ogg")

        var marks: [(bytes: Int, anonymous: Int)] = []
        let render = try station.begin(["render", "--for", "\(Self.seconds)s", "--output", file.path])
        while render.status == nil {
            let bytes = try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
            if let bytes, let memory = Self.anonymousMemory(of: render.process) {
                marks.append((bytes, memory))
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(render.status == 0, "\(render.errors)")
        let size = try #require(marks.last?.bytes)
        let early = try #require(
            marks.filter { $0.bytes > size / 10 && $0.bytes < size / 3 }.map(\.anonymous).max())
        let late = try #require(marks.filter { $0.bytes > size / 3 * 2 }.map(\.anonymous).max())
        print("rendered \(Self.seconds) s: \(early) kB of anonymous memory early, \(late) kB late")
        #expect(late - early < 1_024, "\(early) kB became \(late) kB")

        let measured = try await measure(file)
        #expect(measured.contains("Number of samples: \(Self.seconds * 44_100)"))
        #expect(
            !measured.contains("silence_start"),
            "\(measured.split(separator: "\n").filter { $0.contains("silence") })")
        let peaks = measured.matches(of: /Peak level dB: (-?[0-9.]+)/).compactMap { Double($0.1) }
        #expect(peaks.count == 3 && peaks.allSatisfy { $0 < -0.5 && $0 > -12 }, "\(peaks)")
    }

    /// Decodes with vorbis-tools, and measures what comes out: a hundredth of a second below −50 dB would be a silence;
    /// the files have none.
    private func measure(_ file: URL) async throws -> String {
        let decode = "oggdec -Q -R -o - '\(file.path)'"
        let meter =
            "ffmpeg -v info -nostdin -f s16le -ar 44100 -ac 2 -i - -af silencedetect=noise=-50dB:d=0.01,astats -f null -"
        let result = try await aside {
            try Tool.run("sh", ["-c", "\(decode) | \(meter)"], deadline: .seconds(600))
        }
        #expect(result.status == 0, "\(result.errors.suffix(1_000))")
        return result.errors
    }

    /// In kB.
    private static func anonymousMemory(of process: pid_t) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return status?.firstMatch(of: /RssAnon:\s+([0-9]+) kB/).flatMap { Int($0.1) }
    }
}
