internal import Foundation

/// What the daemon does for its control socket.
///
/// `reload`, `add` and `scheduleDiff` are called on the thread `control-files`, one after the other, and may wait for a
/// disk; a command gives up after `ControlClient.patience` without a sign of life. Everything else is called on the thread `control`, also while those wait:
/// it may wait for the engine or the journal for a second or two, because the next command waits too. Whatever it
/// cannot or must not do it refuses with a sentence and a remedy.
public protocol ControlHandler: Sendable {
    func status() throws(ControlRefusal) -> StatusReport

    /// What is on air, with `position`.
    func now() throws(ControlRefusal) -> OnAirItem

    /// The next items, 1 to 100 of them, in the order in which they will be on air.
    func next(count: Int) throws(ControlRefusal) -> [OnAirItem]

    /// Ends what is on air.
    func skip() throws(ControlRefusal) -> Acknowledgement

    /// Reads the configuration and the playlists again, all of them or nothing.
    func reload() throws(ControlRefusal) -> Acknowledgement

    /// The operator's queue, the next entry first.
    func queue() throws(ControlRefusal) -> [QueueEntry]

    /// Puts files behind the last entry of the queue, all of them or none. At least one; every path is absolute, and
    /// nothing else about it is known: whoever may use the socket may name any file that the daemon can read.
    ///
    /// - Parameter isWanted: false when the client has given up or the station ends: then nothing is queued. To be asked
    ///   now and then, because it is the sign of life, too, that keeps the client waiting.
    func add(files: [String], while isWanted: () -> Bool) throws(ControlRefusal) -> Acknowledgement

    /// Takes an entry out of the queue.
    func remove(id: Int) throws(ControlRefusal) -> Acknowledgement

    /// Gives a DJ the air, takes it away, or sends the DJ away.
    func direct(_ dj: String, _ act: DJAct) throws(ControlRefusal) -> Acknowledgement

    /// The shows that are on in a span of at most `ScheduleReport.longest` seconds.
    func schedule(from: StationTime, seconds: Int) throws(ControlRefusal) -> ScheduleReport

    /// What `reload` would change of the shows.
    func scheduleDiff() throws(ControlRefusal) -> ScheduleDiff

    /// A page of the history, at most `HistoryPage.mostEntries` lines.
    func history(from start: HistoryStart) throws(ControlRefusal) -> HistoryPage
}

extension ControlHandler {
    /// The line that answers a request.
    ///
    /// - Parameter isWanted: whether anybody waits for it.
    func reply(to request: ControlRequest, while isWanted: () -> Bool) -> [UInt8] {
        do {
            return try answer(to: request, isWanted)
        } catch {
            return error.line
        }
    }

    private func answer(
        to request: ControlRequest, _ isWanted: () -> Bool
    ) throws(ControlRefusal) -> [UInt8] {
        switch request {
        case .status: return try line(status())
        case .now: return try line(now())
        case .next(let count):
            guard (1...ControlRequest.mostItems).contains(count) else {
                throw ControlRefusal(
                    "\(count) is no number of items.", remedy: "Ask for 1 to \(ControlRequest.mostItems).")
            }
            return try line(next(count: count))
        case .skip: return try line(skip())
        case .reload: return try line(reload())
        case .queue: return try line(queue())
        case .add(let files):
            guard !files.isEmpty, files.allSatisfy({ $0.hasPrefix("/") && !$0.utf8.contains(0) }) else {
                throw ControlRefusal(
                    "The queue takes files by their absolute paths.", remedy: "Name at least one file so.")
            }
            return try line(add(files: files, while: isWanted))
        case .remove(let id): return try line(remove(id: id))
        case .direct(let dj, let act): return try line(direct(dj, act))
        case .history(let start): return try line(history(from: start))
        case .schedule(let from, let seconds):
            guard (1...ScheduleReport.longest).contains(seconds) else {
                throw ControlRefusal(
                    "The schedule is told for 31 days at most.", remedy: "Ask for less at once.")
            }
            return try line(schedule(from: from, seconds: seconds))
        case .scheduleDiff: return try line(scheduleDiff())
        }
    }

    private func line(_ answer: some Codable & Sendable) throws(ControlRefusal) -> [UInt8] {
        guard let line = controlLine(ControlReply(answer: answer)),
            line.count <= ControlRequest.mostAnswerBytes
        else { throw .tooLong }
        return line
    }
}

extension ControlRequest {
    /// Whether its answer may have to wait for a disk.
    var namesFiles: Bool {
        switch self {
        case .reload, .add, .scheduleDiff: true
        default: false
        }
    }

    /// Reads a line without its end.
    init(line: some Sequence<UInt8>) throws(ControlRefusal) {
        do {
            self = try JSONDecoder().decode(ControlRequest.self, from: Data(line))
        } catch let refusal as ControlRefusal {
            throw refusal
        } catch {
            throw ControlRefusal(
                "This is no request that the daemon knows.",
                remedy: "Use the commands of the same funkhaus: funkhaus --help.")
        }
    }
}
