/// The one format in which the station mixes: 44,100 Hz, stereo, 32-bit float, planar, in blocks of 1,024
/// frames (design, section 3). Everything is brought to it at the edges.
public enum EngineFormat {
    /// Frames a second.
    public static let sampleRate = 44_100
    /// Left, right.
    public static let channels = 2
    /// Frames in one tick of the clock: 23.2 ms.
    public static let blockFrames = 1_024
}

/// A position in the mix, counted in frames of the engine's rate since the engine's first block.
///
/// Audio time is a frame count; seconds exist at the edges only. A position and a length are different types,
/// so that adding two positions does not compile.
public struct FrameTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var frames: Int64

    public init(frames: Int64) { self.frames = frames }

    public static func < (a: FrameTime, b: FrameTime) -> Bool { a.frames < b.frames }
    public static func + (a: FrameTime, b: FrameCount) -> FrameTime { FrameTime(frames: a.frames + b.frames) }
    public static func - (a: FrameTime, b: FrameTime) -> FrameCount {
        FrameCount(frames: a.frames - b.frames)
    }
}

/// A length in frames of the engine's rate.
public struct FrameCount: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var frames: Int64

    public init(frames: Int64) { self.frames = frames }

    /// The nearest whole number of frames to a length in seconds.
    public init(seconds: Double) {
        frames = Int64((seconds * Double(EngineFormat.sampleRate)).rounded())
    }

    /// The length in seconds.
    public var seconds: Double { Double(frames) / Double(EngineFormat.sampleRate) }

    public static let zero = FrameCount(frames: 0)
    public static func < (a: FrameCount, b: FrameCount) -> Bool { a.frames < b.frames }
    public static func + (a: FrameCount, b: FrameCount) -> FrameCount {
        FrameCount(frames: a.frames + b.frames)
    }
    public static func - (a: FrameCount, b: FrameCount) -> FrameCount {
        FrameCount(frames: a.frames - b.frames)
    }
}
