public import Codecs

/// What the station tells the front door of its programme: what is on air, what was, what comes. Plain values, so
/// that the server knows nothing of playout and plans; the station hands over a new one whenever something has changed
/// (`FrontDoor.runningOrder`).
///
/// All times are those of the station's clock in milliseconds since 1970-01-01T00:00Z.
public struct RunningOrder: Sendable, Equatable {
    /// One thing at its place in time.
    public struct Entry: Sendable, Equatable {
        /// Why it is on air, in the vocabulary of `--json`: `track`, `identification`, `queued`, `emergency`, `tone`,
        /// `live`, `bed`.
        public var kind: String
        public var title: Title
        /// When its first frame is, was, or would have been on air.
        public var start: Int64
        /// How many milliseconds it is on air; nil where nobody knows yet.
        public var duration: Int64?
        /// Whether start or end can still change by themselves: it, or something before it, is not measured.
        public var isProvisional: Bool

        public init(
            kind: String, title: Title, start: Int64, duration: Int64?, isProvisional: Bool = false
        ) {
            self.kind = kind
            self.title = title
            self.start = start
            self.duration = duration
            self.isProvisional = isProvisional
        }
    }

    /// What is on air at the live edge.
    public var now: Entry
    /// The show that it belongs to; nil for the rotation.
    public var show: GuideEntry?
    /// The instant at which the first frame of `now` that was aired left the live edge: later than its `start` where
    /// the station came on air in its middle.
    public var edge: Int64
    /// What was on air before, the newest first.
    public var last: [Entry]
    /// What is planned to follow, in order.
    public var next: [Entry]
    /// What the station's clock is ahead of the wall clock, in milliseconds: 0 but for the moments behind a jump of
    /// the wall clock.
    public var ahead: Int64

    public init(
        now: Entry, show: GuideEntry? = nil, edge: Int64, last: [Entry] = [], next: [Entry] = [],
        ahead: Int64 = 0
    ) {
        self.now = now
        self.show = show
        self.edge = edge
        self.last = last
        self.next = next
        self.ahead = ahead
    }
}
