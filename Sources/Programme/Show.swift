/// A show: when it is on, what is on then, and who may take the air.
public struct Show: Hashable, Sendable {
    /// Unique among the station's shows.
    public var name: String
    public var airings: [Airing]
    /// Nil for a show that is live alone.
    public var plays: Content?
    /// The accounts that may take the air while it is on.
    public var live: [String]
    /// What is on when nobody comes; nil for the rotation.
    public var otherwise: Content?
    public var start: Start
    /// Where two shows overlap, the one with the higher priority is on.
    public var priority: Int
    public var overlong: Overlong
    /// Its own, in place of the station's identifications.
    public var jingles: Jingles?
    /// A file at its beginning, and one at its end.
    public var intro: Content?
    public var outro: Content?
    public var host: String
    public var text: String
    public var link: String

    /// How a slot takes over from what is on air.
    public enum Start: String, Sendable, CaseIterable {
        /// On its second: what is on air is faded.
        case hard
        /// When the track that is on air has ended.
        case soft
    }

    /// What happens to a file that is longer than its slot.
    public enum Overlong: Hashable, Sendable {
        /// It is faded where the slot ends.
        case fade
        /// It may run on for so many seconds, and is faded then.
        case run(seconds: Int)
        /// It is faded, and people are told beforehand.
        case warn
    }

    public init(
        name: String, airings: [Airing], plays: Content? = nil, live: [String] = [],
        otherwise: Content? = nil,
        start: Start = .hard, priority: Int = 0, overlong: Overlong = .fade, jingles: Jingles? = nil,
        intro: Content? = nil, outro: Content? = nil, host: String = "",
        text: String = "",
        link: String = ""
    ) {
        self.name = name
        self.airings = airings
        self.plays = plays
        self.live = live
        self.otherwise = otherwise
        self.start = start
        self.priority = priority
        self.overlong = overlong
        self.jingles = jingles
        self.intro = intro
        self.outro = outro
        self.host = host
        self.text = text
        self.link = link
    }
}

/// What a slot can play. What it names (playlists, files, addresses) is looked up by whoever plays it.
public enum Content: Hashable, Sendable {
    /// One of the station's playlists, in its own order from a seed of the slot's.
    case playlist(String)
    /// One of the station's playlists, where the show's last slot stopped.
    case continued(playlist: String)
    /// One file: an absolute path.
    case file(String)
    /// The newest file of a folder, an absolute path.
    case newest(folder: String)
    /// A file for each date: an absolute path with `{date}` in it.
    case dated(file: String)
    case podcast(url: String, Episode)
    /// A stream on the net.
    case stream(url: String)
    /// The newest recording of another show.
    case recording(of: String)

    public enum Episode: String, Sendable, CaseIterable {
        case newest
        /// The first that was not on yet.
        case next
    }
}
