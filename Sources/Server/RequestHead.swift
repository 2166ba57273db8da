/// The head of one request, parsed: the request line and the header fields. A value; it reads nothing by itself.
///
/// It is strict where leniency would be dangerous (control characters, what is no HTTP at all) and lenient where old
/// players are sloppy (line ends, lines without a colon, a missing Host).
struct RequestHead: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    let method: String
    /// The request target in origin form, as it came: path and query.
    let target: String
    /// The path, percent-decoded; `*` for `OPTIONS *`.
    let path: String
    /// What follows the question mark, as it came.
    let query: String
    /// The 1 of `HTTP/1.1`.
    let minorVersion: Int
    let fields: [Field]

    /// The first value of a field, whatever the case of its name.
    subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    /// All values of a field that may stand there several times.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The decoded values of a query parameter.
    func parameters(_ name: String) -> [String] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0] == name else { return nil }
            return parts.count == 2 ? percentDecoded(parts[1]) ?? String(parts[1]) : ""
        }
    }

    /// Whether bytes of a body follow the head.
    var hasBody: Bool {
        self["transfer-encoding"] != nil || self["content-length"].map { $0 != "0" } ?? false
    }

    /// The bytes of the form that follows a POST; nil when there is none.
    func formLength(most: Int) throws(Refusal) -> Int? {
        guard method == "POST", hasBody else { return nil }
        guard self["transfer-encoding"] == nil, let length = self["content-length"].flatMap(Int.init),
            length > 0
        else { throw .lengthNeeded }
        guard length <= most else { throw .formTooLarge }
        return length
    }

    /// Whether the next request may come on the same connection. One with a body is always the last: where it ends is
    /// not worth a guess.
    var keepsConnection: Bool {
        guard minorVersion >= 1, !hasBody else { return false }
        return self["connection"]?.lowercased().contains("close") != true
    }
}

extension RequestHead {
    /// Parses a request line, without its line end.
    static func requestLine(_ line: ArraySlice<UInt8>) throws(Refusal) -> (
        method: String, target: String, minorVersion: Int
    ) {
        guard let text = cleanText(line) else { throw .notHTTP }
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 3, words[0].utf8.allSatisfy(isToken) else { throw .notHTTP }
        switch words[2].uppercased() {
        case "HTTP/1.0", "ICE/1.0": return (String(words[0]), String(words[1]), 0)
        case let version where version.hasPrefix("HTTP/1.") && version.utf8.count == 8:
            return (String(words[0]), String(words[1]), 1)
        case let version where version.hasPrefix("HTTP/"): throw .versionNotSupported
        default: throw .notHTTP
        }
    }

    /// Parses a head from its lines, without line ends and without the empty line.
    init(lines: [ArraySlice<UInt8>]) throws(Refusal) {
        let (method, target, minorVersion) = try Self.requestLine(lines[0])
        guard lines.count <= 101 else { throw .headTooLarge }
        var fields: [Field] = []
        for line in lines.dropFirst() {
            guard let text = cleanText(line), line.first.map({ $0 != 0x20 && $0 != 0x09 }) ?? true else {
                throw .malformedField
            }
            guard let colon = text.firstIndex(of: ":") else { continue }
            let name = text[..<colon]
            guard !name.isEmpty, name.utf8.allSatisfy(isToken) else { throw .malformedField }
            let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let end = value.lastIndex { $0 != " " && $0 != "\t" }
            fields.append(Field(name: String(name), value: end.map { String(value[...$0]) } ?? ""))
        }
        try self.init(method: method, target: target, minorVersion: minorVersion, fields: fields)
    }

    private init(
        method: String, target: String, minorVersion: Int, fields: [Field]
    ) throws(Refusal) {
        let target = Self.originForm(target)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard target == "*" || target.hasPrefix("/"), let path = percentDecoded(parts[0]),
            !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .malformedTarget }
        self.method = method
        self.target = target
        self.path = path
        query = parts.count == 2 ? String(parts[1]) : ""
        self.minorVersion = minorVersion
        self.fields = fields
    }

    /// RFC 9112, 3.2.2: a server takes the absolute form too.
    private static func originForm(_ target: String) -> String {
        guard let scheme = ["http://", "https://"].first(where: target.lowercased().hasPrefix) else {
            return target
        }
        let rest = target.dropFirst(scheme.count)
        guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        return rest[end] == "/" ? String(rest[end...]) : "/\(rest[end...])"
    }
}

/// A line as text: UTF-8, else Latin-1; nil when it holds a control character other than a tab.
private func cleanText(_ line: ArraySlice<UInt8>) -> String? {
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else { return nil }
    if let text = String(validating: line, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(line.map { Unicode.Scalar($0) }))
}

/// RFC 9110, 5.6.2.
func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// A text with its `%XX` decoded; nil when one is broken or the result is no UTF-8.
func percentDecoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
}
