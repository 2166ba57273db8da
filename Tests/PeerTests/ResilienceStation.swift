import Foundation
import TestKit

/// `make proof` runs the long versions.
let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

/// What the tests of a station under strain ask of it besides.
extension StationUnderTest {
    func now() async throws -> StationItem { try await ask("now") }
    func next(_ count: Int) async throws -> [StationItem] { try await ask("next", "--count", "\(count)") }

    /// Measures every file before the station is on air, as a careful volunteer does.
    ///
    /// - Returns: what the check said, a problem a line.
    @discardableResult func check() async throws -> (status: Int32, lines: [String]) {
        let result = try await run(["check"])
        let words = String(decoding: result.output, as: UTF8.self) + result.errors
        return (result.status, words.split(separator: "\n").map(String.init))
    }

    /// Waits until all files are measured, and what is on air and to come is planned.
    func isMeasured(files: Int) async throws {
        try await until("\(files) files are measured", telling: { log }) {
            let library = try await status().library
            guard library.files == files, library.measured == files else { return false }
            return try await next(3).allSatisfy { $0.provisional != true }
        }
    }

    /// Waits until another item is on air than this one.
    func hasLeft(_ item: StationItem, within deadline: Duration = .seconds(60)) async throws {
        try await until("\(item.file ?? item.kind) is left", within: deadline, telling: { log }) {
            try await now().start != item.start
        }
    }

    /// Waits until so much of an item has been on air, or it has been left.
    func hasHeard(_ item: StationItem, seconds: Double) async throws {
        try await until("\(seconds) s of \(item.file ?? item.kind) are heard", telling: { log }) {
            let now = try await now()
            return now.start != item.start || (now.position ?? 0) >= seconds
        }
    }

    /// The worker that has a file open.
    func worker(with file: String) -> pid_t? {
        workers.first { worker in
            let descriptors = "/proc/\(worker)/fd"
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
            return numbers.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)")) == file
            }
        }
    }

    /// Writes a small file below the station's folder, which its owner alone may read.
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: folder.appendingPathComponent(name).path)
    }

    /// What the station's web server answers.
    func text(_ path: String) async throws -> String {
        let words = ["-sS", "-m", "20", url(path)]
        return String(decoding: try await aside { try Tool.run("curl", words) }.output, as: UTF8.self)
    }

    /// The configuration's text with some of it replaced.
    func reconfigure(_ replacements: (String, String)...) throws {
        let path = folder.appendingPathComponent("station.yaml")
        let text = try String(contentsOf: path, encoding: .utf8)
        try configure(replacements.reduce(text) { $0.replacing($1.0, with: $1.1) })
    }
}

extension StationItem {
    /// When the first frame of its file was, or would have been, on air; in seconds since 1970.
    var planned: Double { instant - (offset ?? 0) }

    /// Whether two lines tell of the same file at the same place of the programme, to the millisecond that is printed.
    func isSame(as other: StationItem) -> Bool {
        file == other.file && kind == other.kind && abs(planned - other.planned) < 0.0025
    }
}
