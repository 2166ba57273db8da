internal import Audio
internal import Codecs
internal import Dispatch
internal import Glibc
internal import Studio
internal import Synchronization
internal import Threads

/// A DJ's side of a show: keys, titles and signals in, what happens out.
///
/// A thread of its own, named `live-desk`, looks twenty times a second at what has come; the show and the line have
/// threads of their own, and leave what they tell in a box of bounded size. It waits for neither.
final class LiveDesk: Sendable {
    private enum News: Sendable {
        case line(UplinkEvent)
        case show(ShowEvent)
        /// A person or the system wants the end.
        case end
        /// The line is closed.
        case closed
    }

    private let station: String
    private let words: LiveWords
    private let titles: TitlesFile?
    private let environment: [String: String]
    private let box = Mutex<[News]>([])
    /// News that may wait; the oldest goes.
    private static let mostNews = 1_024

    init(station: String, words: LiveWords, titles: TitlesFile?, environment: [String: String]) {
        self.station = station
        self.words = words
        self.titles = titles
        self.environment = environment
    }

    /// Runs a show to its end. Throws what keeps it from being one.
    func run(_ plan: Show.Plan, _ target: UplinkTarget, _ workers: MediaWorkers) async throws {
        try await run(plan, workers) { events in Uplink(target, events: events) }
    }

    func run(
        _ plan: Show.Plan, _ workers: MediaWorkers,
        _ connect: (@escaping @Sendable (UplinkEvent) -> Void) -> any ShowLine
    ) async throws {
        let line = connect { [self] event in tell(.line(event)) }
        let show = try Show(plan, workers: workers, line: line) { [self] event in tell(.show(event)) }
        let signals = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in tell(.end) }
            source.resume()
            return source
        }
        defer { for source in signals { source.cancel() } }
        let thread = OwnedThread(name: "live-desk")
        let outcome = await withCheckedContinuation { continuation in
            thread.start { [self] in continuation.resume(returning: follow(show, line, plan.fader)) }
        }
        thread.join()
        show.end()
        if let outcome { throw outcome }
    }

    private func tell(_ news: News) {
        if case .line(.acknowledged) = news { return }
        box.withLock { box in
            if box.count == Self.mostNews { box.removeFirst() }
            box.append(news)
        }
    }

    // MARK: The desk's thread

    /// - Returns: why the show was none; nil when all is well.
    private func follow(_ show: Show, _ line: any ShowLine, _ fader: Fader) -> CommandError? {
        let seat = LiveSeat(
            station: station, words: words, titles: titles, environment: environment, fader: fader)
        while true {
            for key in seat.look() { act(key, seat, show, line) }
            for news in box.withLock({ Self.empty(&$0) }) {
                switch news {
                case .line(let event):
                    seat.take(event)
                    if seat.state.line == .over { show.finish() }
                case .show(let event):
                    seat.take(event)
                    guard case .ended = event else { continue }
                    Task { [self] in
                        await line.end()
                        tell(.closed)
                    }
                case .end: act(.end, seat, show, line)
                case .closed: return seat.leave()
                }
            }
            seat.draw(level: show.level)
        }
    }

    private static func empty(_ box: inout [News]) -> [News] {
        defer { box = [] }
        return box
    }

    private func act(_ key: LiveKey, _ seat: LiveSeat, _ show: Show, _ line: any ShowLine) {
        switch key {
        case .mute: show.fader = show.fader == .muted ? .open : .muted
        case .cue: show.fader = show.fader == .cued ? .open : .cued
        case .line(let text): show.announce(Title(line: text))
        case .end:
            if seat.state.isEnding { line.abandon() }
            show.finish()
        }
        seat.did(key, fader: show.fader)
    }
}
