internal import Station

/// Prints the answer of a command: JSON for programs, lines for people.
struct Printer {
    var terminal: Terminal
    /// Takes text with its ends of lines.
    var write: (String) -> Void

    /// The printer for standard output.
    static func standard(environment: [String: String]) -> Printer {
        Printer(terminal: Terminal(descriptor: 1, environment: environment)) {
            Swift.print($0, terminator: "")
        }
    }

    func print(_ lines: [Line]) {
        for line in lines { write(line.text(for: terminal) + "\n") }
    }

    /// A value in one line of JSON, or in words.
    func print(_ value: some Encodable, json: Bool, words: () -> [Line]) throws {
        if json {
            write(try Report.json(value) + "\n")
        } else {
            print(words())
        }
    }

    /// A list as a JSON array with an element a line, or in words.
    func print(_ values: [some Encodable], json: Bool, words: () -> [Line]) throws {
        guard json else { return print(words()) }
        let elements = try values.map { try Report.json($0) }
        write(elements.isEmpty ? "[]\n" : "[\n" + elements.joined(separator: ",\n") + "\n]\n")
    }

    /// What the station did, and what the person should know besides.
    func print(_ done: Acknowledgement, json: Bool) throws {
        try print(done, json: json) {
            Line.wrapped(done.done, after: "", .good)
                + done.warnings.flatMap { Line.wrapped($0, after: "  ! ", .bad) }
                + (done.entries ?? []).map(\.row) + (done.next.map { [Line("Next: \($0.label)")] } ?? [])
        }
    }
}
