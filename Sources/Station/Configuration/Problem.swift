/// A place in a text file that a person edits. Lines and columns count from 1, columns in characters.
public struct Place: Hashable, Sendable, CustomStringConvertible {
    public var path: String
    public var line: Int
    public var column: Int

    public init(path: String, line: Int = 1, column: Int = 1) {
        self.path = path
        self.line = line
        self.column = column
    }

    /// `path:line:column`, which editors and terminals make a link of.
    public var description: String { "\(path.shown):\(line):\(column)" }
}

/// Something to be put right: where, what, and what to do, in one sentence.
public struct Problem: Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Hashable, Sendable {
        /// It would be wrong on air.
        case wrong
        /// Worth knowing; the programme is as intended.
        case note
    }

    public var place: Place
    public var sentence: String
    public var severity: Severity

    public init(_ sentence: String, at place: Place, severity: Severity = .wrong) {
        self.place = place
        self.sentence = sentence
        self.severity = severity
    }

    /// `path:line:column: sentence`.
    public var description: String { "\(place): \(sentence)" }
}

/// Why a configuration is refused whole: every problem that was found, in the order of the file.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [Problem]

    /// A problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension String {
    /// This text for a message: control characters, which could steer a terminal, replaced, and cut at 300
    /// characters.
    var shown: String {
        let safe = unicodeScalars.prefix(300).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "\u{fffd}"
            default: Character(scalar)
            }
        }
        return String(safe) + (unicodeScalars.count > 300 ? "…" : "")
    }

    /// The same in quotation marks.
    var quoted: String { "“\(shown)”" }
}
