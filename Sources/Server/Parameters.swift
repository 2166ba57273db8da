/// The parameters of a request, from its query and its form, decoded: UTF-8, else Latin-1, or as `charset` says.
struct Parameters {
    private let values: [String: String]

    init(_ query: String, form: String = "") {
        // Only a form writes a space as a plus sign: in a query, Icecast's encoders mean a plus.
        let pairs = Self.pairs(query) + Self.pairs(form.replacing("+", with: "%20"))
        let charset = pairs.first { $0.name == "charset" }.map { String(decoding: $0.value, as: UTF8.self) }
        let isLatin1 = ["iso-8859-1", "iso8859-1", "latin1", "latin-1"].contains(charset?.lowercased() ?? "")
        values = Dictionary(
            pairs.map { pair in
                let text = isLatin1 ? nil : String(validating: pair.value, as: UTF8.self)
                return (
                    pair.name,
                    text ?? String(String.UnicodeScalarView(pair.value.map { Unicode.Scalar($0) }))
                )
            }
        ) { first, _ in first }
    }

    /// nil also for an empty one.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    private static func pairs(_ text: String) -> [(name: String, value: [UInt8])] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? unescaped(parts[1]) : [])
        }
    }
}

/// The bytes of a text with its `%XX` decoded; a broken one stays as it is.
private func unescaped(_ text: Substring) -> [UInt8] {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]),
            let low = hexDigit(bytes[index + 2])
        {
            result.append(high << 4 | low)
            index += 3
        } else {
            result.append(bytes[index])
            index += 1
        }
    }
    return result
}
