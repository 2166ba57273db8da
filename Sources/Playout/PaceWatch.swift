/// Follows how a stream comes in beside the time that passes.
///
/// A stall is no wrong pace: the time that it takes does not count, and what was kept back may come later, as fast as it
/// likes.
struct PaceWatch: Sendable {
    private struct Mark {
        let time: Double
        let came: Double
        /// Seconds that the stream is ahead of time.
        var ahead: Double { came - time }
    }

    /// Seconds over which the pace is judged: long enough for a stall of a second not to count as a wrong one.
    private static let span = 40.0
    /// Seconds before the span in which it may have been ahead as far as now.
    private static let debt = 60.0
    private static let tolerance = 0.025
    /// So many seconds without anything are a stall, when they are also so many times the usual: some encoders send a page
    /// a second. So many stalls within `memory` seconds are an unstable line.
    private static let stall = 0.7
    private static let timesUsual = 2.5
    private static let manyStalls = 3
    private static let memory = 60.0

    /// About a second apart, over the debt and the span.
    private var marks: [Mark] = []
    /// When something came last, and how far it went.
    private var last: Mark?
    /// Seconds between two arrivals, smoothed over some twenty.
    private var usual = 0.0
    /// When stalls ended, and how many seconds they lasted.
    private var stalls: [(end: Double, length: Double)] = []

    mutating func look(came: Double, at time: Double) {
        let mark = Mark(time: time, came: came)
        guard let last, let newest = marks.last else {
            (self.last, marks) = (mark, [mark])
            return
        }
        if came > last.came {
            let gap = time - last.time
            if isStall(gap) { stalls.append((time, gap)) }
            usual = usual == 0 ? gap : usual + (gap - usual) / 20
            self.last = mark
        }
        stalls.removeAll { time - $0.end > Self.memory }
        guard time - newest.time >= 1 else { return }
        marks.append(mark)
        while marks.count > 1, time - marks[1].time >= Self.debt + Self.span { marks.removeFirst() }
    }

    private func isStall(_ gap: Double) -> Bool {
        usual > 0 && gap >= max(Self.stall, Self.timesUsual * usual)
    }

    var isUnstable: Bool { stalls.count >= Self.manyStalls }

    /// Whether it is further ahead than it ever was before the span.
    var isTooFast: Bool {
        guard let newest = marks.last else { return false }
        let most = marks.prefix { newest.time - $0.time >= Self.span }.map(\.ahead).max()
        return most.map { newest.ahead - $0 > Self.tolerance * Self.span } ?? false
    }

    /// Whether less came in the span than time passed, stalls apart.
    var isTooSlow: Bool {
        guard let newest = marks.last, let last,
            let first = marks.last(where: { newest.time - $0.time >= Self.span })
        else { return false }
        let running = newest.time - last.time
        let stalled = stalls.reduce(isStall(running) ? running : 0) {
            $0 + max(0, min($1.length, $1.end - first.time))
        }
        return newest.came - first.came < (1 - Self.tolerance) * (newest.time - first.time - stalled)
    }
}
