import Foundation
import TestKit

@testable import Station

extension TemporaryDirectory {
    /// Writes a file and the folders that it needs; its bytes need not be audio.
    func write(_ name: String, _ text: String = "not empty") throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) { symlink(target, path + "/" + name) }
    func pipe(_ name: String) { mkfifo(path + "/" + name, 0o600) }
    func mode(_ name: String, _ mode: mode_t) { chmod(path + "/" + name, mode) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path + "/" + name, toPath: path + "/" + other)
    }

    /// A configuration in this folder whose one playlist comes from these.
    func configuration(from names: String...) throws -> Configuration {
        let text = """
            station: { name: A, timezone: UTC }
            mounts: [ { path: /a } ]
            playlists:
              all:
                from: [\(names.map { "\"\($0)\"" }.joined(separator: ", "))]
            programme: { default: all }
            """
        return try Configuration.load(
            bytes: Array(text.utf8), path: path + "/station.yaml", environment: sampleEnvironment)
    }

    func scan(_ names: String...) throws -> PlaylistScan {
        var configuration = try configuration(from: names[0])
        configuration.playlists[0].from = names.map { joinPath(path, $0) }
        return PlaylistScan(of: configuration.playlists[0], in: configuration)
    }

    /// Problems with the paths of this folder made short.
    func told(_ scan: PlaylistScan) -> [String] {
        scan.problems.map { $0.description.replacing(path + "/", with: "") }
    }
}

/// Runs on a thread of its own as a user who may not read everything, even when the tests run as root.
func asNobody(_ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    Thread {
        // It changes file access alone, of this thread alone, and the thread ends with it. Found by its name, as the
        // module of the C library leaves sys/fsuid.h out.
        typealias Function = @convention(c) (uid_t) -> CInt
        let setfsuid = unsafeBitCast(dlsym(nil, "setfsuid"), to: Function.self)
        if getuid() == 0 { _ = setfsuid(65_534) }
        body()
        done.signal()
    }.start()
    done.wait()
}
