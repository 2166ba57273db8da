internal import FoundationEssentials

/// The texts of the uplink: what it asks, and what it understands of the answers. Documented for others in `Uplink.md`.
enum UplinkWire {
    /// The protocol's header field, in requests and answers.
    static let field = "Funkhaus-Uplink"
    static let version = "1"

    /// The request that begins or resumes a stream.
    ///
    /// - Parameters:
    ///   - attempt: counts a session's requests: an older one than the station has served is late.
    ///   - offset: the place of the first byte that is still kept.
    static func request(_ target: UplinkTarget, session: String, attempt: Int, offset: Int64) -> String {
        var head = "PUT \(path(target.mount)) HTTP/1.1\r\n" + common(target)
        head += line("Content-Type", target.contentType) + "Expect: 100-continue\r\n"
        let texts = [
            ("Ice-Name", target.showName), ("Ice-Genre", target.genre),
            ("Ice-Description", target.description), ("Ice-Url", target.url),
            ("Accept-Language", target.language),
        ]
        for case (let name, let text?) in texts { head += line(name, text) }
        head += "Ice-Public: 0\r\n"
        let buffer = Int((target.buffer * 1_000).rounded())
        head += line(
            field,
            "\(version); session=\(session); attempt=\(attempt); offset=\(offset); "
                + "buffer=\(buffer / 1_000).\(String(1_000 + buffer % 1_000).dropFirst())")
        return head + "\r\n"
    }

    /// The request that tells a title. Icecast takes `artist` and `title` for one only when both are there.
    static func titleRequest(_ target: UplinkTarget, artist: String?, title: String) -> String {
        let words =
            artist.map { "artist=\(escaped($0))&title=\(escaped(title))" } ?? "song=\(escaped(title))"
        return
            "GET /admin/metadata?mode=updinfo&charset=UTF-8&mount=\(escaped(target.mount))&\(words) HTTP/1.1\r\n"
            + common(target) + "Connection: close\r\n\r\n"
    }

    private static func common(_ target: UplinkTarget) -> String {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        let login = base64(Array("\(target.user):\(target.secret)".utf8))
        return line("Host", "\(host):\(target.port)") + line("Authorization", "Basic \(login)")
            + line("User-Agent", target.userAgent)
    }

    /// A field's line; control characters in the text become spaces, so that it stays one line.
    private static func line(_ name: String, _ text: String) -> String {
        "\(name): \(visible(text))\r\n"
    }

    /// A text without control characters, and no longer than a sentence or two.
    static func visible(_ text: String) -> String {
        String(text.prefix(500).map { $0.unicodeScalars.contains(where: isControl) ? " " : $0 })
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }

    private static func path(_ mount: String) -> String {
        mount.split(separator: "/", omittingEmptySubsequences: false).map(escaped).joined(separator: "/")
    }

    /// RFC 3986, 2.3.
    private static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                escaped.append(Character(Unicode.Scalar(byte)))
            case _ where "-._~".utf8.contains(byte): escaped.append(Character(Unicode.Scalar(byte)))
            default:
                escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// A name that nobody else's session has: 16 random bytes in 22 letters (RFC 4648, 5).
    static func newSession() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return base64(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A chunk (RFC 9112, 7.1); an empty one is the last.
    static func chunk(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Array(String(bytes.count, radix: 16).utf8) + [13, 10] + bytes + [13, 10]
    }
}

/// What a station answers to the request.
struct UplinkReply: Equatable, Sendable {
    let status: Int
    /// How much of the session's stream is there; nil from a station that does not speak the protocol.
    var received: Int64?
    /// What it says beside a refusal.
    var sentence = ""

    init(status: Int, received: Int64? = nil, sentence: String = "") {
        (self.status, self.received, self.sentence) = (status, received, sentence)
    }

    /// Reads a head, without its empty line; nil when it is no HTTP answer.
    init?(head: String) {
        let lines = head.split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { return nil }
        self.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == UplinkWire.field.lowercased() else { continue }
            let values = parts[1].split(separator: ";").map { $0.drop { $0 == " " } }
            guard values.first == UplinkWire.version[...] else { continue }
            let received = values.first { $0.hasPrefix("received=") }
            self.received = received.flatMap { Int64($0.dropFirst("received=".count)) }
        }
    }
}

/// One line of what the station tells while it takes the stream.
struct UplinkLine: Equatable, Sendable, Decodable {
    var received: Int64?
    var state: String?
    var left: Double?
    var say: String?
    var goodbye: String?

    init(
        received: Int64? = nil, state: String? = nil, left: Double? = nil, say: String? = nil,
        goodbye: String? = nil
    ) {
        (self.received, self.state, self.left) = (received, state, left)
        (self.say, self.goodbye) = (say, goodbye)
    }

    /// Reads a line; one that means nothing to us is a sign of life all the same.
    init(json: [UInt8]) {
        self = (try? JSONDecoder().decode(UplinkLine.self, from: Data(json))) ?? UplinkLine()
    }
}
