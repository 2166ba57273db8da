internal import History
internal import Playout
internal import Programme
internal import Synchronization

/// Writes what the playout tells into the history, and has it announced. No method waits but `commit`, at most two
/// seconds.
struct StationJournal: Journal {
    let history: History
    let announcer: Announcer
    var news = ScheduleNews()

    func record(_ fact: Fact, state: Timeline.State) {
        history.record(news.told(in: fact), state: state)
        announcer.look()
    }

    func commit(_ fact: Fact, state: Timeline.State) -> String? {
        defer { announcer.look() }
        return history.commit(fact, state: state).words
    }

    func began(_ item: Item, at instant: Instant, offset: Length) {
        history.began(Aired(item, start: instant, offset: offset))
        announcer.began(at: instant)
    }

    func ended(_ item: Item, at instant: Instant, why: String?) {
        history.ended(file: item.track.file, at: instant, why: why)
    }
}

/// What a new schedule changes, on its way into the fact that it was adopted. Any thread.
final class ScheduleNews: Sendable {
    /// More than so many changes are only counted.
    static let most = 5

    private let changes = Mutex<[String]>([])

    /// A schedule is about to be adopted that changes this, a sentence without its full stop each.
    func put(_ sentences: [String]) { changes.withLock { $0 = sentences } }

    /// A fact with what it changed, if it is the one of the schedule.
    func told(in fact: Fact) -> Fact {
        guard fact.kind == .epoch, fact.words.hasPrefix("The schedule") else { return fact }
        let sentences = changes.withLock { changes in
            defer { changes = [] }
            return changes
        }
        guard !sentences.isEmpty else { return fact }
        var fact = fact
        let left = sentences.count - Self.most
        let told = sentences.prefix(Self.most) + (left > 0 ? ["and \(left) more"] : [])
        fact.words += " " + told.map { "\($0)." }.joined(separator: " ")
        return fact
    }
}

/// Keeps what a render puts into its file, for the list that the command prints.
final class RenderJournal: Journal, Sendable {
    private let kept = Mutex<[Item]>([])

    /// The items in order, each with the length that it got in the file.
    var items: [Item] { kept.withLock { $0 } }

    func record(_ fact: Fact, state: Timeline.State) {}
    func commit(_ fact: Fact, state: Timeline.State) -> String? { nil }

    func began(_ item: Item, at instant: Instant, offset: Length) {
        kept.withLock { kept in
            var item = item
            item.start = instant
            kept.append(item)
        }
    }

    func ended(_ item: Item, at instant: Instant, why: String?) {
        kept.withLock { kept in
            guard let last = kept.lastIndex(where: { $0.track.file == item.track.file }) else { return }
            kept[last].length = instant - kept[last].start
        }
    }
}
