internal import CShims
internal import Calendar
internal import Foundation
internal import Logging
internal import Programme
internal import Synchronization
internal import Threads
internal import Web

/// Keeps the calendars that others write: reads each on its interval, and hands over what has changed.
///
/// It works on a thread of its own, `fh-calendars`, one calendar after the other. A calendar that cannot be had, or is
/// none, harms nothing: what was known last stays, also over a restart. Any thread may ask.
final class CalendarFeeds: Sendable {
    private struct Feed {
        var calendar: Configuration.CalendarSource
        /// What was read last, and by what it was known; nil for what was never had.
        var copy: FeedShelf.Copy?
        /// When it is read again, on the monotonic clock.
        var due: Int64 = 0
        /// Why it could not be read the last time.
        var trouble: String?
    }

    private struct State {
        var feeds: [Feed] = []
        var shelf = FeedShelf(folder: "")
        var isStopping = false
    }

    /// After a failure it is tried again in this time at the latest.
    private static let patience: Duration = .seconds(300)
    /// The most notes of one calendar that are told.
    private static let mostNotes = 20

    private let secret: @Sendable (SecretSource) throws -> String
    private let logger: Logger
    private let deadline: Duration
    private let state = Mutex(State())
    private let bell = Signal()
    private let thread = OwnedThread(name: "fh-calendars")

    /// - Parameters:
    ///   - secret: reads a password; on the feeds' own thread.
    ///   - deadline: what a calendar has to come.
    init(
        logger: Logger, deadline: Duration = .seconds(30),
        secret: @escaping @Sendable (SecretSource) throws -> String
    ) {
        self.logger = logger
        self.deadline = deadline
        self.secret = secret
    }

    /// - Parameter changed: called on the feeds' own thread, with a calendar's name, when it holds something else than
    ///   before.
    func start(_ changed: @escaping @Sendable (String) -> Void) { thread.start { [self] in run(changed) } }

    /// A transfer that is under way is broken off.
    func stop() {
        state.withLock { $0.isStopping = true }
        bell.wake()
        thread.join()
    }

    /// Keeps these calendars from now on. Blocks for the disk: what was kept is there at once.
    func follow(_ configuration: Configuration) {
        let shelf = FeedShelf(configuration)
        let old = state.withLock { $0.feeds }
        let feeds = configuration.calendars.map { calendar in
            if let known = old.first(where: { $0.calendar.isAt(calendar) }) {
                return Feed(
                    calendar: calendar, copy: known.copy,
                    due: known.calendar == calendar ? known.due : 0, trouble: known.trouble)
            }
            return Feed(calendar: calendar, copy: shelf.copy(of: calendar.name, from: calendar.place.source))
        }
        state.withLock { ($0.feeds, $0.shelf) = (feeds, shelf) }
        bell.wake()
    }

    /// What each calendar is known to say, with the rights that a configuration gives it. Blocks for the disk.
    func shows(for configuration: Configuration) -> [[Show]] {
        let feeds = state.withLock { $0.feeds }
        let shelf = FeedShelf(configuration)
        return configuration.calendars.compactMap { calendar in
            // One that is new may have been here before.
            let copy =
                feeds.first { $0.calendar.isAt(calendar) }.map(\.copy)
                ?? shelf.copy(of: calendar.name, from: calendar.place.source)
            return copy.flatMap { configuration.read(calendar, Array($0.bytes))?.shows }
        }
    }

    /// Each calendar, and how it is with it.
    var reports: [CalendarReport] {
        state.withLock { state in
            state.feeds.map {
                CalendarReport(
                    name: $0.calendar.name, known: $0.copy != nil, trouble: $0.trouble)
            }
        }
    }

    // MARK: The thread

    private func run(_ changed: (String) -> Void) {
        while true {
            let (next, isStopping) = state.withLock { ($0.feeds.min { $0.due < $1.due }, $0.isStopping) }
            if isStopping { return }
            guard let next else {
                bell.wait()
                continue
            }
            let pause = next.due - cshims_monotonic_now()
            if pause > 0 {
                bell.wait(.nanoseconds(pause))
            } else {
                if look(at: next) { changed(next.calendar.name) }
            }
        }
    }

