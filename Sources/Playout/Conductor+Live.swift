internal import Audio
internal import Codecs
internal import Programme

/// The DJs who are connected, and what has become of their connections.
struct LiveDesk {
    var handOver: HandOver
    var guests: [Int: LiveGuest] = [:]
    /// Connections that are over, and whether they said goodbye; what waits of them is still heard.
    var goodbyes: [Int: Bool] = [:]
    /// The live deck that has ended and has not been followed yet.
    var endedDeck: Int?
    var bedFailed = false
    /// Where in the mix the DJ on air changed the title last.
    var retitledAt: Int64?
    /// What each was told last of where it stands.
    var places: [Int: Standing] = [:]
    /// Whether what the hand-over knows of the schedule still holds.
    var isWindowKnown = false
    /// When the turns of accounts end, as far as somebody has asked in this window; nil for not that anybody knows.
    var endsOfTurns: [String: Instant?] = [:]

    struct Standing: Equatable {
        var place: LivePlace
        var until: Instant?
    }

    init(rules: HandOver.Rules) { handOver = HandOver(rules: rules) }
}

/// How DJs get the air and lose it. The hand-over decides; here the engine is brought to where it says.
extension Conductor {
    // MARK: Acts

    /// Lets a DJ into the green room. False when all places are taken.
    func welcome(_ guest: LiveGuest) -> Bool {
        let (taken, orders) = liveDesk.handOver.arrive(
            session: guest.session, account: guest.account, at: now)
        guard taken else { return false }
        liveDesk.guests[guest.session] = guest
        obey(orders)
        return true
    }

    /// A connection is over.
    func farewell(_ session: Int, clean: Bool) {
        guard let guest = liveDesk.guests[session] else { return }
        guest.buffer.end()
        liveDesk.goodbyes[session] = clean
    }

    /// Carries out what the operator wants of a DJ, and writes it down.
    ///
    /// - Returns: why the journal holds the act in memory, if it does.
    func direct(_ account: String, _ act: LiveAct) -> Result<String?, ActRefusal> {
        guard let session = liveDesk.handOver.guests.last(where: { $0.account == account })?.session else {
            return .failure(.notConnected(account))
        }
        let fact: (kind: Fact.Kind, words: String)
        switch act {
        case .takeOver:
            obey(liveDesk.handOver.takeOver(session: session, at: now))
            fact = (.takeover, "The operator gave the air to \(account).")
        case .hold:
            obey(liveDesk.handOver.hold(session: session, at: now))
            fact = (.hold, "The operator had \(account) wait in the green room.")
        case .kick:
            obey(liveDesk.handOver.kick(session: session, at: now))
            fact = (.kick, "The operator sent \(account) away.")
        }
        return .success(
            journal.commit(Fact(kind: fact.kind, at: now, words: fact.words), state: timeline.state))
    }

    /// The account of the DJ who is heard.
    var liveOnAir: String? { onAir?.session.flatMap { liveDesk.guests[$0]?.account } }

    /// Who is connected, for status.
    var liveReport: [LiveReport] {
        liveDesk.handOver.guests.compactMap { guest in
            guard let known = liveDesk.guests[guest.session] else { return nil }
            return LiveReport(
                account: guest.account, since: guest.since, place: place(of: guest),
                isSilent: guest.isSilent, buffer: known.buffer.waiting,
                title: known.buffer.title ?? known.standIn,
                advice: known.buffer.advice, signal: known.buffer.newest,
                until: liveDesk.places[guest.session]?.until)
        }
    }

    // MARK: Steps

    /// Tells the hand-over what has become of the DJs, and brings the engine to where it says.
    func stepLive() {
        liveDesk.handOver.rules = settings.live.handOver
        if !liveDesk.isWindowKnown || !liveDesk.handOver.window.contains(now) {
            liveDesk.isWindowKnown = true
            liveDesk.endsOfTurns = [:]
            obey(liveDesk.handOver.enter(settings.windows(now), at: now))
        }
        for session in liveDesk.guests.keys.sorted() { look(at: session) }
        obey(liveDesk.handOver.orders(at: now))
        tellPlaces()
        if let next, next.item.kind != .emergency, isOut(next) {
            withdraw(next)
        }
        guard cutFact == nil, let fact = neededCut else { return }
        cutFact = fact
        if let next, next.handed, !isOut(next) { cutToNext() }
    }

