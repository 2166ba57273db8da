internal import Synchronization

/// The streams of those DJs whose clients resume after a loss, connected or not. Any thread.
///
/// A session outlives its connections: each of them takes it over from the one before, which is closed. It ends by the
/// client's goodbye, by the station's, or when no connection has come for the stage's patience. One that ended by a
/// goodbye is known for as long again: nobody can tell whether the goodbye arrived, and a client that hears of it in no
/// other way takes it for a loss, and begins anew what the station has ended.
final class UplinkBook: Sendable {
    enum Answer {
        case taken(UplinkLine)
        /// A newer connection was served already.
        case late
        /// The station has nothing of that stream, and what precedes the offset cannot be had any more.
        case gone
        case other(SourceAnswer)
    }

    private struct Key: Hashable {
        let account: String
        let session: String
    }

    private struct State {
        var sessions: [Key: UplinkSession] = [:]
        /// Those that have ended, and until when their goodbye is told again.
        var ended: [Key: (session: UplinkSession, until: Int64)] = [:]
    }

    private let state = Mutex(State())
    /// Nanoseconds since 1970.
    private let now: @Sendable () -> Int64
    /// More than there are places for DJs. As many that have ended are known besides; the oldest makes room.
    private static let limit = 32

    init(now: @escaping @Sendable () -> Int64) { self.now = now }

    /// Gives a connection its session: the one that its account has by this name, else a new one, from its first byte on.
    func enter(
        _ request: UplinkRequest, _ login: SourceLogin, at stage: any StageDoor,
        visit: @Sendable (SourceVisit.Uplink) -> SourceVisit
    ) async -> Answer {
        let key = Key(account: login.name, session: request.session)
        let known = session(key)
        if known != nil || request.offset > 0 {
            switch await stage.verify(login) {
            case .stranger: return .other(.stranger)
            case .unavailable: return .other(.unavailable)
            case .dj: return known?.claim(request) ?? .gone
            }
        }
        guard state.withLock({ $0.sessions.count }) < Self.limit else {
            return .other(
                .refused("The station holds as many live streams as it can; try again in a moment."))
        }
        let session = UplinkSession(patience: stage.patience) { [weak self] in self?.forget($0, key) }
        let answer = await stage.enter(
            visit(
                SourceVisit.Uplink(
                    buffer: request.buffer, wantsGerman: request.wantsGerman, downlink: session.downlink)))
        guard case .welcome(let line) = answer else { return .other(answer) }
        session.begin(line)
        // Of two requests for one new session the newer one has it.
        let answered = session.claim(request)
        let other: UplinkSession? = state.withLock { state in
            if let old = state.sessions[key], old.attempt > request.attempt { return session }
            return state.sessions.updateValue(session, forKey: key)
        }
        other?.expire()
        // It may have been sent away before it stood in the book.
        if session.isOver { forget(session, key) }
        return other === session ? .late : answered
    }

    private func session(_ key: Key) -> UplinkSession? {
        let now = now()
        return state.withLock { state in
            state.ended = state.ended.filter { $0.value.until > now }
            return state.sessions[key] ?? state.ended[key]?.session
        }
    }

    /// A session is over.
    private func forget(_ session: UplinkSession, _ key: Key) {
        let until = now() + Int64(session.patience / .nanoseconds(1))
        let isToBeTold = session.downlink.hasSaidGoodbye
        state.withLock { state in
            guard state.sessions[key] === session else { return }
            state.sessions[key] = nil
            guard isToBeTold else { return }
            state.ended[key] = (session, until)
            guard state.ended.count > Self.limit,
                let oldest = state.ended.min(by: { $0.value.until < $1.value.until })
            else { return }
            state.ended[oldest.key] = nil
        }
    }
}

/// One stream that is resumed. Any thread; connections' event loops mostly.
final class UplinkSession: Sendable {
    private struct State {
        var line: (any SourceLine)?
        /// Bytes of the stream that the line has taken, and those that were lost for good.
        var received: Int64 = 0
        /// The request that has it now.
        var attempt = 0
        /// Closes the connection that has it; nil while none has.
        var close: (@Sendable () -> Void)?
        var isOver = false
    }

    let downlink = Downlink()
    let patience: Duration
    private let forget: @Sendable (UplinkSession) -> Void
    private let state = Mutex(State())

    init(patience: Duration, forget: @escaping @Sendable (UplinkSession) -> Void) {
        self.patience = patience
        self.forget = forget
        downlink.onGoodbye { [weak self] in self?.expire() }
    }

    var attempt: Int { state.withLock { $0.attempt } }
    var isOver: Bool { state.withLock { $0.isOver } }
    var received: Int64 { state.withLock { $0.received } }

    func begin(_ line: any SourceLine) {
        let isOver = state.withLock { state in
            state.line = line
            return state.isOver
        }
        if isOver { line.end(clean: false) }
    }

    /// Moves the session to a newer request's connection. From here on nothing of the older one's is taken, so that what
    /// is told to be here is. One that the station has ended takes nothing any more, and says goodbye once more.
    func claim(_ request: UplinkRequest) -> UplinkBook.Answer {
        let saysGoodbye = downlink.hasSaidGoodbye
        let (answer, close) = state.withLock { state -> (UplinkBook.Answer, (@Sendable () -> Void)?) in
            guard !state.isOver || saysGoodbye else { return (.gone, nil) }
            guard request.attempt > state.attempt else { return (.late, nil) }
            state.attempt = request.attempt
            let place = max(state.received, request.offset)
            let line = UplinkLine(
                self, attempt: request.attempt, place: place, received: state.received)
            defer { state.close = nil }
            return (.taken(line), state.close)
        }
        close?()
        return answer
    }

    /// The connection of an attempt stands.
    func connected(_ attempt: Int, close: @escaping @Sendable () -> Void) {
        let saysGoodbye = downlink.hasSaidGoodbye
        let isCurrent = state.withLock { state in
            guard state.attempt == attempt, !state.isOver || saysGoodbye else { return false }
            state.close = close
            return true
        }
        if !isCurrent { close() }
    }

    func isServed(by attempt: Int) -> Bool { state.withLock { $0.attempt == attempt } }

    /// Takes the next bytes, when they come from the connection that has the session.
    ///
    /// - Parameter place: of the first byte that this connection brings; what is missing before it will never come.
    func take(_ bytes: UnsafeRawBufferPointer, from place: Int64, of attempt: Int) -> Int {
        state.withLock { state in
            guard state.attempt == attempt, !state.isOver, let line = state.line else { return 0 }
            let taken = line.take(bytes)
            if taken > 0 { state.received = max(state.received, place) + Int64(taken) }
            return taken
        }
    }

    /// The client has said that this was all.
    func goodbye(of attempt: Int) {
        guard isServed(by: attempt) else { return }
        end(clean: true)
        downlink.goodbye("All of the show has arrived.")
    }

    /// The connection of an attempt is gone; true when the session now has none and is waited for.
    func lost(_ attempt: Int) -> Bool {
        state.withLock { state in
            guard state.attempt == attempt, !state.isOver else { return false }
            state.close = nil
            return true
        }
    }

    /// Nobody waits any longer for a request that follows this one.
    func expire(after attempt: Int) {
        if state.withLock({ $0.attempt == attempt && $0.close == nil }) { expire() }
    }

    func expire() {
        end(clean: false)
        forget(self)
    }

    private func end(clean: Bool) {
        let line = state.withLock { state -> (any SourceLine)? in
            defer { (state.isOver, state.line) = (true, nil) }
            return state.line
        }
        line?.end(clean: clean)
    }
}
