internal import Synchronization

/// The streams of those DJs whose clients resume after a loss, connected or not. Any thread.
///
/// A session outlives its connections: each of them takes it over from the one before, which is closed. It ends by the
/// client's goodbye, by the station's, or when no connection has come for the stage's patience.
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

    private let sessions = Mutex<[Key: UplinkSession]>([:])
    /// More than there are places for DJs.
    private static let limit = 32

    /// Gives a connection its session: the one that its account has by this name, else a new one, from its first byte on.
    func enter(
        _ request: UplinkRequest, _ login: SourceLogin, at stage: any StageDoor,
        visit: @Sendable (SourceVisit.Uplink) -> SourceVisit
    ) async -> Answer {
        let key = Key(account: login.name, session: request.session)
        let known = sessions.withLock { $0[key] }
        if known != nil || request.offset > 0 {
            switch await stage.verify(login) {
            case .stranger: return .other(.stranger)
            case .unavailable: return .other(.unavailable)
            case .dj: return known?.claim(request) ?? .gone
            }
        }
        guard sessions.withLock({ $0.count }) < Self.limit else {
            return .other(
                .refused("The station holds as many live streams as it can; try again in a moment."))
        }
        let session = UplinkSession(patience: stage.patience) { [weak self] over in
            self?.sessions.withLock { sessions in
                if sessions[key] === over { sessions[key] = nil }
            }
        }
        let answer = await stage.enter(
            visit(SourceVisit.Uplink(buffer: request.buffer, downlink: session.downlink)))
        guard case .welcome(let line) = answer else { return .other(answer) }
        session.begin(line)
        // Of two requests for one new session the newer one has it.
        let answered = session.claim(request)
        let other: UplinkSession? = sessions.withLock { sessions in
            if let old = sessions[key], old.attempt > request.attempt { return session }
            return sessions.updateValue(session, forKey: key)
        }
        other?.expire()
        return other === session ? .late : answered
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
    var received: Int64 { state.withLock { $0.received } }

    func begin(_ line: any SourceLine) {
        let isOver = state.withLock { state in
            state.line = line
            return state.isOver
        }
        if isOver { line.end(clean: false) }
    }

    /// Moves the session to a newer request's connection. From here on nothing of the older one's is taken, so that what
    /// is told to be here is.
    func claim(_ request: UplinkRequest) -> UplinkBook.Answer {
        let (answer, close) = state.withLock { state -> (UplinkBook.Answer, (@Sendable () -> Void)?) in
            guard !state.isOver else { return (.gone, nil) }
            guard request.attempt > state.attempt else { return (.late, nil) }
            state.attempt = request.attempt
            let place = max(state.received, request.offset)
            let line = UplinkLine(
                self, attempt: request.attempt, skipped: place - state.received, received: state.received)
            defer { state.close = nil }
            return (.taken(line), state.close)
        }
        close?()
        return answer
    }

    /// The connection of an attempt stands.
    func connected(_ attempt: Int, close: @escaping @Sendable () -> Void) {
        let isCurrent = state.withLock { state in
            guard state.attempt == attempt, !state.isOver else { return false }
            state.close = close
            return true
        }
        if !isCurrent { close() }
    }

    func isServed(by attempt: Int) -> Bool { state.withLock { $0.attempt == attempt } }

    /// Takes the next bytes, when they come from the connection that has the session. `skipped`: bytes before them that
    /// will never come.
    func take(_ bytes: UnsafeRawBufferPointer, skipped: Int64, of attempt: Int) -> Int {
        state.withLock { state in
            guard state.attempt == attempt, !state.isOver, let line = state.line else { return 0 }
            let taken = line.take(bytes)
            if taken > 0 { state.received += skipped + Int64(taken) }
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

    func expire() { end(clean: false) }

    private func end(clean: Bool) {
        let line = state.withLock { state -> (any SourceLine)? in
            defer { (state.isOver, state.line) = (true, nil) }
            return state.line
        }
        line?.end(clean: clean)
        forget(self)
    }
}
