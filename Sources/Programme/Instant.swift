/// The station's own time: whole frames at 44,100 Hz since 2000-01-03T00:00:00Z, a Monday.
///
/// Plans are exact because this is a count, not a floating-point number of seconds. Position and length are
/// different types.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var frames: Int64

    public init(frames: Int64) { self.frames = frames }

    /// Frames a second of the station's time.
    public static let rate: Int64 = 44_100
    /// 2000-01-03T00:00:00Z in seconds since 1970-01-01T00:00:00Z.
    public static let origin: Int64 = 946_857_600

    /// The frame that is on air at a wall time, given in nanoseconds since 1970-01-01T00:00:00Z.
    public init(wallNanoseconds: Int64) {
        let (seconds, rest) = wallNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        frames = (seconds - Self.origin) * Self.rate + rest * Self.rate / 1_000_000_000
    }

    /// The wall time of the frame, in nanoseconds since 1970-01-01T00:00:00Z.
    public var wallNanoseconds: Int64 {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: Self.rate)
        // Rounded up, so that the way back gives the same frame.
        return (seconds + Self.origin) * 1_000_000_000 + (rest * 1_000_000_000 + Self.rate - 1) / Self.rate
    }

    public static func < (a: Instant, b: Instant) -> Bool { a.frames < b.frames }
    public static func + (a: Instant, b: Length) -> Instant { Instant(frames: a.frames + b.frames) }
    public static func - (a: Instant, b: Length) -> Instant { Instant(frames: a.frames - b.frames) }
    public static func - (a: Instant, b: Instant) -> Length { Length(frames: a.frames - b.frames) }
}

/// A length in frames at 44,100 Hz.
public struct Length: Hashable, Comparable, Sendable, Codable {
    public var frames: Int64

    public init(frames: Int64) { self.frames = frames }

    public init(seconds: Double) { frames = Int64((seconds * Double(Instant.rate)).rounded()) }

    /// The length in seconds.
    public var seconds: Double { Double(frames) / Double(Instant.rate) }

    public static let zero = Length(frames: 0)
    public static func < (a: Length, b: Length) -> Bool { a.frames < b.frames }
    public static func + (a: Length, b: Length) -> Length { Length(frames: a.frames + b.frames) }
    public static func - (a: Length, b: Length) -> Length { Length(frames: a.frames - b.frames) }
}
