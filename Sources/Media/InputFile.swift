internal import Audio
internal import CShims
internal import Glibc

/// The one file that a worker reads: a descriptor, opened before the walls go up and closed with this object.
final class InputFile: InputBytes {
    private let descriptor: Int32
    /// Its bytes when it was opened.
    let length: Int64
    var size: Int64? { length }
    private let modified: Int64

    /// Opens a regular file that is not empty. A pipe or device is not waited for.
    init(path: String) throws(MediaFault) {
        // The system would read a name up to its first zero, which is another file's.
        guard !path.utf8.contains(0) else { throw .missing }
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.fault(errno) }
        var size: Int64 = 0
        var modified: Int64 = 0
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            unsafe cshims_file_mark(descriptor, &size, &modified) == 0, size > 0
        else {
            let isFile = status.st_mode & S_IFMT == S_IFREG
            close(descriptor)
            throw isFile ? .empty : .notAFile
        }
        self.descriptor = descriptor
        length = size
        self.modified = modified
    }

    deinit { close(descriptor) }

    /// Whether the file is no longer as it was when it was opened.
    var hasChanged: Bool {
        var size: Int64 = 0
        var modified: Int64 = 0
        return unsafe cshims_file_mark(descriptor, &size, &modified) != 0 || size != length
            || modified != self.modified
    }

    func read(_ to: UnsafeMutableRawBufferPointer, at place: Int64) -> Int {
        // Unsafe: pread writes at most `to.count` bytes to where `to` points.
        unsafe pread(descriptor, to.baseAddress, to.count, off_t(place))
    }

    /// The bytes from a place on, at most `count`; fewer at the end of the file.
    func bytes(at place: Int64, count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { to, filled in
            // Unsafe: as above.
            filled = unsafe max(0, read(UnsafeMutableRawBufferPointer(to), at: place))
        }
    }

    static func fault(_ number: Int32) -> MediaFault {
        switch number {
        case ENOENT, ENOTDIR, ENAMETOOLONG: .missing
        case EACCES, EPERM: .permissionDenied
        // A loop of links, a socket, a device without a driver.
        case ELOOP, ENXIO, ENODEV, EISDIR: .notAFile
        default: .unreadable(errno: number)
        }
    }
}
