internal import Broadcast
internal import Synchronization

/// Why a listener is gone.
public enum Departure: String, Sendable, CaseIterable {
    /// It closed the connection, or its line did.
    case left
    /// It fell behind the oldest page of the mount.
    case slow
    /// The mount or the station ended.
    case ended
}

/// How many listen to a mount, and what became of the others.
public struct AudienceCount: Sendable, Equatable {
    public var now = 0
    /// The most at one time since the front door knows the mount.
    public var peak = 0
    public var departures: [Departure: Int] = [:]
}

/// A mount as the front door serves it, with its audience. Any thread.
final class PublicMount: Sendable {
    let mount: Mount
    /// When the front door got to know it, in nanoseconds since 1970.
    let since: Int64
    private let count = Mutex(AudienceCount())

    init(_ mount: Mount, since: Int64) {
        self.mount = mount
        self.since = since
    }

    var audience: AudienceCount { count.withLock { $0 } }

    func listenerCame() {
        count.withLock {
            $0.now += 1
            $0.peak = max($0.peak, $0.now)
        }
    }

    func listenerWent(_ departure: Departure) {
        count.withLock {
            $0.now -= 1
            $0.departures[departure, default: 0] += 1
        }
    }
}