    private func look(at session: Int) {
        guard let guest = liveDesk.guests[session] else { return }
        let buffer = guest.buffer
        buffer.measure(at: engine.position.frames)
        if buffer.isReady { obey(liveDesk.handOver.ready(session: session, at: now)) }
        if buffer.silence >= settings.live.silence {
            obey(liveDesk.handOver.silence(session: session, true, at: now))
        } else if buffer.sounds {
            obey(liveDesk.handOver.silence(session: session, false, at: now))
        }
        if let clean = liveDesk.goodbyes[session], buffer.isOver, onAir?.session != session {
            leave(session, clean: clean)
        }
        let isOnAir = onAir?.session == session
        // A stream has nobody who could mind the time.
        let isPerson = !AirWindow.isStream(guest.account)
        let circumstances = LiveCircumstances(
            somebodyWaits: isPerson && isOnAir && liveDesk.handOver.somebodyWaits,
            mustWait: isPerson && !liveDesk.handOver.isAdmitted(guest.account),
            secondsLeft: isPerson && isOnAir
                ? liveDesk.places[session]?.until.map { ($0 - now).seconds } : nil)
        for advice in buffer.sayings(at: engine.position.frames, circumstances) { guest.advise(advice) }
        guard isOnAir else { return }
        buffer.steer(at: engine.position.frames)
        if let title = buffer.title { retitle(title) }
    }

    /// Tells each DJ where it stands.
    private func tellPlaces() {
        for guest in liveDesk.handOver.guests {
            let place = place(of: guest)
            let standing = LiveDesk.Standing(
                place: place, until: place == .onAir ? endOfTurn(guest.account) : nil)
            guard liveDesk.places.updateValue(standing, forKey: guest.session) != standing else { continue }
            liveDesk.guests[guest.session]?.placed(place, standing.until)
        }
    }

    /// When the turn of a DJ who is on air ends by the schedule; nil for not that anybody knows.
    private func endOfTurn(_ account: String) -> Instant? {
        if let known = liveDesk.endsOfTurns[account] { return known }
        let window = liveDesk.handOver.window
        let end = window.admits(account) ? self.end(of: account, in: window) : nil
        liveDesk.endsOfTurns[account] = .some(end)
        return end
    }

    private func end(of account: String, in window: AirWindow) -> Instant? {
        var window = window
        // Shows that follow one another, as far as people look ahead.
        for _ in 0..<4 {
            guard let end = window.end else { return nil }
            window = settings.windows(end)
            guard window.admits(account) else { return end }
        }
        return nil
    }

    private func place(of guest: HandOver.Guest) -> LivePlace {
        switch liveDesk.handOver.air {
        case _ where guest.isHeld: .held
        case .live(guest.session) where onAir?.session == guest.session: .onAir
        case .bridged(guest.account, _): .bridged
        default: .greenRoom
        }
    }

    private func leave(_ session: Int, clean: Bool) {
        obey(liveDesk.handOver.leave(session: session, clean: clean, at: now))
        forget(session)
    }

    private func forget(_ session: Int) {
        liveDesk.guests[session] = nil
        liveDesk.goodbyes[session] = nil
        liveDesk.places[session] = nil
    }

    /// The engine has nothing more of a DJ's deck: goodbye, or a drop-out.
    func liveEnded(_ session: Int, _ deck: Deck) {
        liveDesk.endedDeck = deck.id
        if let clean = liveDesk.goodbyes[session], liveDesk.guests[session]?.buffer.isOver == true {
            leave(session, clean: clean)
        } else if liveDesk.handOver.isOnAir(session) {
            liveDesk.guests[session]?.buffer.dropOut(deck.frames)
            obey(liveDesk.handOver.dropOut(session: session, at: now))
        }
    }

