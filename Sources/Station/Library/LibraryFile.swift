/// A file that a playlist holds, as it lay on the disk when it was looked at. Whether it can be decoded is not known
/// here.
public struct LibraryFile: Hashable, Sendable {
    /// Absolute.
    public var path: String
    /// Its name within the playlist: the path below the playlist's folder, or as the list has it. It stays when the
    /// whole library moves.
    public var key: String
    /// Bytes.
    public var size: Int64
    /// When it was last changed, in nanoseconds since 1970-01-01T00:00Z.
    public var modified: Int64
    /// What calls for it: the list's line, or `from` in the configuration.
    public var place: Place
    /// What the list calls it; for files without tags.
    public var artist: String?
    public var title: String?

    public init(
        path: String, key: String, size: Int64, modified: Int64, place: Place, artist: String? = nil,
        title: String? = nil
    ) {
        self.path = path
        self.key = key
        self.size = size
        self.modified = modified
        self.place = place
        self.artist = artist
        self.title = title
    }
}

/// What a file's name tells about it.
enum FileKind {
    case audio
    case list
    case other

    init(name: String) {
        let ending =
            name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() ?? ""
        self =
            Self.listEndings.contains(ending) ? .list : Self.audioEndings.contains(ending) ? .audio : .other
    }

    private static let listEndings: Set = ["m3u", "m3u8", "pls", "xspf"]

    /// Endings of files that hold sound and that people keep in music folders.
    private static let audioEndings: Set = [
        "mp3", "mp2", "mp1", "mpga", "ogg", "oga", "opus", "spx", "flac", "wav", "wave", "w64", "rf64", "bwf",
        "aif",
        "aiff", "aifc", "au", "snd", "caf", "m4a", "m4b", "m4r", "mp4", "aac", "adts", "ac3", "eac3", "dts",
        "mka",
        "mkv", "webm", "weba", "wma", "asf", "ape", "mpc", "wv", "tta", "tak", "amr", "3gp", "dsf", "dff",
        "mov",
        "alac",
    ]
}
