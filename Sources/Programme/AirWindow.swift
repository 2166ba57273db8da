/// Who may have the air in a span of time.
public struct AirWindow: Sendable, Hashable {
    /// Nil for everybody, but no stream.
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

    public func admits(_ account: String) -> Bool { accounts?.contains(account) ?? !Self.isStream(account) }

    public func contains(_ instant: Instant) -> Bool { instant >= start && end.map { instant < $0 } ?? true }

    /// What a stream that a show plays is called among those who may have the air: no DJ's account has a colon.
    public static func stream(of show: String) -> String { streams + show }

    public static func isStream(_ account: String) -> Bool { account.hasPrefix(streams) }

    private static let streams = "stream:"
}