    private func obey(_ orders: [HandOver.Order]) {
        for case .dismiss(let session) in orders {
            liveDesk.guests[session]?.dismiss()
            forget(session)
        }
        // The rest is what `neededCut` and `liveNext` see.
    }

    // MARK: What follows

    /// The connection that is to be on air and is not, ready to follow; or the bed, when a DJ is on air who may drop out.
    func liveNext() -> Loaded? {
        switch liveDesk.handOver.air {
        case .live(let session) where onAir?.session != session:
            guard let guest = liveDesk.guests[session] else { return nil }
            return board(guest)
        case .live(let session): return liveDesk.goodbyes[session] == true ? nil : bed()
        case .bridged: return onAir?.session == nil ? nil : bed()
        case .programme: return nil
        }
    }

    /// Whether what is to follow is no longer what should.
    private func isOut(_ next: Loaded) -> Bool {
        switch liveDesk.handOver.air {
        case .live(let session) where onAir?.session != session: next.session != session
        case .live(let session):
            next.session != nil
                || (next.item.kind == .bed) == (liveDesk.goodbyes[session] == true)
                    && (next.item.kind == .bed || hasBed)
        case .bridged: next.session != nil || (onAir?.session != nil && hasBed && next.item.kind != .bed)
        case .programme: next.session != nil || next.item.kind == .bed
        }
    }

    /// Why what is on air has to go at once, if it has.
    private var neededCut: Fact.Kind? {
        guard let onAir, onAir.deck.id != liveDesk.endedDeck else { return nil }
        switch liveDesk.handOver.air {
        case .live(let session): return onAir.session == session ? nil : .liveIn
        case .bridged: return onAir.session == nil ? nil : .liveOut
        case .programme: return onAir.session != nil || onAir.item.kind == .bed ? .liveOut : nil
        }
    }

    private var hasBed: Bool { settings.live.bed != nil && !liveDesk.bedFailed }

    private func board(_ guest: LiveGuest) -> Loaded {
        liveDesk.bedFailed = false
        let track = LiveTrack(guest.buffer)
        let title = guest.buffer.title ?? guest.standIn
        let item = Item(
            kind: .live,
            track: Track(file: "", key: "live:\(guest.account)", artist: title.artist, title: title.title),
            start: now, length: nil, after: Cursor())
        let deck = Deck(
            id: nextDeck(), frames: track.frames, gainDecibels: 0, length: nil, isLive: true,
            fadeIn: Int(settings.live.fade.frames))
        return lend(
            Loaded(
                item: item, session: guest.session, account: guest.account, offset: .zero, deck: deck,
                track: track))
    }

    private func bed() -> Loaded? {
        guard hasBed, let file = settings.live.bed else { return nil }
        return open(
            Item(kind: .bed, track: Track(file: file, key: file), start: now, length: nil, after: Cursor()),
            from: .zero)
    }

    // MARK: Titles

    /// Shows what the DJ plays from the next block on. At most one title a second: of more the newest, when its time comes,
    /// as this is called at every step.
    private func retitle(_ title: Title) {
        guard var loaded = onAir, loaded.item.track.shownTitle != title else { return }
        let position = engine.position.frames
        if let last = liveDesk.retitledAt, position - last < Int64(EngineFormat.sampleRate) { return }
        guard mark(title) else { return }
        liveDesk.retitledAt = position
        journal.ended(loaded.item, at: now, why: nil)
        loaded.item.track.artist = title.artist
        loaded.item.track.title = title.title
        loaded.item.track.album = title.album
        onAir = loaded
        journal.began(shown(loaded.item, at: now), at: now, offset: .zero)
    }
}

/// A DJ's buffer as a track.
private final class LiveTrack: OpenTrack {
    let frames: FrameConsumer
    private let buffer: LiveBuffer

    init(_ buffer: LiveBuffer) {
        self.buffer = buffer
        frames = buffer.goOnAir()
    }

    var state: OpenTrackState { .open(nil) }

    func close() { buffer.leaveAir(frames) }
}
