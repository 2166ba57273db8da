/// A file that can be on air, as it was measured.
public struct Track: Hashable, Sendable, Codable {
    /// Where the file lies: an absolute path.
    public var file: String
    /// The file's name within its playlist: what the order is computed from, so that a library that moved to another
    /// folder or machine keeps its order.
    public var key: String
    /// Exact, from a full decode; nil for a file that is not measured yet. Shorter when its end is not to be heard.
    public var length: Length?
    /// The place in the file from which on it is heard: a recording began before its show. Nil for its first frame.
    public var begin: Length?
    /// Integrated loudness in LUFS (EBU R128); nil when nothing in the file passes the gate, or not measured.
    public var loudness: Double?
    /// True peak in dBTP (ITU-R BS.1770); nil when not measured.
    public var truePeak: Double?
    public var artist: String?
    public var title: String?
    public var album: String?

    public init(
        file: String, key: String, length: Length? = nil, loudness: Double? = nil, truePeak: Double? = nil,
        artist: String? = nil, title: String? = nil, album: String? = nil
    ) {
        self.file = file
        self.key = key
        self.length = length
        self.loudness = loudness
        self.truePeak = truePeak
        self.artist = artist
        self.title = title
        self.album = album
    }

    /// The gain in dB that brings the track to a target loudness without lifting its true peak over a ceiling.
    ///
    /// - Parameters:
    ///   - target: LUFS; nil leaves the track as it is.
    ///   - ceiling: dBTP.
    public func gain(target: Double?, ceiling: Double = -1) -> Double {
        guard let target, let loudness else { return 0 }
        let wanted = target - loudness
        guard wanted > 0 else { return wanted }
        return min(wanted, max(0, ceiling - (truePeak ?? 0)))
    }
}
