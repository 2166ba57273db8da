public import Audio
public import Codecs
public import Programme

/// Opens files for the engine: in the daemon by a worker process, in tests by whatever is at hand.
public protocol TrackOpener: Sendable {
    /// Begins to open a file and to decode it from a frame on. Returns at once.
    func open(_ file: String, from start: Length) -> any OpenTrack
}

/// A file that is being decoded into a ring.
public protocol OpenTrack: AnyObject, Sendable {
    /// The decoded frames. Its ring is finished when no frame follows, for whatever reason.
    var frames: FrameConsumer { get }
    var state: OpenTrackState { get }
    /// Ends the decoding. Returns soon; safe to call again.
    func close()
}

public enum OpenTrackState: Sendable, Equatable {
    case opening
    /// Frames flow, or have flowed; the title is that of the file's tags, if it has any.
    case open(Title?)
    /// In a sentence for people: which file, what, and the remedy. `passing` when the same file may well open at a
    /// second try, because the worker died rather than the file was bad.
    case failed(String, passing: Bool)
}

/// Where the conductor writes down what happened and what was aired. No method waits for a disk but `commit`.
public protocol Journal: Sendable {
    func record(_ fact: Fact, state: Timeline.State)
    /// Writes a person's act. Returns nil when it is on disk, or a sentence that says why it waits in memory.
    func commit(_ fact: Fact, state: Timeline.State) -> String?
    /// An item's first frame went on air; `offset` is that frame's place in the file.
    func began(_ item: Item, at instant: Instant, offset: Length)
    /// Its last frame did; `why` when it ended otherwise than planned.
    func ended(_ item: Item, at instant: Instant, why: String?)
}
