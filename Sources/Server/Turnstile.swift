internal import Glibc
internal import Synchronization

/// Counts connections and listeners, and knows how many the process can hold. Any thread.
///
/// Descriptors are kept back in three steps:
///
/// ```
///   0                                  room             places         descriptors
///   |  whoever is first                 |  no listener   |  the station  |
///   |                                   |  or follower   |  itself       |
/// ```
///
/// What is kept for the station (files, workers, pushes, commands) is touched by connections only as far as somebody
/// from a place that is known has to be let in, and some others have to be told that there is no room. Where
/// connections reach beyond `room`, whoever dawdles is sent away sooner. And no household, which is an attacker at its
/// worst and a school at its best, gets more than a share of what is neither a listener's nor a DJ's.
final class Turnstile: Sendable {
    /// Descriptors of the station itself.
    static let kept = 128
    /// Further ones that no listener gets.
    static let keptForPages = 64
    /// Of the station's own, those that somebody from a known place gets when all others are taken.
    static let keptForKnown = 32
    /// How many are told at one time that there is no room. One more is let go without a word.
    static let mostTurnedAway = 16
    /// A household's share is never more than this, and never less than the other.
    private static let (mostOfAHousehold, leastOfAHousehold) = (4096, 32)

    private struct Crowd {
        /// Those that were let in.
        var inside = 0
        var turnedAway = 0
        var soFar = 0
        var listeners = 0
        var followers = 0
        /// Those inside that are neither a listener's nor a DJ's, or not yet.
        var inHall = 0
        /// Them by household, but for those that are in none's share.
        var households: [NetworkAddress: Int] = [:]
    }

    private let crowd = Mutex(Crowd())
    /// The most descriptors that the system gives this process.
    let descriptors: Int

    init(descriptors: Int?) { self.descriptors = descriptors ?? Self.systemLimit }

    private static var systemLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// The most connections.
    private var places: Int { max(2, descriptors - Self.kept) }

    /// The most listeners and followers together, whatever the configuration allows.
    var room: Int { max(1, descriptors - Self.kept - Self.keptForPages) }

    /// The most connections of one household that are neither listeners' nor DJs'.
    var share: Int { min(Self.mostOfAHousehold, max(Self.leastOfAHousehold, places / 4)) }

    var connectionsNow: Int { crowd.withLock { $0.inside + $0.turnedAway } }
    var allConnections: Int { crowd.withLock { $0.soFar } }
    var listenersNow: Int { crowd.withLock { $0.listeners } }
    var inHall: Int { crowd.withLock { $0.inHall } }

    /// Whether connections take of what is kept for the operator and the DJs.
    var isCrowded: Bool { crowd.withLock { $0.inside > room } }

    // MARK: Connections

    /// Where a connection comes from.
    enum Origin: Sendable {
        /// A household, which has its share, and from which a DJ or the operator may have come lately.
        case household(NetworkAddress, isKnown: Bool)
        /// A proxy, through which all the world comes.
        case proxy
        /// This machine.
        case here
    }

    /// What a connection has of the room inside. It is to be ended when the connection is closed.
    final class Ticket: Sendable {
        /// Why it is turned away; nil for one that was let in.
        let refusal: Refusal?
        private let turnstile: Turnstile
        private let household: NetworkAddress?
        private let isInHall: Atomic<Bool>

        fileprivate init(_ turnstile: Turnstile, of household: NetworkAddress?, _ refusal: Refusal?) {
            self.refusal = refusal
            self.turnstile = turnstile
            self.household = household
            isInHall = Atomic(refusal == nil)
        }

        /// It is a listener's or a DJ's from now on.
        func leaveHall() {
            guard isInHall.exchange(false, ordering: .relaxed) else { return }
            turnstile.leaveHall(household)
        }

        /// The connection is closed. Called once.
        func end() {
            leaveHall()
            turnstile.crowd.withLock { crowd in
                if refusal == nil { crowd.inside -= 1 } else { crowd.turnedAway -= 1 }
            }
        }
    }

    /// A connection comes.
    ///
    /// - Parameter hasWords: whether it can be told that there is no room.
    /// - Returns: nil for one that is to be closed at once, of which nothing is counted.
    func connectionCame(from origin: Origin, hasWords: Bool = true) -> Ticket? {
        crowd.withLock { crowd in
            crowd.soFar += 1
            let (household, refusal) = judge(origin, in: crowd)
            guard refusal == nil else {
                guard hasWords, crowd.turnedAway < Self.mostTurnedAway else { return nil }
                crowd.turnedAway += 1
                return Ticket(self, of: nil, refusal)
            }
            crowd.inside += 1
            crowd.inHall += 1
            if let household { crowd.households[household, default: 0] += 1 }
            return Ticket(self, of: household, nil)
        }
    }

    private func judge(_ origin: Origin, in crowd: Crowd) -> (NetworkAddress?, Refusal?) {
        switch origin {
        case .household(let household, let isKnown):
            let isFull = crowd.inside >= places + (isKnown ? Self.keptForKnown : 0)
            if isFull { return (household, .doorFull) }
            let isGreedy = crowd.households[household, default: 0] >= share
            return (household, isGreedy ? .tooManyConnections : nil)
        case .proxy: return (nil, crowd.inside >= places ? .doorFull : nil)
        case .here: return (nil, crowd.inside >= places + Self.keptForKnown ? .doorFull : nil)
        }
    }

    private func leaveHall(_ household: NetworkAddress?) {
        crowd.withLock { crowd in
            crowd.inHall -= 1
            guard let household, let count = crowd.households[household] else { return }
            crowd.households[household] = count > 1 ? count - 1 : nil
        }
    }

    // MARK: Listeners and followers

    /// - Parameter most: what the configuration allows; nil for one whom no limit concerns.
    func listenerCame(most: Int?) throws(Refusal) {
        let isIn = crowd.withLock { crowd in
            if let most {
                guard crowd.listeners < most, crowd.listeners + crowd.followers < room else { return false }
            }
            crowd.listeners += 1
            return true
        }
        guard isIn else { throw .stationFull }
    }

    func listenerWent() { crowd.withLock { $0.listeners -= 1 } }

    /// Somebody wants to follow the running order, or what DJs should know. Followers never take the half of the room
    /// that listeners need, and nothing of what is kept for the operator.
    ///
    /// - Parameter most: what the configuration allows.
    /// - Returns: nil when there is no place.
    func followerCame(most: Int) -> FollowerPlace? {
        let isIn = crowd.withLock { crowd in
            guard crowd.inside <= room, crowd.followers < min(most, max(1, room / 2)),
                crowd.listeners + crowd.followers < room
            else { return false }
            crowd.followers += 1
            return true
        }
        return isIn ? FollowerPlace(self) : nil
    }

    /// A follower's place. It is given up with the last reference to it: so an answer that is never sent keeps none.
    final class FollowerPlace: Sendable {
        private let turnstile: Turnstile

        fileprivate init(_ turnstile: Turnstile) { self.turnstile = turnstile }

        deinit { turnstile.crowd.withLock { $0.followers -= 1 } }
    }
}

/// How many listeners the front door can hold.
public struct Capacity: Sendable, Equatable {
    /// That many.
    public let listeners: Int
    /// What the configuration allows.
    public let allowed: Int
    /// The descriptors that the system gives the process.
    public let descriptors: Int

    /// Whether the system holds fewer than the configuration allows.
    public var isCutBySystem: Bool { listeners < allowed }
}
