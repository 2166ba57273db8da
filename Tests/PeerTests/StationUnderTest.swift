import Foundation
import TestKit
import Testing

/// A station as its users have it: a folder with a configuration and music, the built programs, and what they print.
/// Nothing of ours is linked here.
///
///     let station = try StationUnderTest()
///     try Data(signal.wav()).write(to: station.music.appendingPathComponent("1.wav"))
///     try await station.onAir {
///         let status = try await station.status()
///         …
///     }
///
/// Any thread may call it. All that it started ends with the object at the latest.
final class StationUnderTest: Sendable {
    /// Below it lies everything: `station.yaml`, `music/`, `data/`, `control.sock`.
    let folder: URL
    /// What the playlist `music` is made of, in the order of the names. The test fills it.
    let music: URL
    private let directory: TemporaryDirectory
    private let unprivileged: Bool
    private let running = Locked<(daemon: RunningProgram?, port: Int)>((nil, 0))

    /// Writes the configuration of a station with one mount and one playlist; nothing runs yet.
    ///
    /// - Parameters:
    ///   - mounts: more lines below `mounts:`, indented by two.
    ///   - playlists: more lines below `playlists:`, indented by two.
    ///   - programme: more lines below `programme:`, indented by two.
    ///   - sections: more sections, such as `icecast:`.
    ///   - unprivileged: where the test is root, the station belongs to `nobody` and runs as such.
    init(
        order: String = "sequence", loudness: String = "none", quality: Int = 5, mounts: String = "",
        playlists: String = "", programme: String = "", sections: String = "", unprivileged: Bool = false
    ) throws {
        self.unprivileged = unprivileged && Self.runsAsNobody
        directory = try TemporaryDirectory()
        folder = URL(fileURLWithPath: directory.path, isDirectory: true)
        music = folder.appendingPathComponent("music", isDirectory: true)
        try FileManager.default.createDirectory(at: music, withIntermediateDirectories: false)
        try configure(
            """
            station:
              name: Radio Beispiel
              description: Freies Radio aus dem Hinterhof
              timezone: Europe/Berlin
            server:
              listen: "127.0.0.1:0"
              data: data
              control: control.sock
            mounts:
              - path: /stream.ogg
                quality: \(quality)
            \(mounts)
            playlists:
              music: { from: music, order: \(order) }
            \(playlists)
            programme:
              default: music
              loudness: \(loudness)
            \(programme)
            \(sections)
            """)
        if self.unprivileged { chown(folder.path, 65_534, 65_534) }
    }

    /// Writes another configuration.
    func configure(_ yaml: String) throws {
        try Data(yaml.utf8).write(to: folder.appendingPathComponent("station.yaml"))
    }

    // MARK: The programs

