internal import Station

/// How `check` tells its problems.
extension Printer {
    /// The lines are not cut: editors make links of them.
    func print(_ problems: [Problem], json: Bool) throws {
        if json { return try print(problems.map(Element.init), json: true) { [] } }
        for problem in problems {
            let note = problem.severity == .note ? "note: " : ""
            try write("\(problem.place): \(note)\(problem.sentence)".safe + "\n")
        }
        if problems.isEmpty { try print(["All is well: nothing would go wrong on air."]) }
    }
}

/// A problem in the vocabulary of `--json`.
private struct Element: Encodable {
    let path: String
    let line: Int
    let column: Int
    let severity: String
    let sentence: String

    init(_ problem: Problem) {
        path = problem.place.path
        line = problem.place.line
        column = problem.place.column
        severity = problem.severity.rawValue
        sentence = problem.sentence
    }
}
