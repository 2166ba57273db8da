internal import Glibc

/// What lies at a path, links followed.
struct FileStatus {
    enum Kind {
        case file
        case folder
        /// A pipe, a socket or a device.
        case special
    }

    /// Tells two names of one folder.
    struct Identity: Hashable {
        var device: UInt64
        var number: UInt64
    }

    let kind: Kind
    let size: Int64
    /// Nanoseconds since 1970-01-01T00:00Z.
    let modified: Int64
    let identity: Identity

    init(_ path: String) throws(FileFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            // A link whose end is missing is not the same as nothing.
            if code == ENOENT, lstat(path, &status) == 0 { throw .brokenLink }
            throw FileFailure(errno: code)
        }
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .special
            }
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}

/// Whether a file is there (`F_OK`), can be read by this process (`R_OK`), or a folder be gone through (`R_OK | X_OK`),
/// without opening it.
func isReadable(_ path: String, _ mode: Int32) -> Bool { faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 }

/// The names in a folder without `.` and `..`, as bytes, in the order of their bytes: the same on every machine.
func names(inFolder path: String, most: Int = 200_000) throws(FileFailure) -> [[UInt8]] {
    guard let folder = opendir(path) else { throw FileFailure(errno: errno) }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while true {
        guard names.count <= most else { throw .crowded(most) }
        // readdir tells an end from a failure by errno alone.
        errno = 0
        guard let entry = readdir(folder) else {
            guard errno == 0 else { throw FileFailure(errno: errno) }
            break
        }
        // Through the entry's own address: it may be shorter than the type that declares it.
        let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
        let name = Array(
            UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
        if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
}
