internal import Audio
internal import Codecs
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Station
internal import Studio

/// Where a DJ sits: a terminal with a panel and keys, or, where there is none, lines on standard output; and where titles
/// come from besides. Belongs to the desk's thread.
final class LiveSeat {
    private(set) var state: ShowState
    private let station: String
    private let words: LiveWords
    private let panel: LivePanel
    private let terminal: Terminal
    /// Nil where nobody sits.
    private var keys: RawTerminal?
    private var keyboard = Keyboard()
    private var screen: LiveScreen
    private let titleBox: TitleBox?
    private var titles: TitlesFile?
    private var news: [LiveSentence] = []
    private var fault: MediaFault?
    private var (drawnAt, lookedAt): (Int64, Int64) = (0, 0)

    init(
        station: String, words: LiveWords, titles: TitlesFile?, environment: [String: String], fader: Fader
    ) {
        state = ShowState(fader: fader)
        self.station = station
        self.words = words
        panel = LivePanel(words: words, station: station)
        terminal = Terminal(descriptor: STDOUT_FILENO, environment: environment)
        let isTerminal = isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
        keys = isTerminal ? RawTerminal() : nil
        screen = LiveScreen(terminal)
        titleBox = TitleBox(environment: environment)
        self.titles = titles
        if keys != nil { write(LiveScreen.begin) }
        news.append(LiveSentence(words.fill(words.connecting, station)))
        if fader != .open { news.append(words.sentence(fader)) }
    }

    private var now: Int64 { Int64(DispatchTime.now().uptimeNanoseconds) }

    // MARK: What comes in

    /// Waits a moment for keys and titles, and gives them.
    func look() -> [LiveKey] {
        var wanted = [keys?.descriptor, titleBox?.descriptor].compactMap { $0 }.map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&wanted, nfds_t(wanted.count), 50)
        var found: [LiveKey] = []
        if let keys, wanted.contains(where: { $0.fd == keys.descriptor && $0.revents != 0 }) {
            let bytes = keys.read()
            found = keyboard.take(bytes)
            // The terminal has gone, and its DJ with it.
            if bytes.isEmpty { (self.keys, found) = (nil, [.end]) }
        }
        while let title = titleBox?.take() { found.append(.line(title)) }
        if now - lookedAt > 500_000_000 {
            lookedAt = now
            if let title = titles?.changed() { found.append(.line(title.line)) }
        }
        return found
    }

    // MARK: What is told

    func take(_ event: UplinkEvent) {
        if let line = words.sentence(event, station: station, wasConnected: state.wasConnected) {
            news.append(line)
        }
        state.take(event, at: now)
    }

    func take(_ event: ShowEvent) {
        if let line = words.sentence(event) { news.append(line) }
        if case .ended(let fault) = event { self.fault = fault }
        state.take(event)
    }

    /// A key was obeyed.
    func did(_ key: LiveKey, fader: Fader) {
        if key == .end, !state.isEnding {
            state.isEnding = true
            news.append(LiveSentence(words.ending))
        }
        guard fader != state.fader else { return }
        state.fader = fader
        news.append(words.sentence(fader))
    }

    /// Shows what is new, and the panel ten times a second.
    func draw(level: ShowLevel) {
        state.level = level
        let now = now
        guard !news.isEmpty || now - drawnAt > 100_000_000 else { return }
        drawnAt = now
        let clock = StationTime(nanoseconds: .wallNow, zone: .current).local.clock + "  "
        if keys == nil {
            // A log has no width.
            write(news.map { clock + $0.text.safe + "\n" }.joined())
        } else {
            let lines = news.flatMap { Line.wrapped($0.text, after: clock, $0.style) }
            write(screen.draw(lines, panel: panel.lines(state, typed: keyboard.typed, at: now)))
        }
        news = []
    }

    /// Gets up: the terminal is as it was before.
    ///
    /// - Returns: why there was no show; nil when all is well.
    func leave() -> CommandError? {
        let sentence = words.fill(words.ended, state.timeOnAir(at: now).clock)
        if state.wasConnected { news.append(LiveSentence(sentence)) }
        drawnAt = 0
        draw(level: state.level)
        if keys != nil { write(screen.leave() + LiveScreen.end) }
        keys = nil
        if let refusal = state.refusal {
            return CommandError(
                sentence: words.fill(words.refused, refusal), remedy: "")
        }
        if let fault {
            return CommandError(sentence: state.source == nil ? fault.ofADevice : fault.explanation)
        }
        guard state.wasConnected else {
            return CommandError(code: .unreachable, sentence: words.fill(words.unreached, station))
        }
        return nil
    }

    private func write(_ text: String) { _ = writeAll(text, to: STDOUT_FILENO) }
}
