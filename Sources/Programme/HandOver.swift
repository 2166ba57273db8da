/// Who has the air, the programme or a DJ, and what covers a DJ's drop-out (design, section 4.7): the top of the ladder.
///
/// Whose turn it can be is the schedule's to say (`enter`); who is admitted then stands in `AirWindow`. An operator's
/// take-over counts more. A stream that a show plays is a guest as well, behind every person: whoever comes gets the air
/// from it.
///
/// A pure state machine. Each event gives the orders that put it into effect; `orders(at:)` gives those that only time
/// brings. A DJ who connected waits in the green room until its turn; it loses the air by leaving, by a drop-out, by
/// silence, to the next one, or to the operator.
///
/// ```
///             ready, its turn                  dropped out, silent
///   programme ───────────────→ live(session) ─────────────────────→ bridged(account, until)
///       ↑  ↑                        │  ↑                                   │      │
///       │  └── left, held, kicked ──┘  └────────── it, or another ─────────┘      │
///       └──────────────────── `until` is over; left, held, kicked ────────────────┘
/// ```
public struct HandOver: Sendable, Hashable {
    /// When a DJ who is ready gets the air from another one. A free air is taken at once, always.
    public enum Takeover: String, Sendable, Hashable, CaseIterable {
        case atOnce = "at once"
        case whenFree = "when free"
        /// As `whenFree`; and nobody has the air outside of the shows that name them.
        case scheduled
    }

    public struct Rules: Sendable, Hashable {
        public var takeover: Takeover
        /// How long a bed covers a drop-out before the programme goes on.
        public var bridge: Length
        /// How long a DJ whose time is over may go on, unless the next one is ready.
        public var overtime: Length

        public init(
            takeover: Takeover = .atOnce, bridge: Length = Length(seconds: 20), overtime: Length = .zero
        ) {
            self.takeover = takeover
            self.bridge = bridge
            self.overtime = overtime
        }
    }

    /// A DJ's connection.
    public struct Guest: Sendable, Hashable {
        /// The number of the connection; never used twice.
        public let session: Int
        public let account: String
        /// When it came in.
        public let since: Instant
        /// Enough decoded audio waits to begin with; on air, it did.
        public fileprivate(set) var isReady = false
        /// It sends silence, and has for so long that it counts as a drop-out.
        public fileprivate(set) var isSilent = false
        /// The operator has it wait.
        public fileprivate(set) var isHeld = false
        /// It is to get the air as soon as it is ready, whoever has it.
        public fileprivate(set) var isNext = false
        /// The air was taken from it: when it is ready anew it does not take it back by itself.
        fileprivate var hasHadItsTurn = false

        /// Nobody, but a stream that a show plays.
        var isStream: Bool { AirWindow.isStream(account) }
        var canAir: Bool { isReady && !isSilent && !isHeld }
    }

    public enum Air: Sendable, Hashable {
        case programme
        case live(session: Int)
        /// The bed is on, for this DJ to come back; at `until` the programme goes on.
        case bridged(account: String, until: Instant)
    }

    public enum Order: Sendable, Hashable {
        /// Put this connection on air, by a fade.
        case air(session: Int)
        /// Put the bed on air.
        case bed
        /// Go on with the programme, with a fresh track.
        case programme
        /// Close this connection; it has been told why.
        case dismiss(session: Int)
    }

    /// Connections at a time; one more is refused.
    public static let guestLimit = 16

    public var rules: Rules
    public private(set) var air = Air.programme
    /// Those who are connected, the earliest first.
    public private(set) var guests: [Guest] = []
    /// Who may have the air now.
    public private(set) var window = AirWindow.open
    /// Whom the operator gave the air, whatever the schedule says.
    private var invited: Set<String> = []
    /// Until when the DJ on air may go on, whose time is over.
    private var overtimeEnd: Instant?

    public init(rules: Rules = Rules()) { self.rules = rules }

    // MARK: What DJs do

