internal import GRDB
internal import Glibc

/// Why the journal cannot be written or read: what is the matter and where.
///
/// What to do next: keep what waits and try again later. Only `damaged` and its like are cured at once, by moving
/// the file aside (`Store`).
struct Trouble: Error, Hashable {
    enum Cause: Hashable {
        case full
        case readOnly
        case denied
        case locked
        /// There never was a journal here.
        case missing
        /// The database's file was removed or replaced under an open connection.
        case gone
        /// Not a file that this program can go on with.
        case unusable(Misfit)
        /// Whatever else the system or SQLite says.
        case failing(String)
    }

    /// Why a file that has the database's name is moved aside.
    enum Misfit: String {
        case damaged
        case foreign
        case newer
    }

    var cause: Cause
    /// The data folder.
    var folder: String

    /// The first half of a sentence: the matter.
    var matter: String {
        switch cause {
        case .full: "the disk is full"
        case .readOnly: "the disk is read-only"
        case .denied: "\(folder) must not be written by this user"
        case .locked: "another program keeps the journal locked"
        case .missing: "there is no journal in \(folder)"
        case .gone: "the journal's file is gone"
        case .unusable(.damaged): "the journal's file is damaged"
        case .unusable(.foreign): "the journal's file belongs to another program"
        case .unusable(.newer): "the journal was written by a newer Funkhaus"
        case .failing(let words): "the disk does not take the journal (\(words))"
        }
    }

    /// The second half: what a person can do about it.
    var remedy: String {
        switch cause {
        case .full: "free some space on \(folder)"
        case .readOnly: "make \(folder) writable again"
        case .denied: "give \(folder) to the user that the station runs as"
        case .locked: "end the program that has \(folder)/\(Store.fileName) open"
        case .missing: "put the station on air once"
        case .gone, .unusable: "a new one is begun in \(folder)"
        case .failing: "look after the disk of \(folder)"
        }
    }

    init(_ cause: Cause, folder: String) {
        self.cause = cause
        self.folder = folder
    }

    /// Finds the cause behind an error: SQLite's codes tell less than the file system does.
    init(_ error: any Error, folder: String) {
        self.folder = folder
        if let trouble = error as? Trouble {
            cause = trouble.cause
            return
        }
        let code = (error as? DatabaseError)?.resultCode
        switch code {
        case .SQLITE_CORRUPT?, .SQLITE_NOTADB?: cause = .unusable(.damaged)
        case .SQLITE_FULL?: cause = .full
        case .SQLITE_BUSY?, .SQLITE_LOCKED?: cause = .locked
        default:
            cause = Self.obstacle(in: folder) ?? .failing(Self.words(error))
        }
    }

    /// What the file system says against writing into a folder; nil when nothing.
    static func obstacle(in folder: String) -> Cause? {
        // Unsafe: the system reads the path and fills the struct during the call.
        if unsafe access(folder, W_OK | X_OK) != 0 {
            switch errno {
            case EROFS: return .readOnly
            case EACCES, EPERM: return .denied
            default: break
            }
        }
        var space = statvfs()
        let least: UInt = 128 << 10
        if unsafe statvfs(folder, &space) == 0, space.f_bavail * space.f_frsize < least { return .full }
        return nil
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        let code = error.extendedResultCode.rawValue
        return "SQLite's error \(code), \(error.message ?? "no more is known")"
    }
}

/// Why a question to the journal has no answer.
public enum HistoryError: Error, Hashable, CustomStringConvertible {
    /// The disk did not answer within the deadline. Ask again later.
    case late(folder: String)
    /// Too many questions wait already. Ask again later.
    case crowded
    /// The journal was closed. Do not ask again.
    case closed
    /// There is nothing that could be read; the sentence says why and what to do.
    case unreadable(String)

    public var description: String {
        switch self {
        case .late(let folder):
            "The journal did not answer in time: the disk of \(folder) is slow or hangs; look after it."
        case .crowded: "Too many questions to the journal wait already; ask again in a moment."
        case .closed: "The journal is closed, because the station stops."
        case .unreadable(let words): words
        }
    }
}
