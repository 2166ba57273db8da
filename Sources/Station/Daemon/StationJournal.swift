internal import History
internal import Playout
internal import Programme
internal import Synchronization

/// Writes what the playout tells into the history, and has it announced. No method waits but `commit`, at most two
/// seconds.
struct StationJournal: Journal {
    let history: History
    let announcer: Announcer

    func record(_ fact: Fact, state: Timeline.State) {
        history.record(fact, state: state)
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
