/// Who may have the air in a span of time.
public struct AirWindow: Sendable, Hashable {
    /// Nil for everybody.
    public var accounts: Set<String>?
    /// In which span that is known.
    public var start: Instant
    /// Nil for what ends never.
    public var end: Instant?

    public init(accounts: Set<String>?, start: Instant, end: Instant?) {
        self.accounts = accounts
        self.start = start
        self.end = end
    }

    /// Everybody, always.
    public static let open = AirWindow(accounts: nil, start: Instant(frames: .min), end: nil)

    public func admits(_ account: String) -> Bool { accounts?.contains(account) ?? true }

    public func contains(_ instant: Instant) -> Bool { instant >= start && end.map { instant < $0 } ?? true }
}
