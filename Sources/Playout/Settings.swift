public import Programme

/// What the playout is told about the station.
public struct PlayoutSettings: Sendable {
    public var stationName: String
    /// LUFS to which each track is brought; nil leaves them as they are.
    public var loudness: Double?
    /// The emergency track's file, if there is one; below it there is the tone.
    public var emergency: String?
    /// How DJs come in and go.
    public var live: LiveRules
    /// Who may have the air around an instant. Must return at once, and the same for the same instant.
    public var windows: @Sendable (Instant) -> AirWindow
    /// What a newcomer gets at once, and what is rendered ahead at the start.
    public var burst: Length
    /// Gets a sentence for each track that could not be played. Must return at once.
    public var report: @Sendable (String) -> Void

    public init(
        stationName: String, loudness: Double?, emergency: String?, live: LiveRules = LiveRules(),
        windows: @escaping @Sendable (Instant) -> AirWindow = { _ in .open },
        burst: Length = Length(seconds: 4),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.stationName = stationName
        self.loudness = loudness
        self.emergency = emergency
        self.live = live
        self.windows = windows
        self.burst = burst
        self.report = report
    }

    /// Frames that a deck must hold before it is given to the engine: 0.2 s.
    let readyFrames = 8_820
    /// Steps without a try after everything has failed: about a second.
    let stepsOfBackOff = 40
}

/// How DJs come in and go.
public struct LiveRules: Sendable, Hashable {
    public var handOver: HandOver.Rules
    /// Over how long one goes and the other comes at a take-over.
    public var fade: Length
    /// The file that covers a drop-out; without one the programme does.
    public var bed: String?
    /// After so much silence a DJ counts as dropped out.
    public var silence: Length

    public init(
        handOver: HandOver.Rules = HandOver.Rules(), fade: Length = Length(seconds: 1), bed: String? = nil,
        silence: Length = Length(seconds: 15)
    ) {
        self.handOver = handOver
        self.fade = fade
        self.bed = bed
        self.silence = silence
    }
}
