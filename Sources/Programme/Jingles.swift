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

    /// Whether all of a span lies in them.
    func hold(from start: LocalTime, to end: LocalTime) -> Bool {
        let length = floorModulo(Int64(until - from), 86_400)
        guard length > 0 else { return true }
        let into = floorModulo(Int64(start.secondOfDay - from), 86_400)
        return into + (end.seconds - start.seconds) <= length
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
    func around(_ instant: Instant, _ agenda: any Agenda) -> (last: Instant, next: Instant) {
        let local = agenda.local(at: instant)
        let hour = floorModulo(local.seconds, 3_600)
        let marks = minutes.flatMap { minute in
            (-1...1).map { local.seconds - hour + Int64(minute) * 60 + $0 * 3_600 }
        }
        let day = LocalTime(local.day).seconds
        let others = times.flatMap { time in (-1...1).map { day + Int64(time) + $0 * 86_400 } }
        var (last, next) = (Instant.farPast, Instant.farFuture)
        for seconds in marks + others {
            let edge = agenda.instant(at: LocalTime(seconds: seconds), near: instant)
            if edge <= instant { last = max(last, edge) } else { next = min(next, edge) }
        }
        return (last, next)
    }
}

extension Agenda {
    /// When the clocks show a time within a day or so of an instant. Where they leave it out, a neighbouring instant.
    func instant(at wanted: LocalTime, near instant: Instant) -> Instant {
        // Clocks show whole seconds, and so do edges.
        var found = Instant(frames: instant.frames - floorModulo(instant.frames, Instant.rate))
        for _ in 0..<2 {
            found.frames += (wanted.seconds - local(at: found).seconds) * Instant.rate
        }
        return found
    }
}
