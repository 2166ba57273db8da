public import Codecs
public import Programme

/// What a station's YAML file says, complete with defaults: plain values, paths absolute, every number in its range.
///
/// `Config/station.example.yaml` has every key with its meaning. Whether the files and folders exist that it names is
/// asked by `Check` and by whoever opens them: a music disk that is not mounted is no reason to refuse to start.
public struct Configuration: Sendable, Equatable {
    /// The file, as it was named.
    public var path: String
    public var station: Station
    public var server: Server
    /// At least one, in the order of the file.
    public var mounts: [Mount]
    public var icecast: [IcecastTarget]
    /// In the order of the file; names are unique.
    public var playlists: [Playlist]
    public var programme: Programme
    /// In the order of the file; names are unique.
    public var shows: [Show] = []
    /// In the order of the file; names are unique.
    public var calendars: [CalendarSource] = []
    /// Nil when no DJs come in.
    public var live: Live?
    public var alarm = Alarm()
    /// How everything that airs is recorded; nil for not at all.
    public var aircheck: Aircheck?
    var places: Places

    /// Who is on air.
    public struct Station: Sendable, Equatable {
        public var name: String
        public var description: String
        public var genre: String
        /// The station's web site; empty when it has none.
        public var url: String
        /// A name of the IANA data base, such as `Europe/Berlin`.
        public var timezone: String
        /// What every shuffle is seeded with.
        public var seed: String
    }

    /// The machine's side.
    public struct Server: Sendable, Equatable {
        public var listen: ListenAddress
        /// The folder of journal and caches.
        public var data: String
        /// The socket of the commands; short enough for a socket's address.
        public var control: String
        public var tls: TLS?
        /// Who may use `/admin`.
        public var admin: Account?
        /// Who may ask for the mounts, to relay them.
        public var relay: Account?
        public var limits = Limits()
        /// Addresses and networks, each of a right form.
        public var trustedProxies: [String] = []
    }

    /// The encrypted port. Absolute paths of files in PEM form.
    public struct TLS: Sendable, Equatable {
        public var listen: ListenAddress
        public var certificate: String
        public var key: String
    }

    /// A login whose password lies in a file or in the environment.
    public struct Account: Sendable, Equatable {
        public var user: String
        public var password: SecretSource
    }

    /// What the listeners together, and each connection, may cost.
    public struct Limits: Sendable, Equatable {
        public var listeners = 10_000
        /// Bytes of a request's head.
        public var head = 8_192
        public var headTime: Duration = .seconds(10)
        /// Audio that a newcomer gets at once.
        public var burst: Duration = .seconds(4)
    }

    /// What a mount's listeners may.
    public struct MountRules: Sendable, Equatable {
        public var maxListeners: Int?
        public var maxTime: Duration?
        /// The path of another mount.
        public var fallback: String?
        /// The absolute path of a file with a line `user:hash` for each member; nil for a mount that is open.
        public var accounts: String?
    }

    /// What listeners ask for, and how it is encoded.
    public struct Mount: Sendable, Equatable {
        /// With its leading slash; unique.
        public var path: String
        /// The codec with its quality or bit rate.
        public var format: StreamFormat
        public var rules = MountRules()
    }

    /// An Icecast server that gets one of the mounts pushed.
    public struct IcecastTarget: Sendable, Equatable {
        /// How titles reach it: never both ways.
        public enum Titles: String, Sendable, CaseIterable {
            /// In the stream, sample-exact.
            case chained
            /// By `/admin/metadata`.
            case admin
            /// Not at all.
            case none
        }

        /// Unique.
        public var address: IcecastAddress
        public var password: SecretSource
        /// The path of one of the mounts.
        public var from: String
        public var titles: Titles
        /// Whether the server may list the station in a public directory.
        public var isPublic: Bool
        /// Where the public hears it, and the station listens; nil for a target to which it does not.
        public var listenAt: String?
    }

    /// What is a trouble on air, and how people are called for it.
    public struct Alarm: Sendable, Equatable {
        /// How long the programme may be silent.
        public var silence: Duration = .seconds(10)
        /// A program, by its name in PATH or its absolute path, and its arguments.
        public var command: [String]?
        public var mail: Mail?
        /// Where the URL lies.
        public var webhook: SecretSource?
    }

    /// How the station sends mail.
    public struct Mail: Sendable, Equatable {
        /// `smtp://host:port` or `smtps://host:port`.
        public var server: String
        /// With its password; nil for a server that asks for none.
        public var user: String?
        public var password: SecretSource?
        public var from: String
        /// One at least.
        public var to: [String]
    }

    /// Where tracks come from, and their order.
    public struct Playlist: Sendable, Equatable {
        /// Other playlists, in place of files of its own.
        public enum Draws: Sendable, Equatable {
            /// The playlist of each turn, round and round.
            case clock([String])
            /// How often each is drawn from beside the others: 1…100.
            case mix([Share])

            public struct Share: Sendable, Equatable {
                public var playlist: String
                public var weight: Int
            }

            /// Each once.
            public var playlists: [String] {
                switch self {
                case .clock(let turns):
                    var seen: Set<String> = []
                    return turns.filter { seen.insert($0).inserted }
                case .mix(let shares): return shares.map(\.playlist)
                }
            }
        }

        public var name: String
        /// Folders, lists and files: absolute paths, one at least; none where it draws from others.
        public var from: [String]
        public var order: Order
        public var draws: Draws?
        public var rules = RotationRules.none
        /// When others may draw from it; nil for always.
        public var hours: Hours?
    }

