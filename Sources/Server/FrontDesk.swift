internal import Audio
internal import Broadcast
internal import Logging
internal import Synchronization

/// What every connection looks up: the mounts, the station's texts, the limits. Any thread; it does nothing itself.
final class FrontDesk: Sendable {
    private struct State {
        var mounts: [PublicMount] = []
        var configuration: FrontDoorConfiguration
        var address: String
    }

    let turnstile: Turnstile
    let logger: Logger
    /// Nanoseconds since 1970.
    let now: @Sendable () -> Int64
    /// When the front door was made.
    let since: Int64
    /// What is on air, for the API and the page.
    let board = NoticeBoard()
    private let state: Mutex<State>
    private let lastListenerID = Atomic(0)
    private let guesses = Mutex(GuessLimit())
    /// Where DJs and the operator are.
    private let known = Mutex(Acquaintances())
    /// When it was last said that logins arrive in clear.
    private let warned = Mutex<Int64?>(nil)
    let titles: (any TitleOverride)?
    /// Where DJs come in; nil when none do.
    let stage: (any StageDoor)?
    let vitals: (any Vitals)?
    /// Who knows the shows; nil when nobody does.
    let guide: (any ShowGuide)?
    /// The streams of those DJs whose clients resume.
    let uplinks: UplinkBook
    /// What the house's own listeners show; anew in each process.
    let pass = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()

    init(
        _ configuration: FrontDoorConfiguration, mounts: [Mount], titles: (any TitleOverride)?,
        stage: (any StageDoor)? = nil, vitals: (any Vitals)? = nil, guide: (any ShowGuide)? = nil,
        logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        turnstile = Turnstile(descriptors: configuration.descriptors)
        self.titles = titles
        self.stage = stage
        self.vitals = vitals
        self.guide = guide
        self.logger = logger
        self.now = now
        uplinks = UplinkBook(now: now)
        since = now()
        state = Mutex(State(configuration: configuration, address: configuration.address ?? "localhost"))
        _ = setMounts(mounts, rules: [:])
    }

    /// How it is run; what only counts at the opening (`listen`, `eventLoops`) stays as it was.
    var configuration: FrontDoorConfiguration {
        get { state.withLock { $0.configuration } }
        set { state.withLock { $0.configuration = newValue } }
    }

    var burst: FrameCount { configuration.burst }
    var limits: FrontDoorConfiguration.Limits { configuration.limits }

    /// All mounts, in the order of the configuration.
    var mounts: [PublicMount] { state.withLock { $0.mounts } }

    func mount(at path: String) -> PublicMount? {
        state.withLock { $0.mounts.first { $0.mount.path == path } }
    }

    /// The mount whose stream a listener of this one gets: itself, while it is running, else the first of its fallbacks
    /// that is. Only a running one stands in for another.
    func standIn(for mount: PublicMount) -> PublicMount {
        var candidate = mount
        var seen: Set<String> = []
        let now = now()
        while !candidate.isRunning(at: now) {
            guard seen.insert(candidate.mount.path).inserted,
                let next = candidate.rules.fallback.flatMap(self.mount)
            else { return mount }
            candidate = next
        }
        return candidate
    }

    var listenersSoFar: Int { lastListenerID.load(ordering: .relaxed) }

    func nextListenerID() -> Int { lastListenerID.add(1, ordering: .relaxed).newValue }

    // MARK: Who comes

    /// A connection comes; nil for one that is to be closed at once.
    ///
    /// - Parameter hasWords: whether it can be told that there is no room.
    func connectionCame(from address: NetworkAddress?, hasWords: Bool = true) -> Turnstile.Ticket? {
        turnstile.connectionCame(from: origin(of: address), hasWords: hasWords)
    }

    private func origin(of address: NetworkAddress?) -> Turnstile.Origin {
        guard let address else { return .here }
        if configuration.trustedProxies.contains(where: { $0.contains(address) }) { return .proxy }
        if address.isLoopback { return .here }
        let now = now()
        return .household(
            address.household, isKnown: known.withLock { $0.knows(address, at: now) })
    }

    /// From the connection, or from the last answer, to a complete head: less while the door is crowded.
    var headTime: Duration {
        turnstile.isCrowded ? min(limits.headTime, limits.crowdedHeadTime) : limits.headTime
    }

    /// As what a request for a stream comes. Who gives a relay's login, and a wrong one, is a guest like others.
    func standing(of head: RequestHead, _ visitor: Visitor) -> Listener.Standing {
        if isOfTheHouse(head) { return .house }
        guard let relay = configuration.relay, let given = Credentials(head), given.user == relay.user,
            !isGuessing(visitor)
        else { return .guest }
        secretCame(from: visitor.address, isEncrypted: visitor.isEncrypted)
        guard relay.isSame(as: given) else {
            guessedWrong(visitor)
            return .guest
        }
        return .relay
    }

