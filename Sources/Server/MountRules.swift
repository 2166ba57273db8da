/// What a mount's listeners may.
public struct MountRules: Sendable {
    /// The most at one time; nil for no limit but the station's.
    public var maxListeners: Int?
    /// How long each may stay; nil for ever.
    public var maxTime: Duration?
    /// The path of the mount that answers while this one is not running.
    public var fallback: String?
    /// Who may listen; nil for everybody.
    public var members: (any Membership)?

    public init(
        maxListeners: Int? = nil, maxTime: Duration? = nil, fallback: String? = nil,
        members: (any Membership)? = nil
    ) {
        self.maxListeners = maxListeners
        self.maxTime = maxTime
        self.fallback = fallback
        self.members = members
    }
}

/// The accounts of a members' mount.
public protocol Membership: Sendable {
    /// Whether a login is a member's. It may take its time, but must answer.
    func verify(user: String, password: String) async -> MembershipAnswer
}

public enum MembershipAnswer: Sendable, Equatable {
    case member
    case stranger
    /// Too many are being checked, or the accounts cannot be read.
    case unavailable
}
