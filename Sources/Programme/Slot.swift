/// One time at which a show is on by its own rule, whatever else is on then.
public struct Occurrence: Hashable, Sendable {
    /// The show's place in the list of shows.
    public var show: Int
    public var start: Instant
    /// The instant behind its last frame; after `start`.
    public var end: Instant

    public init(show: Int, start: Instant, end: Instant) {
        self.show = show
        self.start = start
        self.end = end
    }

    func overlaps(from: Instant, to: Instant) -> Bool { start < to && end > from }
}

/// Who says when shows are on. An answer holds for ever: it depends on nothing but what is asked.
public protocol Agenda: Sendable, Equatable {
    /// Every occurrence that has at least a frame in a span, in any order, each once.
    func occurrences(from: Instant, to: Instant) -> [Occurrence]
    /// What the station's clocks show at an instant.
    func local(at instant: Instant) -> LocalTime
}

extension Agenda {
    /// That of UTC.
    public func local(at instant: Instant) -> LocalTime {
        LocalTime(seconds: instant.wallNanoseconds / 1_000_000_000)
    }

    /// The day that the station's calendar shows at an instant.
    public func day(at instant: Instant) -> Day { local(at: instant).day }
}

/// A span of time that belongs to one show, or to the station's rotation.
public struct Slot: Hashable, Sendable {
    public var start: Instant
    /// The instant behind its last frame; after `start`.
    public var end: Instant
    /// Nil for a slot that no show claims: the rotation is on.
    public var show: Show?
    /// The whole occurrence of which this is a part: another show can be on at its beginning, in its middle, or at its
    /// end. Nil for the rotation.
    public var occurrence: Occurrence?
    /// Whether it is a part that begins where the clock divides it: at a jingle's minute, at the hours of a playlist.
    var isCut = false
    /// How the jingle takes over that is due at its start; nil when none is.
    var jingle: Show.Start?

    public init(start: Instant, end: Instant, show: Show? = nil, occurrence: Occurrence? = nil) {
        self.start = start
        self.end = end
        self.show = show
        self.occurrence = occurrence
    }

    /// Whether its show was on before, and another one interrupted it.
    public var isContinuation: Bool { occurrence.map { $0.start < start } ?? false }
}