    /// Whether it holds something else than before.
    private func look(at feed: Feed) -> Bool {
        let calendar = feed.calendar
        let result = read(feed)
        if state.withLock({ $0.isStopping }) { return false }
        var trouble: String?
        var copy = feed.copy
        switch result {
        case .success(let new): copy = new
        case .failure(let why): trouble = why.description
        }
        tell(calendar, trouble, before: feed.trouble)
        let pause = trouble == nil ? calendar.every : min(calendar.every, Self.patience)
        let isNew = copy?.bytes != feed.copy?.bytes
        let (isThere, shelf) = state.withLock { state in
            // A reload may have taken it away meanwhile.
            guard let place = state.feeds.firstIndex(where: { $0.calendar == calendar }) else {
                return (false, state.shelf)
            }
            state.feeds[place].copy = copy
            state.feeds[place].trouble = trouble
            state.feeds[place].due = cshims_monotonic_now() + pause.nanoseconds
            return (true, state.shelf)
        }
        guard isThere, let copy, copy != feed.copy else { return false }
        if !shelf.keep(copy, as: calendar.name) {
            logger.warning("a calendar cannot be kept on disk", metadata: ["calendar": "\(calendar.name)"])
        }
        return isNew
    }

    private func tell(_ calendar: Configuration.CalendarSource, _ trouble: String?, before: String?) {
        guard trouble != before else { return }
        if let trouble {
            logger.warning(
                "a calendar cannot be read; what is known of it stays",
                metadata: ["calendar": "\(calendar.name)", "why": "\(trouble)"])
        } else {
            logger.notice("a calendar can be read again", metadata: ["calendar": "\(calendar.name)"])
        }
    }

    private func read(_ feed: Feed) -> Result<FeedShelf.Copy, FeedTrouble> {
        let source = feed.calendar.place.source
        do {
            let (bytes, mark): ([UInt8], Download.Mark)
            switch feed.calendar.place {
            case .file(let path):
                do throws(FileFailure) {
                    (bytes, mark) = (try readFile(path, most: CalendarFile.mostBytes), Download.Mark())
                } catch {
                    throw FeedTrouble(error.sentence(path, remedy: "write the calendar there"))
                }
            case .url(let url):
                let password = try feed.calendar.password.map(secret)
                let download = Download(
                    url: url, user: feed.calendar.user, password: password, most: CalendarFile.mostBytes,
                    deadline: deadline, known: feed.copy?.mark ?? Download.Mark())
                let answer = try download.fetch { [self] in state.withLock { $0.isStopping } }
                guard case .new(let new, let newMark) = answer else {
                    guard let copy = feed.copy else {
                        throw FeedTrouble("it says that it is still as before")
                    }
                    return .success(copy)
                }
                (bytes, mark) = (new, newMark)
            }
            guard Self.isWhole(bytes) else {
                throw FeedTrouble("it is no calendar, or cut off: it does not end with END:VCALENDAR")
            }
            guard CalendarFile(bytes, zone: .utc, rights: CalendarRights()) != nil else {
                throw FeedTrouble("it is no calendar, or one of too many events or vain rules")
            }
            return .success(FeedShelf.Copy(source: source, mark: mark, bytes: Data(bytes)))
        } catch {
            return .failure(error as? FeedTrouble ?? FeedTrouble("\(error)"))
        }
    }

    /// Whether a file ends as a calendar does. A server's answer without a length can be cut anywhere.
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let end = bytes.reversed().drop { $0 <= 0x20 }.prefix(13).reversed()
        return String(decoding: end, as: UTF8.self).uppercased() == "END:VCALENDAR"
    }

    /// Says what of the calendars is not on air as it stands there.
    func tellNotes(of configuration: Configuration) {
        let feeds = state.withLock { $0.feeds }
        for feed in feeds {
            guard let copy = feed.copy,
                let notes = configuration.read(feed.calendar, Array(copy.bytes))?.notes
            else { continue }
            for note in notes.prefix(Self.mostNotes) {
                logger.notice(
                    "not on air from a calendar",
                    metadata: ["calendar": "\(feed.calendar.name)", "what": "\(note.shown)"])
            }
        }
    }
}

/// Why a calendar is not read, as an end of a sentence.
struct FeedTrouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Configuration.CalendarSource {
    /// Whether it is the same calendar, whatever it may say.
    func isAt(_ other: Configuration.CalendarSource) -> Bool { name == other.name && place == other.place }
}

extension Configuration.CalendarSource.Place {
    /// In a text, for the shelf alone.
    var source: String {
        switch self {
        case .file(let path): path
        case .url(let url): url
        }
    }
}
