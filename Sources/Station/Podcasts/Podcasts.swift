internal import History
internal import Logging
internal import Programme
internal import Synchronization
internal import Threads
internal import Web

/// Keeps the podcasts that shows play: reads each feed on an interval, and fetches ahead what the shows want of it.
///
/// It works on a thread of its own, `fh-podcasts`, one transfer after the other; any thread may ask, and waits for none of
/// them. A feed or an episode that cannot be had harms nothing: what was fetched before stays. It fetches no more than two
/// episodes of a podcast at once and none that is larger than 1 GB, and takes the last GB of the disk from nobody.
final class Podcasts: Sendable {
    /// What is known of the station: each is asked on any thread, and may wait for the disk.
    struct Station: Sendable {
        var now: @Sendable () -> Instant
        /// What was on air of the files below a folder since an instant; nil when the journal does not answer.
        var aired: @Sendable (_ folder: String, _ since: Instant) -> [Aired]?
        /// Whether a file that is there cannot be played.
        var isBroken: @Sendable (_ path: String) -> Bool
    }

    /// A podcast that shows play.
    struct Feed {
        var url: String
        /// What shows want of it, and what the first of them is called.
        var wants: Set<Content.Episode>
        var show: String
        var feed: PodcastFeed?
        var mark = Download.Mark()
        /// When it is read again, on the monotonic clock, and why it could not be read the last time.
        var due: Int64 = 0
        var readTrouble: String?
        /// What was told of it last.
        var trouble: String?
    }

    struct State {
        var feeds: [Feed] = []
        var schedule = Schedule.empty
        var shelf: PodcastShelf?
        var files: [Content: [ShowFile]] = [:]
        /// What was on air, and up to when that is known.
        var aired: [Aired] = []
        var airedUntil: Instant?
        /// Episodes that could not be fetched, why, and when they are tried again.
        var failed: [String: (why: String, due: Int64)] = [:]
        var isStopping = false
    }

    private let station: Station
    let logger: Logger
    private let round: Duration
    let deadline: Duration
    let state = Mutex(State())
    private let bell = Signal()
    private let thread = OwnedThread(name: "fh-podcasts")

    /// - Parameters:
    ///   - round: how often it is looked whether an episode was on air.
    ///   - deadline: what an episode has to come; a feed has half a minute at the most.
    init(
        _ station: Station, logger: Logger, round: Duration = .seconds(60),
        deadline: Duration = .seconds(3_600)
    ) {
        self.station = station
        self.logger = logger
        self.round = round
        self.deadline = deadline
    }

    /// - Parameter changed: called on the podcasts' own thread when shows can play something else than before.
    func start(_ changed: @escaping @Sendable () -> Void) { thread.start { [self] in run(changed) } }

    /// A transfer that is under way is broken off.
    func stop() {
        state.withLock { $0.isStopping = true }
        bell.wake()
        thread.join()
    }

    /// Keeps the podcasts of these shows from now on. Blocks for the disk: what was kept is there at once.
    func follow(_ configuration: Configuration, _ schedule: Schedule) {
        let shelf = PodcastShelf(configuration)
        let old = state.withLock { $0.feeds }
        var feeds: [Feed] = []
        for show in schedule.shows {
            for case .podcast(let url, let which)? in [show.plays, show.otherwise] {
                if let place = feeds.firstIndex(where: { $0.url == url }) {
                    feeds[place].wants.insert(which)
                } else if var known = old.first(where: { $0.url == url }) {
                    (known.wants, known.show) = ([which], show.name)
                    feeds.append(known)
                } else {
                    let copy = shelf.copy(of: url)
                    feeds.append(
                        Feed(
                            url: url, wants: [which], show: show.name,
                            feed: copy.flatMap { PodcastFeed(Array($0.bytes), from: url) },
                            mark: copy?.mark ?? Download.Mark()))
                }
            }
        }
        state.withLock { ($0.feeds, $0.schedule, $0.shelf) = (feeds, schedule, shelf) }
        takeStock()
        bell.wake()
    }

