internal import Codecs

/// Titles that come while their DJ is not connected: ahead of a stream, which then begins with it, or behind one, whose DJ
/// they must not outlive. A pure value; times are nanoseconds of one clock.
///
/// Nothing in a title says which. So who has said goodbye lately has a title wait for no longer than requests overtake one
/// another; anybody else's waits for a minute, for some programs tell it before they connect, and a DJ whose line broke is
/// still playing.
struct EarlyTitles {
    /// For how long a title waits: 60 s; behind a goodbye that was not longer ago than that, 2 s.
    static let life: Int64 = 60_000_000_000
    static let lifeBehindGoodbye: Int64 = 2_000_000_000
    /// Accounts of each kind; more are not remembered.
    static let most = 64

    private var titles: [String: (title: Title, until: Int64)] = [:]
    private var goodbyes: [String: Int64] = [:]

    /// A title comes, and its DJ is not here.
    mutating func keep(_ title: Title, of account: String, at now: Int64) {
        titles = titles.filter { $0.value.until > now }
        guard titles[account] != nil || titles.count < Self.most else { return }
        let isGone = goodbyes[account].map { now - $0 < Self.life } ?? false
        titles[account] = (title, now + (isGone ? Self.lifeBehindGoodbye : Self.life))
    }

    /// The DJ comes: what waits, if it still counts.
    mutating func take(of account: String, at now: Int64) -> Title? {
        goodbyes[account] = nil
        guard let early = titles.removeValue(forKey: account), early.until > now else { return nil }
        return early.title
    }

    /// The DJ has gone for good: by a goodbye, or because the station sent it away.
    mutating func left(_ account: String, at now: Int64) {
        titles[account] = nil
        goodbyes = goodbyes.filter { now - $0.value < Self.life }
        if goodbyes.count < Self.most { goodbyes[account] = now }
    }
}
