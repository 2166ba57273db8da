internal import GRDB
public import Programme

/// Questions to the journal. Each blocks its caller until the answer is there or the deadline, sees all that was
/// recorded before it and is on disk, and throws a `HistoryError` whose sentence says what to do.
extension History {
    /// What a start takes up: the newest fact that took effect at an instant or before, and the state behind it. Nil
    /// in a new journal, or where a later version wrote the state in its own form.
    public func latestState(
        at instant: Instant, deadline: Duration = .seconds(2)
    ) throws(HistoryError) -> (Fact, Timeline.State)? {
        try ask(deadline) { store throws(Trouble) in try store.read { try $0.latestState(at: instant) } }
    }

    /// What a start takes up, whatever its clock shows: the fact that was written last, and the state behind it. Nil as for
    /// `latestState`.
    public func newestState(
        deadline: Duration = .seconds(2)
    ) throws(HistoryError) -> (Fact, Timeline.State)? {
        try ask(deadline) { store throws(Trouble) in try store.read { try $0.newestState() } }
    }

    /// Where the journal ends; nil for a new one.
    public func end(deadline: Duration = .seconds(2)) throws(HistoryError) -> JournalEnd? {
        try ask(deadline) { store throws(Trouble) in try store.read { try $0.end() } }
    }

    /// Items that were on air at any time from one instant until before another, those that reach over its edges
    /// included; the earliest first, `limit` of them at the most.
    public func aired(
        from start: Instant, to end: Instant, limit: Int, deadline: Duration = .seconds(2)
    ) throws(HistoryError) -> [Aired] {
        try ask(deadline) { store throws(Trouble) in
            try store.read { try $0.aired(from: start, to: end, limit: max(0, limit)) }
        }
    }

    /// The newest items, in the order in which they were on air.
    public func aired(last count: Int, deadline: Duration = .seconds(2)) throws(HistoryError) -> [Aired] {
        try ask(deadline) { store throws(Trouble) in try store.read { try $0.aired(last: max(0, count)) } }
    }

    /// Items of the files below a folder that went on air at an instant or later, the earliest first.
    ///
    /// - Parameter folder: an absolute path without a slash at its end.
    public func aired(
        below folder: String, since instant: Instant, deadline: Duration = .seconds(2)
    ) throws(HistoryError) -> [Aired] {
        try ask(deadline) { store throws(Trouble) in
            try store.read { try $0.aired(below: folder, since: instant) }
        }
    }

    /// Facts and items in one list, from a place on, `limit` at the most.
    public func lines(
        from place: JournalPlace, limit: Int, deadline: Duration = .seconds(2)
    ) throws(HistoryError) -> [JournalLine] {
        try ask(deadline) { store throws(Trouble) in
            try store.read { try $0.lines(from: place, limit: max(0, limit)) }
        }
    }

    /// The whole index of the library, in no order.
    public func library(deadline: Duration = .seconds(2)) throws(HistoryError) -> [LibraryEntry] {
        try ask(deadline) { store throws(Trouble) in try store.read { try $0.library() } }
    }
}

/// Until when a journal knows that the station was on air.
public struct JournalEnd: Hashable, Sendable {
    /// When its newest line began.
    public var at: Instant
    /// When what was on air last had ended, as far as that is known; `at` at the earliest.
    public var end: Instant
}
