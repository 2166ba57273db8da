internal import Glibc

/// Where lines go: whether it shows colours.
struct Terminal {
    static let columns = 80
    /// Makes the screen forget a line that is to be written anew.
    static let eraseLine = "\r\u{1b}[K"

    var colour: Bool

    /// The terminal behind a descriptor. No colours for files and pipes, nor where the person wants none
    /// (no-color.org).
    init(descriptor: Int32, environment: [String: String]) {
        let wanted = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        colour = wanted && isatty(descriptor) == 1
    }

    init(colour: Bool) { self.colour = colour }
}

/// A line for people: pieces of text in a few styles. Only here text becomes what a terminal gets, so only here it is
/// made safe, cut to the width, and coloured.
struct Line: ExpressibleByStringLiteral {
    enum Style: String {
        case plain = ""
        case strong = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
    }

    private var spans: [(text: String, style: Style)] = []

    init(_ text: String = "", _ style: Style = .plain) { add(text, style) }

    init(stringLiteral text: String) { self.init(text) }

    mutating func add(_ text: String, _ style: Style = .plain) { spans.append((text.safe, style)) }

    static func + (line: Line, text: String) -> Line {
        var line = line
        line.add(text)
        return line
    }

    static func + (line: Line, other: Line) -> Line {
        var line = line
        line.spans += other.spans
        return line
    }

    /// A text in as many lines as it needs; those after the first are indented like the first one's text.
    static func wrapped(_ text: String, after first: String, _ style: Style = .plain) -> [Line] {
        text.safe.wrapped(Terminal.columns - first.columns).enumerated().map { index, part in
            var line = Line(index == 0 ? first : String(repeating: " ", count: first.columns))
            line.add(part, style)
            return line
        }
    }

    /// The line without its end.
    func text(for terminal: Terminal) -> String {
        var left = Terminal.columns
        return spans.reduce(into: "") { text, span in
            let part = span.text.cut(to: left)
            left -= part.columns
            let coloured = terminal.colour && span.style != .plain && !part.isEmpty
            text += coloured ? "\u{1b}[\(span.style.rawValue)m\(part)\u{1b}[0m" : part
        }
    }
}
