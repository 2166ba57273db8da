internal import Playout
internal import Synchronization

extension Daemon {
    /// The DJs' accounts are others than before. On the roster's thread.
    func adoptRoster() {
        stage.sendAwayTheClosed()
        reloading.withLock { _ in
            let configuration = running.withLock { $0.configuration }
            // So it is asked anew whose turn it is. It refuses only while the station is ending.
            try? control.apply(Self.settings(configuration, grid, logger))
        }
    }
}
