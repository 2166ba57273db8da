internal import CShims
internal import Glibc
internal import Programme
internal import Synchronization

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
            desk.wake.wait(nanoseconds: trouble == nil ? 3_600_000_000_000 : patience)
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

/// A thread as an owned object: named, started once, joined by its owner.
final class WriterThread: Sendable {
    private let handle: Mutex<pthread_t?>
    private let end = Answer<Bool>()

    init(_ body: @escaping @Sendable () -> Void) {
        let end = end
        // Unsafe: the box is retained here and released once by the thread that takes it.
        let box = unsafe Unmanaged.passRetained(
            Body {
                body()
                end.give(true)
            })
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe cshims_name_thread("history")
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        precondition(error == 0, "the system gives no more threads (error \(error))")
        handle = Mutex(thread)
    }

    deinit { precondition(handle.withLock { $0 == nil }, "the thread history was not joined") }

    /// Waits for the thread's end, or leaves it to end by itself after the deadline: false then. Safe to call again.
    func join(_ deadline: Duration) -> Bool {
        guard let thread = handle.withLock({ $0.take() }) else { return true }
        guard end.wait(deadline) != nil else {
            pthread_detach(thread)
            return false
        }
        pthread_join(thread, nil)
        return true
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