    /// The package that these tests are part of.
    static let package = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
    }

    /// The folder of the built programs: `FUNKHAUS_PROGRAMS`, else the debug build of this package.
    static let programs =
        ProcessInfo.processInfo.environment["FUNKHAUS_PROGRAMS"].map {
            URL(fileURLWithPath: $0, isDirectory: true)
        } ?? package.appendingPathComponent(".build/debug", isDirectory: true)

    private static let program = programs.appendingPathComponent("funkhaus").path
    /// Whether the test is root, and the programs are where `nobody` may start them.
    static let runsAsNobody: Bool = {
        let words = Array(RunningProgram.asNobody.dropFirst()) + ["test", "-x", program]
        return getuid() == 0 && (try? Tool.run(RunningProgram.asNobody[0], words))?.status == 0
    }()
    private var configuration: [String] { ["--config", folder.appendingPathComponent("station.yaml").path] }

    /// Runs a command to its end and gives what it left behind, whatever that is.
    func run(_ arguments: [String], deadline: Duration = .seconds(60)) async throws -> Tool.Result {
        let user = unprivileged ? RunningProgram.asNobody : []
        let words = user + [Self.program] + arguments + configuration
        return try await aside { try Tool.run(words[0], Array(words.dropFirst()), deadline: deadline) }
    }

    /// Starts a command beside the test.
    func begin(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
        try RunningProgram(
            Self.program, arguments + configuration, environment: environment, unprivileged: unprivileged)
    }

    /// Runs a command with `--json`, which must succeed, and reads its answer.
    func ask<Answer: Decodable & Sendable>(
        _ arguments: String..., as answer: Answer.Type = Answer.self, deadline: Duration = .seconds(60)
    ) async throws -> Answer {
        let result = try await run(arguments + ["--json"], deadline: deadline)
        guard result.status == 0 else {
            throw StationTrouble("funkhaus \(arguments) ended with \(result.status): \(result.errors)")
        }
        return try JSONDecoder().decode(Answer.self, from: Data(result.output))
    }

    func status() async throws -> StationStatus { try await ask("status") }

    /// Measures every file ahead of the start, so that the programme is the plan's from its first second.
    func measure() async throws {
        let file = folder.appendingPathComponent("measured.wav")
        _ = try await ask("render", "--for", "1s", "--output", file.path, as: [StationItem].self)
        try FileManager.default.removeItem(at: file)
    }

    /// The newest lines of the journal, the oldest first.
    func history(last count: Int = 100) async throws -> [StationItem] {
        try await ask("history", "--last", "\(count)")
    }

    // MARK: On air

    /// The daemon, while it runs.
    var daemon: RunningProgram? { running.withLock { $0.daemon } }
    /// The port at which listeners come.
    var port: Int { running.withLock { $0.port } }
    /// What the daemon said on standard error.
    var log: String { daemon?.errors ?? "" }

    /// Where a path is heard, by an address as people type it.
    func url(_ path: String = "/stream.ogg") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Starts `funkhaus serve`, and waits until it says that it is on air.
    func start(environment: [String: String] = [:]) async throws {
        let daemon = try begin(["serve"], environment: environment)
        running.withLock { $0.daemon = daemon }
        try await until("the station says that it is on air", telling: { daemon.errors }) {
            if let status = daemon.status {
                throw StationTrouble("funkhaus serve ended with \(status): \(daemon.errors)")
            }
            return daemon.output.contains("is on air.")
        }
        guard let mount = try await status().mounts.first, let port = URL(string: mount.url)?.port else {
            throw StationTrouble("The status tells no URL with a port.")
        }
        running.withLock { $0.port = port }
    }

    /// Ends the daemon as systemd does. That it had crashed, or does not end in time, fails the test.
    func stop(within deadline: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        guard let daemon else { return }
        #expect(
            daemon.status == nil, "The daemon ended by itself: \(daemon.errors)",
            sourceLocation: sourceLocation)
        let workers = self.workers
        daemon.signalAlone(SIGTERM)
        let status = try await daemon.wait(deadline)
        #expect(
            status == 0, "The daemon ended with \(status): \(daemon.errors)", sourceLocation: sourceLocation)
        try await until("the workers end with the daemon", within: .seconds(10)) {
            !workers.contains(where: Self.isWorker)
        }
        running.withLock { $0.daemon = nil }
    }

    /// Puts the station on air for as long as the body takes.
    func onAir<R>(
        environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> R
    ) async throws -> R {
        do {
            try await start(environment: environment)
            let result = try await body()
            try await stop(sourceLocation: sourceLocation)
            return result
        } catch {
            end()
            throw error
        }
    }

    deinit { end() }

    /// Ends daemon and workers at once, without a word.
    func end() {
        guard let daemon else { return }
        let workers = self.workers
        daemon.signal(SIGKILL)
        for worker in workers where Self.isWorker(worker) { kill(worker, SIGKILL) }
        while daemon.status == nil { usleep(2_000) }
        running.withLock { $0.daemon = nil }
    }

    /// The worker processes of the running daemon.
    var workers: [pid_t] {
        guard let daemon, daemon.status == nil else { return [] }
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { pid_t($0) }.filter { process in
            Self.isWorker(process) && Self.parent(of: process) == daemon.process
        }
    }

    private static func isWorker(_ process: pid_t) -> Bool {
        let name = FileManager.default.contents(atPath: "/proc/\(process)/comm") ?? Data()
        return name.starts(with: Data("funkhaus-media".utf8))
    }

    private static func parent(of process: pid_t) -> pid_t? {
        let text = String(
            decoding: FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data(), as: UTF8.self)
        // Behind the name, which may hold anything: the state, then the parent.
        return text.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
    }
}

/// What went wrong with the station itself.
struct StationTrouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What `funkhaus status --json` says, as far as tests ask.
struct StationStatus: Decodable, Sendable {
    struct Mount: Decodable, Sendable {
        var path: String
        var url: String
        var listeners: Int
    }
    struct Target: Decodable, Sendable {
        var url: String
        var connected: Bool
        var state: String
    }
    struct Library: Decodable, Sendable {
        var files: Int
        var measured: Int
        var measuring: Int
        var problemCount: Int
        var problems: [String]
    }
    struct Clock: Decodable, Sendable {
        var blocksLate: Int
        var resets: Int
    }

    struct Air: Decodable, Sendable {
        struct Trouble: Decodable, Sendable {
            var place: String
            var kind: String
            var words: String
        }
        struct Ear: Decodable, Sendable {
            var address: String
            var heard: Bool?
            var behind: Double?
        }
        var troubles: [Trouble]
        var ears: [Ear]
        var loudness: Double?
    }

    var now: StationItem
    var next: StationItem?
    var mounts: [Mount]
    var icecast: [Target]
    var library: Library
    var journal: String
    var clock: Clock
    var air: Air
}

/// A thing on air, or a line of the journal.
struct StationItem: Decodable, Sendable {
    var kind: String
    /// RFC 3339 with milliseconds and offset.
    var start: String
    var duration: Double?
    var offset: Double?
    /// Seconds that have been on air, of what is on now.
    var position: Double?
    var artist: String?
    var title: String?
    var file: String?
    var note: String?
    var provisional: Bool?

    /// `start` in seconds since 1970.
    var instant: Double {
        let form = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? Date(start, strategy: form))?.timeIntervalSince1970 ?? .nan
    }
}
