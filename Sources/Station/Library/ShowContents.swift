internal import Programme

/// What shows play of the station's files, as playlists that are scanned, watched and measured like the others.
extension Content {
    /// The name of the playlist in which its files are; nil for what does not lie here.
    var playlist: String? {
        switch self {
        case .playlist(let name), .continued(let name): name
        case .file(let path): path
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
        case .file(let path): return path
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

extension Show {
    /// Everything that it can play.
    var contents: [Content] {
        [plays, otherwise, intro, outro, jingles.map { .playlist($0.playlist) }].compactMap(\.self)
    }
}

extension Schedule {
    /// Everything that its shows can play, in their order, each once.
    var contents: [Content] {
        var seen: Set<Content> = []
        return shows.flatMap(\.contents)
            .filter { seen.insert($0).inserted }
    }
}

extension Configuration {
    /// Its playlists, and the folders in which files of shows lie.
    var watched: [Playlist] {
        let contents = shows.flatMap(\.contents)
        var folders = Set(playlists.map(\.name))
        return playlists
            + contents.compactMap(\.folder).filter { folders.insert($0).inserted }
            .map { Playlist(name: $0, from: [$0], order: .sequence) }
    }

    /// The playlists that a playlist draws from, each once; none for one with files of its own.
    func drawn(by name: String) -> [String] { playlist(name)?.draws?.playlists ?? [] }
}

extension Configuration.Playlist.Draws {
    /// How often one of them is drawn from beside the others of a mix.
    func weight(of playlist: String) -> Int {
        guard case .mix(let shares) = self else { return 1 }
        return shares.first { $0.playlist == playlist }?.weight ?? 1
    }

    /// The part of each turn, for a clock.
    func turns(of parts: [String]) -> [Int]? {
        guard case .clock(let turns) = self else { return nil }
        return turns.compactMap { parts.firstIndex(of: $0) }
    }
}
