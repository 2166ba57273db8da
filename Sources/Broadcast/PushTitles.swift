internal import Codecs

/// Which title a target is still to be told by request, and when: pure.
///
/// A server may refuse a title that comes before the stream's first page has reached it, and says so in words only;
/// so an answer other than its word of success is tried again, a few times.
struct PushTitles {
    typealias Instant = ContinuousClock.Instant

    private static let tries = 5
    private static let pace = Duration.seconds(2)

    private var known: Title?
    private var owed: (title: Title, tries: Int, next: Instant)?

    /// What is on air in the page that was sent last; nil before the first title.
    mutating func aired(_ title: Title?, at now: Instant) {
        guard let title, title != known else { return }
        known = title
        owed = (title, Self.tries, now)
    }

    /// The title to be told now.
    mutating func due(at now: Instant) -> Title? {
        guard let owed, now >= owed.next else { return nil }
        self.owed = owed.tries > 1 ? (owed.title, owed.tries - 1, now + Self.pace) : nil
        return owed.title
    }

    /// The server has taken the title that was due.
    mutating func told() { owed = nil }
}
