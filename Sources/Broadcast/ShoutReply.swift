/// A server's reply to a login, looked at in the socket's queue before libshout takes it from there.
///
/// libshout 2.4.6 does not tell 401 from 403 (both are -3), and reads the body of a reply in a loop that never ends
/// when the body is shorter than announced. So it is let at whole replies only.
struct ShoutReply: Hashable, Sendable {
    let status: Int
    /// In which Icecast and liquidsoap give their reasons.
    private let body: String

    /// The most that is looked at.
    static let mostBytes = 8_192

    /// Reads a reply; nil while it is not whole, and when it is none.
    init?(_ bytes: [UInt8]) {
        let feed = UInt8(ascii: "\n")
        var lines: [String] = []
        var rest = bytes[...]
        var isHead = true
        while isHead, let end = rest.firstIndex(of: feed) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let text = String(
                decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            isHead = !text.isEmpty
            if isHead { lines.append(text) }
        }
        let words = (lines.first ?? "").split(separator: " ")
        guard !isHead, words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            return nil
        }
        let name = "content-length:"
        let length = lines.first { $0.lowercased().hasPrefix(name) }
            .flatMap { Int($0.dropFirst(name.count).filter { $0 != " " }) }
        guard rest.count >= length ?? 0 else { return nil }
        self.status = status
        body = String(decoding: rest, as: UTF8.self).lowercased()
    }

    /// Why this reply, when it answers a login that had the password, is none to go on with; nil when it is.
    var refusal: PushFailure? {
        switch status {
        case 100, 200..<300: nil
        case 401: .passwordRefused
        case 403 where body.contains("in use") || body.contains("taken"): .mountTaken
        case 403 where body.contains("too many") || body.contains("limit"): .full
        default: .refused(status: status)
        }
    }
}