    /// A DJ comes in. An earlier connection of the same account, which may be half dead, has to go: from the green room
    /// at once, from the air when the new one is ready. False when all places are taken.
    public mutating func arrive(session: Int, account: String, at now: Instant) -> (
        taken: Bool, orders: [Order]
    ) {
        let old = guests.filter { $0.account == account && !isOnAir($0.session) }
        guard guests.count - old.count < Self.guestLimit else { return (false, []) }
        guests.removeAll { guest in old.contains { $0.session == guest.session } }
        var guest = Guest(session: session, account: account, since: now)
        guest.isHeld = old.contains(where: \.isHeld)
        guest.isNext = !guest.isStream && guests.contains { $0.account == account }
        guests.append(guest)
        return (true, old.map { .dismiss(session: $0.session) })
    }

    /// Enough of its audio is there to begin.
    public mutating func ready(session: Int, at now: Instant) -> [Order] {
        guard let place = place(session), !guests[place].isReady else { return [] }
        guests[place].isReady = true
        if rules.takeover == .atOnce, !guests[place].isStream, !guests[place].hasHadItsTurn {
            guests[place].isNext = true
        }
        return decide()
    }

    /// Its audio has run out while it is still connected, or its line broke.
    public mutating func dropOut(session: Int, at now: Instant) -> [Order] {
        guard let place = place(session) else { return [] }
        guests[place].isReady = false
        guard isOnAir(session) else { return [] }
        let orders = bridge(guests[place].account, at: now)
        // Nobody took the air from it: it comes back as it came.
        if let place = self.place(session) { guests[place].hasHadItsTurn = false }
        return orders
    }

    /// Its connection is gone, and all that it sent has been heard. `clean` when it said goodbye.
    public mutating func leave(session: Int, clean: Bool, at now: Instant) -> [Order] {
        guard let place = place(session) else { return [] }
        let guest = guests.remove(at: place)
        guard clean else { return isOnAir(session) ? bridge(guest.account, at: now) : [] }
        invited.remove(guest.account)
        return hasTheAir(guest) ? release(at: now) : []
    }

    /// It has sent silence for longer than the station allows, or sounds again.
    public mutating func silence(session: Int, _ isSilent: Bool, at now: Instant) -> [Order] {
        guard let place = place(session), guests[place].isSilent != isSilent else { return [] }
        guests[place].isSilent = isSilent
        guard isSilent else { return decide() }
        return isOnAir(session) ? bridge(guests[place].account, at: now) : []
    }

    // MARK: What the operator does

    /// Gives a DJ the air as soon as it is ready.
    public mutating func takeOver(session: Int, at now: Instant) -> [Order] {
        guard let place = place(session) else { return [] }
        guests[place].isHeld = false
        guests[place].isNext = true
        invited.insert(guests[place].account)
        if isOnAir(session) { overtimeEnd = nil }
        return decide()
    }

    /// Has a DJ wait in the green room until `takeOver`.
    public mutating func hold(session: Int, at now: Instant) -> [Order] {
        guard let place = place(session) else { return [] }
        guests[place].isHeld = true
        guests[place].isNext = false
        invited.remove(guests[place].account)
        return hasTheAir(guests[place]) ? release(at: now) : []
    }

    /// Sends a DJ away.
    public mutating func kick(session: Int, at now: Instant) -> [Order] {
        guard let place = place(session) else { return [] }
        let guest = guests.remove(at: place)
        invited.remove(guest.account)
        return [.dismiss(session: session)] + (hasTheAir(guest) ? release(at: now) : [])
    }

    // MARK: Time

    /// What time alone brings.
    public mutating func orders(at now: Instant) -> [Order] {
        switch air {
        case .bridged(_, let until) where now >= until: return release(at: now)
        case .live where overtimeEnd.map { now >= $0 } ?? false: return release(at: now)
        default: return []
        }
    }

