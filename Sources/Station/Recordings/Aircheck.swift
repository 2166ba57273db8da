internal import Broadcast
internal import Codecs
internal import Foundation
internal import Logging
internal import Synchronization
internal import Threads

/// Records everything that airs, as one mount has it: a file an hour, cut on the hour, with its titles inside.
///
/// It has a thread of its own, `aircheck`, and follows the mount as a listener does, some seconds behind: a disk that
/// stalls for less than the mount's ring holds costs nothing, and a longer one a gap that the log tells.
final class Aircheck: Sendable {
    struct Rules: Sendable, Equatable {
        var folder: RecordingFolder.Rules
        /// The mount's path.
        var mount: String
    }

    private struct State {
        var rules: Rules?
        var mount: Mount?
        var zone: TimeZone = .gmt
        var isStopping = false
    }

    private let state = Mutex(State())
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let thread = OwnedThread(name: "aircheck")
    private let signal = Signal()

    /// - Parameter now: the wall clock, in nanoseconds since 1970-01-01T00:00Z.
    init(logger: Logger, now: @escaping @Sendable () -> Int64) {
        self.logger = logger
        self.now = now
        thread.start { self.run() }
    }

    /// Records by these rules from now on; nil for not at all.
    func follow(_ rules: Rules?, _ mounts: [Mount], zone: TimeZone) {
        state.withLock { state in
            state.rules = rules
            state.mount = mounts.first { $0.path == rules?.mount }
            state.zone = zone
        }
        signal.wake()
    }

    /// Writes what has aired and ends the thread. One that a dead disk holds is left behind after two seconds.
    func stop() {
        state.withLock { $0.isStopping = true }
        signal.wake()
        thread.join(within: .seconds(2))
    }

    // MARK: The thread

    private func run() {
        var tape: Tape?
        while true {
            let (rules, mount, zone, isStopping) = state.withLock {
                ($0.rules, $0.mount, $0.zone, $0.isStopping)
            }
            if let rules, let mount {
                if tape?.mount !== mount || tape?.rules != rules { tape = Tape(mount, rules) }
                tape?.go(on: now(), zone, logger)
            } else {
                tape = nil
            }
            if isStopping { return }
            // Without anything to record it sleeps until it is told.
            signal.wait(tape == nil ? .seconds(3_600) : .seconds(1))
        }
    }
}

/// One mount's recording. On the aircheck's thread.
struct Tape {
    let mount: Mount
    let rules: Aircheck.Rules
    private let folder: RecordingFolder
    private var cursor: Int?
    private var file: RecordingFile?
    /// The hour that the file is of.
    private var hour: WallTime?
    private var link: LinkHeaders?
    /// When writing failed: it is tried again a minute later.
    private var failed: Int64?

    private static let patience: Int64 = 60_000_000_000

    init(_ mount: Mount, _ rules: Aircheck.Rules) {
        self.mount = mount
        self.rules = rules
        folder = RecordingFolder(rules.folder)
    }

    /// Records what has aired since the last time.
    mutating func go(on now: Int64, _ zone: TimeZone, _ logger: Logger) {
        guard let from = cursor ?? mount.newest.map({ _ in mount.edge }) else { return }
        cursor = from
        guard case .pages(let pages) = mount.read(from: from) else {
            logger.error(
                "the aircheck has a gap: its disk was too slow", metadata: ["mount": "\(mount.path)"])
            (cursor, file) = (mount.edge, nil)
            return
        }
        cursor = from + pages.count
        if let failed, now - failed < Self.patience { return }
        failed = nil
        do throws(RecordingFolder.Trouble) {
            for page in pages { try write(page, now, zone, logger) }
        } catch {
            (failed, file) = (now, nil)
            logger.error(
                "what airs is not recorded, and is tried again in a minute", metadata: ["why": "\(error)"])
        }
    }

    private mutating func write(
        _ page: StreamPage, _ now: Int64, _ zone: TimeZone, _ logger: Logger
    ) throws(RecordingFolder.Trouble) {
        let wall = StationTime(nanoseconds: now, zone: zone).local
        let current = WallTime(milliseconds: wall.milliseconds - wall.milliseconds % 3_600_000)
        if file == nil || hour != current {
            (file, link) = (nil, nil)
            let gone = folder.prune(now: now, writing: [])
            if !gone.isEmpty {
                logger.info("old airchecks are deleted", metadata: ["files": "\(gone.count)"])
            }
            let name = mount.path.split(separator: "/").joined(separator: "-")
            let (stem, ending) = Self.parts(name, mount.description)
            let isNextHour = hour.map { $0 != current } ?? false
            file = try folder.create(isNextHour ? current : wall, stem, ending: ending)
            hour = current
        }
        guard let file else { return }
        if mount.description.hasLinks {
            if link !== page.link { try file.write(page.link.bytes) }
            link = page.link
            try file.write(page.chained)
        } else {
            if link == nil { try file.write(mount.plainHeaders) }
            link = page.link
            try file.write(page.plain)
        }
    }

    private static func parts(_ name: String, _ mount: MountDescription) -> (stem: String, ending: String) {
        let ending = mount.isOgg ? (mount.subtype == "Opus" ? "opus" : "ogg") : "mp3"
        return (name.hasSuffix("." + ending) ? String(name.dropLast(ending.count + 1)) : name, ending)
    }
}

extension Aircheck.Rules {
    init(_ aircheck: Configuration.Aircheck) {
        self.init(folder: RecordingFolder.Rules(aircheck.recordings), mount: aircheck.mount)
    }
}
