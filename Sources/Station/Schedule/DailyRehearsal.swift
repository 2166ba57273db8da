internal import CShims
internal import Foundation
internal import Logging
internal import Programme
internal import Synchronization
internal import Threads

/// Goes through the coming day of the plan before it airs, and says what those who make the shows should put right: what
/// `simulate` would, as far as it cannot wait.
///
/// On a thread of its own, `rehearsal`, of the lowest priority: once a day, and a while after something has changed. Each
/// trouble is told once, until it is over. Any thread may ask.
final class DailyRehearsal: Sendable {
    /// What is on air and planned, and when that is; nil while nobody knows.
    typealias Plan = @Sendable () -> (timeline: Timeline, now: Instant, zone: TimeZone)?

    /// What goes wrong in the coming day.
    struct Trouble: Hashable, Sendable {
        /// A word for it, and the show.
        var key: [String]
        /// When it does first, what it is, and what to do, in a sentence.
        var words: String
    }

    private struct State {
        var troubles: [Trouble] = []
        var isStarted = false
        var isStopping = false
    }

    private static let day = Length(seconds: 86_400)
    /// How long nothing may change before it looks: a minute.
    private static let quiet: Duration = .seconds(60)

    private let logger: Logger
    private let state = Mutex(State())
    private let bell = Signal()
    private let thread = OwnedThread(name: "rehearsal")

    init(logger: Logger) { self.logger = logger }

    /// To be called once. The question is asked on the rehearsal's own thread.
    func start(_ plan: @escaping Plan) {
        state.withLock { $0.isStarted = true }
        thread.start { [self] in run(plan) }
    }

    func stop() {
        let isStarted = state.withLock { state in
            state.isStopping = true
            return state.isStarted
        }
        guard isStarted else { return }
        bell.wake()
        thread.join(within: .seconds(2))
    }

    /// Something has changed that is planned from. Does not wait.
    func again() { bell.wake() }

    /// What is wrong with the coming day, a sentence each.
    var troubles: [String] { state.withLock { $0.troubles.map(\.words) } }

    private func run(_ plan: Plan) {
        cshims_yield_to_all()
        var pause = Self.quiet
        while true {
            let isNews = bell.wait(pause)
            if state.withLock({ $0.isStopping }) { return }
            pause = Self.quiet
            guard !isNews else { continue }
            guard let plan = plan() else { continue }
            tell(Self.troubles(of: plan.timeline, at: plan.now, zone: plan.zone))
            pause = .seconds(86_400)
        }
    }

    /// Keeps what was found, and logs what was not wrong before.
    func tell(_ troubles: [Trouble]) {
        let known = state.withLock { state in
            defer { state.troubles = troubles }
            return Set(state.troubles.map(\.key))
        }
        for trouble in troubles where !known.contains(trouble.key) {
            logger.warning("the coming day", metadata: ["what": "\(trouble.words)"])
        }
    }

    /// What is wrong with the day behind an instant: shows that have nothing to play, and files that are too long where
    /// their show wants to be told (`overlong: warn`).
    static func troubles(of timeline: Timeline, at now: Instant, zone: TimeZone) -> [Trouble] {
        let words = ChangeWords(zone: zone)
        return Rehearsal(timeline, from: now, to: now + day).findings.compactMap { found in
            guard let show = found.show else { return nil }
            switch found.kind {
            case .nothingToPlay: break
            case .tooLong where show.overlong == .warn: break
            default: return nil
            }
            return Trouble(
                key: [found.kind.word, show.name],
                words: "\(words.time(found.at)): \(found.kind.sentence(show.name.shown))")
        }
    }
}
