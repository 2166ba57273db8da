/// Measures how uneven a stream comes in while it waits in the green room: how far it has fallen behind, at the most,
/// what it was ahead by before.
///
/// A pure value. A page a second makes 1 s, a stall of 2 s makes 2 s, a burst that comes early makes nothing.
struct JitterWatch: Sendable {
    /// Seconds that are remembered: 60.
    private static let memory = 60

    private struct Second: Sendable {
        /// How far the stream was ahead of time at the most and at the least, in seconds.
        var most = -Double.infinity
        var least = Double.infinity
        /// How far it fell behind within this second.
        var dip = 0.0

        mutating func take(_ ahead: Double) {
            most = max(most, ahead)
            least = min(least, ahead)
            dip = max(dip, most - ahead)
        }
    }

    /// The newest last; at most `memory`.
    private var seconds: [Second] = []
    private var current = Second()
    private var currentBegan = 0.0
    /// What had come at the first look; what lasts until more has come is no jitter, but a line that is gone or opens.
    private var began: Double?
    private var isRunning = false

    /// How much has come when the mix is at `time`, both in seconds. Called at every step.
    mutating func look(came: Double, at time: Double) {
        if !isRunning {
            let first = began ?? came
            began = first
            guard came > first else { return }
            isRunning = true
            currentBegan = time
        }
        if time - currentBegan >= 1 {
            if seconds.count == Self.memory { seconds.removeFirst() }
            seconds.append(current)
            current = Second()
            currentBegan = time
        }
        current.take(came - time)
    }

    /// The worst of the last minute, in seconds.
    var worst: Double {
        var (most, worst) = (-Double.infinity, 0.0)
        for second in seconds + [current] {
            worst = max(worst, second.dip, most - second.least)
            most = max(most, second.most)
        }
        return worst
    }
}
