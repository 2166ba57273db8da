internal import Programme

/// What shows play of the station's files, as playlists that are scanned, watched and measured like the others.
extension Content {
    /// The name of the playlist in which its files are; nil for what does not lie here.
    var playlist: String? {
        switch self {
        case .playlist(let name), .continued(let name): name
        case .newest, .dated: folder
        case .podcast, .stream, .recording: nil
        }
    }

    /// The folder below which its files lie, when it is no playlist. An absolute path, which no playlist is called.
    fileprivate var folder: String? {
        switch self {
        case .newest(let folder): return folder
        case .dated(let file):
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            let fixed = parts.dropLast().prefix { !$0.contains("{date}") }
            return fixed.count > 1 ? fixed.joined(separator: "/") : "/"
        case .playlist, .continued, .podcast, .stream, .recording: return nil
        }
    }
}

extension Day {
    /// The day in a file's path, by a pattern with `{date}`; nil when it is not named so.
    init?(named path: String, by pattern: String) {
        guard let place = pattern.range(of: "{date}")?.lowerBound else { return nil }
        let before = pattern[..<place]
        guard path.hasPrefix(before), let day = Day(path.dropFirst(before.count).prefix(10)),
            pattern.replacing("{date}", with: "\(day)") == path
        else { return nil }
        self = day
    }
}

extension Schedule {
    /// Everything that its shows can play, in their order, each once.
    var contents: [Content] {
        var seen: Set<Content> = []
        return shows.flatMap { [$0.plays, $0.otherwise].compactMap(\.self) }
            .filter { seen.insert($0).inserted }
    }
}

extension Configuration {
    /// Its playlists, and the folders in which files of shows lie.
    var watched: [Playlist] {
        let contents = shows.flatMap { [$0.plays, $0.otherwise].compactMap(\.self) }
        var folders = Set(playlists.map(\.name))
        return playlists
            + contents.compactMap(\.folder).filter { folders.insert($0).inserted }
            .map { Playlist(name: $0, from: [$0], order: .sequence) }
    }
}
