/// Decides when something that is heard is a trouble, and when it is over. Pure: time is a parameter, in seconds on a
/// clock that runs while the ear does.
///
/// ```
///   pending ── good ──▶ well ── bad for 5 s, or nothing good for 13 s ──▶ disturbed
///      └── the same, but not within the first 10 s ──▶ disturbed ── good for 3 s ──▶ well
/// ```
///
/// So a change of connections, a hiccup of the line or of the machine is none; and what lasts is said within 15 s.
struct Judgement: Sendable {
    /// What was found out at a moment.
    enum Finding: Sendable, Hashable {
        /// Nothing is known yet: too little was heard.
        case unknown
        case good
        case bad(Fault)
    }

    /// What is to be told.
    enum Change: Sendable, Hashable {
        case began(Fault)
        case ended(Fault)
    }

    enum State: Sendable, Hashable {
        case pending
        case well
        case disturbed(Fault)
    }

    /// How long something must be wrong, in seconds.
    private let patience: Double
    private static let grace = 10.0
    private static let mostUnknown = 13.0
    private static let relief = 3.0

    private(set) var state = State.pending
    private let start: Double
    /// Since when it is bad without anything good between, and since when good without anything bad.
    private var badSince: Double?
    private var goodSince: Double?
    /// When it was good last, or began.
    private var lastGood: Double

    init(at now: Double, patience: Double = 5) {
        start = now
        lastGood = now
        self.patience = patience
    }

    mutating func note(_ finding: Finding, at now: Double) -> Change? {
        switch finding {
        case .good:
            badSince = nil
            lastGood = now
            let since = goodSince ?? now
            goodSince = since
            switch state {
            case .pending: state = .well
            case .well: break
            case .disturbed(let fault) where now - since >= Self.relief:
                state = .well
                return .ended(fault)
            case .disturbed: break
            }
            return nil
        case .bad(let fault):
            goodSince = nil
            let since = badSince ?? now
            badSince = since
            return now - since >= patience ? disturb(fault, now) : nil
        case .unknown:
            guard now - lastGood >= Self.mostUnknown else { return nil }
            if case .disturbed = state { return nil }
            return disturb(.gone(.noAudio), now)
        }
    }

    /// Forgets what was bad: for a while nothing could be found out.
    mutating func rest(at now: Double) {
        badSince = nil
        goodSince = nil
        lastGood = now
    }

    /// The same trouble may change its face: it is told once.
    private mutating func disturb(_ fault: Fault, _ now: Double) -> Change? {
        if case .disturbed = state {
            state = .disturbed(fault)
            return nil
        }
        guard now - start >= Self.grace else { return nil }
        state = .disturbed(fault)
        return .began(fault)
    }
}
