internal import Calendar
internal import Logging
internal import Synchronization

/// The DJs' accounts as their file has them now: tells the grid in which times each may have the air, and the stage who has
/// none any more.
///
/// Any thread may ask; nothing waits for a disk. A thread of its own, a `ConfigurationWatch`'s, sees when the file changes.
/// What cannot be read, or is gone, changes nothing: nobody is sent away for it. (Who logs in then is not let in.)
final class Roster: Sendable {
    private struct State {
        var path: String?
        var zone = ""
        var book: DJBook?
    }

    private let grid: ShowGrid
    private let logger: Logger
    private let state = Mutex(State())
    private let watch: ConfigurationWatch

    init(grid: ShowGrid, logger: Logger) {
        self.grid = grid
        self.logger = logger
        watch = ConfigurationWatch([:], quiet: .milliseconds(300), between: .seconds(10))
    }

    /// Goes by this configuration from now on. Blocks for the disk.
    func follow(_ configuration: Configuration) {
        let path = configuration.live?.accounts
        state.withLock { ($0.path, $0.zone) = (path, configuration.station.timezone) }
        let contents = ConfigurationSources.contents(of: path.map { [$0] } ?? [])
        read()
        watch.know(contents)
    }

    /// - Parameter changed: called on the watch's thread when the file has changed and could be read.
    func start(_ changed: @escaping @Sendable () -> Void) {
        watch.start { [self] in if read() { changed() } }
    }

    func stop() { watch.stop() }

    /// Whether an account was deleted or disabled, as far as anybody knows.
    func hasClosed(_ account: String) -> Bool {
        guard let book = state.withLock({ $0.book }) else { return false }
        return book.hashes[account] == nil
    }

    /// False when nothing can be read.
    @discardableResult
    private func read() -> Bool {
        let (path, zone) = state.withLock { ($0.path, $0.zone) }
        guard let path else {
            state.withLock { $0.book = nil }
            grid.adopt(AccountTimes())
            return false
        }
        // A book that does not exist, or has no byte yet, is an empty one for those who add to it alone.
        guard let bytes = try? readFile(path, most: DJBook.mostBytes), !bytes.isEmpty else { return false }
        do {
            let book = try DJBook(path: path)
            let times = try AccountTimes(book, zone: zone)
            state.withLock { $0.book = book }
            grid.adopt(times)
            return true
        } catch {
            logger.error("the DJs' accounts stay as they were", metadata: ["why": "\(error)"])
            return false
        }
    }
}
