internal import Synchronization
internal import Threads

/// Follows the files that the configuration was read from, so that what a person saves is taken up by itself.
///
/// It has a thread of its own, `configuration`. `start`, `know` and `stop` command it, from any thread. It looks when the
/// kernel says that something changed beside the files, and by itself now and then, for network mounts. Editors write in
/// steps: only what two looks in a row have found is told, and only what is not known yet.
final class ConfigurationWatch: Sendable {
    private struct State {
        var known: ConfigurationSources.Contents
        var isStarted = false
        var isStopping = false
    }

    private let state: Mutex<State>
    private let quiet: Duration
    private let between: Duration
    private let thread = OwnedThread(name: "configuration")
    private let wakeUp = WakeUp()

    /// - Parameters:
    ///   - known: what the files held when they were read.
    ///   - quiet: how long a file has to stay as it is.
    ///   - between: the longest time between two looks.
    init(
        _ known: ConfigurationSources.Contents, quiet: Duration = .milliseconds(500),
        between: Duration = .seconds(60)
    ) {
        state = Mutex(State(known: known))
        self.quiet = quiet
        self.between = between
    }

    /// To be called once.
    ///
    /// - Parameter changed: called on the watch's own thread, which waits for its return: the files hold something else.
    ///   Whoever reads them then says by `know` what they held.
    func start(_ changed: @escaping @Sendable () -> Void) {
        state.withLock { $0.isStarted = true }
        thread.start { self.run(changed) }
    }

    /// The files have been read, whoever asked for it: what they held is no news any more.
    func know(_ contents: ConfigurationSources.Contents) {
        state.withLock { $0.known = contents }
        wakeUp.signal()
    }

    /// Ends the thread; not to be called in `changed`. One that a dead disk holds for longer than the patience is left
    /// behind, and the answer is false.
    @discardableResult
    func stop(patience: Duration = .seconds(2)) -> Bool {
        let isStarted = state.withLock { state in
            state.isStopping = true
            return state.isStarted
        }
        guard isStarted else { return true }
        wakeUp.signal()
        return thread.join(within: patience)
    }

    private func run(_ changed: () -> Void) {
        var events = FolderEvents()
        var seen: ConfigurationSources.Contents?
        while let known = state.withLock({ $0.isStopping ? nil : $0.known }) {
            events.drain()
            let isNew = events.watch(ConfigurationSources.folders(of: known.keys))
            let now = ConfigurationSources.contents(of: known.keys)
            if now == known {
                seen = nil
                // What happened in a folder before its watch was there was not told.
                events.wait(or: wakeUp, quiet: quiet, most: isNew ? quiet : between)
            } else if now != seen {
                seen = now
                _ = wakeUp.wait(quiet)
            } else {
                seen = nil
                state.withLock { $0.known = now }
                changed()
            }
        }
    }
}
