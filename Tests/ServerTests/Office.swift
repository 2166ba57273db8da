import Codecs
import Foundation
import FoundationXML
import Synchronization
import TestKit
import Testing

@testable import Server

/// A house whose office is open, and who reads its answers.
enum Office {
    static let login = basic("admin:ge:heim")

    static func open(
        _ mounts: [FakeMount], rules: [String: MountRules] = [:], titles: (any TitleOverride)? = nil,
        now: @escaping @Sendable () -> Int64 = { testInstant }, _ body: (House) async throws -> Void
    ) async throws {
        try await withHouse(
            mounts, rules: rules, titles: titles, now: now,
            configured: {
                $0.admin = Login(user: "admin", password: "ge:heim")
                $0.relay = Login(user: "relay", password: "r")
            }, body)
    }

    static func body(_ answer: String) -> String {
        String(answer[(answer.firstRange(of: "\r\n\r\n")?.upperBound ?? answer.startIndex)...])
    }

    /// A document that a parser takes, with the text of each of its elements.
    static func elements(_ answer: String) throws -> [String: [String]] {
        final class Reader: NSObject, XMLParserDelegate {
            var texts: [String: [String]] = [:]
            var text = ""
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
                qualifiedName: String?, attributes: [String: String]
            ) {
                text = ""
                for (key, value) in attributes { texts["\(name)@\(key)", default: []].append(value) }
            }
            func parser(_ parser: XMLParser, foundCharacters part: String) { text += part }
            func parser(
                _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
            ) {
                texts[name, default: []].append(text)
                text = ""
            }
        }
        let (parser, reader) = (XMLParser(data: Data(body(answer).utf8)), Reader())
        parser.delegate = reader
        try #require(parser.parse(), "no XML: \(answer)")
        return reader.texts
    }
}

/// Keeps the titles that are announced, and refuses one that says so.
final class TitleBook: TitleOverride {
    private let book = Mutex<[Title]>([])
    var titles: [Title] { book.withLock { $0 } }
    func announce(_ title: Title, on mount: String) async -> String? {
        book.withLock { $0.append(title) }
        return title.title == "refused" ? "The station is not on air yet." : nil
    }
}
