internal import Audio
internal import Broadcast
internal import Logging
internal import Synchronization

/// What every connection looks up: the mounts, the station's texts, the limits. Any thread; it does nothing itself.
final class FrontDesk: Sendable {
    private struct State {
        var mounts: [PublicMount] = []
        var station: StationTexts
        var address: String
    }

    let burst: FrameCount
    let limits: FrontDoorConfiguration.Limits
    let logger: Logger
    /// Nanoseconds since 1970.
    let now: @Sendable () -> Int64
    /// When the front door was made.
    let since: Int64
    /// What is on air, for the API and the page.
    let board: NoticeBoard
    private let state: Mutex<State>

    init(
        _ configuration: FrontDoorConfiguration, mounts: [Mount], logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        burst = configuration.burst
        board = NoticeBoard(burst: Int64(burst.seconds * 1000))
        limits = configuration.limits
        self.logger = logger
        self.now = now
        since = now()
        state = Mutex(
            State(station: configuration.station, address: configuration.address ?? "localhost"))
        _ = setMounts(mounts)
    }

    /// All mounts, in the order of the configuration.
    var mounts: [PublicMount] { state.withLock { $0.mounts } }

    func mount(at path: String) -> PublicMount? {
        state.withLock { $0.mounts.first { $0.mount.path == path } }
    }

    /// Serves these mounts from now on and tells which are no longer among them.
    func setMounts(_ mounts: [Mount]) -> [PublicMount] {
        let now = now()
        return state.withLock { state in
            let old = state.mounts
            state.mounts = mounts.map { mount in
                old.first { $0.mount === mount } ?? PublicMount(mount, since: now)
            }
            return old.filter { known in !mounts.contains { $0 === known.mount } }
        }
    }

    var station: StationTexts {
        get { state.withLock { $0.station } }
        set { state.withLock { $0.station = newValue } }
    }

    /// The `host:port` for addresses when a request names none.
    var address: String {
        get { state.withLock { $0.address } }
        set { state.withLock { $0.address = newValue } }
    }
}
