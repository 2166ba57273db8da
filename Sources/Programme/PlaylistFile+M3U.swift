extension PlaylistFile {
    /// Reads an M3U or M3U8 list: a path a line, lines with `#` are comments, except `#EXTINF:seconds,Artist - Title`
    /// before its file. There is no standard; this takes what players and library programs write.
    public init(m3u bytes: [UInt8]) {
        self.init()
        guard let lines = textLines(of: bytes) else { return }
        var label: (artist: String?, title: String?)
        for line in lines {
            if line.text.hasPrefix("#") {
                if let text = Self.extinf(line.text) { label = Self.artistAndTitle(text) }
                continue
            }
            add(
                location: line.text, isURI: false, artist: label.artist, title: label.title,
                line: line.number,
                column: line.column)
            label = (nil, nil)
        }
    }

    /// What follows the comma of an `#EXTINF` line. Attributes before it (`-1 logo="a,b"`) may hold commas in quotes.
    private static func extinf(_ line: String) -> Substring? {
        let name = "#EXTINF:"
        guard line.prefix(name.count).uppercased() == name else { return nil }
        var isQuoted = false
        for index in line.indices {
            switch line[index] {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: return line[line.index(after: index)...]
            default: break
            }
        }
        return nil
    }

    /// `Artist - Title`, or a title alone.
    static func artistAndTitle(_ label: Substring) -> (artist: String?, title: String?) {
        let separator = " - "
        for index in label.indices where label[index...].hasPrefix(separator) {
            let artist = trimmed(label[..<index])
            let title = trimmed(label[index...].dropFirst(separator.count))
            guard let artist, let title else { break }
            return (artist, title)
        }
        return (nil, trimmed(label))
    }

    private static func trimmed(_ text: Substring) -> String? {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    /// The list's lines; for bytes that are no text a fault and nil.
    mutating func textLines(of bytes: [UInt8]) -> [PlaylistText.Line]? {
        guard bytes.count <= Self.mostBytes else {
            addFault(
                "the list is larger than \(Self.mostBytes / 1_000_000) MB: divide it into several lists",
                line: 1,
                column: 1)
            return nil
        }
        guard let lines = PlaylistText.lines(of: bytes) else {
            addFault(
                "this is not a text in UTF-8 or Latin-1: is it a playlist? Save it as UTF-8 if it is",
                line: 1,
                column: 1)
            return nil
        }
        return lines
    }
}
