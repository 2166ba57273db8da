extension PlaylistFile {
    /// Reads a PLS list: below `[playlist]` the lines `File1=…` and `Title1=…`, in the order of their numbers.
    public init(pls bytes: [UInt8]) {
        self.init()
        guard let lines = textLines(of: bytes) else { return }
        if let first = lines.first, first.text.lowercased() != "[playlist]" {
            addFault(
                "a PLS list begins with the line [playlist]: add it", line: first.number, column: first.column
            )
        }
        var files: [Int: Numbered] = [:]
        var titles: [Int: Substring] = [:]
        for line in lines {
            guard let (key, number, value) = Self.assignment(line.text) else { continue }
            switch key {
            case "title": titles[number] = value
            case "file":
                let column = line.column + (line.text.count - value.count)
                guard files[number] == nil else {
                    addFault(
                        "File\(number) stands in this list twice: give each file a number of its own",
                        line: line.number, column: line.column)
                    continue
                }
                files[number] = Numbered(value: value, line: line.number, column: column)
            default: break
            }
        }
        for (number, file) in files.sorted(by: { $0.key < $1.key }) {
            let label = titles[number].map(Self.artistAndTitle)
            add(
                location: String(file.value), isURI: false, artist: label?.artist, title: label?.title,
                line: file.line, column: file.column)
        }
    }

    private struct Numbered {
        var value: Substring
        var line: Int
        var column: Int
    }

    /// `File12=value` as ("file", 12, "value"). Keys count in any case.
    private static func assignment(_ line: String) -> (key: String, number: Int, value: Substring)? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals]
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber || $0 == " " }.count
        guard let number = Int(name.suffix(digits).filter { $0 != " " }) else { return nil }
        let value = line[line.index(after: equals)...].drop { $0 == " " || $0 == "\t" }
        return (name.dropLast(digits).lowercased(), number, value)
    }
}
