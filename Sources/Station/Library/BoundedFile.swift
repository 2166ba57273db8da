internal import Glibc

/// Why a file could not be read.
enum FileFailure: Error, Hashable {
    case missing
    case brokenLink
    case notPermitted
    case folder
    /// A pipe, a socket or a device: reading it might never end.
    case noFile
    case larger(than: Int)
    /// A folder with more entries than that.
    case crowded(Int)
    /// Anything else that the system says, by its error number.
    case system(Int32)

    init(errno code: Int32) {
        switch code {
        // No file has a name that is too long.
        case ENOENT, ENOTDIR, ENAMETOOLONG: self = .missing
        case ELOOP: self = .brokenLink
        case EACCES, EPERM: self = .notPermitted
        case EISDIR: self = .folder
        // How opening a socket, or a pipe or device with nobody behind it, ends.
        case ENXIO, ENODEV: self = .noFile
        default: self = .system(code)
        }
    }

    /// A sentence about a file; `remedy` is what to do when it is not as it should be.
    func sentence(_ path: String, remedy: String) -> String {
        switch self {
        case .missing: "\(path.shown) is not there: \(remedy)"
        case .brokenLink:
            "\(path.shown) is a link that leads nowhere, or round in a circle: make it anew or delete it"
        case .notPermitted:
            "\(path.shown) may not be read by the user who runs this: change its owner or its mode (chmod a+rX)"
        case .folder: "\(path.shown) is a folder: \(remedy)"
        case .noFile: "\(path.shown) is a pipe, a socket or a device and no file: \(remedy)"
        case .crowded(let most): "\(path.shown) has more than \(most) entries: divide it into several folders"
        case .larger(let most): "\(path.shown) is larger than \(most) bytes: \(remedy)"
        case .system(let code):
            "\(path.shown) cannot be read (\(String(cString: strerror(code)))): look after its disk or its mount"
        }
    }
}

/// The bytes of a regular file of at most `most` bytes. Never waits for a pipe's other end.
func readFile(_ path: String, most: Int) throws(FileFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw FileFailure(errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFailure(errno: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .folder
    default: throw .noFile
    }
    guard status.st_size <= most else { throw .larger(than: most) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = Glibc.read(descriptor, &part, part.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw FileFailure(errno: errno) }
        guard count > 0 else { return bytes }
        // A file that grows while it is read.
        guard bytes.count + count <= most else { throw .larger(than: most) }
        bytes += part[..<count]
    }
}
