internal import Glibc
internal import Station

/// Prints the answer of a command: JSON for programs, lines for people.
struct Printer {
    var terminal: Terminal
    /// Takes text with its ends of lines.
    var write: (String) throws -> Void

    /// The printer for standard output.
    static func standard(environment: [String: String]) -> Printer {
        Printer(terminal: Terminal(descriptor: STDOUT_FILENO, environment: environment)) {
            let code = writeAll($0, to: STDOUT_FILENO)
            guard code != 0 else { return }
            throw CommandError(
                sentence: "The answer cannot be written: \(String(cString: strerror(code))).",
                remedy: "Make room on the disk, or name another file.")
        }
    }

    func print(_ lines: [Line]) throws {
        try write(lines.map { $0.text(for: terminal) + "\n" }.joined())
    }

    /// A value in one line of JSON, or in words.
    func print(_ value: some Encodable, json: Bool, words: () -> [Line]) throws {
        if json {
            try write(Report.json(value) + "\n")
        } else {
            try print(words())
        }
    }

    /// A list as a JSON array with an element a line, or in words.
    func print(_ values: [some Encodable], json: Bool, words: () -> [Line]) throws {
        guard json else { return try print(words()) }
        let elements = try values.map { try Report.json($0) }
        try write(elements.isEmpty ? "[]\n" : "[\n" + elements.joined(separator: ",\n") + "\n]\n")
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

/// Writes all of a text to a descriptor as it stands; 0, or the error number.
func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return errno }
        rest = rest.dropFirst(max(0, count))
    }
    return 0
}

/// Writes to standard error, and does not mind when that is not possible: there is nobody left to tell.
@Sendable func standardError(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }
