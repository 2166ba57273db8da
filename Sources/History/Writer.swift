internal import CShims
internal import Programme
internal import Synchronization
internal import Threads

/// The thread `history`: the one that touches the database. It takes what waits from the desk, writes it, answers
/// questions, and tries again when the disk did not take it. Nobody waits for it but those who said how long.
///
/// Everything that it shares with its callers is the desk; the store is its own.
final class Writer {
    private let desk: Desk
    private let store: Store
    /// Nanoseconds between two tries.
    private let patience: Int64
    private var isOpened = false
    private var trouble: Trouble?
    private var nextTry: Int64 = 0
    /// The last fact that was written: a journal that has to be begun anew begins with it.
    private var newest: (fact: Fact, state: Timeline.State)?

    init(desk: Desk, store: Store, patience: Duration) {
        self.desk = desk
        self.store = store
        self.patience = patience.nanoseconds
    }

    /// Runs until the desk is closed and what waits is written, or cannot be.
    func run() {
        while true {
            let isClosing = desk.isClosing
            write(isLast: isClosing)
            while let question = desk.nextQuestion() {
                // Once more: it shall see what was recorded before it was asked.
                write(isLast: isClosing)
                desk.atWork { question(store) }
            }
            if isClosing { break }
            desk.wake.wait(trouble == nil ? .seconds(3_600) : .nanoseconds(patience))
        }
        desk.atWork { store.close() }
        desk.end()
    }

    /// Writes until nothing waits, or the disk does not take it. During trouble it tries when it is time to, and at
    /// once for a person who waits.
    private func write(isLast: Bool) {
        guard desk.access == .writing else { return }
        while !isOpened || trouble != nil || !desk.isEmpty {
            let isDue = trouble == nil || cshims_monotonic_now() >= nextTry
            guard isDue || isLast || desk.isAwaited else { return }
            let batch = desk.batch
            do {
                try desk.atWork { () throws(Trouble) in try write(batch) }
                isOpened = true
                overcome()
                desk.wrote(batch)
            } catch {
                meet(error)
                return
            }
        }
    }

    /// Writes a batch into the journal there is, or into a new one where that is no use or gone.
    private func write(_ batch: Backlog.Batch) throws(Trouble) {
        let now = desk.latest
        do {
            try store.write(batch, now: now)
        } catch {
            switch error.cause {
            case .gone: desk.report(error.sentence)
            case .unusable(let misfit): try store.moveAside(misfit, now: now)
            default: throw error
            }
            try store.write(renewed, now: now)
            try store.write(batch, now: now)
        }
        for waiting in batch.lines {
            if case .fact(let fact, let state, _) = waiting.line { newest = (fact, state) }
        }
    }

    /// What a new journal begins with.
    private var renewed: Backlog.Batch {
        guard let newest else { return Backlog.Batch() }
        let line = Backlog.Line.fact(newest.fact, newest.state, isAct: false)
        return Backlog.Batch(lines: [Backlog.Waiting(number: 0, line: line, answer: nil)])
    }

    private func meet(_ trouble: Trouble) {
        nextTry = cshims_monotonic_now() + patience
        if self.trouble != trouble { desk.report(trouble.sentence) }
        self.trouble = trouble
        desk.set(trouble)
    }

    private func overcome() {
        guard trouble != nil else { return }
        trouble = nil
        desk.report("The journal is written again.")
        desk.set(nil)
    }
}
