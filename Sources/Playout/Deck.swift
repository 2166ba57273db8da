public import Audio
internal import Synchronization

/// A track on its way to the mix: an open file whose frames flow into a ring, and how much of it is to be heard.
///
/// The conductor makes it and keeps it alive until the engine has given it back; the engine only reads. So its last
/// reference is never dropped on the clock thread.
public final class Deck: Sendable {
    /// Tells decks apart in events; never used twice.
    public let id: Int
    let frames: FrameConsumer
    /// The factor on every sample.
    let gain: Float
    /// Frames to be heard; what the ring holds beyond them is not. `Int.max`: to the end of the file.
    let length: Int
    /// Whether its frames come as somebody speaks them: nobody waits for more, a ring that runs dry is faded out.
    let isLive: Bool
    /// Frames over which it comes up.
    let fadeIn: Int
    /// The place in the mix at which it has faded out if it is longer than that: its slot ends.
    let until: FrameTime?

    public init(
        id: Int, frames: FrameConsumer, gainDecibels: Double, length: Int?, isLive: Bool = false,
        fadeIn: Int = 0, until: FrameTime? = nil
    ) {
        self.id = id
        self.frames = frames
        gain = Float(Decibels.linear(gainDecibels))
        self.length = length ?? .max
        self.isLive = isLive
        self.fadeIn = fadeIn
        self.until = until
    }
}

/// What the conductor tells the engine. Each is carried out at the beginning of a block.
enum EngineCommand: Sendable {
    /// This deck follows what is on air; it replaces one that was to follow.
    case follow(Deck)
    /// Nothing is to follow after all: the plan changed.
    case unfollow
    /// The deck that is to follow goes on air now; what is on air fades out over so many frames.
    case cut(fade: Int)
    /// This deck is the emergency track, ready for when nothing else is; nil for none any more.
    case emergency(Deck?)
    /// From here on listeners see the title that the title book has under this number.
    case title(Int)
    /// One more rendition gets the mix.
    case feed(MixFeed)
}

/// What the engine tells the conductor.
enum EngineEvent: Sendable {
    /// The deck's first frame is the mix's frame `at`.
    case began(deck: Int, at: FrameTime)
    /// The deck has been heard for `frames` frames; `complete` when those were all that were to be heard.
    case ended(deck: Int, at: FrameTime, frames: Int, complete: Bool)
    /// Nothing was ready: the tone is on air from that frame on.
    case tone(at: FrameTime)
    /// The engine no longer reads this deck.
    case released(deck: Int)
}

/// The line between the conductor and the engine.
final class EngineLine: Sendable {
    /// Full only when the engine has stood still for dozens of tracks; what does not fit is tried again.
    let commands = BoundedQueue<EngineCommand>(capacity: 64)
    /// Four events a track at the most: full only when the conductor has stood still for hundreds of tracks.
    let events = SignalQueue<EngineEvent>(capacity: 1_024)
    private let frames = Atomic<Int64>(0)

    /// The position in the mix behind the last block that went out.
    var position: FrameTime { FrameTime(frames: frames.load(ordering: .acquiring)) }

    func advance(to position: FrameTime) { frames.store(position.frames, ordering: .releasing) }
}
