internal import Programme

/// What waits to be written, in the order in which it happened. It stays here until it is on disk.
///
/// Full, it says good-bye to what is least missed: the oldest aired item, and without one the oldest fact of the
/// station's own. An act of a person never makes room for another; when only such wait, the newcomer is refused.
/// Measurements have a place of their own, where the oldest goes: they can be made again.
struct Backlog {
    enum Line {
        /// `isAct`: a person did it.
        case fact(Fact, Timeline.State, isAct: Bool)
        case aired(Aired)
    }

    struct Waiting {
        /// Grows by one from line to line.
        let number: Int
        let line: Line
        /// Where the person waits who wants to know that it is on disk.
        let answer: Answer<Confirmation>?
    }

    /// A piece of the backlog that is written at once.
    struct Batch {
        var lines: ArraySlice<Waiting> = []
        var entries: ArraySlice<(number: Int, entry: LibraryEntry)> = []
        var scan: (number: Int, scan: LibraryScan)?

        var isEmpty: Bool { lines.isEmpty && entries.isEmpty && scan == nil }
        /// Whether it holds a fact, which has to survive a power cut.
        var hasFacts: Bool {
            lines.contains { if case .fact = $0.line { true } else { false } }
        }
    }

    /// The most lines and the most measurements that wait: days of radio.
    let capacity: Int
    private var lines: [Waiting] = []
    private var entries: [(number: Int, entry: LibraryEntry)] = []
    private var scan: (number: Int, scan: LibraryScan)?
    private var number = 0
    /// What had to go because there was no room.
    private(set) var lost = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { lines.count + entries.count + (scan == nil ? 0 : 1) }

    /// Whether somebody waits for an answer.
    var isAwaited: Bool { lines.contains { $0.answer.map { !$0.isAbandoned } ?? false } }

    // MARK: In

    /// False when there is no room, not even by letting something else go.
    mutating func put(_ line: Line, answer: Answer<Confirmation>? = nil) -> Bool {
        if lines.count >= capacity {
            lost += 1
            guard let least = leastMissed else { return false }
            lines.remove(at: least)
        }
        number += 1
        lines.append(Waiting(number: number, line: line, answer: answer))
        return true
    }

    private var leastMissed: Int? {
        lines.firstIndex { if case .aired = $0.line { true } else { false } }
            ?? lines.firstIndex { if case .fact(_, _, isAct: false) = $0.line { true } else { false } }
    }

    mutating func put(_ new: [LibraryEntry]) {
        for entry in new {
            number += 1
            entries.append((number, entry))
        }
        let excess = entries.count - capacity
        guard excess > 0 else { return }
        entries.removeFirst(excess)
        lost += excess
    }

    /// A newer scan says all that an older one did.
    mutating func put(_ scan: LibraryScan) {
        number += 1
        self.scan = (number, scan)
    }

    // MARK: Out

    /// The oldest of what waits, as much as one transaction shall take.
    var batch: Batch { Batch(lines: lines.prefix(256), entries: entries.prefix(512), scan: scan) }

    /// Takes away what is on disk now. Some of it may have had to go in the meantime.
    mutating func wrote(_ batch: Batch) {
        if let last = batch.lines.last { lines.removeFirst(lines.prefix { $0.number <= last.number }.count) }
        if let last = batch.entries.last {
            entries.removeFirst(entries.prefix { $0.number <= last.number }.count)
        }
        if let done = batch.scan, done.number == scan?.number { scan = nil }
    }

    /// The answers that are owed to people; they are owed only once.
    mutating func takeAnswers() -> [Answer<Confirmation>] {
        let answers = lines.compactMap(\.answer)
        guard !answers.isEmpty else { return [] }
        lines = lines.map { Waiting(number: $0.number, line: $0.line, answer: nil) }
        return answers
    }
}

/// Which files there are: those that an index knows and a scan does not are gone.
struct LibraryScan {
    let present: Set<String>
    let at: Instant
}
