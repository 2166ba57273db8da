internal import Synchronization
internal import Threads

/// Follows the playlists' folders and lists while the station runs.
///
/// It has a thread of its own, `library`, the only one that waits for the music disks: a mount that hangs stops the
/// news from it and nothing else. `start`, `follow` and `stop` command it, from any thread. It looks when the kernel
/// says that something changed and has been quiet for a while, and by itself now and then, for network mounts.
///
/// A `from` that has nothing any more, or whose disk fails, keeps the files it had, and a problem says so.
public final class LibraryWatch: Sendable {
    /// All playlists by name: what they hold, and what is wrong. Called on the thread `library`, which waits for its
    /// return: first after the first look, then whenever anything is different.
    public typealias Changed = @Sendable ([String: PlaylistScan]) -> Void

    private struct State {
        var configuration: Configuration
        var isStarted = false
        var isStopping = false
    }

    private let state: Mutex<State>
    private let changed: Changed
    /// How long nothing may happen before a look: somebody copies an album.
    private let quiet: Duration
    private let between: Duration
    private let thread = OwnedThread(name: "library")
    private let wakeUp = WakeUp()

    /// - Parameters:
    ///   - quiet: how long nothing may change before a look; a look comes after ten times that anyway.
    ///   - between: the longest time between two looks.
    public init(
        _ configuration: Configuration, quiet: Duration = .seconds(1), between: Duration = .seconds(60),
        changed: @escaping Changed
    ) {
        state = Mutex(State(configuration: configuration))
        self.quiet = quiet
        self.between = between
        self.changed = changed
    }

    /// Begins with a first look at once. To be called once.
    public func start() {
        state.withLock { $0.isStarted = true }
        thread.start { self.run() }
    }

    /// Takes up another configuration and looks at once.
    public func follow(_ configuration: Configuration) {
        state.withLock { $0.configuration = configuration }
        wakeUp.signal()
    }

    /// Ends the thread; not to be called in `changed`. One that a dead disk holds for longer than the patience is left behind, and the answer is
    /// false.
    @discardableResult
    public func stop(patience: Duration = .seconds(2)) -> Bool {
        let isStarted = state.withLock { state in
            state.isStopping = true
            return state.isStarted
        }
        guard isStarted else { return true }
        wakeUp.signal()
        return thread.join(within: patience)
    }

    // MARK: The thread

    private func run() {
        var events = FolderEvents()
        var known: [String: Known] = [:]
        while let configuration = state.withLock({ $0.isStopping ? nil : $0.configuration }) {
            events.drain()
            let before = known.mapValues(\.scan)
            known = look(configuration, known)
            let scans = known.mapValues(\.scan)
            if scans != before { changed(scans) }
            // What happened in a new folder before its watch was there was not told.
            let isNew = events.watch(scans.values.reduce(into: []) { $0.formUnion($1.folders) })
            events.wait(or: wakeUp, quiet: quiet, most: isNew ? quiet : between)
        }
    }

    /// A scan, and what it is of: files are kept only while the playlist comes from the same folders.
    private struct Known {
        var from: [String]
        var scan: PlaylistScan
    }

    private func look(_ configuration: Configuration, _ before: [String: Known]) -> [String: Known] {
        var now: [String: Known] = [:]
        for playlist in configuration.watched {
            var scan = PlaylistScan(of: playlist, in: configuration)
            if let before = before[playlist.name], before.from == playlist.from {
                scan = scan.keeping(before.scan)
            }
            now[playlist.name] = Known(from: playlist.from, scan: scan)
        }
        return now
    }
}
