public import Audio
public import Codecs
public import Programme

/// A DJ who has been let in.
public struct LiveGuest: Sendable {
    /// The number of the connection; never used twice.
    public let session: Int
    public let account: String
    /// What stands in until the DJ has a title: a name, and a show's if there is one.
    public let standIn: Title
    public let buffer: LiveBuffer
    /// Tells the DJ something. Must return at once.
    public let advise: @Sendable (LiveAdvice) -> Void
    /// Closes the connection. Must return at once.
    public let dismiss: @Sendable () -> Void
    /// Told where it stands and, on air, when its time is over, whenever that changes. Must return at once.
    public let placed: @Sendable (LivePlace, _ until: Instant?) -> Void

    public init(
        session: Int, account: String, standIn: Title, buffer: LiveBuffer,
        advise: @escaping @Sendable (LiveAdvice) -> Void = { _ in },
        dismiss: @escaping @Sendable () -> Void,
        placed: @escaping @Sendable (LivePlace, _ until: Instant?) -> Void = { _, _ in }
    ) {
        self.session = session
        self.account = account
        self.standIn = standIn
        self.buffer = buffer
        self.advise = advise
        self.dismiss = dismiss
        self.placed = placed
    }
}

/// Where a DJ stands, as the DJ sees it.
public enum LivePlace: String, Sendable {
    case greenRoom = "green room"
    case onAir = "on air"
    /// On air, with the bed or the programme in its place until it is back.
    case bridged
    /// The operator has it wait.
    case held
}

/// What an operator wants of a DJ.
public enum LiveAct: Sendable {
    /// The air, as soon as it is ready.
    case takeOver
    /// Back to the green room.
    case hold
    /// Away.
    case kick
}

/// A DJ who is connected, for status.
public struct LiveReport: Sendable {
    public var account: String
    public var since: Instant
    public var place: LivePlace
    /// It has sent silence for so long that it counts as dropped out.
    public var isSilent: Bool
    /// What of it waits to be heard.
    public var buffer: Length
    public var title: Title
    /// What the DJ should know now.
    public var advice: [LiveAdvice]
    /// The newest second of what comes from the DJ; nil before the first.
    public var signal: SignalSecond?
    /// When its time on air is over; nil while it is not on air, and where nobody knows.
    public var until: Instant?
}
