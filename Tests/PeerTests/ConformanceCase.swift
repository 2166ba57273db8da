import Foundation
import TestKit

/// One row of the comparison with Icecast: what a client sends, what icecast2 2.4.4 answers, and what ours answers.
struct ConformanceCase: Sendable {
    /// The section of Icecast's behaviour, and the case in it: 5xx is section 1.5.
    let number: Int
    let name: String
    /// The client's bytes.
    var request: String
    /// Who listens meanwhile.
    var company: (mount: String, listeners: Int) = ("", 0)
    /// After so many bytes the client has enough. Otherwise the server ends the connection.
    var bytes = Int.max
    /// Whether it shows what an act before it did, which takes a moment.
    var soon = false
    let icecast: Expected
    let ours: Expected
    /// Why ours differs; nil where it does not.
    let reason: String?

    struct Expected: Sendable {
        /// nil: the connection is closed without a byte.
        let status: Int?
        /// What stands in the answer, with its very letters.
        let says: [String]
        let omits: [String]

        static let silence = Expected(status: nil, says: [], omits: [])

        static func reply(_ status: Int, _ says: String..., without omits: [String] = []) -> Self {
            Expected(status: status, says: says, omits: omits)
        }
    }

    /// Both do the same.
    static func same(
        _ number: Int, _ name: String, _ request: String, bytes: Int = .max, soon: Bool = false,
        _ both: Expected
    ) -> Self {
        Self(
            number: number, name: name, request: request, bytes: bytes, soon: soon, icecast: both,
            ours: both, reason: nil)
    }

    /// Ours does it otherwise, for a reason.
    static func other(
        _ number: Int, _ name: String, _ request: String, bytes: Int = .max, soon: Bool = false,
        company: (mount: String, listeners: Int) = ("", 0), icecast: Expected, ours: Expected,
        because reason: String
    ) -> Self {
        Self(
            number: number, name: name, request: request, company: company, bytes: bytes,
            soon: soon, icecast: icecast, ours: ours, reason: reason)
    }
}

/// What clients send.
extension ConformanceCase {
    /// The same with a source's login and mount.
    func asked(by dj: String, on mount: String) -> Self {
        var row = self
        row.request = request.replacing("{dj}", with: dj).replacing("{live}", with: mount)
        return row
    }

    static func get(_ target: String, _ fields: String..., version: String = "1.0") -> String {
        bytes("GET \(target) HTTP/\(version)", fields)
    }

    static func ask(_ requestLine: String, _ fields: String...) -> String { bytes(requestLine, fields) }

    private static func bytes(_ requestLine: String, _ fields: [String]) -> String {
        ([requestLine, "Host: radio.example:8000"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func login(_ words: String) -> String {
        "Authorization: Basic \(Data(words.utf8).base64EncodedString())"
    }

    static let asAdmin = login("admin:\(IcecastServer.password)")
}

// MARK: The answer

/// What a server answered.
struct ConformanceReply: Sendable {
    /// nil: nothing.
    let status: Int?
    /// All of it, then lines with how the body begins in hexadecimal digits, how often its pages' numbers of Ogg jump, and
    /// what each of the first ICY blocks says.
    let text: String

    init(status: Int?, text: String) {
        self.status = status
        self.text = text
    }

    init(_ bytes: [UInt8]) {
        let head = String(decoding: bytes, as: UTF8.self)
        status = bytes.isEmpty ? nil : Int(head.dropFirst("HTTP/1.x ".count).prefix(3)) ?? -1
        let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }
        let body = end.map { bytes[($0 + 4)...] } ?? []
        var lines = [head, "body " + body.prefix(4).map { String($0, radix: 16, uppercase: true) }.joined()]
        lines.append("pages with \(Self.gaps(body)) gap")
        if let interval = head.firstMatch(of: /icy-metaint:(\d+)/).flatMap({ Int($0.1) }) {
            lines += Self.blocks(body, interval).enumerated().map { "block \($0 + 1) <\($1)>" }
        }
        text = lines.joined(separator: "\n")
    }

    /// How often the numbers of pages of Ogg (RFC 3533, section 6) do not follow each other.
    private static func gaps(_ body: ArraySlice<UInt8>) -> Int {
        let numbers = body.indices.filter {
            body[$0...].starts(with: "OggS\0".utf8) && body.endIndex - $0 > 22
        }
        .map { page in body[(page + 18)..<(page + 22)].reversed().reduce(0) { $0 << 8 | Int($1) } }
        return zip(numbers, numbers.dropFirst()).count { $1 != $0 + 1 }
    }

    private static func blocks(_ body: ArraySlice<UInt8>, _ interval: Int) -> [String] {
        var rest = body.dropFirst(interval)
        var blocks: [String] = []
        while let length = rest.first.map({ Int($0) * 16 }), rest.count > length {
            let block = rest.dropFirst().prefix(length)
            blocks.append(String(decoding: block.prefix { $0 != 0 }, as: UTF8.self))
            rest = rest.dropFirst(1 + length + interval)
        }
        return blocks
    }

    /// What is missing or too much; nil when all is as expected.
    func fault(_ expected: ConformanceCase.Expected) -> String? {
        if status != expected.status { return "expected \(expected.status.map(String.init) ?? "silence")" }
        if let text = expected.says.first(where: { !text.contains($0) }) { return "“\(text)” is missing" }
        return expected.omits.first(where: text.contains).map { "“\($0)” is too much" }
    }
}
