internal import Glibc
internal import Synchronization

/// One line on the terminal that tells how far long work is. It shows nothing where standard error is a file.
///
/// Any thread may call it.
final class Progress: Sendable {
    private let shown: Bool
    private let write: @Sendable (String) -> Void
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    init(
        environment: [String: String], shown: Bool = isatty(STDERR_FILENO) == 1,
        write: @escaping @Sendable (String) -> Void = standardError
    ) {
        self.shown = shown && environment["TERM"] != "dumb"
        self.write = write
    }

    /// Draws the line, ten times a second at the most.
    ///
    /// - Parameters:
    ///   - done: of all the work, 0…1.
    ///   - what: is being done.
    func show(_ done: Double, _ what: String, at now: ContinuousClock.Instant = .now) {
        let done = min(max(done, 0), 1)
        let bar = String(repeating: "#", count: Int(done * 20))
        draw("[\(bar.padded(20))] \("\(Int(done * 100))".padded(3, right: true)) %  \(what.safe)", at: now)
    }

    /// The same for work of which nobody knows how much is left.
    func show(_ what: String, at now: ContinuousClock.Instant = .now) { draw("… \(what.safe)", at: now) }

    private func draw(_ line: String, at now: ContinuousClock.Instant) {
        let due = last.withLock { last in
            guard shown, last.map({ now - $0 >= .milliseconds(100) }) ?? true else { return false }
            last = now
            return true
        }
        if due { write(Terminal.eraseLine + line.cut(to: Terminal.columns - 1)) }
    }

    /// Takes the line away.
    func finish() {
        let isThere = last.withLock { last in
            defer { last = nil }
            return last != nil
        }
        if isThere { write(Terminal.eraseLine) }
    }
}
