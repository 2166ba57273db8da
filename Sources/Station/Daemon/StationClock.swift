internal import CShims
internal import Synchronization
internal import Threads

/// The wall clock, for as long as it can be right.
///
/// A machine that has no clock of its own begins in 1970, or on the day on which it was built, until the network has told
/// it the time. Nobody's show is to be on by such a clock, and what the journal knows is not to be forgotten because it
/// lies in the future: the station's time goes on from the journal's end then, until the clock is trusted. Any thread.
final class StationClock: Sendable {
    /// 2024-01-01T00:00Z, in nanoseconds since 1970-01-01T00:00Z: this program is younger, so that a clock which shows less
    /// is wrong.
    static let earliest: Int64 = 1_704_067_200_000_000_000

    private struct State {
        /// A time of the station's, and that of the monotonic clock then.
        var wall: Int64
        var monotonic: Int64
        var isTrusted: Bool
    }

    private let system: @Sendable () -> Int64
    private let monotonic: @Sendable () -> Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - system: the machine's clock, in nanoseconds since 1970-01-01T00:00Z.
    ///   - monotonic: the clock that nobody sets, in nanoseconds.
    init(
        system: @escaping @Sendable () -> Int64 = { cshims_wall_now() },
        monotonic: @escaping @Sendable () -> Int64 = { cshims_monotonic_now() }
    ) {
        (self.system, self.monotonic) = (system, monotonic)
        let wall = system()
        state = Mutex(
            State(
                wall: max(wall, Self.earliest), monotonic: monotonic(), isTrusted: wall >= Self.earliest))
    }

    /// The time, in nanoseconds since 1970-01-01T00:00Z: the machine's, while that is trusted and can be right; else it
    /// goes on from what it was last.
    func now() -> Int64 {
        let (wall, monotonic) = (system(), monotonic())
        return state.withLock { state in
            guard state.isTrusted, wall >= Self.earliest else {
                return state.wall + monotonic - state.monotonic
            }
            (state.wall, state.monotonic) = (wall, monotonic)
            return wall
        }
    }

    /// What the machine's clock shows.
    var shown: Int64 { system() }
    /// Whether what it shows can be right.
    var canBeRight: Bool { system() >= Self.earliest }
    /// Whether the station goes by it: not from a start at which it could not be right on, until `trust`.
    var isTrusted: Bool { state.withLock { $0.isTrusted } }

    /// Has the time of a clock that is not trusted go on from an instant at the earliest.
    func goOn(from wall: Int64) {
        let monotonic = monotonic()
        state.withLock { state in
            guard !state.isTrusted, wall > state.wall + monotonic - state.monotonic else { return }
            (state.wall, state.monotonic) = (wall, monotonic)
        }
    }

    /// Goes by the machine's clock from now on.
    func trust() { state.withLock { $0.isTrusted = true } }
}

/// Waits, on a thread of its own, until the machine's clock can be right.
final class ClockWait: Sendable {
    private let clock: StationClock
    private let pause: Duration
    private let isStopping = Mutex(false)
    private let bell = Signal()
    private let thread = OwnedThread(name: "clock")

    /// - Parameter pause: between two looks.
    init(_ clock: StationClock, pause: Duration = .seconds(1)) {
        self.clock = clock
        self.pause = pause
    }

    /// - Parameter isRight: called once, on the thread. To be called once.
    func start(_ isRight: @escaping @Sendable () -> Void) {
        thread.start { [self] in
            while !isStopping.withLock({ $0 }) {
                if clock.canBeRight { return isRight() }
                bell.wait(pause)
            }
        }
    }

    /// Not to be called in `isRight`.
    func stop() {
        isStopping.withLock { $0 = true }
        bell.wake()
        thread.join(within: .seconds(2))
    }
}
