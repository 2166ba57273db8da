internal import Audio
internal import CShims
internal import Codecs
internal import Synchronization

/// What was mixed in the last minute, with which the ears compare, and how loud it is.
///
/// The mix's tap writes; any thread reads. The lock is held for a copy of an array's reference at the most.
final class MixRecord: Sendable {
    private struct State {
        var trace = Trace()
        var loudness: Loudness?
        /// When the newest block came, on the monotonic clock.
        var last: Int64?
    }

    /// What only the tap's thread touches.
    private struct Meters: ~Copyable {
        var contours = ContourMeter()
        var loudness = LoudnessMeter()
        var blocks = 0
    }

    private let state = Mutex(State())
    private let meters = Mutex(Meters())
    /// The loudness is asked once a second: each time three seconds of samples are summed, and who looks at `status` or
    /// `/metrics` sees no more of it.
    private static let loudnessBlocks = 43

    /// Takes the next block of the mix.
    func take(_ block: borrowing AudioBlock) {
        block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
            meters.withLock { meters in
                meters.contours.take(left: left, right: right) { contour in
                    state.withLock { $0.trace.append(contour) }
                }
                meters.loudness.take(left: left, right: right)
                meters.blocks += 1
                let isAsked = meters.blocks % Self.loudnessBlocks == 0
                let loudness = isAsked ? meters.loudness.now : nil
                state.withLock { state in
                    if let loudness { state.loudness = loudness }
                    state.last = cshims_monotonic_now()
                }
            }
        })
    }

    var trace: Trace { state.withLock { $0.trace } }

    /// Nil before the first sound of the mix.
    var loudness: Loudness? { state.withLock { $0.loudness } }

    /// Seconds for which the mix has been silent; 0 while there is sound.
    var silence: Double { state.withLock { Comparison.seconds($0.trace.silentLines) } }

    /// When the newest block came, in nanoseconds on the monotonic clock; nil before the first.
    var last: Int64? { state.withLock { $0.last } }
}
