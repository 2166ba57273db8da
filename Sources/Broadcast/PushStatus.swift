public import Audio

/// How a push is, for people and for machines.
public struct PushStatus: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        /// The station's own mount has nothing yet.
        case idle
        case connecting
        /// The target takes the stream.
        case sending
        /// It failed, and is tried again.
        case waiting
        case stopped
    }

    public private(set) var state = State.idle
    /// Since when it is so. While it fails: since when the target does not have the stream.
    public private(set) var since: ContinuousClock.Instant
    /// How far the target is behind the encoder, while it is sending.
    public private(set) var behind = FrameCount.zero
    /// Bytes handed on, over all connections.
    public internal(set) var bytesSent = 0
    /// Connections that the target has taken.
    public private(set) var connections = 0
    /// How often a backlog was left out after a stall, and how much audio that was.
    public private(set) var drops = 0
    public private(set) var droppedAudio = FrameCount.zero
    /// Why it is not sending, or why the last connection ended; nil when nothing has failed yet.
    public private(set) var failure: PushFailure?

    private let target: PushTarget
    private var pace = PushMachine.firstPace

    init(_ target: PushTarget, at now: ContinuousClock.Instant) {
        self.target = target
        since = now
    }

    /// Whether the target has the stream.
    public var isConnected: Bool { state == .sending }

    /// The state in one sentence for people: what is, why, and what helps.
    public func words(at now: ContinuousClock.Instant = .now) -> String {
        let time = PushStatus.words(now - since)
        switch state {
        case .idle: return "waits for the first sound of the station"
        case .connecting where failure == nil: return "connecting to \(target.host):\(target.port)"
        case .sending:
            let lag = behind.seconds < 1 ? "" : ", \(Int(behind.seconds.rounded())) s behind"
            let lost =
                drops == 0 ? "" : "; \(Int(droppedAudio.seconds.rounded())) s left out in \(drops) stalls"
            return "connected for \(time)\(lag)\(lost)"
        case .connecting, .waiting:
            let reason = failure?.words(target) ?? "no connection"
            let often = pace.components.seconds <= 1 ? "second" : PushStatus.words(pace)
            return "\(reason); trying again every \(often), for \(time) so far"
        case .stopped: return "stopped"
        }
    }

    private static func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        default: "\(seconds / 3_600) h"
        }
    }

    // MARK: Kept up by the push's thread

    mutating func follow(_ machine: PushMachine, behind: FrameCount, at now: ContinuousClock.Instant) {
        let next: State =
            switch machine.state {
            case .idle: .idle
            case .connecting: .connecting
            case .sending: .sending
            case .waiting: .waiting
            }
        // An outage is one state, however often it is tried.
        let isOutage = state != .sending && next != .sending && state != .idle
        if next != state, !isOutage { since = now }
        if next == .sending, state != .sending { connections += 1 }
        state = next
        self.behind = next == .sending ? behind : .zero
        failure = machine.failure
        pace = machine.pace
    }

    mutating func dropped(_ audio: FrameCount) {
        drops += 1
        droppedAudio = droppedAudio + audio
    }

    mutating func stopped(at now: ContinuousClock.Instant) {
        state = .stopped
        since = now
        behind = .zero
    }
}
