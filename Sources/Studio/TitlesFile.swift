public import Codecs
internal import Glibc

/// A file in which another program writes what is played, a line each time: its last line is the title.
///
/// It is looked at, not watched: programs write such files anew, rename them, or put them on shares. One owner.
public struct TitlesFile: Sendable {
    /// As much of the end as is read.
    private static let mostBytes = 4_096

    private struct Mark: Equatable {
        var file: UInt
        var size: Int
        var modified: Int
        var nanoseconds: Int
    }

    private let path: String
    private var mark: Mark?

    public init(path: String) { self.path = path }

    /// The title, if the file has changed since this was last asked; nil otherwise, and while there is no such file.
    public mutating func changed() -> Title? {
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let size = Int(status.st_size)
        let found = Mark(
            file: UInt(status.st_ino), size: size, modified: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
        guard found != mark else { return nil }
        mark = found
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { to, filled in
            // Unsafe: pread writes at most as many bytes as there is room for.
            filled = unsafe max(
                0, pread(descriptor, to.baseAddress, to.count, off_t(max(0, size - Self.mostBytes))))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map { Title(line: String($0)) }.flatMap { $0.title.isEmpty ? nil : $0 }
    }
}

extension Title {
    /// Reads `Artist - Title`, or a title alone, as people type it.
    public init(line: String) {
        let parts = line.split(separator: " - ", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ $0.contains { !$0.isWhitespace } }) {
            self.init(artist: String(parts[0]), title: String(parts[1]))
        } else {
            self.init(title: line)
        }
    }
}
