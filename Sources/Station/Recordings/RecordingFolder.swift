internal import Foundation
internal import Glibc

/// A folder that holds recordings: gives them names, keeps them for as long as the station wants to, and leaves the disk
/// the room that the station needs.
///
/// It waits for the disk; only threads that may wait use it.
struct RecordingFolder: Sendable, Equatable {
    /// How long and how much is kept; nil for without end.
    struct Rules: Sendable, Equatable {
        var path: String
        var keep: Duration?
        /// In bytes.
        var atMost: Int64?
    }

    /// Why nothing is recorded, in a sentence with a remedy.
    struct Trouble: Error, Equatable, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }

        init(_ path: String, errno code: Int32) {
            description =
                "\(path.shown) cannot be written (\(String(cString: strerror(code)))): look after its disk and its owner; "
                + "nothing is recorded"
        }
    }

    let rules: Rules

    /// What stays free on the disk: 1 GB, for the journal and the system.
    static let spare: Int64 = 1_000_000_000
    /// The endings that our recordings have.
    static let endings = ["ogg", "opus", "flac", "mp3", "aac", "webm", "bin"]

    init(_ rules: Rules) { self.rules = rules }

    // MARK: New ones

    /// Makes the file for a recording that begins now. None that is there is touched.
    ///
    /// - Parameters:
    ///   - begin: when, by the station's clocks.
    ///   - name: whose it is: letters, digits, `-` and `_` stay.
    func create(_ begin: WallTime, _ name: String, ending: String) throws(Trouble) -> RecordingFile {
        try? FileManager.default.createDirectory(atPath: rules.path, withIntermediateDirectories: true)
        try requireRoom()
        let minute = "\(begin.day) \(begin.clock.prefix(5).replacing(":", with: "."))"
        let safe = String(name.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "-" }.prefix(60))
        for number in 1...99 {
            let mark = number == 1 ? "" : " (\(number))"
            let path = "\(rules.path)/\(minute) \(safe)\(mark).\(ending)"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
            if descriptor >= 0 { return RecordingFile(descriptor, path: path) }
            guard errno == EEXIST else { throw Trouble(rules.path, errno: errno) }
        }
        throw Trouble("\(rules.path.shown) has 99 recordings of one minute: look after what makes them")
    }

    /// - Throws: when the disk has no more than what the station needs for itself.
    func requireRoom() throws(Trouble) {
        var status = statvfs()
        guard statvfs(rules.path, &status) == 0 else { throw Trouble(rules.path, errno: errno) }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        guard free > Self.spare else {
            throw Trouble(
                "the disk of \(rules.path.shown) has only \(free / 1_000_000) MB left, which the station needs for itself: "
                    + "delete something, or keep less (keep, at_most); nothing is recorded")
        }
    }

    // MARK: Old ones

    /// Deletes what is too old, and then the oldest until the rest is small enough. Files that do not bear the name of a
    /// recording are somebody's own and stay.
    ///
    /// - Parameters:
    ///   - now: nanoseconds since 1970.
    ///   - writing: paths that are being written.
    /// - Returns: the paths that are gone.
    func prune(now: Int64, writing: Set<String>) -> [String] {
        guard rules.keep != nil || rules.atMost != nil, let names = try? names(inFolder: rules.path) else {
            return []
        }
        var kept: [(path: String, status: FileStatus)] = []
        for name in names.map({ String(decoding: $0, as: UTF8.self) }) where Self.isRecording(name) {
            let path = rules.path + "/" + name
            // One that is gone meanwhile need not be kept.
            if let status = try? FileStatus(path), status.kind == .file { kept.append((path, status)) }
        }
        kept.sort { ($0.status.modified, $0.path) < ($1.status.modified, $1.path) }
        var size = kept.reduce(0) { $0 + $1.status.size }
        var gone: [String] = []
        for (path, status) in kept where !writing.contains(path) {
            let isOld = rules.keep.map { now - status.modified > $0.nanoseconds } ?? false
            guard isOld || rules.atMost.map({ size > $0 }) == true else { continue }
            guard unlink(path) == 0 else { continue }
            size -= status.size
            gone.append(path)
        }
        return gone
    }

    /// `2026-12-01 20.00 redaktion.ogg`.
    static func isRecording(_ name: String) -> Bool {
        name.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d\.\d\d .+\.([a-z0-9]+)/).map {
            endings.contains(String($0.1))
        } ?? false
    }
}

/// A recording that is being written. Closed with its last reference.
final class RecordingFile {
    let path: String
    private let descriptor: Int32

    init(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func write(_ bytes: some Collection<UInt8>) throws(RecordingFolder.Trouble) {
        let bytes = Array(bytes)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw RecordingFolder.Trouble(path, errno: errno) }
            written += count
        }
    }
}

extension RecordingFolder.Rules {
    init(_ recordings: Configuration.Recordings) {
        self.init(path: recordings.to, keep: recordings.keep, atMost: recordings.atMost)
    }
}
