internal import Foundation
internal import Logging
internal import Synchronization
internal import Threads

/// Records what DJs send, as it comes, a file a connection.
///
/// The door's event loops hand bytes in and never wait; the thread `recorder` writes them. What the disk does not take
/// in time ends that recording with a sentence in the log, and nothing else.
final class ShowRecorder: Sendable {
    /// The most bytes of one connection that wait for the disk: 8 MiB, minutes of any codec but half a minute of PCM.
    static let mostWaiting = 8 << 20
    /// Retention is looked after so often.
    private static let rounds: Duration = .seconds(600)
    /// How often the room on the disk is looked at, in bytes written.
    private static let stretch = 4 << 20

    /// A DJ's connection. Any thread.
    final class Show: Sendable {
        fileprivate struct Waiting {
            var bytes: [UInt8] = []
            var isOver = false
            var isLost = false
        }

        fileprivate let account: String
        /// Nanoseconds since 1970.
        fileprivate let since: Int64
        fileprivate let waiting = Mutex(Waiting())
        fileprivate let wake: @Sendable () -> Void

        fileprivate init(account: String, since: Int64, wake: @escaping @Sendable () -> Void) {
            self.account = account
            self.since = since
            self.wake = wake
        }

        /// Takes the next bytes of the stream.
        func take(_ bytes: UnsafeRawBufferPointer) {
            waiting.withLock { waiting in
                guard !waiting.isLost, !waiting.isOver else { return }
                if waiting.bytes.count + bytes.count > ShowRecorder.mostWaiting {
                    waiting.isLost = true
                    waiting.bytes = []
                } else {
                    waiting.bytes.append(contentsOf: bytes)
                }
            }
            wake()
        }

        /// No byte follows.
        func end() {
            waiting.withLock { $0.isOver = true }
            wake()
        }
    }

    private struct State {
        var rules: RecordingFolder.Rules?
        var zone: TimeZone
        var shows: [Show] = []
        /// Files that are not whole yet.
        var writing: Set<String> = []
        var changed: (@Sendable () -> Void)?
        var isStopping = false
    }

    private let state: Mutex<State>
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let thread = OwnedThread(name: "recorder")
    private let signal = Signal()

    /// - Parameter now: the wall clock, in nanoseconds since 1970-01-01T00:00Z.
    init(logger: Logger, now: @escaping @Sendable () -> Int64) {
        self.logger = logger
        self.now = now
        state = Mutex(State(zone: .gmt))
        thread.start { self.run() }
    }

    /// Records by these rules from now on; nil for not at all. What is being recorded goes on.
    func follow(_ rules: RecordingFolder.Rules?, zone: TimeZone) {
        state.withLock { ($0.rules, $0.zone) = (rules, zone) }
        signal.wake()
    }

    /// Files that are being written.
    var writing: Set<String> { state.withLock { $0.writing } }

    /// Has somebody told when a recording is whole, or some are gone, on the recorder's thread.
    func whenChanged(_ changed: @escaping @Sendable () -> Void) { state.withLock { $0.changed = changed } }

    /// Writes what waits and ends the thread. One that a dead disk holds is left behind after two seconds.
    func stop() {
        state.withLock { $0.isStopping = true }
        signal.wake()
        thread.join(within: .seconds(2))
    }

    /// Begins to record a connection; nil when shows are not recorded.
    func begin(account: String) -> Show? {
        let show = Show(account: account, since: now()) { [signal] in signal.wake() }
        return state.withLock { state in
            guard state.rules != nil, !state.isStopping else { return nil }
            state.shows.append(show)
            return show
        }
    }

    // MARK: The thread

    /// What the thread knows of a show.
    private struct Writing {
        var file: RecordingFile?
        var folder: RecordingFolder
        var unchecked = 0
        var isGivenUp = false
    }

    private func run() {
        var writing: [ObjectIdentifier: Writing] = [:]
        var pruned: ContinuousClock.Instant?
        while true {
            let (shows, rules, zone, isStopping) = state.withLock {
                ($0.shows, $0.rules, $0.zone, $0.isStopping)
            }
            if let rules, pruned.map({ ContinuousClock.now - $0 > Self.rounds }) ?? true {
                pruned = .now
                let gone = RecordingFolder(rules).prune(now: now(), writing: self.writing)
                if !gone.isEmpty {
                    logger.info("old recordings are deleted", metadata: ["files": "\(gone.count)"])
                    tell()
                }
            }
            for show in shows {
                let id = ObjectIdentifier(show)
                var known = writing[id] ?? rules.map { Writing(folder: RecordingFolder($0)) }
                let isOver = write(show, &known, zone)
                writing[id] = isOver ? nil : known
                if isOver { state.withLock { $0.shows.removeAll { $0 === show } } }
            }
            let paths = Set(writing.values.compactMap { $0.file?.path })
            let isWhole = state.withLock { state in
                defer { state.writing = paths }
                return !state.writing.isSubset(of: paths)
            }
            if isWhole { tell() }
            if isStopping { return }
            signal.wait(pruned.map { max(.seconds(1), Self.rounds - (.now - $0)) } ?? .seconds(3_600))
        }
    }

    private func tell() { state.withLock { $0.changed }?() }

    /// Writes what waits of a show. True when it is over.
    private func write(_ show: Show, _ known: inout Writing?, _ zone: TimeZone) -> Bool {
        let (bytes, isOver, isLost) = show.waiting.withLock { waiting in
            defer { waiting.bytes = [] }
            return (waiting.bytes, waiting.isOver, waiting.isLost)
        }
        guard var writing = known else { return true }
        defer { known = writing }
        guard !writing.isGivenUp else { return isOver }
        do throws(RecordingFolder.Trouble) {
            if isLost {
                throw RecordingFolder.Trouble(
                    "its disk is too slow; look after it: the rest of the show is not recorded")
            }
            guard !bytes.isEmpty else { return isOver }
            if writing.file == nil { writing.file = try create(writing.folder, show, bytes, zone) }
            try writing.file?.write(bytes)
            writing.unchecked += bytes.count
            if writing.unchecked >= Self.stretch {
                writing.unchecked = 0
                try writing.folder.requireRoom()
            }
        } catch {
            writing.isGivenUp = true
            writing.file = nil
            logger.error("a show is not recorded", metadata: ["dj": "\(show.account)", "why": "\(error)"])
        }
        return isOver
    }

    private func create(
        _ folder: RecordingFolder, _ show: Show, _ bytes: [UInt8], _ zone: TimeZone
    ) throws(RecordingFolder.Trouble) -> RecordingFile {
        let begin = StationTime(nanoseconds: show.since, zone: zone).local
        let file = try folder.create(begin, show.account, ending: Self.ending(of: bytes))
        logger.info("a show is recorded", metadata: ["dj": "\(show.account)", "file": "\(file.path)"])
        return file
    }

    /// A file's ending, by what its first bytes are.
    static func ending(of bytes: [UInt8]) -> String {
        let begins = { (text: String) in bytes.starts(with: text.utf8) }
        if begins("OggS") {
            return bytes.prefix(64).split(separator: UInt8(ascii: "O")).contains {
                $0.starts(with: "pusHead".utf8)
            }
                ? "opus" : "ogg"
        }
        if begins("fLaC") { return "flac" }
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "webm" }
        if begins("ID3") { return "mp3" }
        // The sync words of MPEG audio and of AAC in ADTS: the layer's bits tell them apart.
        if bytes.count > 1, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 {
            return bytes[1] & 0x06 == 0 ? "aac" : "mp3"
        }
        return "bin"
    }
}
