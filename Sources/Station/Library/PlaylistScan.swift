/// What a playlist holds at one moment: the files in their order, and what is wrong with the rest.
///
/// The order is the list's, or by the bytes of the names on the way down from the playlist's folder: the same on every
/// machine. Made by reading folders and lists, which may take as long as the disk takes: only on a thread that may
/// wait, never on the clock's.
public struct PlaylistScan: Sendable, Equatable {
    /// Keys are unique, paths need not be: a list may name a file twice.
    public let files: [LibraryFile]
    /// Each once, with the place of the list's line, or of the configuration's `from`, and the remedy.
    public let problems: [Problem]
    /// Folders whose change can change this.
    public let folders: Set<String>
    private let sources: [SourceScan]

    /// Looks at the disk.
    public init(of playlist: Configuration.Playlist, in configuration: Configuration) {
        let isNamed = configuration.playlist(playlist.name) != nil
        self.init(
            sources: playlist.from.enumerated().map { index, path in
                let key = isNamed ? "playlists.\(playlist.name).from[\(index)]" : "shows"
                return SourceScan(root: path, place: configuration.place(of: key))
            })
    }

    /// Looks at all playlists of a configuration, and at the folders of its shows.
    static func all(of configuration: Configuration) -> [String: PlaylistScan] {
        Dictionary(
            uniqueKeysWithValues: configuration.watched.map {
                ($0.name, PlaylistScan(of: $0, in: configuration))
            })
    }

    private init(sources: [SourceScan]) {
        self.sources = sources
        files = Self.withUniqueKeys(sources.flatMap(\.files))
        problems = Self.each(once: sources.flatMap(\.problems))
        folders = sources.reduce(into: []) { $0.formUnion($1.folders) }
    }

    /// This scan, with an earlier one's files for each `from` that has none any more or whose disk fails: what is
    /// gone is most likely a mount, and the programme goes on with what it knows.
    ///
    /// - Precondition: both are of the same playlist with the same `from`.
    func keeping(_ earlier: PlaylistScan) -> PlaylistScan {
        precondition(sources.count == earlier.sources.count)
        return PlaylistScan(
            sources: zip(sources, earlier.sources).map { now, before in
                now.isLost && !before.files.isEmpty ? now.keeping(before) : now
            })
    }

    private static func each(once problems: [Problem]) -> [Problem] {
        var seen: Set<Problem> = []
        return problems.filter { seen.insert($0).inserted }
    }

    /// Two tracks with one key would always follow each other in a shuffle.
    private static func withUniqueKeys(_ files: [LibraryFile]) -> [LibraryFile] {
        var counts: [String: Int] = [:]
        return files.map { file in
            var file = file
            let count = counts[file.key, default: 0] + 1
            counts[file.key] = count
            if count > 1 { file.key += " (\(count))" }
            return file
        }
    }
}
