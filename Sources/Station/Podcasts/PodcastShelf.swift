internal import Foundation
internal import Glibc
internal import History
internal import Programme

/// Podcasts as they lie on the station's disk: the feeds that were read last, and a folder of episodes for each. Every call
/// blocks for the disk.
///
/// The names of files and folders are hashes: nothing that a stranger wrote becomes a part of a path but an ending of ours.
struct PodcastShelf {
    let folder: String
    /// Where podcasts are called for.
    private let place: Place

    /// Episodes that stay when they are the newest, and that are fetched ahead when they are the next: two.
    static let depth = 2

    init(_ configuration: Configuration) {
        folder = configuration.server.data + "/podcasts"
        place = configuration.place(of: "shows")
    }

    // MARK: Feeds

    private var feeds: FeedShelf { FeedShelf(folder: folder) }

    func copy(of url: String) -> FeedShelf.Copy? { feeds.copy(of: Self.name(url), from: url) }

    func keep(_ copy: FeedShelf.Copy) -> Bool { feeds.keep(copy, as: Self.name(copy.source)) }

    // MARK: Episodes

    /// The folder of a podcast's episodes.
    func folder(of url: String) -> String { "\(folder)/\(Self.name(url))" }

    func path(of episode: PodcastFeed.Episode, in url: String) -> String {
        "\(folder(of: url))/\(Self.name(episode.id)).\(episode.ending ?? "audio")"
    }

    private static func name(_ text: String) -> String {
        var hash = StableHash()
        hash.add(text)
        return hash.digits
    }

    /// The episodes that a show wants, the one it wants first at the beginning.
    ///
    /// - Parameter passed: paths of those that were on air, or cannot be played.
    func wanted(
        _ which: Content.Episode, of feed: PodcastFeed, in url: String, passing passed: Set<String>
    ) -> [PodcastFeed.Episode] {
        let left = feed.episodes.filter { !passed.contains(path(of: $0, in: url)) }
        return which == .newest ? left : Array(left.reversed())
    }

    /// Those of some episodes that are there, the first of them at the beginning.
    ///
    /// - Parameter until: when the turn of the first ends.
    func files(
        _ wanted: [PodcastFeed.Episode], of feed: PodcastFeed, in url: String, until: Instant?
    ) -> [ShowFile] {
        var files: [ShowFile] = []
        for episode in wanted where files.count < Self.depth {
            let path = path(of: episode, in: url)
            guard let status = try? FileStatus(path), status.kind == .file, status.size > 0 else { continue }
            files.append(
                ShowFile(
                    file: LibraryFile(
                        path: path, key: episode.id, size: status.size, modified: status.modified,
                        place: place, artist: feed.title.isEmpty ? nil : feed.title,
                        title: episode.title.isEmpty ? feed.title : episode.title), until: until))
        }
        return files
    }

    /// Deletes all that is not of these podcasts, and of each the episodes that are not to be kept.
    ///
    /// - Parameter kept: paths by the podcast's address; nil for a podcast that is left as it is.
    func prune(keeping kept: [String: Set<String>?]) {
        let folders = Dictionary(uniqueKeysWithValues: kept.map { (Self.name($0.key), $0.value) })
        for name in list(folder) {
            let stem = name.split(separator: ".").first.map(String.init) ?? name
            let path = folder + "/" + name
            guard let paths = folders[stem] else {
                for file in list(path) { unlink(path + "/" + file) }
                if unlink(path) != 0 { rmdir(path) }
                continue
            }
            guard stem == name, let paths else { continue }
            for file in list(path) where !paths.contains(path + "/" + file) { unlink(path + "/" + file) }
        }
    }

    private func list(_ folder: String) -> [String] {
        ((try? names(inFolder: folder)) ?? []).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What shows can play of it now, without asking anybody: for each podcast the files, the one that is wanted first.
    ///
    /// - Parameter aired: what was on air of its files.
    func files(of schedule: Schedule, _ aired: [Aired], at now: Instant) -> [Content: [ShowFile]] {
        var found: [Content: [ShowFile]] = [:]
        for content in schedule.contents {
            guard case .podcast(let url, let which) = content, let copy = copy(of: url),
                let feed = PodcastFeed(Array(copy.bytes), from: url)
            else { continue }
            let heard = which == .next ? schedule.heard(content, aired, at: now) : []
            found[content] = files(
                wanted(which, of: feed, in: url, passing: heard), of: feed, in: url,
                until: schedule.endOfTurn(of: content, at: now))
        }
        return found
    }
}

extension Schedule {
    /// The journal knows the end of what was on air a little later than the clock: a slot's end counts when 5 s have passed,
    /// so that the slot behind it has not the episode of the one before for a moment.
    private static let patience = Length(seconds: 5)

    /// When the slot ends that plays a podcast's next episode now, or first; nil when none does within eight days, and for
    /// what does not go on from slot to slot.
    func endOfTurn(of content: Content, at now: Instant) -> Instant? {
        guard case .podcast(_, .next) = content else { return nil }
        let now = now - Self.patience
        return slots(from: now, to: now + Length(seconds: 8 * 86_400)).first {
            $0.show?.plays == content || $0.show?.otherwise == content
        }.map { $0.occurrence?.end ?? $0.end }
    }

    /// The files of a content that were on air in an earlier slot than the one that is on now, so that none changes within
    /// a slot: to their end, or for a minute at least.
    func heard(_ content: Content, _ aired: [Aired], at now: Instant) -> Set<String> {
        let now = now - Self.patience
        let slot = slot(at: now)
        let isOn = slot.show?.plays == content || slot.show?.otherwise == content
        let begin = isOn ? slot.occurrence?.start ?? slot.start : now
        return Set(
            aired.lazy.filter { aired in
                guard let length = aired.length, aired.start < begin else { return false }
                return aired.why == nil || length >= Length(seconds: 60)
            }.map(\.file))
    }
}
