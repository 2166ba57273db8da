/// Something that happened and that planning has to read like any other input (design, section 4.2). The journal is
/// append-only; each fact stands there with the state of the timeline behind it.
public struct Fact: Hashable, Sendable, Codable {
    public enum Kind: String, Sendable, Codable {
        /// The library, the rules or the configuration changed.
        case epoch
        /// A person skipped what was on air.
        case skip
        /// A person put a file into the queue, or took it out.
        case insert
        case remove
        /// A DJ got the air, or lost it.
        case liveIn = "live-in"
        case liveOut = "live-out"
        /// The operator gave a DJ the air, had one wait, or sent one away.
        case takeover
        case hold
        case kick
        /// A person showed listeners another title than that of what was on air.
        case title
        /// What was planned did not air as planned: a file failed or was shorter than measured.
        case deviation
        /// The wall clock jumped and the station followed.
        case clock
        /// The engine fell far behind and started anew.
        case reset
        /// The station went on air, and went off it in good order.
        case start
        case stop
    }

    public var kind: Kind
    /// When it took effect, in the station's time.
    public var at: Instant
    /// The file it is about, if it is about one.
    public var file: String?
    /// What happened, in a sentence for people.
    public var words: String

    public init(kind: Kind, at: Instant, file: String? = nil, words: String) {
        self.kind = kind
        self.at = at
        self.file = file
        self.words = words
    }
}
