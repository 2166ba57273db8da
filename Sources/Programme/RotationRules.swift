/// What the order of a rotation keeps apart, and how much of it may be one artist's.
///
/// Where the tracks cannot keep a rule it is loosened, the artists' gap before the titles': then comes the track whose
/// artist, or whose title, was on longest ago. What a share leaves out of a round comes in one of the next.
public struct RotationRules: Sendable, Hashable {
    /// How far two things of a kind are apart at least: both count.
    public struct Gap: Sendable, Hashable {
        /// Other tracks between the two.
        public var tracks: Int
        /// From the start of one to the start of the next.
        public var time: Length

        public init(tracks: Int = 0, time: Length = .zero) {
            self.tracks = tracks
            self.time = time
        }

        public static let none = Gap()

        /// What keeps both.
        public func wider(_ other: Gap) -> Gap {
            Gap(tracks: max(tracks, other.tracks), time: max(time, other.time))
        }
    }

    /// Between two tracks of an artist.
    public var artist: Gap
    /// Between two tracks of a title, whoever plays it.
    public var title: Gap
    /// The most of a round's tracks that are one artist's, in percent; nil for any number.
    public var artistShare: Int?

    public init(artist: Gap = .none, title: Gap = .none, artistShare: Int? = nil) {
        self.artist = artist
        self.title = title
        self.artistShare = artistShare
    }

    public static let none = RotationRules()

    /// What keeps both, but for the shares, which belong to a playlist of files.
    public func wider(_ other: RotationRules) -> RotationRules {
        RotationRules(artist: artist.wider(other.artist), title: title.wider(other.title))
    }
}

/// One playlist that a rotation draws from.
public struct RotationPart: Sendable, Hashable {
    public var playlist: String
    public var order: Order
    /// Their keys are unique within the part.
    public var tracks: [Track]
    /// How often it is drawn from beside the other parts of a mix: 1 or more.
    public var weight: Int
    /// When it may be drawn from; nil for always.
    public var hours: Hours?

    public init(
        playlist: String, order: Order = .shuffle, tracks: [Track], weight: Int = 1, hours: Hours? = nil
    ) {
        self.hours = hours
        self.playlist = playlist
        self.order = order
        self.tracks = tracks
        self.weight = weight
    }
}

extension Track {
    /// The artist as rules compare it: without guests, in small letters; nil when it is not known.
    var artistForRules: String? {
        guard var name = artist?.lowercased() else { return nil }
        for guest in [" feat.", " feat ", " ft.", " ft ", " featuring ", " (feat"] {
            if let place = name.firstRange(of: guest) { name = String(name[..<place.lowerBound]) }
        }
        let bare = name.trimmingSpaces
        return bare.isEmpty ? nil : bare
    }

    /// The title as rules compare it; the file's own key where it has none.
    var titleForRules: String {
        let bare = title?.lowercased().trimmingSpaces ?? ""
        return bare.isEmpty ? key : bare
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
