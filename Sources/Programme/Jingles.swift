/// Short pieces between tracks: station identifications, or a show's own jingles.
public struct Jingles: Sendable, Hashable {
    /// When they are due.
    public enum Due: Sendable, Hashable {
        /// After so many tracks: 1 or more.
        case every(tracks: Int)
        /// At these minutes of every hour on the station's clocks: at once, or when the track that is on air has ended.
        case at(minutes: [Int], Show.Start)
    }

    /// The playlist that they are from, one after the other.
    public var playlist: String
    public var due: Due

    public init(playlist: String, due: Due) {
        self.playlist = playlist
        self.due = due
    }
}

/// Times of a day in which a playlist may be drawn from: from one on, up to another; over midnight when the first is the later.
public struct Hours: Sendable, Hashable {
    /// Seconds of the day on the station's clocks: 0…86,400.
    public var from: Int
    public var until: Int

    public init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }

    /// Whether all of a span lies in them, by what the clocks show in it: also in the night in which they are changed.
    func hold(from: Instant, to: Instant, _ agenda: any Agenda) -> Bool {
        let length = floorModulo(Int64(until - self.from), 86_400)
        guard length > 0 else { return true }
        // The hours are less than a day on each side of a jump of the clocks.
        guard (to - from).frames <= 2 * 86_400 * Instant.rate else { return false }
        var start = from
        while start < to {
            let end = min(to, agenda.jump(behind: start, to: to) ?? to)
            let into = floorModulo(Int64(agenda.local(at: start).secondOfDay - self.from), 86_400)
            guard into * Instant.rate + (end - start).frames <= length * Instant.rate else { return false }
            start = end
        }
        return true
    }
}

/// Times of the station's clocks at which a slot is divided into parts.
struct Edges: Sendable {
    /// Of every hour.
    var minutes: Set<Int> = []
    /// Seconds of every day.
    var times: Set<Int> = []

    var isEmpty: Bool { minutes.isEmpty && times.isEmpty }

    /// The last one at an instant or before it, and the first behind it.
    ///
    /// One is wherever the clocks really show it: not at all in the gap of spring, twice in autumn's repeated hour. A
    /// time of day is also over, or comes again, where clocks are put forward or back, so that is one too.
    func around(_ instant: Instant, _ agenda: any Agenda) -> (last: Instant, next: Instant) {
        let second = instant.wholeSecond
        let day = Length(frames: 86_400 * Instant.rate)
        let clocks = Set([second - day, second, second + day].map(agenda.offset))
        var (last, next) = (Instant.farPast, Instant.farFuture)
        func add(_ edge: Instant) {
            if edge <= instant { last = max(last, edge) } else { next = min(next, edge) }
        }
        for offset in clocks {
            let local = LocalTime(seconds: second.seconds + offset)
            let hour = local.seconds - floorModulo(local.seconds, 3_600)
            let midnight = LocalTime(local.day).seconds
            var marks: [Int64] = []
            for minute in minutes {
                for more in -2...2 { marks.append(hour + Int64(minute * 60 + more * 3_600)) }
            }
            for time in times { for more in -1...1 { marks.append(midnight + Int64(time + more * 86_400)) } }
            for mark in marks {
                let edge = Instant(seconds: mark - offset)
                if agenda.offset(at: edge) == offset { add(edge) }
            }
        }
        if !times.isEmpty, clocks.count > 1 {
            for from in [second - day, second] {
                if let jump = agenda.jump(behind: from, to: from + day) { add(jump) }
            }
        }
        return (last, next)
    }
}

extension Agenda {
    /// What the clocks are ahead of UTC, in seconds.
    func offset(at instant: Instant) -> Int64 { local(at: instant).seconds - instant.wholeSecond.seconds }

    /// The first instant behind one, up to another, at which the clocks are put forward or back; nil when they are not.
    /// No zone does it twice within two days.
    func jump(behind from: Instant, to: Instant) -> Instant? {
        var (low, high) = (from.wholeSecond.seconds, to.wholeSecond.seconds)
        let after = offset(at: Instant(seconds: high))
        guard low < high, offset(at: Instant(seconds: low)) != after else { return nil }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: Instant(seconds: middle)) == after { high = middle } else { low = middle }
        }
        return Instant(seconds: high)
    }
}

extension Instant {
    /// The frame that is on air at a second since 1970-01-01T00:00:00Z.
    fileprivate init(seconds: Int64) { self.init(frames: (seconds - Self.origin) * Self.rate) }

    /// The second in which the frame is on air, since 1970-01-01T00:00:00Z.
    fileprivate var seconds: Int64 { floorDivision(frames, Self.rate).passes + Self.origin }

    /// Clocks show whole seconds, and so do edges.
    fileprivate var wholeSecond: Instant { Instant(frames: frames - floorModulo(frames, Self.rate)) }
}
