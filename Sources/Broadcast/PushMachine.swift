/// What a push does next: a pure state machine. Events go in with the instant at which they happened, one action
/// comes out; it never looks at a clock and never touches a socket.
///
/// ```
///   idle ─page exists→ connecting ─accepted→ sending
///                        ↑    └─failed─┐        │ broke, stalled
///                        └──── waiting ←────────┘
/// ```
struct PushMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What it is doing.
    enum State: Hashable, Sendable {
        /// The mount has no page yet.
        case idle
        /// `reached`: since when the target has the connection and owes the answer.
        case connecting(since: Instant, reached: Instant?)
        /// `moved`: when the target last took a byte, or had nothing left to take.
        case sending(since: Instant, moved: Instant)
        case waiting(until: Instant)
    }

    enum Event: Hashable, Sendable {
        /// Time has passed, or a page was appended. Whether the mount has a page.
        case woken(hasPages: Bool)
        /// What became of the connection that was opened.
        case opening(Opening)
        /// Pages were handed on. `owed`: whether the target has bytes to take; `moved`: whether it took any since;
        /// `isSuspect`: whether only its kernel seems to.
        case fed(owed: Bool, moved: Bool, isSuspect: Bool = false)
        /// Whether the target answered the question for its status.
        case asked(isAnswered: Bool)
        /// The connection is of no more use.
        case broke(PushFailure)
    }

    /// How far a connection has come.
    enum Opening: Hashable, Sendable {
        /// `reached`: whether the target has taken the connection and owes the answer.
        case pending(reached: Bool)
        case accepted
        case failed(PushFailure)
    }

    enum Action: Hashable, Sendable {
        /// Wait for that instant or for a page, and say `woken`.
        case sleep(until: Instant)
        /// Open a connection, and say `opening`.
        case open
        /// Look how far the connection has come, and say `opening`.
        case poll
        /// Hand on what there is and fits, and say `fed` or `broke`.
        case feed
        /// Ask the target for its status, and say `asked`.
        case ask
        /// End the connection without waiting for anything, and say `woken`.
        case close
    }

    /// A connection that the target's kernel does not take is given up, so that the next one knocks anew: TCP's own
    /// repeats lie further and further apart.
    static let reachLimit = Duration.seconds(2)
    /// An Icecast that hangs may answer when it goes on; Icecast itself gives a silent source up after as long.
    static let answerLimit = Duration.seconds(10)
    /// A target that takes no byte for so long is half-open or hangs. TCP repeats a lost packet after 6.2 s (the fifth
    /// time), which is waited for.
    static let stallLimit = Duration.seconds(7)
    /// So long an outage is young, and tried every second.
    static let youngOutage = Duration.seconds(120)
    static let firstPace = Duration.seconds(1)
    static let lastPace = Duration.seconds(10)
    /// A connection that lasted so long ended an outage; a shorter one belongs to it.
    static let settled = Duration.seconds(10)

    private static let openingStep = Duration.milliseconds(20)
    private static let sendingStep = Duration.milliseconds(100)
    private static let idleStep = Duration.seconds(60)

    private(set) var state = State.idle
    /// Why the last try or the last connection ended; nil before the first failure.
    private(set) var failure: PushFailure?
    /// Time from one try to the next.
    private(set) var pace = firstPace
    private var outage: Instant?
    private var tried: Instant?

    mutating func handle(_ event: Event, at now: Instant) -> Action {
        switch (state, event) {
        case (.idle, .woken(hasPages: true)): open(at: now)
        case (.idle, _): .sleep(until: now + Self.idleStep)
        case (.connecting(let since, let reached), .opening(let opening)):
            follow(opening, since: since, reached: reached, at: now)
        case (.connecting, _): .poll
        case (.sending(let since, let moved), .fed(let owed, let hasMoved, let isSuspect)):
            go(on: since, moved: hasMoved || !owed ? now : moved, isSuspect: isSuspect, at: now)
        case (.sending, .asked(isAnswered: false)): fail(.stalled, at: now)
        case (.sending, .broke(let failure)): fail(failure, at: now)
        case (.sending, _): .feed
        case (.waiting(let until), _): now < until ? .sleep(until: until) : open(at: now)
        }
    }

    private mutating func open(at now: Instant) -> Action {
        outage = outage ?? now
        tried = now
        state = .connecting(since: now, reached: nil)
        return .open
    }

    private mutating func follow(
        _ opening: Opening, since: Instant, reached: Instant?, at now: Instant
    ) -> Action {
        switch opening {
        case .accepted:
            state = .sending(since: now, moved: now)
            return .feed
        case .failed(let failure): return fail(failure, at: now)
        case .pending(let isReached):
            // libshout logs in on a second connection after the first was answered: its time begins anew.
            let since = isReached || reached == nil ? since : now
            let reached = isReached ? reached ?? now : nil
            state = .connecting(since: since, reached: reached)
            if let reached, now - reached >= Self.answerLimit { return fail(.noAnswer, at: now) }
            if reached == nil, now - since >= Self.reachLimit { return fail(.unreachable, at: now) }
            return .sleep(until: now + Self.openingStep)
        }
    }

    private mutating func go(on since: Instant, moved: Instant, isSuspect: Bool, at now: Instant) -> Action {
        state = .sending(since: since, moved: moved)
        if now - since >= Self.settled {
            outage = nil
            pace = Self.firstPace
        }
        if now - moved >= Self.stallLimit { return fail(.stalled, at: now) }
        return isSuspect ? .ask : .sleep(until: now + Self.sendingStep)
    }

    private mutating func fail(_ failure: PushFailure, at now: Instant) -> Action {
        self.failure = failure
        let began = outage ?? now
        outage = began
        if now - began >= Self.youngOutage { pace = min(pace * 2, Self.lastPace) }
        // From try to try, so that a connection that lasted is followed by the next one at once.
        state = .waiting(until: max(now, (tried ?? now) + pace))
        return .close
    }
}
