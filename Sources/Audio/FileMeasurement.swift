/// What a worker says about a file before its first frame.
public struct SourceDescription: Hashable, Sendable, Codable {
    /// libav's short name of the codec, such as `mp3`.
    public var codec: String
    /// libav's short name of the container, such as `ogg`.
    public var container: String
    /// The file's own frames a second.
    public var sampleRate: Int
    /// The file's own channels.
    public var channels: Int
    public var artist: String?
    public var title: String?
    public var album: String?

    public init(
        codec: String, container: String, sampleRate: Int, channels: Int, artist: String? = nil,
        title: String? = nil, album: String? = nil
    ) {
        self.codec = codec
        self.container = container
        self.sampleRate = sampleRate
        self.channels = channels
        self.artist = artist
        self.title = title
        self.album = album
    }
}

/// What one full decode of a file found out, in the engine's format.
public struct FileMeasurement: Hashable, Sendable, Codable {
    /// The exact length.
    public var frames: FrameCount
    /// Integrated loudness after EBU R128 in LUFS; nil when nothing in the file is loud enough to count.
    public var loudness: Double?
    /// The highest true peak of both channels in dBTP; nil for digital silence.
    public var truePeak: Double?
    /// The first frame above −60 dBFS.
    public var cueIn: FrameCount
    /// The frame behind the last one above −60 dBFS. A file without any such frame is cued from end to end.
    public var cueOut: FrameCount
    public var source: SourceDescription

    public init(
        frames: FrameCount, loudness: Double?, truePeak: Double?, cueIn: FrameCount, cueOut: FrameCount,
        source: SourceDescription
    ) {
        self.frames = frames
        self.loudness = loudness
        self.truePeak = truePeak
        self.cueIn = cueIn
        self.cueOut = cueOut
        self.source = source
    }
}

extension FrameCount: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(frames: try decoder.singleValueContainer().decode(Int64.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(frames)
    }
}
