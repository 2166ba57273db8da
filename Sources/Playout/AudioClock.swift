internal import Audio
internal import CShims
internal import Glibc
internal import Synchronization
internal import Threads

/// What the clock has counted, for status and metrics.
public struct ClockReport: Sendable, Equatable {
    /// Blocks that went out more than a block late.
    public var late = 0
    /// Times that the clock was so far behind that it started anew.
    public var resets = 0
    /// Frames that were never played because of that.
    public var skippedFrames: Int64 = 0
}

/// The station's clock: its own thread, which wakes at `start + n × block` and ticks the engine (design, section 4.1).
///
/// Deadlines are absolute and computed from a frame count. Ahead it sleeps; behind it catches up; far behind (over
/// `furthest`) it starts anew from now and counts what was skipped. It waits for nobody: a deck that has no frames for
/// `patience` is given up. After `start` it does not allocate, log or touch a file.
final class AudioClock: Sendable {
    /// How long a deck may be without frames before it is given up: 1.5 s. Listeners hold more in their buffers, and
    /// what was waited for is caught up; a worker that hangs is found out by its reader before its ring is empty.
    private static let patience: Int64 = 1_500_000_000
    /// How far behind the clock gives up catching up: 4 s.
    private static let furthest: Int64 = 4_000_000_000
    /// How long it sleeps while it waits for frames: 5 ms.
    private static let pause: Int64 = 5_000_000

    private let stopping = Atomic<Bool>(false)
    private let late = Atomic<Int>(0)
    private let resets = Atomic<Int>(0)
    private let skipped = Atomic<Int64>(0)
    private let thread: OwnedThread

    /// Starts the clock.
    ///
    /// - Parameters:
    ///   - engine: handed over: from now on only the clock's thread touches it.
    ///   - preroll: what is rendered at once, faster than real time, before the clock begins to wait: the listeners'
    ///     burst.
    init(engine: sending Engine, preroll: FrameCount) {
        thread = OwnedThread(name: "fh-clock")
        thread.start(with: engine) { [self] engine in run(engine, preroll: preroll) }
    }

    var report: ClockReport {
        ClockReport(
            late: late.load(ordering: .relaxed), resets: resets.load(ordering: .relaxed),
            skippedFrames: skipped.load(ordering: .relaxed))
    }

    /// Stops after the current block, lets the encoders end their streams, and joins the thread.
    func stop() {
        stopping.store(true, ordering: .relaxed)
        thread.join()
    }

    private func run(_ engine: Engine, preroll: FrameCount) {
        _ = cshims_try_realtime(10)
        let block = Int64(EngineFormat.blockFrames)
        let rate = Int64(EngineFormat.sampleRate)
        // From here on the mix's frame after the preroll is due; what the preroll itself takes is caught up.
        var origin = cshims_monotonic_now()
        var done = -((preroll.frames + block - 1) / block)
        while !stopping.load(ordering: .relaxed) {
            tick(engine)
            done += 1
            if done <= 0 {
                // Before the clock begins, the encoders set the pace; they must not lose frames.
                engine.waitForRoom()
                continue
            }
            let due = origin + done * block * 1_000_000_000 / rate
            let now = cshims_monotonic_now()
            if now < due {
                cshims_sleep_until(due)
            } else if now - due > Self.furthest {
                resets.add(1, ordering: .relaxed)
                let behind = (now - due) * rate / 1_000_000_000
                skipped.add(behind, ordering: .relaxed)
                origin += now - due
            } else if now - due > block * 1_000_000_000 / rate {
                late.add(1, ordering: .relaxed)
            }
        }
        engine.finish()
    }

    private func tick(_ engine: Engine) {
        guard engine.tick() == .waiting else { return }
        // Counted in pauses, not read off a clock: while the whole daemon stands still, no deck is to blame.
        var pauses: Int64 = 0
        while !stopping.load(ordering: .relaxed) {
            cshims_sleep_until(cshims_monotonic_now() + Self.pause)
            pauses += 1
            if engine.tick(givingUp: pauses * Self.pause > Self.patience) == .block { return }
        }
    }
}
