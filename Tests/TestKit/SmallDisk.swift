internal import Glibc

/// A file system of 1 MiB of a test's own, to be filled and made read-only; only root may have one.
public final class SmallDisk: Sendable {
    private let folder: TemporaryDirectory
    public var path: String { folder.path }
    private var filling: String { path + "/filling" }

    /// Whether the system lets a test have one, for a visible skip.
    public static let mayMount: Bool = {
        guard geteuid() == 0, let disk = try? SmallDisk() else { return false }
        _ = disk
        return true
    }()

    public init() throws {
        folder = try TemporaryDirectory()
        try mount(["-t", "tmpfs", "-o", "size=1m", "funkhaus-test"])
    }

    deinit { _ = try? Tool.run("umount", ["-l", folder.path]) }

    /// Changes how it is mounted: `ro`, `rw`.
    public func remount(_ option: String) throws { try mount(["-o", "remount,\(option)"]) }

    private func mount(_ options: [String]) throws {
        let result = try Tool.run("mount", options + [path])
        guard result.status == 0 else {
            throw Tool.Failure.notStarted("mount", code: Int32(result.status))
        }
    }

    /// Writes a file until the disk takes no more.
    public func fill() {
        let descriptor = open(filling, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let bytes = [UInt8](repeating: 1, count: 512)
        while write(descriptor, bytes, bytes.count) > 0 {}
        close(descriptor)
    }

    /// Deletes that file.
    public func free() { unlink(filling) }
}
