internal import Foundation
internal import Glibc
internal import Programme
internal import Web

/// The last good copy of each feed (a calendar, a podcast), on disk: a file each in a folder of the station's data. Every
/// call blocks for the disk.
struct FeedShelf {
    /// The folder; it is made when the first copy comes.
    let folder: String

    struct Copy: Codable, Equatable {
        /// Where it comes from. It may be a secret, as the folder's mode says.
        var source: String
        var mark: Download.Mark
        var bytes: Data
    }

    /// Room for the largest feed in the letters of JSON.
    private static let mostBytes = 24 << 20

    /// That of the calendars.
    init(_ configuration: Configuration) { folder = configuration.server.data + "/calendars" }

    init(folder: String) { self.folder = folder }

    /// The name is one of letters, digits, `-` and `_`.
    private func path(_ name: String) -> String { "\(folder)/\(name).json" }

    /// Nil when there is none of that source, or none that can be read.
    func copy(of name: String, from source: String) -> Copy? {
        guard let bytes = try? readFile(path(name), most: Self.mostBytes),
            let copy = try? JSONDecoder().decode(Copy.self, from: Data(bytes)), copy.source == source
        else { return nil }
        return copy
    }

    /// What it is for calendars: the shows of each, as it was read last.
    func shows(of configuration: Configuration) -> [[Show]] {
        configuration.calendars.compactMap { calendar in
            copy(of: calendar.name, from: calendar.place.source).flatMap {
                configuration.read(calendar, Array($0.bytes))?.shows
            }
        }
    }

    /// Keeps a copy, whole or not at all; false when the disk does not take it.
    func keep(_ copy: Copy, as name: String) -> Bool {
        guard let bytes = try? JSONEncoder().encode(copy) else { return false }
        mkdir(folder, 0o700)
        let new = path(name) + ".new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        let isWritten = rest.isEmpty && fsync(file) == 0
        close(file)
        guard isWritten, rename(new, path(name)) == 0 else {
            unlink(new)
            return false
        }
        return true
    }
}