    /// Another span of the schedule has begun, or the schedule has changed.
    public mutating func enter(_ window: AirWindow, at now: Instant) -> [Order] {
        self.window = window
        // An invitation is for the one who is there.
        let heard = accountOnAir
        invited.formIntersection(guests.map(\.account) + (heard.map { [$0] } ?? []))
        guard let heard, !isAdmitted(heard) else {
            overtimeEnd = nil
            return decide()
        }
        guard case .live = air, rules.overtime > .zero, !AirWindow.isStream(heard) else {
            return release(at: now)
        }
        overtimeEnd = overtimeEnd ?? now + rules.overtime
        return decide()
    }

    /// Whether it can be the turn of an account.
    public func isAdmitted(_ account: String) -> Bool { window.admits(account) || invited.contains(account) }

    /// Who is heard, or is waited for with the bed on.
    private var accountOnAir: String? {
        switch air {
        case .programme: nil
        case .live(let session): guests.first { $0.session == session }?.account
        case .bridged(let account, _): account
        }
    }

    // MARK: Deciding

    public func isOnAir(_ session: Int) -> Bool { air == .live(session: session) }

    /// Whether a guest is heard, or the bed is on for it.
    private func hasTheAir(_ guest: Guest) -> Bool {
        if case .bridged(guest.account, _) = air { true } else { isOnAir(guest.session) }
    }

    /// Whether a DJ is ready who does not have the air.
    public var somebodyWaits: Bool {
        guests.contains { canAir($0) && !isOnAir($0.session) && !$0.isStream }
    }

    private func canAir(_ guest: Guest) -> Bool { guest.canAir && isAdmitted(guest.account) }

    private func place(_ session: Int) -> Int? { guests.firstIndex { $0.session == session } }

    /// Gives the air to another. What waited of the one who had it has been heard or is thrown away: before it can have
    /// the air again, enough has to wait anew.
    private mutating func pass(to next: Air) {
        if case .live(let session) = air, air != next, let place = place(session) {
            guests[place].isReady = false
            guests[place].hasHadItsTurn = true
        }
        air = next
    }

    /// The air is free: the next DJ's, or the programme's.
    private mutating func release(at now: Instant) -> [Order] {
        pass(to: .programme)
        overtimeEnd = nil
        return decide(or: .programme)
    }

    private mutating func bridge(_ account: String, at now: Instant) -> [Order] {
        // Whose time is over is not waited for.
        guard isAdmitted(account) else { return release(at: now) }
        pass(to: .bridged(account: account, until: now + rules.bridge))
        return decide(or: .bed)
    }

    /// Gives the air to whose turn it is.
    private mutating func decide(or other: Order? = nil) -> [Order] {
        var orders = other.map { [$0] } ?? []
        if let next = candidate, !isOnAir(next.session) {
            pass(to: .live(session: next.session))
            overtimeEnd = nil
            orders = [.air(session: next.session)]
            for place in guests.indices where guests[place].session == next.session {
                guests[place].isNext = false
            }
        }
        // An earlier connection of the same account goes when it is no longer heard.
        let newest = guests.reduce(into: [:]) { $0[$1.account] = $1.session }
        for old in guests where newest[old.account] != old.session && !isOnAir(old.session) {
            orders.append(.dismiss(session: old.session))
        }
        let heard = air
        guests.removeAll { newest[$0.account] != $0.session && heard != .live(session: $0.session) }
        return orders
    }

    /// Whose turn it is.
    private var candidate: Guest? {
        let able = guests.filter(canAir)
        let waiting = able.filter { !$0.isStream } + able.filter(\.isStream)
        if let next = waiting.last(where: \.isNext) { return next }
        switch air {
        case .live where overtimeEnd == nil:
            // From a stream a person takes the air, from a person nobody.
            return accountOnAir.map(AirWindow.isStream) ?? false ? waiting.first { !$0.isStream } : nil
        case .live: return waiting.first
        case .programme: return waiting.first
        case .bridged(let account, _):
            return waiting.first { $0.account == account } ?? waiting.first { !$0.isStream }
        }
    }
}