    /// What shows can play now.
    var files: [Content: [ShowFile]] { state.withLock { $0.files } }

    /// What is wrong with podcasts, a sentence each.
    var troubles: [String] {
        state.withLock { $0.feeds.compactMap { feed in feed.trouble.map { "\(feed.show.shown): \($0)" } } }
    }

    // MARK: The thread

    var isStopping: Bool { state.withLock { $0.isStopping } }

    private func run(_ changed: () -> Void) {
        while true {
            let (feeds, shelf, isStopping) = state.withLock { ($0.feeds, $0.shelf, $0.isStopping) }
            if isStopping { return }
            guard let shelf else {
                bell.wait()
                continue
            }
            for feed in feeds where !self.isStopping {
                let readTrouble = read(feed, shelf)
                let trouble = fetchEpisodes(of: feed.url, shelf, changed)
                if !self.isStopping { tell(readTrouble ?? trouble, of: feed) }
            }
            if takeStock() { changed() }
            prune(shelf)
            bell.wait(feeds.isEmpty ? .seconds(3_600) : round)
        }
    }

    // MARK: What there is

    /// Looks what shows can play; whether that is something else than before.
    @discardableResult
    func takeStock() -> Bool {
        let (feeds, schedule, shelf, files) = state.withLock {
            ($0.feeds, $0.schedule, $0.shelf, $0.files)
        }
        guard let shelf else { return false }
        var found: [Content: [ShowFile]] = [:]
        for feed in feeds {
            for which in feed.wants {
                let content = Content.podcast(url: feed.url, which)
                guard let known = feed.feed, let passed = passed(content, shelf) else {
                    found[content] = files[content]
                    continue
                }
                let wanted = shelf.wanted(which, of: known, in: feed.url, passing: passed)
                found[content] = shelf.files(
                    wanted, of: known, in: feed.url, until: schedule.endOfTurn(of: content, at: station.now())
                )
            }
        }
        return state.withLock { state in
            defer { state.files = found }
            return state.files != found
        }
    }

    /// Episodes that are over for a content; nil while the journal does not say.
    func passed(_ content: Content, _ shelf: PodcastShelf) -> Set<String>? {
        guard case .podcast(let url, let which) = content else { return nil }
        let (feed, schedule) = state.withLock { state in
            (state.feeds.first { $0.url == url }?.feed, state.schedule)
        }
        var passed = Set(
            (feed?.episodes ?? []).lazy.map { shelf.path(of: $0, in: url) }.filter(station.isBroken))
        guard which == .next else { return passed }
        guard let aired = aired(shelf) else { return nil }
        passed.formUnion(schedule.heard(content, aired, at: station.now()))
        return passed
    }

    /// What was ever on air of all podcasts. The journal is asked for what is new, with a day that may have changed.
    private func aired(_ shelf: PodcastShelf) -> [Aired]? {
        let (known, until) = state.withLock { ($0.aired, $0.airedUntil) }
        let now = station.now()
        let since = until.map { $0 - Length(seconds: 86_400) } ?? Instant(frames: .min)
        guard let new = station.aired(shelf.folder, since) else { return until == nil ? nil : known }
        let all = known.filter { $0.start < since } + new
        state.withLock { ($0.aired, $0.airedUntil) = (all, now) }
        return all
    }

    private func prune(_ shelf: PodcastShelf) {
        let (feeds, files) = state.withLock { ($0.feeds, $0.files) }
        var kept: [String: Set<String>?] = [:]
        for feed in feeds {
            let contents = feed.wants.map { Content.podcast(url: feed.url, $0) }
            let isKnown = feed.feed != nil && contents.allSatisfy { files[$0] != nil }
            let paths = contents.flatMap { files[$0] ?? [] }.map(\.file.path)
            kept[feed.url] = .some(isKnown ? Set(paths) : nil)
        }
        shelf.prune(keeping: kept)
    }
}
