extension String {
    /// This text for a terminal or a table: what could steer a terminal, break a line or turn the direction of
    /// writing is replaced or left out. Tags, file names and other people's answers are never to be trusted.
    var safe: String {
        var text = ""
        for character in self {
            // More marks on one letter than any language writes only smear over the lines around.
            for scalar in character.unicodeScalars.prefix(12) {
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                    text.unicodeScalars.append("\u{fffd}")
                case .format where scalar != "\u{200c}" && scalar != "\u{200d}":
                    continue
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// Columns of a terminal.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// As much of the beginning as fits into so many columns, with an ellipsis for the rest.
    func cut(to most: Int) -> String {
        guard columns > most else { return self }
        var left = most - 1
        let kept = prefix { character in
            left -= character.columns
            return left >= 0
        }
        return most > 0 ? kept + "…" : ""
    }

    /// With spaces up to so many columns, before the text or behind it.
    func padded(_ width: Int, right: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - columns))
        return right ? spaces + self : self + spaces
    }

    /// In lines of at most so many columns, broken at spaces where that is possible.
    func wrapped(_ width: Int) -> [String] {
        var lines = [""]
        for word in split(separator: " ") {
            var word = String(word)
            if let line = lines.last, !line.isEmpty {
                if line.columns + 1 + word.columns <= width {
                    lines[lines.count - 1] = line + " " + word
                    continue
                }
                lines.append("")
            }
            while word.columns > width {
                let head = word.head(width)
                lines[lines.count - 1] = head
                lines.append("")
                word = String(word.dropFirst(head.count))
            }
            lines[lines.count - 1] = word
        }
        return lines
    }

    /// The characters that fit into so many columns, at least one.
    private func head(_ width: Int) -> String {
        var left = width
        let head = prefix { character in
            left -= character.columns
            return left >= 0
        }
        return String(head.isEmpty ? prefix(1) : head)
    }
}

extension Character {
    /// Columns that terminals give the character: two for the wide ones of East Asia (Unicode, annex 11) and for
    /// emoji, none for a mark on its own, else one.
    var columns: Int {
        if unicodeScalars.contains("\u{fe0f}") { return 2 }
        return unicodeScalars.reduce(0) { max($0, $1.columns) }
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        guard value >= 0x300 else { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
            0x17000...0x18cff, 0x1b000...0x1b2ff, 0x20000...0x3fffd:
            return 2
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }
}
