/// How the station is, for `funkhaus status`.
public struct StatusReport: Hashable, Sendable, Codable {
    /// The station's name.
    public var station: String
    /// The version of the daemon.
    public var version: String
    public var onAirSince: StationTime
    /// Seconds since then.
    public var uptime: Double
    public var now: OnAirItem
    public var next: OnAirItem?
    public var mounts: [MountReport]
    public var icecast: [PushReport]
    public var library: LibraryReport
    /// The state of the journal in a sentence.
    public var journal: String
    public var clock: ClockReport
    /// The DJs who are connected, the earliest first; left out when there are none.
    public var live: [DJReport]?
    /// Left out when there are none.
    public var calendars: [CalendarReport]?
    public var air: AirReport
    /// What is wrong with the configuration's files, the machine's clock and the coming day, and what to do, a sentence
    /// each; left out when nothing is.
    public var troubles: [String]?

    public init(
        station: String, version: String, onAirSince: StationTime, uptime: Double, now: OnAirItem,
        next: OnAirItem?, mounts: [MountReport], icecast: [PushReport], library: LibraryReport,
        journal: String,
        clock: ClockReport, air: AirReport, live: [DJReport] = [], calendars: [CalendarReport] = [],
        troubles: [String] = []
    ) {
        self.station = station
        self.version = version
        self.onAirSince = onAirSince
        self.uptime = uptime.inMilliseconds
        self.now = now
        self.next = next
        self.mounts = mounts
        self.icecast = icecast
        self.library = library
        self.journal = journal
        self.clock = clock
        self.air = air
        self.live = live.isEmpty ? nil : live
        self.calendars = calendars.isEmpty ? nil : calendars
        self.troubles = troubles.isEmpty ? nil : troubles
    }
}

/// A calendar that others write.
public struct CalendarReport: Hashable, Sendable, Codable {
    public var name: String
    /// Whether anything of it is known.
    public var known: Bool
    /// Why it could not be read the last time; left out when it could.
    public var trouble: String?

    public init(name: String, known: Bool, trouble: String?) {
        self.name = name
        self.known = known
        self.trouble = trouble
    }
}

/// A DJ who is connected.
public struct DJReport: Hashable, Sendable, Codable {
    /// The account.
    public var dj: String
    /// `green room`, `on air`, `bridged`, `silent` or `held`.
    public var place: String
    /// Since when it is connected.
    public var since: StationTime
    /// Seconds of it that wait to be heard.
    public var buffer: Double
    public var title: String
    /// When its time on air is over; left out when it is not on air, or nobody knows.
    public var until: StationTime?
    /// What is wrong with what it sends and what to do, a sentence each; left out when nothing is.
    public var advice: [String]?

    public init(
        dj: String, place: String, since: StationTime, buffer: Double, title: String,
        until: StationTime? = nil, advice: [String]
    ) {
        self.dj = dj
        self.place = place
        self.since = since
        self.buffer = buffer.inMilliseconds
        self.title = title
        self.until = until
        self.advice = advice.isEmpty ? nil : advice
    }
}

/// What the station hears of itself.
public struct AirReport: Hashable, Sendable, Codable {
    /// Something that is wrong now.
    public struct Trouble: Hashable, Sendable, Codable {
        /// `programme`, or the address at which it is heard.
        public var place: String
        /// A word for machines: `silent`, `standstill`, `frozen`, `wrong`, `late`, `gone`.
        public var kind: String
        /// What is wrong and what to do, in words.
        public var words: String

        public init(place: String, kind: String, words: String) {
            self.place = place
            self.kind = kind
            self.words = words
        }
    }

    /// An address at which the station listens.
    public struct Ear: Hashable, Sendable, Codable {
        public var address: String
        /// Whether what it hears there is what was mixed; left out while it does not know yet.
        public var heard: Bool?
        /// How many seconds that lies behind the mix.
        public var behind: Double?

        public init(address: String, heard: Bool?, behind: Double?) {
            self.address = address
            self.heard = heard
            self.behind = behind?.inMilliseconds
        }
    }

    /// Empty while all is well.
    public var troubles: [Trouble]
    public var ears: [Ear]
    /// LUFS over the last three seconds; left out for silence.
    public var loudness: Double?

    public init(troubles: [Trouble], ears: [Ear], loudness: Double?) {
        self.troubles = troubles
        self.ears = ears
        self.loudness = loudness.map { ($0 * 10).rounded() / 10 }
    }
}

/// One of the station's own mounts.
public struct MountReport: Hashable, Sendable, Codable {
    public var path: String
    /// Where people listen, seen from this machine.
    public var url: String
    /// The same, encrypted; left out when it is not.
    public var tlsURL: String?
    public var listeners: Int
    /// The most listeners at once since the station is on air.
    public var peak: Int
    /// Nominal bits a second.
    public var bitrate: Int

    public init(
        path: String, url: String, tlsURL: String? = nil, listeners: Int, peak: Int, bitrate: Int
    ) {
        self.path = path
        self.url = url
        self.tlsURL = tlsURL
        self.listeners = listeners
        self.peak = peak
        self.bitrate = bitrate
    }
}

/// One Icecast to which the station pushes.
public struct PushReport: Hashable, Sendable, Codable {
    /// The target without user and password.
    public let url: String
    /// Whether the target has the stream.
    public var connected: Bool
    /// The state in words, with the reason and what happens next.
    public var state: String

    /// Makes a report; whatever stands before the host in the target's URL is left out.
    public init(url: String, connected: Bool, state: String) {
        self.url = Self.withoutSecrets(url)
        self.connected = connected
        self.state = state
    }

    private static func withoutSecrets(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
    }
}

/// The audio files that the playlists name.
public struct LibraryReport: Hashable, Sendable, Codable {
    /// The most problems that a report tells in words.
    public static let mostProblems = 50

    public var files: Int
    /// Files whose length and loudness are known: only these are planned.
    public var measured: Int
    /// Files that wait to be measured, the one in hand included.
    public var measuring: Int
    /// Files that cannot be aired.
    public let problemCount: Int
    /// The first of them, a sentence each: which file, why, and what to do.
    public let problems: [String]

    public init(files: Int, measured: Int, measuring: Int, problems: [String]) {
        self.files = files
        self.measured = measured
        self.measuring = measuring
        problemCount = problems.count
        self.problems = Array(problems.prefix(Self.mostProblems))
    }
}

/// How the clock that drives the engine has kept time.
public struct ClockReport: Hashable, Sendable, Codable {
    /// Blocks that were mixed later than they were due.
    public var blocksLate: Int
    /// How often it fell so far behind that it started anew.
    public var resets: Int

    public init(blocksLate: Int, resets: Int) {
        self.blocksLate = blocksLate
        self.resets = resets
    }
}
