public import Programme

/// What the playout is told about the station.
public struct PlayoutSettings: Sendable {
    public var stationName: String
    /// LUFS to which each track is brought; nil leaves them as they are.
    public var loudness: Double?
    /// The emergency track's file, if there is one; below it there is the tone.
    public var emergency: String?
    /// What a newcomer gets at once, and what is rendered ahead at the start.
    public var burst: Length
    /// Gets a sentence for each track that could not be played. Must return at once.
    public var report: @Sendable (String) -> Void

    public init(
        stationName: String, loudness: Double?, emergency: String?, burst: Length = Length(seconds: 4),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.stationName = stationName
        self.loudness = loudness
        self.emergency = emergency
        self.burst = burst
        self.report = report
    }

    /// Frames that a deck must hold before it is given to the engine: 0.2 s.
    let readyFrames = 8_820
    /// Steps without a try after everything has failed: about a second.
    let stepsOfBackOff = 40
}
