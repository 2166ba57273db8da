internal import Audio
internal import CShims

/// Holds a show to the pace of time, by absolute deadlines.
///
/// A file would be through in seconds. What comes at a clock's own pace, from a sound card or a pipe, may be a thousandth
/// faster than ours: a card's clock is off by less, and a pipe that is faster waits.
struct ShowPace {
    private let nanosecondsAFrame: Double
    private var start: Int64
    private var frames: Int64 = 0
    /// Behind by more than this, it begins anew, and does not make up for it.
    private static let most: Int64 = 500_000_000

    init(isFile: Bool) {
        nanosecondsAFrame = 1e9 / Double(EngineFormat.sampleRate) / (isFile ? 1 : 1.001)
        start = cshims_monotonic_now()
    }

    /// Waits until the next frames are due.
    mutating func wait(for count: Int) {
        let due = start + Int64(Double(frames) * nanosecondsAFrame)
        let now = cshims_monotonic_now()
        if now - due > Self.most {
            (start, frames) = (now, 0)
        } else {
            cshims_sleep_until(due)
        }
        frames += Int64(count)
    }
}