    /// What is on air when nobody does anything.
    public struct Programme: Sendable, Equatable {
        /// The name of one of the playlists.
        public var standard: String
        public var identification: Jingles?
        /// An absolute path; nil leaves the generated tone alone at the bottom.
        public var emergency: String?
        /// LUFS; nil leaves every track as loud as it is.
        public var loudness: Double?
    }

    /// A calendar that others write, and the names that it may use: whoever edits it is not the operator.
    public struct CalendarSource: Sendable, Equatable {
        public enum Place: Sendable, Equatable {
            /// An absolute path.
            case file(String)
            /// Who knows it may often read the calendar: it is not shown.
            case url(String)
        }

        /// Letters, digits, `-` and `_`.
        public var name: String
        public var place: Place
        /// How often it is read.
        public var every: Duration
        /// With its password; nil for a calendar that asks for none.
        public var user: String?
        public var password: SecretSource?
        public var shows: [String]
        public var playlists: [String]
        public var accounts: [String]
    }

    /// How DJs come in.
    public struct Live: Sendable, Equatable {
        public enum Latency: String, Sendable, CaseIterable {
            case normal
            case low
        }

        public enum Takeover: String, Sendable, CaseIterable {
            case atOnce = "at once"
            case whenFree = "when free"
            /// As `whenFree`, and only in the shows that name the DJ.
            case scheduled
        }

        /// Where sources connect, one at least, each with its leading slash and none of them a mount.
        public var mounts: [String]
        /// Where sources that speak SHOUTcast connect; nil for nowhere.
        public var shoutcastPort: Int?
        /// The absolute path of the file that `funkhaus dj` writes.
        public var accounts: String
        public var takeover = Takeover.atOnce
        /// How long a DJ may go on behind the end of the show.
        public var overtime: Duration = .zero
        public var fade: Duration = .seconds(1)
        public var latency = Latency.normal
        /// The absolute path of what covers a drop-out; nil when the programme does.
        public var bed: String?
        public var bridge: Duration = .seconds(20)
        /// In dBFS: what is below counts as silence, and after `silence` as a drop-out.
        public var silenceBelow = -60.0
        public var silence: Duration = .seconds(15)
        /// Where what DJs send is recorded; nil for nowhere.
        public var recordings: Recordings?
    }

    /// A folder of recordings, and what of them is kept.
    public struct Recordings: Sendable, Equatable {
        /// An absolute path.
        public var to: String
        /// Nil for without end.
        public var keep: Duration?
        /// In bytes; nil for as much as the disk has room for.
        public var atMost: Int64?
    }

    /// A recording of everything that airs.
    public struct Aircheck: Sendable, Equatable {
        public var recordings: Recordings
        /// The path of one of the mounts.
        public var mount: String
    }

    /// The playlist with a name.
    public func playlist(_ name: String) -> Playlist? { playlists.first { $0.name == name } }

    /// Where a value stands: `programme.emergency`, `mounts[0].path`, `playlists.rotation.from[0]`. What is not in
    /// the file has the place of what would hold it.
    public func place(of key: String) -> Place {
        var key = key[...]
        while true {
            if let place = places.byKey[String(key)] { return place }
            guard let cut = key.lastIndex(where: { $0 == "." || $0 == "[" }) else { return Place(path: path) }
            key = key[..<cut]
        }
    }

    /// Where each value stands in the file. Two configurations that say the same are equal wherever they say it.
    struct Places: Sendable, Equatable {
        var byKey: [String: Place] = [:]
        static func == (a: Places, b: Places) -> Bool { true }
    }
}

/// Every key of the file, by the section that holds it; the text a person reads is `Config/station.example.yaml`.
enum ConfigurationKeys {
    static let file = [
        "station", "server", "mounts", "icecast", "playlists", "programme", "schedule", "shows", "calendars",
        "live",
        "alarm", "aircheck",
    ]
    static let station = ["name", "description", "genre", "url", "timezone", "seed"]
    static let server = ["listen", "tls", "data", "control", "admin", "relay", "limits", "trusted_proxies"]
    static let tls = ["listen", "certificate", "key"]
    static let account = ["user", "password_file", "password_env"]
    static let limits = ["listeners", "head", "head_time", "burst"]
    static let mount = [
        "path", "codec", "quality", "bitrate", "max_listeners", "max_time", "fallback", "accounts",
    ]
    static let icecast = ["url", "password_file", "password_env", "from", "titles", "public", "listen_at"]
    static let playlist = ["from", "order", "clock", "mix", "separate", "artist_share", "hours"]
    static let separate = ["artist", "title"]
    static let programme = ["default", "identification", "emergency", "loudness"]
    static let jingles = ["from", "every", "at", "start"]
    static let schedule = ["shows"]
    static let show =
        ["name", "from", "through", "times", "not_on", "moved", "spring", "autumn"] + airing
        + [
            "play", "repeat_of", "live", "otherwise", "start", "overlong", "priority", "jingles", "intro",
            "outro", "host", "text", "link",
        ]
    static let airing = ["on", "weeks", "dates", "rrule", "at", "for", "until"]
    static let calendar = [
        "name", "file", "url", "every", "user", "password_file", "password_env", "shows", "playlists",
        "accounts",
    ]
    static let play = ["playlist", "continue", "newest", "file", "podcast", "episode", "stream"]
    static let live = [
        "mounts", "shoutcast_port", "accounts", "takeover", "overtime", "fade", "latency", "bridge",
        "silence",
        "recordings",
    ]
    static let recordings = ["to", "keep", "at_most"]
    static let aircheck = ["to", "mount", "keep", "at_most"]
    static let bridge = ["bed", "for"]
    static let silence = ["below", "for"]
    static let alarm = ["silence", "command", "mail", "webhook"]
    static let mail = ["server", "user", "password_file", "password_env", "from", "to"]
    static let webhook = ["url_file", "url_env"]
}
