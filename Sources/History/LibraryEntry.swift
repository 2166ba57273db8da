public import Programme

/// What is known of an audio file, for as long as its size and its time of modification stay the same: what a full
/// decode measured, or why it failed, so that a file that cannot be decoded is not tried at every start.
public struct LibraryEntry: Hashable, Sendable {
    /// An absolute path: the entry's name. A newer entry with the same path takes its place.
    public var path: String
    /// In bytes.
    public var size: Int64
    /// The time of modification in nanoseconds since 1970-01-01T00:00Z, as the file system tells it.
    public var modified: Int64
    /// When it was measured, in the station's time.
    public var measured: Instant
    /// Why it could not be measured, in a sentence; nil when it was.
    public var failure: String?
    /// Exact, from a full decode.
    public var length: Length?
    /// In LUFS (EBU R128).
    public var loudness: Double?
    /// In dBTP (ITU-R BS.1770).
    public var truePeak: Double?
    /// The first audible frame, and the one behind the last.
    public var cueIn: Length?
    public var cueOut: Length?
    public var artist: String?
    public var title: String?
    public var album: String?
    /// libav's short names.
    public var codec: String?
    public var container: String?
    /// The file's own frames a second, and its own channels.
    public var sampleRate: Int?
    public var channels: Int?

    public init(
        path: String, size: Int64, modified: Int64, measured: Instant, failure: String? = nil,
        length: Length? = nil, loudness: Double? = nil, truePeak: Double? = nil, cueIn: Length? = nil,
        cueOut: Length? = nil, artist: String? = nil, title: String? = nil, album: String? = nil,
        codec: String? = nil, container: String? = nil, sampleRate: Int? = nil, channels: Int? = nil
    ) {
        self.path = path
        self.size = size
        self.modified = modified
        self.measured = measured
        self.failure = failure
        self.length = length
        self.loudness = loudness
        self.truePeak = truePeak
        self.cueIn = cueIn
        self.cueOut = cueOut
        self.artist = artist
        self.title = title
        self.album = album
        self.codec = codec
        self.container = container
        self.sampleRate = sampleRate
        self.channels = channels
    }
}
