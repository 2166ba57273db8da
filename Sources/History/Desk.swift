internal import CShims
internal import Programme
internal import Synchronization
internal import Threads

/// What the callers and the writer's thread share: the backlog, the questions, and how it goes. Any thread may call
/// any method; the lock is held for a few array operations, never while the disk is at work.
final class Desk: Sendable {
    /// Asked on the writer's thread.
    typealias Question = @Sendable (Store) -> Void

    private struct State {
        var backlog: Backlog
        var questions: [Question] = []
        var trouble: Trouble?
        var isOpened = false
        var isClosing = false
        var isEnded = false
        /// Since when the disk has been at work without coming back, on the monotonic clock.
        var busySince: Int64?
        var latest: Instant
    }

    /// The most questions that wait.
    private static let mostQuestions = 64

    let wake = Signal()
    let folder: String
    let access: History.Access
    /// Says a sentence to whoever keeps the log.
    let report: @Sendable (String) -> Void
    private let state: Mutex<State>

    init(
        folder: String, access: History.Access, capacity: Int, now: Instant,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder
        self.access = access
        self.report = report
        state = Mutex(State(backlog: Backlog(capacity: capacity), latest: now))
    }

    // MARK: The callers' side

    /// False when there is no room, or nothing is written (any more).
    func put(_ line: Backlog.Line, answer: Answer<Confirmation>? = nil) -> Bool {
        put { state in
            switch line {
            case .fact(let fact, _, _): state.latest = max(state.latest, fact.at)
            case .aired(let aired): state.latest = max(state.latest, aired.start)
            }
            return state.backlog.put(line, answer: answer)
        }
    }

    func put(_ entries: [LibraryEntry]) {
        _ = put { state in
            state.backlog.put(entries)
            return true
        }
    }

    func put(_ scan: LibraryScan) {
        _ = put { state in
            state.backlog.put(scan)
            return true
        }
    }

    private func put(_ change: (inout State) -> Bool) -> Bool {
        guard access == .writing else { return false }
        let isKept = state.withLock { !$0.isClosing && change(&$0) }
        wake.wake()
        return isKept
    }

    func ask(_ question: @escaping Question) throws(HistoryError) {
        let refusal: HistoryError? = state.withLock { state in
            if state.isClosing { return .closed }
            if state.questions.count >= Self.mostQuestions { return .crowded }
            state.questions.append(question)
            return nil
        }
        if let refusal { throw refusal }
        wake.wake()
    }

    func close() {
        state.withLock { $0.isClosing = true }
        wake.wake()
    }

    var status: HistoryStatus {
        state.withLock { state in
            var slow: Int64?
            if let since = state.busySince { slow = (cshims_monotonic_now() - since) / 1_000_000_000 }
            return HistoryStatus(
                folder: folder, access: access, isOpened: state.isOpened, isEnded: state.isEnded,
                trouble: state.trouble, busySeconds: slow ?? 0, waiting: state.backlog.count,
                lost: state.backlog.lost)
        }
    }

    // MARK: The writer's side

    var isClosing: Bool { state.withLock { $0.isClosing } }
    var isEmpty: Bool { state.withLock { $0.backlog.count == 0 } }
    var isAwaited: Bool { state.withLock { $0.backlog.isAwaited } }
    var batch: Backlog.Batch { state.withLock { $0.backlog.batch } }
    /// The latest time that the journal has heard of.
    var latest: Instant { state.withLock { $0.latest } }

    func nextQuestion() -> Question? {
        state.withLock { $0.questions.isEmpty ? nil : $0.questions.removeFirst() }
    }

    /// Runs what may block, and lets `status` see for how long.
    func atWork<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        state.withLock { $0.busySince = cshims_monotonic_now() }
        defer { state.withLock { $0.busySince = nil } }
        return try body()
    }

    /// Takes from the backlog what is on disk, and tells those who wait for it.
    func wrote(_ batch: Backlog.Batch) {
        state.withLock { state in
            state.isOpened = true
            state.backlog.wrote(batch)
        }
        for waiting in batch.lines { waiting.answer?.give(.onDisk) }
    }

    /// Notes trouble, or its end, and tells those who wait.
    func set(_ trouble: Trouble?) {
        let answers = state.withLock { state in
            state.trouble = trouble
            return trouble == nil ? [] : state.backlog.takeAnswers()
        }
        guard let trouble else { return }
        for answer in answers { answer.give(.held(trouble.held)) }
    }

    /// The thread is at its end: whatever still waits is not written.
    func end() {
        state.withLock { state in
            state.isEnded = true
            state.questions = []
        }
    }
}
