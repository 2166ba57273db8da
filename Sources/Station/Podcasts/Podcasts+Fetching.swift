internal import CShims
internal import Foundation
internal import Glibc
internal import Logging
internal import Programme
internal import Synchronization
internal import Web

/// What is asked of other servers. On the podcasts' own thread.
extension Podcasts {
    private static let interval: Duration = .seconds(1_800)
    /// After a failure it is tried again in this time.
    private static let patience: Duration = .seconds(300)
    /// The largest episode: 1 GB.
    private static let mostBytes: Int64 = 1_000_000_000
    /// How many episodes are tried before the rest waits for the next round.
    private static let mostTries = 4

    /// Reads a feed that is due; nil when nothing is wrong with it.
    func read(_ feed: Feed, _ shelf: PodcastShelf) -> String? {
        guard feed.due <= cshims_monotonic_now() else { return feed.readTrouble }
        let download = Download(
            url: feed.url, most: PodcastFeed.mostBytes, deadline: min(deadline, .seconds(30)),
            known: feed.feed == nil ? Download.Mark() : feed.mark)
        var (known, mark, trouble) = (feed.feed, feed.mark, nil as String?)
        do throws(Download.Failure) {
            if case .new(let bytes, let newMark) = try download.fetch(unless: { [self] in isStopping }) {
                if let new = PodcastFeed(bytes, from: feed.url) {
                    (known, mark) = (new, newMark)
                    let copy = FeedShelf.Copy(source: feed.url, mark: mark, bytes: Data(bytes))
                    if !shelf.keep(copy) { trouble = "the podcast cannot be kept on disk: look after it" }
                } else {
                    trouble =
                        "what comes from the podcast's address is no feed, or not a whole one: correct the address"
                }
            }
        } catch {
            trouble = "the podcast cannot be read: \(error)"
        }
        let pause = trouble == nil ? Self.interval : Self.patience
        state.withLock { state in
            guard let place = state.feeds.firstIndex(where: { $0.url == feed.url }) else { return }
            state.feeds[place].feed = known
            state.feeds[place].mark = mark
            state.feeds[place].due = cshims_monotonic_now() + pause.nanoseconds
            state.feeds[place].readTrouble = trouble
        }
        return trouble
    }

    /// Fetches what shows want and what is not there; nil when nothing is wrong with it.
    func fetchEpisodes(of url: String, _ shelf: PodcastShelf, _ changed: () -> Void) -> String? {
        guard let feed = state.withLock({ $0.feeds.first { $0.url == url } }), let known = feed.feed else {
            return nil
        }
        if known.episodes.isEmpty { return "the podcast has no episode with sound" }
        var trouble: String?
        for which in feed.wants.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let passed = passed(.podcast(url: url, which), shelf) else { continue }
            let wanted = shelf.wanted(which, of: known, in: url, passing: passed)
            // Of the newest one is enough; the one behind the next one is fetched as well.
            var missing = which == .newest ? 1 : PodcastShelf.depth
            for episode in wanted.prefix(Self.mostTries) where missing > 0 && !isStopping {
                let path = shelf.path(of: episode, in: url)
                if (try? FileStatus(path)) != nil {
                    missing -= 1
                } else if let why = fetch(episode, to: path, shelf) {
                    trouble = trouble ?? why
                } else {
                    missing -= 1
                    if takeStock() { changed() }
                }
            }
        }
        return trouble
    }

    /// Fetches an episode, unless that has failed lately; why it is not there, or nil.
    private func fetch(_ episode: PodcastFeed.Episode, to path: String, _ shelf: PodcastShelf) -> String? {
        if let failed = state.withLock({ $0.failed[path] }), failed.due > cshims_monotonic_now() {
            return failed.why
        }
        for folder in [shelf.folder, parent(of: path)] { mkdir(folder, 0o700) }
        let name = episode.title.isEmpty ? "an episode" : "the episode \(episode.title.shown)"
        var why: String?
        let room = (RecordingFolder.room(of: shelf.folder) ?? 0) - RecordingFolder.spare
        if room <= 0 {
            why =
                "\(name) is not fetched: its disk has no more than what the station needs for itself; delete something"
        } else {
            do throws(Download.Failure) {
                try Download(url: episode.url, most: Int(min(Self.mostBytes, room)), deadline: deadline)
                    .save(to: path) { [self] in isStopping }
                logger.info("an episode is fetched", metadata: ["file": "\(path)"])
            } catch {
                why = "\(name) cannot be fetched: \(error)"
            }
        }
        let failure = why.map { (why: $0, due: cshims_monotonic_now() + Self.patience.nanoseconds) }
        state.withLock { state in
            if state.failed.count > 1_000 { state.failed = [:] }
            state.failed[path] = failure
        }
        return why
    }

    func tell(_ trouble: String?, of feed: Feed) {
        state.withLock { state in
            guard let place = state.feeds.firstIndex(where: { $0.url == feed.url }) else { return }
            state.feeds[place].trouble = trouble
        }
        guard trouble != feed.trouble else { return }
        if let trouble {
            logger.warning(
                "a podcast has trouble; what was fetched before stays",
                metadata: ["show": "\(feed.show)", "why": "\(trouble)"])
        } else {
            logger.notice("a podcast is well again", metadata: ["show": "\(feed.show)"])
        }
    }
}
