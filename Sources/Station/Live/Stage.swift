internal import Codecs
internal import Dispatch
internal import Logging
internal import Playout
internal import Programme
internal import Server
internal import Synchronization

/// Lets DJs in: checks who they are, gives each a decoder and a place in the green room, and takes their titles.
///
/// Any thread may call; what waits for the playout does so on a queue of its own, one DJ after the other.
final class Stage: StageDoor {
    private struct State {
        var live: Configuration.Live?
        /// The station's mounts: DJs send there by habit.
        var mounts: Set<String> = []
        var lines: [Int: LiveLine] = [:]
        var early = EarlyTitles()
        /// Whose account is being closed: what they are told differs.
        var closing: Set<String> = []
        var lastSession = 0
    }

    private let control: MasterControl
    private let opener: MediaOpener
    private let passwords: PasswordClerk
    private let recorder: ShowRecorder
    private let grid: ShowGrid
    private let roster: Roster
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "fh-stage")

    /// - Parameter now: the wall clock, in nanoseconds since 1970-01-01T00:00Z.
    init(
        control: MasterControl, opener: MediaOpener, passwords: PasswordClerk, recorder: ShowRecorder,
        grid: ShowGrid, roster: Roster, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.roster = roster
        self.control = control
        self.opener = opener
        self.passwords = passwords
        self.recorder = recorder
        self.grid = grid
        self.logger = logger
        self.now = now
    }

    /// Runs by this configuration from now on. Who is in stays in.
    func follow(_ configuration: Configuration) {
        state.withLock { state in
            state.live = configuration.live
            state.mounts = Set(configuration.mounts.map(\.path))
        }
    }

    /// Ends every decoder. The door is closed already.
    func stop() {
        let lines = state.withLock { state in
            defer { state.lines = [:] }
            return Array(state.lines.values)
        }
        for line in lines { line.stop() }
        queue.sync {}
    }

    // MARK: The door

    func isEntrance(_ path: String) -> Bool {
        state.withLock { state in
            state.live.map { $0.mounts.contains(path) || state.mounts.contains(path) } ?? false
        }
    }

    /// A minute, or for as long as the bed stands in.
    var patience: Duration {
        max(.seconds(60), state.withLock { $0.live?.bridge } ?? .zero)
    }

    var takesDJs: Bool { state.withLock { $0.live != nil } }

    func news() async -> StudioNews {
        await withCheckedContinuation { answer in
            queue.async { [self] in
                // With nothing on air yet nobody is heard either.
                let djs = (try? control.djs()) ?? []
                answer.resume(
                    returning: StudioNews(
                        clock: now() / 1_000_000,
                        djs: djs.map { dj in .init(dj) { self.words($0, to: dj.account) } }))
            }
        }
    }

    func verify(_ login: SourceLogin) async -> LoginAnswer {
        guard let live = state.withLock({ $0.live }) else { return .stranger }
        switch await passwords.verify(.djs(live.accounts), user: login.name, password: login.secret) {
        case .member: return .dj
        case .stranger: return .stranger
        case .unavailable: return .unavailable
        }
    }

    func isKnown(_ login: SourceLogin) -> Bool {
        guard let live = state.withLock({ $0.live }) else { return false }
        return passwords.isKnown(.djs(live.accounts), user: login.name, password: login.secret)
    }

    func enter(_ visit: SourceVisit) async -> SourceAnswer {
        guard let live = state.withLock({ $0.live }) else {
            return .refused("This station takes no live sources.")
        }
        switch await verify(visit.login) {
        case .stranger: return .stranger
        case .unavailable: return .unavailable
        case .dj: break
        }
        return await withCheckedContinuation { answer in
            queue.async { [self] in answer.resume(returning: welcome(visit, live)) }
        }
    }

    private func welcome(_ visit: SourceVisit, _ live: Configuration.Live) -> SourceAnswer {
        let account = visit.login.name
        let buffer = LiveBuffer(LiveBuffer.Depth(live, for: visit.uplink))
        let now = now()
        let line = LiveLine(account: account, buffer: buffer)
        // Known from here on: a title that comes while the playout is asked is this DJ's already.
        let session = state.withLock { state in
            if let title = state.early.take(of: account, at: now) { buffer.take(title: title) }
            state.lastSession += 1
            state.lines[state.lastSession] = line
            return state.lastSession
        }
        // It may have been closed while the secret was checked. From here on `sendAwayTheClosed` sees this DJ.
        if let hashes = AccountBook.djs(live.accounts).hashes(), hashes[account] == nil {
            _ = forget(session)
            return .stranger
        }
        let show = visit.showName.map { Title(title: $0).title } ?? ""
        let guest = LiveGuest(
            session: session, account: account,
            standIn: Title(artist: account, title: show.isEmpty ? "live" : show), buffer: buffer,
            advise: { [self] advice in
                let words = words(advice, to: account)
                logger.notice("a DJ is told", metadata: ["dj": "\(account)", "what": "\(words.en)"])
                guard let uplink = visit.uplink else { return }
                uplink.downlink.say(uplink.wantsGerman ? words.de : words.en)
            },
            dismiss: { [self] in
                visit.uplink?.downlink.goodbye(wordsOfDismissal(of: session, account))
                visit.hangUp()
                queue.async { self.forget(session, isGone: true)?.stop() }
            },
            placed: { [now = self.now] place, until in
                var left: (@Sendable () -> Double)?
                if let until { left = { Double(until.wallNanoseconds - now()) / 1e9 } }
                visit.uplink?.downlink.tell(state: place.rawValue, left: left)
            })
        do throws(ActRefusal) {
            guard try control.welcome(guest) else {
                _ = forget(session)
                return .refused("All \(HandOver.guestLimit) places for DJs are taken; try again in a moment.")
            }
        } catch {
            _ = forget(session)
            return .refused(error.words)
        }
        line.start(
            opener.openLive(into: buffer) { [self, weak line] end in
                // On the decoder's own thread, which must not wait for itself.
                let isClean = end == .finished && line?.isClean == true
                control.farewell(session, clean: isClean)
                tell(end, account)
                if case .failed(let fault) = end {
                    visit.uplink?.downlink.goodbye("The stream cannot be heard: \(fault.ofAStream)")
                    visit.hangUp()
                }
                queue.async { _ = self.forget(session, isGone: isClean) }
            }, recording: recorder.begin(account: account))
        logger.info("a DJ is in the green room", metadata: ["dj": "\(account)", "client": "\(visit.client)"])
        return .welcome(line)
    }

    /// An advice in words, to a DJ who may have a show or a time of the account's to wait for.
    func words(_ advice: LiveAdvice, to account: String) -> StudioNews.Spoken {
        let now = Instant(wallNanoseconds: now())
        guard advice == .mustWait, let turn = grid.nextTurn(of: account, at: now) else {
            return advice.sentence
        }
        guard let show = turn.show else {
            return .init(
                en: "It is not your turn yet: wait here, you get the air at \(turn.time).",
                de: "Du bist noch nicht dran: warte hier, du bekommst die Sendung um \(turn.time).")
        }
        return .init(
            en: "It is not your turn yet: wait here, you get the air when \(show) begins at \(turn.time).",
            de:
                "Du bist noch nicht dran: warte hier, du bekommst die Sendung, wenn \(show) um \(turn.time) "
                + "beginnt.")
    }

    /// Why a DJ is sent away, for the DJ.
    private func wordsOfDismissal(of session: Int, _ account: String) -> String {
        let (isReplaced, isClosed) = state.withLock { state in
            (
                state.lines.contains { $0.key > session && $0.value.account == account },
                state.closing.contains(account)
            )
        }
        if isClosed { return "Your account was closed: ask the station whether that was meant." }
        return isReplaced
            ? "You have connected once more, and that connection took over." : "You were sent off the air."
    }

    /// - Parameter isGone: whether the DJ is not expected back.
    private func forget(_ session: Int, isGone: Bool = false) -> LiveLine? {
        let now = now()
        return state.withLock { state in
            let line = state.lines.removeValue(forKey: session)
            if isGone, let account = line?.account,
                !state.lines.values.contains(where: { $0.account == account })
            {
                state.early.left(account, at: now)
            }
            return line
        }
    }

    /// Sends those away whose account was deleted or disabled. Returns at once.
    func sendAwayTheClosed() {
        queue.async { [self] in
            let djs = state.withLock { $0.lines.values.map(\.account) }
            for account in djs where roster.hasClosed(account) {
                state.withLock { _ = $0.closing.insert(account) }
                // One for each connection; it refuses when that has gone by itself, or the station is ending.
                _ = try? control.direct(account, .kick)
                state.withLock { _ = $0.closing.remove(account) }
                logger.notice("a DJ whose account was closed is sent away", metadata: ["dj": "\(account)"])
            }
        }
    }

    private func tell(_ end: LiveDecoder.State, _ account: String) {
        guard case .failed(let fault) = end else {
            return logger.info("a DJ's stream has ended", metadata: ["dj": "\(account)"])
        }
        logger.warning(
            "a DJ's stream cannot be heard", metadata: ["dj": "\(account)", "why": "\(fault.ofAStream)"])
    }

    func sendAwayWhoIsHeard() async -> DismissalAnswer {
        await withCheckedContinuation { answer in
            queue.async { [self] in answer.resume(returning: dismissal()) }
        }
    }

    /// As `funkhaus kick` does it; only the name is found here.
    private func dismissal() -> DismissalAnswer {
        do throws(ActRefusal) {
            let heard = try control.djs().first { [.onAir, .bridged].contains($0.place) }
            guard let heard else {
                return .refused("No DJ is on air; to send one away who waits: funkhaus kick NAME.")
            }
            try control.direct(heard.account, .kick)
            return .sentAway(heard.account)
        } catch {
            return .refused(error.words)
        }
    }

    // MARK: Titles

    func announce(_ title: Title, as login: SourceLogin) async -> TitleAnswer {
        switch await verify(login) {
        case .stranger: return .stranger
        case .unavailable: return .unavailable
        case .dj: break
        }
        guard !title.title.isEmpty else { return .taken }
        let now = now()
        state.withLock { state in
            let lines = state.lines.filter { $0.value.account == login.name }
            if let line = lines.max(by: { $0.key < $1.key })?.value {
                line.take(title: title)
            } else {
                state.early.keep(title, of: login.name, at: now)
            }
        }
        return .taken
    }
}

