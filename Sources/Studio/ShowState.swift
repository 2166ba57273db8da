public import Audio
public import Codecs

/// What a DJ sees of a show: a value that events change.
///
/// Instants are nanoseconds of one clock that only goes on.
public struct ShowState: Sendable, Hashable {
    public enum Line: Sendable, Hashable {
        /// Dialling for the first time.
        case connecting
        /// The station has us; where the show stands there. Another server than Funkhaus says nothing of that: nil.
        case connected(UplinkState?)
        /// Gone, and dialled again; why.
        case lost(String)
        /// Nothing more happens.
        case over
    }

    public var line = Line.connecting
    public var fader: Fader
    public var level = ShowLevel()
    public var title: Title?
    /// Where the source stands: nil before it is there.
    public var source: SourceDescription?
    public var inputFault: MediaFault?
    public var recording: String?
    /// What the station said last to the DJ.
    public var words: String?
    /// Seconds of the show that crossed a loss of the line, and that were given up.
    public var repaired = 0.0
    public var dropped = 0.0
    /// Whether there has ever been a connection.
    public var wasConnected = false
    /// Why the station does not want the show.
    public var refusal: String?
    public var isEnding = false
    /// Where the show stood when the station said so last.
    private var place = UplinkState.greenRoom
    /// When its time on air is over.
    private var end: Int64?
    private var airedBefore: Int64 = 0
    private var onAirSince: Int64?

    public init(fader: Fader = .open) { self.fader = fader }

    /// Seconds on air until an instant.
    public func timeOnAir(at now: Int64) -> Double {
        Double(airedBefore + (onAirSince.map { now - $0 } ?? 0)) / 1e9
    }

    /// Seconds until its time on air is over, not below 0; nil while it is not on air, and where nobody knows.
    public func timeLeft(at now: Int64) -> Double? {
        isOnAir ? end.map { Double(max(0, $0 - now)) / 1e9 } : nil
    }

    public var isOnAir: Bool { onAirSince != nil }

    public mutating func take(_ event: UplinkEvent, at now: Int64) {
        switch event {
        case .connected(let resumes, let isFunkhaus):
            wasConnected = true
            line = .connected(isFunkhaus ? (resumes ? place : .greenRoom) : nil)
        case .lost(let why): line = .lost(why)
        case .refused(let why):
            refusal = why
            line = .over
        case .state(let state):
            place = state
            line = .connected(state)
        case .left(let seconds): end = seconds.map { now + Int64($0 * 1e9) }
        case .says(let text): words = text
        case .repaired(let seconds): repaired += seconds
        case .dropped(let seconds): dropped += seconds
        case .acknowledged: break
        case .ended: line = .over
        }
        count(at: now)
    }

    public mutating func take(_ event: ShowEvent) {
        switch event {
        case .opened(let source): (self.source, inputFault) = (source, nil)
        case .inputLost(let fault): inputFault = fault
        case .title(let title): self.title = title
        case .recording(let path): recording = path
        case .recordingEnded: recording = nil
        case .ended: break
        }
    }

    /// A line that is lost for a moment does not stop the clock: the station has some of the show in hand.
    private mutating func count(at now: Int64) {
        let isOnAir =
            switch line {
            case .connected(.onAir), .connected(nil): true
            case .lost: onAirSince != nil
            default: false
            }
        if isOnAir {
            onAirSince = onAirSince ?? now
        } else if let since = onAirSince {
            airedBefore += now - since
            onAirSince = nil
        }
    }
}
