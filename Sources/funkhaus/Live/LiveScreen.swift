/// Puts lines and a panel on a terminal: what happened scrolls by, the panel stays below it.
struct LiveScreen {
    private var height = 0
    private let terminal: Terminal

    /// Long lines are cut at the edge, not wrapped: a panel that took more rows than it has lines would climb.
    static let begin = "\u{1b}[?7l"
    static let end = "\u{1b}[?7h"

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// The text that shows new lines above the panel, and the panel anew. The cursor is left behind its last line.
    mutating func draw(_ news: [Line], panel: [Line]) -> String {
        var text = "\r" + (height > 1 ? "\u{1b}[\(height - 1)A" : "")
        for line in news { text += line.text(for: terminal) + "\u{1b}[K\r\n" }
        text += panel.map { $0.text(for: terminal) + "\u{1b}[K" }.joined(separator: "\r\n")
        // What an earlier, higher panel left below.
        text += "\u{1b}[J"
        height = panel.count
        return text
    }

    /// The text that leaves the panel as it stands.
    mutating func leave() -> String {
        height = 0
        return "\r\n"
    }
}
