internal import Foundation
internal import Synchronization

/// The way from the station to a DJ whose client listens (`Uplink.md`). Any thread; nothing waits.
///
/// What is said while the line is lost waits for the next connection: of states the newest, of sentences 16 at the most,
/// the oldest of which is dropped.
public final class Downlink: Sendable {
    private struct Standing {
        var word: String
        /// Seconds until the show's time on air is over, at the moment of the question.
        var left: (@Sendable () -> Double)?

        var object: String {
            Downlink.object(Line(state: word, left: left.map { ($0() * 10).rounded() / 10 }))
        }
    }

    private struct Line: Encodable {
        var state: String?
        var left: Double?
        var say: String?
        var goodbye: String?
    }

    private struct State {
        var state: Standing?
        var sentences: [String] = []
        var goodbye: String?
        var isTold = false
        var listener: (attempt: Int, nudge: @Sendable () -> Void)?
        var onGoodbye: (@Sendable () -> Void)?
        var lastState: Standing?
    }

    private let state = Mutex(State())
    private static let mostSentences = 16
    private static let longest = 500

    init() {}

    /// Says where the show stands: `green room`, `on air`, `bridged`, `held`.
    ///
    /// - Parameter left: tells how many seconds are left on air, whenever that is asked; nil for not that anybody knows.
    public func tell(state word: String, left: (@Sendable () -> Double)? = nil) {
        nudge { state in
            let standing = Standing(word: word, left: left)
            let isTimed = left != nil || state.lastState?.left != nil
            guard isTimed || state.lastState?.word != word else { return false }
            (state.lastState, state.state) = (standing, standing)
            return true
        }
    }

    /// Says a sentence to the DJ.
    public func say(_ sentence: String) {
        nudge { state in
            if state.sentences.count == Self.mostSentences { state.sentences.removeFirst() }
            state.sentences.append(String(sentence.prefix(Self.longest)))
            return true
        }
    }

    /// Ends the show from the station's side, with a sentence for the DJ: nothing of it is taken any more, and its client
    /// does not come back by itself. The first goodbye counts.
    public func goodbye(_ sentence: String) {
        let act = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.goodbye == nil else { return nil }
            state.goodbye = String(sentence.prefix(Self.longest))
            return state.onGoodbye
        }
        act?()
        nudge { _ in true }
    }

    private func nudge(_ change: (inout State) -> Bool) {
        state.withLock { change(&$0) ? $0.listener?.nudge : nil }?()
    }

    // MARK: For the connection

    func onGoodbye(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.onGoodbye = act } }

    /// Whether the show has ended from one side or the other.
    var hasSaidGoodbye: Bool { state.withLock { $0.goodbye != nil } }

    /// A connection begins to listen: it is told the state anew, and a goodbye too.
    func listen(as attempt: Int, nudge: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.listener = (attempt, nudge)
            state.state = state.lastState
            state.isTold = false
        }
    }

    func leave(as attempt: Int) {
        state.withLock { state in
            if state.listener?.attempt == attempt { state.listener = nil }
        }
    }

    /// What there is to say, a JSON object each; and whether nothing follows.
    func take() -> (lines: [String], isLast: Bool) {
        state.withLock { state in
            guard !state.isTold else { return ([], true) }
            var lines = state.state.map { [$0.object] } ?? []
            lines += state.sentences.map { Self.object(Line(say: $0)) }
            (state.state, state.sentences) = (nil, [])
            if let goodbye = state.goodbye {
                lines.append(Self.object(Line(goodbye: goodbye)))
                state.isTold = true
            }
            return (lines, state.isTold)
        }
    }

    private static func object(_ line: Line) -> String {
        // Fails for no string and for no number that is one.
        let data = (try? JSONEncoder().encode(line)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self)
    }
}
