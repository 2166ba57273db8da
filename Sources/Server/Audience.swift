internal import Broadcast
internal import Synchronization

/// Why a listener is gone.
public enum Departure: String, Sendable, CaseIterable {
    /// It closed the connection, or its line did.
    case left
    /// It fell behind the oldest page of the mount.
    case slow
    /// Its time on the mount was over.
    case overtime
    /// The operator sent it away.
    case removed
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
    /// Listeners and those who wait for the first page.
    private let admitted = Atomic(0)
    private let current: Mutex<MountRules>
    private let pulse: Pulse
    private let wake: MountWake

    /// Without a new page for so many nanoseconds it is not running: 10 s. Encoders bring some a second.
    private static let patience: Int64 = 10_000_000_000

    /// - Parameter clock: the wall clock, in nanoseconds since 1970.
    init(_ mount: Mount, since: Int64, rules: MountRules, clock: @escaping @Sendable () -> Int64) {
        self.mount = mount
        self.since = since
        current = Mutex(rules)
        // What it has already is taken for new: nobody knows better.
        let pulse = Pulse(since)
        self.pulse = pulse
        wake = mount.onAppend { pulse.newest.store(clock(), ordering: .relaxed) }
    }

    deinit { wake.cancel() }

    var rules: MountRules {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Whether anything ever ran through it, so that it is shown and listed.
    var hasBegun: Bool { mount.newest != nil }

    /// Whether something runs through it now, so that it can take listeners of its own. A clock that is set back says
    /// nothing against it; one that is set ahead does, for all mounts alike, until the next page.
    func isRunning(at now: Int64) -> Bool {
        hasBegun && now - pulse.newest.load(ordering: .relaxed) < Self.patience
    }

    /// Whether a listener of the other one can be given this one's stream under the same head: the same codec and rate,
    /// whatever the quality, and the same kind of audience.
    func sounds(like other: PublicMount) -> Bool {
        let (mine, others) = (mount.description, other.mount.description)
        return mine.contentType == others.contentType && mine.subtype == others.subtype
            && mine.sampleRate == others.sampleRate && (rules.members == nil) == (other.rules.members == nil)
    }

    func admit(as standing: Listener.Standing) throws(Refusal) {
        let most = standing == .relay ? nil : rules.maxListeners
        guard admitted.add(1, ordering: .relaxed).newValue <= most ?? .max else {
            leave()
            throw .mountFull
        }
    }

    func leave() { admitted.subtract(1, ordering: .relaxed) }

    var audience: AudienceCount { count.withLock { $0 } }

    func listenerCame() {
        count.withLock {
            $0.now += 1
            $0.peak = max($0.peak, $0.now)
        }
    }

    /// One went over to another mount.
    func listenerMoved() { count.withLock { $0.now -= 1 } }

    func listenerWent(_ departure: Departure) {
        count.withLock {
            $0.now -= 1
            $0.departures[departure, default: 0] += 1
        }
    }
}

/// When a mount got its newest page. Written on the encoder's thread.
private final class Pulse: Sendable {
    /// Nanoseconds since 1970.
    let newest: Atomic<Int64>

    init(_ newest: Int64) { self.newest = Atomic(newest) }
}
