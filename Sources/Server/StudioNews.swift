/// What the station tells its DJs on `/studio`: who is here, who is heard, and what each should know.
public struct StudioNews: Sendable, Codable, Equatable {
    /// A DJ who is connected.
    public struct DJ: Sendable, Codable, Equatable {
        public var name: String
        /// `green room`, `on air`, `bridged`, `silent` or `held`.
        public var place: String
        /// Since when it is connected, in milliseconds since 1970-01-01T00:00Z of the station's clock.
        public var since: Int64
        /// Seconds of it that wait to be heard.
        public var buffer: Double
        public var title: String
        /// The peaks of the newest second in dBFS, left and right; left out while nothing has come, −99 for silence.
        public var peaks: [Double]?
        /// When its time on air is over, on the station's clock; left out when it is not on air, or nobody knows.
        public var until: Int64?
        /// What it should know now.
        public var advice: [Spoken]

        public init(
            name: String, place: String, since: Int64, buffer: Double, title: String, peaks: [Double]?,
            until: Int64? = nil, advice: [Spoken]
        ) {
            self.name = name
            self.place = place
            self.since = since
            self.buffer = buffer
            self.title = title
            self.peaks = peaks
            self.until = until
            self.advice = advice
        }
    }

    /// A sentence in the languages that the station speaks.
    public struct Spoken: Sendable, Codable, Equatable {
        public var en: String
        public var de: String

        public init(en: String, de: String) {
            self.en = en
            self.de = de
        }
    }

    /// The station's clock, in milliseconds since 1970-01-01T00:00Z.
    public var clock: Int64
    /// The earliest first.
    public var djs: [DJ]

    public init(clock: Int64, djs: [DJ]) {
        self.clock = clock
        self.djs = djs
    }
}
