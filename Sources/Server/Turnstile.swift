internal import Glibc
internal import Synchronization

/// Counts connections and listeners, and knows how many the process can hold. Any thread.
///
/// Descriptors are kept back in two steps: some for the station itself (files, workers, pushes, commands), which no
/// connection gets, and some for the operator and the pages, which no listener gets.
final class Turnstile: Sendable {
    /// Descriptors that no connection gets.
    static let kept = 128
    /// Further ones that no listener gets.
    static let keptForPages = 64

    private let connections = Atomic(0)
    private let allSoFar = Atomic(0)
    private let listeners = Atomic(0)
    /// The most descriptors that the system gives this process.
    let descriptors: Int

    init(descriptors: Int?) { self.descriptors = descriptors ?? Self.systemLimit }

    private static var systemLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// The most listeners, whatever the configuration allows.
    var room: Int { max(1, descriptors - Self.kept - Self.keptForPages) }

    var connectionsNow: Int { connections.load(ordering: .relaxed) }
    var allConnections: Int { allSoFar.load(ordering: .relaxed) }
    var listenersNow: Int { listeners.load(ordering: .relaxed) }

    /// - Returns: false when there is no descriptor to spare for it.
    func connectionCame() -> Bool {
        allSoFar.add(1, ordering: .relaxed)
        return connections.add(1, ordering: .relaxed).newValue <= max(2, descriptors - Self.kept)
    }

    func connectionWent() { connections.subtract(1, ordering: .relaxed) }

    /// - Parameter most: what the configuration allows.
    func listenerCame(most: Int) throws(Refusal) {
        guard listeners.add(1, ordering: .relaxed).newValue <= min(most, room) else {
            listenerWent()
            throw .stationFull
        }
    }

    func listenerWent() { listeners.subtract(1, ordering: .relaxed) }
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