/// A DJ's bytes on their way to the decoder. Offered on one event loop; stopped from any thread.
final class LiveLine: SourceLine {
    private struct State {
        var decoder: LiveDecoder?
        var recording: ShowRecorder.Show?
        var isClean = false
        var isEnded = false
    }

    let account: String
    private let buffer: LiveBuffer
    private let state = Mutex(State())

    init(account: String, buffer: LiveBuffer) {
        self.account = account
        self.buffer = buffer
    }

    /// Whether the DJ's client ended its stream in good order.
    var isClean: Bool { state.withLock { $0.isClean } }

    /// - Parameter recording: gets what the decoder gets; nil when shows are not recorded.
    func start(_ decoder: LiveDecoder, recording: ShowRecorder.Show?) {
        let isEnded = state.withLock { state in
            state.decoder = decoder
            state.recording = recording
            return state.isEnded
        }
        if isEnded {
            decoder.finish()
            recording?.end()
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        let (decoder, recording) = state.withLock { ($0.decoder, $0.recording) }
        let taken = decoder?.offer(bytes) ?? 0
        recording?.take(UnsafeRawBufferPointer(rebasing: bytes.prefix(taken)))
        return taken
    }

    func take(title: Title) { buffer.take(title: title) }

    func end(clean: Bool) {
        let (decoder, recording) = state.withLock { state in
            state.isClean = clean
            state.isEnded = true
            return (state.decoder, state.recording)
        }
        decoder?.finish()
        recording?.end()
    }

    func stop() {
        let (decoder, recording) = state.withLock { state in
            state.isEnded = true
            return (state.decoder, state.recording)
        }
        decoder?.stop()
        recording?.end()
    }
}

extension LiveBuffer.Depth {
    /// A client that resumes says how deep, within bounds.
    fileprivate init(_ live: Configuration.Live, for uplink: SourceVisit.Uplink?) {
        let usual = live.latency == .low ? 0.35 : 1.5
        self.init(
            target: Length(seconds: max(usual, min(uplink?.buffer ?? usual, 10))),
            silence: live.silenceBelow, isGapless: uplink != nil)
    }
}

extension SourceVisit {
    /// The client's name of itself for the log, made safe.
    fileprivate var client: String { Title(title: userAgent ?? "unknown").title }
}

extension LiveRules {
    init(_ live: Configuration.Live?) {
        guard let live else {
            self.init()
            return
        }
        let takeover: HandOver.Takeover =
            switch live.takeover {
            case .atOnce: .atOnce
            case .whenFree: .whenFree
            case .scheduled: .scheduled
            }
        self.init(
            handOver: HandOver.Rules(
                takeover: takeover, bridge: Length(seconds: live.bridge.inSeconds),
                overtime: Length(seconds: live.overtime.inSeconds)),
            fade: Length(seconds: live.fade.inSeconds), bed: live.bed,
            silence: Length(seconds: live.silence.inSeconds))
    }
}
