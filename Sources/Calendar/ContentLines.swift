/// One line of an iCalendar file: `NAME;PARAMETER=value:value` (RFC 5545, section 3.1).
struct ContentLine: Hashable, Sendable {
    /// Where it begins in the file, counted from 1.
    var number: Int
    /// In capitals.
    var name: String
    /// By their names in capitals; values without their quotation marks.
    var parameters: [String: String]
    var value: String

    /// Nil for what is no such line.
    init?(_ text: Substring, number: Int) {
        var rest = text
        guard let name = rest.takeName() else { return nil }
        var parameters: [String: String] = [:]
        while rest.first == ";" {
            rest.removeFirst()
            guard let key = rest.takeName(), rest.popFirst() == "=" else { return nil }
            var value = ""
            if rest.first == "\"" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                value = String(rest[..<end])
                rest = rest[end...].dropFirst()
            }
            // A list of values, which only parameters that nobody here reads have.
            let more = rest.prefix { $0 != ";" && $0 != ":" }
            value += more
            rest = rest.dropFirst(more.count)
            parameters[key.uppercased()] = value
        }
        guard rest.popFirst() == ":" else { return nil }
        self.number = number
        self.name = name.uppercased()
        self.parameters = parameters
        value = String(rest)
    }

    /// The value as a TEXT (RFC 5545, section 3.3.11).
    var text: String {
        var text = ""
        var escapes = false
        for character in value {
            if escapes {
                text.append(character == "n" || character == "N" ? "\n" : character)
                escapes = false
            } else if character == "\\" {
                escapes = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// The lines of a file, those that were folded put together. Lines that are none are left out.
    static func all(of text: String) -> [ContentLine] {
        var lines: [ContentLine] = []
        var current: (text: String, number: Int)?
        func close() {
            guard let open = current else { return }
            if let line = ContentLine(open.text[...], number: open.number) { lines.append(line) }
            current = nil
        }
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            // Some fold within a character, between a letter and its accent.
            if let first = line.unicodeScalars.first, first == " " || first == "\t", current != nil {
                // (Through `unicodeScalars` the whole text would be copied for each line.)
                current?.text.append(String(Substring.UnicodeScalarView(line.unicodeScalars.dropFirst())))
            } else {
                close()
                if !line.isEmpty { current = (String(line), index + 1) }
            }
        }
        close()
        return lines
    }
}

extension Substring {
    fileprivate mutating func takeName() -> String? {
        let name = prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        guard !name.isEmpty else { return nil }
        self = dropFirst(name.count)
        return String(name)
    }
}
