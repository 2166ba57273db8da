/// A text as XML, in an element or in a quoted attribute. What XML 1.0 (section 2.2) has no place for, such as control
/// characters, becomes a replacement character: nothing that a title holds breaks the document.
func xmlEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&apos;"
        case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
        case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
