internal import Foundation
internal import GRDB
internal import Glibc
internal import Programme

/// The database's file: opens it, makes it, moves it aside, and says what is the matter with it.
///
/// Confined to the thread that made it, and the only one that touches SQLite: one connection, in WAL mode, so that
/// people may read the file with any tool while the station writes. Every method may block for as long as the disk
/// likes.
final class Store {
    static let fileName = "station.db"
    /// The most files that were moved aside and are still there. More means that the disk dies, and it shall not be
    /// filled besides.
    static let mostAside = 8

    private enum Connection {
        case none
        /// For questions only: the disk is read-only, or takes no more.
        case reading(DatabaseQueue)
        case writing(DatabaseQueue, inode: UInt)
    }

    let folder: String
    var path: String { "\(folder)/\(Self.fileName)" }
    private let mayWrite: Bool
    private var connection = Connection.none
    /// The file in which that is closed which a crash had left on air.
    private var settled: UInt = 0
    /// Says in a sentence what was moved aside.
    private let report: (String) -> Void

    init(folder: String, mayWrite: Bool, report: @escaping (String) -> Void) {
        self.folder = folder
        self.mayWrite = mayWrite
        self.report = report
    }

    /// Runs with the connection that writes, made if there is none. After an error that is more than a full disk the
    /// next call makes a new one.
    func write<Value>(now: Instant, _ body: (DatabaseQueue) throws -> Value) throws(Trouble) -> Value {
        let queue = try writer(now: now)
        do {
            return try body(queue)
        } catch {
            let trouble = Trouble(error, folder: folder)
            // A full disk can still be read through the open connection, but not opened anew: that takes space.
            if trouble.cause != .full && trouble.cause != .locked { close() }
            throw trouble
        }
    }

    /// Runs with whatever connection there is, made if there is none.
    func read<Value>(_ body: (Database) throws -> Value) throws(Trouble) -> Value {
        let queue = try reader()
        do {
            return try queue.read(body)
        } catch {
            let trouble = Trouble(error, folder: folder)
            if case .unusable = trouble.cause { close() }
            throw trouble
        }
    }

    /// Writes back what the write-ahead log holds and lets go of the file.
    func close() {
        switch connection {
        case .none: break
        // An error at the end changes nothing: what is in the log is read at the next opening.
        case .reading(let queue), .writing(let queue, _): try? queue.close()
        }
        connection = .none
    }

    // MARK: Opening

    private func writer(now: Instant) throws(Trouble) -> DatabaseQueue {
        if case .writing(let queue, let inode) = connection {
            if Self.inode(path) == inode { return queue }
            close()
            throw Trouble(.gone, folder: folder)
        }
        close()
        guard mayWrite else { throw Trouble(.readOnly, folder: folder) }
        makeFolder()
        if isTakenByOther { try moveAside(.foreign, now: now) }
        do {
            let queue = try openForWriting(now: now)
            connection = .writing(queue, inode: Self.inode(path))
            return queue
        } catch {
            throw Trouble(error, folder: folder)
        }
    }

    private func openForWriting(now: Instant) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        // Somebody with a tool of their own may be at it for a moment.
        configuration.busyMode = .timeout(1)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        do {
            if let misfit = try queue.read(Schema.misfit) { throw Trouble(.unusable(misfit), folder: folder) }
            if try !queue.read(Schema.migrator.hasCompletedMigrations) {
                try queue.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                }
                try Schema.migrator.migrate(queue)
            }
            let inode = Self.inode(path)
            if inode != settled { try queue.write { db in try settle(db, now: now) } }
            settled = inode
            return queue
        } catch {
            // What went wrong before is the reason that is told.
            try? queue.close()
            throw error
        }
    }

    private func reader() throws(Trouble) -> DatabaseQueue {
        switch connection {
        case .reading(let queue), .writing(let queue, _): return queue
        case .none: break
        }
        guard unsafe access(path, F_OK) == 0 || Trouble.obstacle(in: folder) != nil else {
            throw Trouble(.missing, folder: folder)
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        // After a clean end there is no log beside the file, and on a read-only disk none can be made: then the file
        // is told to be one that nobody changes. With a log it must not be, for the newest lines are in the log.
        var ways = [path]
        if Self.info(path + "-wal").map({ $0.st_size == 0 }) ?? true {
            ways.append("file:\(Self.escaped(path))?immutable=1")
        }
        var first: Trouble?
        for way in ways {
            do {
                let queue = try DatabaseQueue(path: way, configuration: configuration)
                if let misfit = try queue.read(Schema.misfit) {
                    throw Trouble(.unusable(misfit), folder: folder)
                }
                connection = .reading(queue)
                return queue
            } catch {
                first = first ?? Trouble(error, folder: folder)
            }
        }
        throw first ?? Trouble(.missing, folder: folder)
    }

    /// Percent-encodes what means something in a URI.
    private static func escaped(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"):
                text.append(Character(UnicodeScalar(byte)))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }

    // MARK: Files

    /// Moves what has the database's name to a name that says why and when, and reports it.
    func moveAside(_ misfit: Trouble.Misfit, now: Instant) throws(Trouble) {
        close()
        let name = freeName(for: misfit, now: now)
        // Unsafe: the system reads the paths during the calls.
        guard let name, unsafe rename(path, "\(folder)/\(name)") == 0 else {
            throw Trouble(.unusable(misfit), folder: folder)
        }
        for suffix in ["-wal", "-shm"] { _ = unsafe rename(path + suffix, "\(folder)/\(name)\(suffix)") }
        let matter = Trouble(.unusable(misfit), folder: folder).matter
        report("In \(folder), \(matter): it lies now beside it as \(name), and a new one was begun.")
    }

    private func freeName(for misfit: Trouble.Misfit, now: Instant) -> String? {
        let date = Date(timeIntervalSince1970: Double(now.wallNanoseconds / 1_000_000_000))
        let day = date.formatted(.iso8601.year().month().day())
        for count in 1...Self.mostAside {
            let name = "station-\(misfit.rawValue)-\(day)\(count == 1 ? "" : "-\(count)").db"
            if unsafe access("\(folder)/\(name)", F_OK) != 0 { return name }
        }
        return nil
    }

    /// Makes the folder and those above it. A folder that cannot be made is noticed by the opening that follows.
    private func makeFolder() {
        var made = ""
        for part in folder.split(separator: "/") {
            made += "/" + part
            _ = unsafe mkdir(made, 0o750)
        }
    }

    /// Whether something that is no plain file has the database's name.
    private var isTakenByOther: Bool { Self.info(path).map { $0.st_mode & S_IFMT != S_IFREG } ?? false }

    private static func inode(_ path: String) -> UInt { info(path)?.st_ino ?? 0 }

    private static func info(_ path: String) -> stat? {
        var info = stat()
        // Unsafe: the system reads the path and fills the struct during the call.
        return unsafe stat(path, &info) == 0 ? info : nil
    }

    /// Closes the items that a crash left on air. They were on air until now at the most, unless the clock has been set back
    /// since, and no longer than their file, if that is measured.
    private func settle(_ db: Database, now: Instant) throws {
        try db.execute(
            sql: """
                UPDATE journal SET words = ?1, length = max(0, min(
                    iif(?2 < at, 0x7fffffffffffffff, ?2 - at),
                    ifnull((SELECT library.length FROM library WHERE path = file) - file_frame, ?2 - at)))
                WHERE file_frame IS NOT NULL AND length IS NULL
                """,
            arguments: [
                "The station ended without notice while this was on air; it aired no longer than this.",
                now.frames,
            ])
    }
}
