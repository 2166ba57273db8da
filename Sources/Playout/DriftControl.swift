/// Keeps a DJ's buffer where it was when it went on air, though the clocks of two sound cards differ: says how much faster
/// than ours the DJ's frames are to be taken.
///
/// A pure value. What waits goes up and down with every page that comes; so it is smoothed over seconds, and the mean of
/// the first ten is what is kept.
struct DriftControl: Sendable {
    /// Seconds over which the mean to keep is taken, and over which what waits is smoothed.
    private static let settling = 10.0
    private static let smoothing = 5.0
    /// What is off by less is left alone.
    private static let tolerance = 0.03
    /// The share of what is off that is taken up in a second. Clocks 500 ppm apart are steered at 155 ms off.
    private static let gain = 0.004
    /// As near as this to what waited before a loss is back: pages are shorter.
    private static let backAgain = 0.2

    private var passed = 0.0
    private var sum = 0.0
    private var kept: Double?
    private var smoothed = 0.0
    private var ratio = 1.0
    /// While a loss is made up for: what waited before it, and for how long it has been recovering.
    private var loss: (before: Double, lasted: Double)?
    /// A buffer that is not back where it was after so long was emptied for good: seconds.
    private static let recovery = 10.0

    /// Nothing comes that should have come: what waits falls, and no clock is to blame. Until it is back where it was, the
    /// frames are taken as before.
    mutating func pause() {
        loss = (loss?.before ?? (kept == nil ? (passed > 0 ? sum / passed : 0) : smoothed), 0)
    }

    /// The ratio of frames taken to frames heard, 1 within 0.001.
    ///
    /// - Parameters:
    ///   - waiting: seconds in the buffer.
    ///   - span: seconds since the last call; more than 0.
    mutating func ratio(waiting: Double, after span: Double) -> Double {
        if let (before, lasted) = loss {
            loss = (before, lasted + span)
            guard waiting > before - Self.backAgain || lasted > Self.recovery else { return ratio }
            loss = nil
        }
        guard let kept else {
            passed += span
            sum += waiting * span
            guard passed >= Self.settling else { return 1 }
            kept = sum / passed
            smoothed = sum / passed
            return 1
        }
        smoothed += (waiting - smoothed) * min(1, span / Self.smoothing)
        let off = smoothed - kept
        let counted = off > 0 ? max(0, off - Self.tolerance) : min(0, off + Self.tolerance)
        ratio = 1 + min(0.001, max(-0.001, counted * Self.gain))
        return ratio
    }
}