    /// Lets a listener in, or says why not. Each that is let in is told to `dismissListener` once. No limit holds for a
    /// relay: all of its own listeners would go with it.
    func admitListener(to mount: PublicMount, as standing: Listener.Standing) throws(Refusal) {
        try turnstile.listenerCame(most: standing == .relay ? nil : limits.listeners)
        do throws(Refusal) {
            try mount.admit(as: standing)
        } catch {
            turnstile.listenerWent()
            throw error
        }
    }

    /// Whether a request comes from the station itself, which listens to all of its mounts: such a listener needs no
    /// login, is in no count and no list, and finds room in a full house.
    func isOfTheHouse(_ head: RequestHead) -> Bool {
        head[Self.passField].map { isSameSecret($0, pass) } ?? false
    }

    static let passField = "funkhaus-pass"

    /// Why a login is not let in to a members' mount; nil when it is.
    func refusal(of head: RequestHead, by visitor: Visitor, among members: any Membership) async -> Refusal? {
        if isGuessing(visitor) { return .tooManyGuesses }
        guard let login = credentials(head, visitor) else { return .loginNeeded(realm: station.name) }
        switch await members.verify(user: login.user, password: login.password) {
        case .member: return nil
        case .unavailable: return .membersUnavailable
        case .stranger:
            guessedWrong(visitor)
            return .loginNeeded(realm: station.name)
        }
    }

    /// A request's login.
    func credentials(_ head: RequestHead, _ visitor: Visitor) -> Credentials? {
        guard let login = Credentials(head) else { return nil }
        secretCame(from: visitor.address, isEncrypted: visitor.isEncrypted)
        return login
    }

    /// A secret came. Says in the log, at most once an hour and without an address, when it came in clear from another
    /// machine, where everybody on the way could read it.
    func secretCame(from address: NetworkAddress?, isEncrypted: Bool) {
        guard !isEncrypted, address?.isLoopback == false else { return }
        let now = now()
        let isNew = warned.withLock { last in
            if let last, now - last < 3_600_000_000_000 { return false }
            last = now
            return true
        }
        guard isNew else { return }
        logger.warning(
            "A password came without encryption from another machine: set up server: tls: and use https.")
    }

    /// Whether somebody has tried too many wrong passwords from where this visitor is.
    func isGuessing(_ visitor: Visitor) -> Bool { isGuessing(from: visitor.address) }

    func guessedWrong(_ visitor: Visitor) { guessedWrong(from: visitor.address) }

    func isGuessing(from address: NetworkAddress?) -> Bool {
        let now = now()
        return guesses.withLock { $0.isTired(of: address, at: now) }
    }

    func guessedWrong(from address: NetworkAddress?) {
        let now = now()
        guesses.withLock { $0.guessedWrong(address, at: now) }
    }

    /// Whether a DJ's account was guessed at too often, from wherever, to ask once more. One who has logged in before is
    /// known by that, and asked in any case: so an answer that it was counts as a guess of the household, whose own count
    /// bounds how many secrets it may try in this way.
    func isGuessedAt(_ login: SourceLogin, from address: NetworkAddress?) -> Bool {
        let now = now()
        guard guesses.withLock({ $0.isTired(of: login.name, from: address, at: now) }),
            stage?.isKnown(login) != true
        else { return false }
        guesses.withLock { $0.guessedWrong(address, at: now) }
        return true
    }

    func guessedWrong(_ login: SourceLogin, from address: NetworkAddress?) {
        let now = now()
        guesses.withLock { $0.guessedWrong(address, account: login.name, at: now) }
    }

    /// A DJ's login was right.
    func cameIn(from address: NetworkAddress?) {
        let now = now()
        guesses.withLock { $0.cameIn(address, at: now) }
        known.withLock { $0.met(address, at: now) }
    }

    /// The operator's login was right. Guesses from there count on: of all passwords his is the worst to lose.
    func operatorCameIn(from address: NetworkAddress?) {
        let now = now()
        known.withLock { $0.met(address, at: now) }
    }

    /// Lets one more connection follow the running order; nil when there is no place for it.
    func admitFollower() -> Turnstile.FollowerPlace? { turnstile.followerCame(most: limits.followers) }

    func dismissListener(of mount: PublicMount) {
        mount.leave()
        turnstile.listenerWent()
    }

    /// Serves these mounts from now on and tells which are no longer among them.
    func setMounts(_ mounts: [Mount], rules: [String: MountRules]) -> [PublicMount] {
        let now = now()
        return state.withLock { state in
            let old = state.mounts
            state.mounts = mounts.map { mount in
                let rules = rules[mount.path] ?? MountRules()
                guard let known = old.first(where: { $0.mount === mount }) else {
                    return PublicMount(mount, since: now, rules: rules, clock: self.now)
                }
                known.rules = rules
                return known
            }
            return old.filter { known in !mounts.contains { $0 === known.mount } }
        }
    }

    var station: StationTexts {
        get { state.withLock { $0.configuration.station } }
        set { state.withLock { $0.configuration.station = newValue } }
    }

    /// The `host:port` for addresses when a request names none.
    var address: String {
        get { state.withLock { $0.address } }
        set { state.withLock { $0.address = newValue } }
    }
}
