public import Programme
internal import Synchronization
internal import Threads

/// The station's memory: the journal of facts and of what was aired, and the index of the library, in one SQLite
/// file `station.db` (design, section 4.8).
///
/// Any thread may call any method. Writing never waits for the disk, except `commit`, which a person waits for and
/// which has a deadline; asking (`History+Questions.swift`) blocks until a deadline, so neither is for a Swift task
/// or the clock. One thread of its own, `history`, does all that touches the disk.
///
/// A disk that is full, read-only, slow or gone costs nothing on air: what happens waits in memory, up to
/// `capacity` entries, and is written when the disk takes it again. `status` says so in words.
public final class History: Sendable {
    /// What one may do with the file.
    public enum Access: Sendable {
        /// The daemon: one for a folder.
        case writing
        /// A command that looks on, while a daemon writes or none is there: it changes nothing, records nothing, and
        /// `commit` answers `lost`.
        case reading
    }

    /// The most lines, and besides the most measurements, that wait for the disk.
    public static let capacity = 4_096

    private let desk: Desk
    private let thread = OwnedThread(name: "history")
    /// The newest items, the last one on air; as many as can overlap.
    private let onAir = Mutex<[Aired]>([])

    /// Begins to open the database in a folder, both made if they are not there. Returns at once.
    ///
    /// A file that is damaged, of another program or of a newer version is moved aside, and a new one is begun.
    ///
    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - now: the station's time. What a crash left on air is taken to have ended now at the latest.
    ///   - report: gets a sentence when something is the matter with the disk, when it is over, and when a file was
    ///     moved aside. Called on the thread `history`; must return at once.
    public convenience init(
        folder: String, access: Access = .writing, now: Instant,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(
            folder: folder, access: access, now: now, capacity: Self.capacity, patience: .seconds(5),
            report: report)
    }

    /// - Parameter patience: between two tries while the disk does not take what waits.
    init(
        folder: String, access: Access = .writing, now: Instant, capacity: Int, patience: Duration,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        let desk = Desk(folder: folder, access: access, capacity: capacity, now: now, report: report)
        self.desk = desk
        thread.start {
            let store = Store(folder: folder, mayWrite: access == .writing, report: report)
            Writer(desk: desk, store: store, patience: patience).run()
        }
    }

    deinit { stop() }

    /// Writes what waits, closes the file and ends the thread. Nothing is recorded after it. Safe to call again.
    ///
    /// - Returns: whether everything was written in time. A thread that hangs in a dead disk is left behind.
    @discardableResult
    public func stop(deadline: Duration = .seconds(5)) -> Bool {
        desk.close()
        return thread.join(within: deadline) && desk.isEmpty
    }

    /// How it goes.
    public var status: HistoryStatus { desk.status }

    // MARK: Facts

    /// Writes a fact down, with the state of the timeline behind it. Facts keep the order of these calls.
    public func record(_ fact: Fact, state: Timeline.State) {
        _ = desk.put(.fact(fact, state, isAct: false))
    }

    /// Writes a person's act down, and waits until it is on disk so that not even a power cut undoes it, or until it
    /// is known that it is not.
    public func commit(
        _ fact: Fact, state: Timeline.State, deadline: Duration = .seconds(2)
    ) -> Confirmation {
        let answer = Answer<Confirmation>()
        guard desk.put(.fact(fact, state, isAct: true), answer: answer) else {
            return .lost(
                "This is not written down: \(status.words). It counts only until the station is started again."
            )
        }
        return answer.wait(deadline)
            ?? .held(
                "This is not on disk yet, because the disk of \(desk.folder) is slow: it waits in memory.")
    }

    // MARK: What is on air

    /// An item's first frame is on air. Its line is there from now on, so that a crash does not lose it; it ends the
    /// item before it, unless `ended` has told or will tell otherwise.
    public func began(_ aired: Aired) {
        onAir.withLock { onAir in
            for place in onAir.indices where onAir[place].length == nil {
                onAir[place].end(at: aired.start, why: nil)
                _ = desk.put(.aired(onAir[place]))
            }
            onAir = onAir.suffix(3) + [aired]
            _ = desk.put(.aired(aired))
        }
    }

    /// An item's last frame was on air: the newest one from this file. `why`, in words, when it ended otherwise than
    /// planned.
    public func ended(file: String, at instant: Instant, why: String? = nil) {
        onAir.withLock { onAir in
            guard let place = onAir.lastIndex(where: { $0.file == file }) else { return }
            onAir[place].end(at: instant, why: why)
            _ = desk.put(.aired(onAir[place]))
        }
    }

    // MARK: The library

    /// Keeps what was found out about files; a newer entry for a path takes the older one's place.
    public func keep(_ entries: [LibraryEntry]) { desk.put(entries) }

    /// Says which of all files there are. What is known of a file is kept for 30 days after it has gone.
    public func scanned(present: Set<String>, at now: Instant) {
        desk.put(LibraryScan(present: present, at: now))
    }

    // MARK: Questions

    /// Asks on the writer's thread, behind what was recorded before.
    func ask<Value: Sendable>(
        _ deadline: Duration, _ question: @escaping @Sendable (Store) throws(Trouble) -> Value
    ) throws(HistoryError) -> Value {
        let answer = Answer<Result<Value, Trouble>>()
        try desk.ask { store in
            guard !answer.isAbandoned else { return }
            do throws(Trouble) {
                answer.give(.success(try question(store)))
            } catch {
                answer.give(.failure(error))
            }
        }
        switch answer.wait(deadline) {
        case .success(let value)?: return value
        case .failure(let trouble)?: throw .unreadable(trouble.sentence)
        case nil: throw .late(folder: desk.folder)
        }
    }
}

/// What became of a person's act.
public enum Confirmation: Hashable, Sendable {
    /// Not even a power cut undoes it.
    case onDisk
    /// It waits in memory and is written as soon as the disk takes it; the sentence says why.
    case held(String)
    /// It is not written down, because too many acts wait already or the journal is closed; the sentence says so.
    case lost(String)

    /// What a person should know; nil when all is well.
    public var words: String? {
        switch self {
        case .onDisk: nil
        case .held(let words), .lost(let words): words
        }
    }
}

extension Aired {
    fileprivate mutating func end(at instant: Instant, why: String?) {
        length = max(.zero, instant - start)
        self.why = why
    }
}
