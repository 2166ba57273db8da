internal import Foundation
internal import FoundationXML
internal import Programme

extension PlaylistFile {
    /// Reads an XSPF list (xspf.org, version 1): the `location` of each `track`, with `creator` and `title`.
    ///
    /// Entities are not resolved and a document type is refused, so that a list reaches no other file and cannot blow
    /// itself up.
    init(xspf bytes: [UInt8]) {
        self.init()
        guard bytes.count <= Self.mostBytes else {
            addFault(
                "the list is larger than \(Self.mostBytes / 1_000_000) MB: divide it into several lists",
                line: 1,
                column: 1)
            return
        }
        // A document type can only stand in UTF-16 without being seen here, and that has zero bytes.
        let hasDocumentType = bytes.firstRange(of: Array("<!DOCTYPE".utf8)) != nil
        guard !bytes.contains(0), !hasDocumentType, let text = Self.xml(bytes) else {
            addFault("this is no plain XSPF: save it as UTF-8 and without a <!DOCTYPE>", line: 1, column: 1)
            return
        }
        let reader = XSPFReader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        // The parser takes a file that ends early for a whole one.
        if !parser.parse() || !reader.isComplete {
            reader.list.addFault(
                "the XML ends or breaks here, and what follows is left out: export the list again",
                line: max(1, parser.lineNumber), column: max(1, parser.columnNumber))
        } else if !reader.isPlaylist {
            reader.list.addFault("this is XML, but no XSPF list: export the list again", line: 1, column: 1)
        }
        self = reader.list
    }

    /// The text of a list, without the XML declaration, in whose place are blanks; nil when it is not what it says to be.
    ///
    /// The parser ends the process over a name that is no UTF-8, so that it gets nothing else, and nobody's word for it.
    private static func xml(_ bytes: [UInt8]) -> String? {
        let declaration = String(decoding: bytes.prefix(200), as: UTF8.self).prefix { $0 != ">" }.lowercased()
        let isLatin = ["iso-8859-1", "windows-1252"].contains { declaration.contains($0) }
        guard
            let text = isLatin
                ? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
                : String(validating: bytes, as: UTF8.self)
        else { return nil }
        let bare = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
        guard bare.hasPrefix("<?xml"), let end = bare.firstRange(of: "?>")?.upperBound else { return bare }
        return String(bare[..<end].map { $0.isNewline ? $0 : " " }) + bare[end...]
    }
}

/// Follows the tree of an XSPF file and keeps the one track it is in.
private final class XSPFReader: NSObject, XMLParserDelegate {
    var list = PlaylistFile()
    var isPlaylist = false
    private var elements: [String] = []
    /// Whether every element that was opened was closed.
    var isComplete: Bool { elements.isEmpty }
    private var text = ""
    private var texts: [String: String] = [:]
    private var place = (line: 1, column: 1)

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if elements.isEmpty { isPlaylist = localName(name) == "playlist" }
        elements.append(localName(name))
        text = ""
        if isAt("track") { texts = [:] }
        if isAt("location") { place = (max(1, parser.lineNumber), max(1, parser.columnNumber)) }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        text += String(decoding: block, as: UTF8.self)
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        if elements.dropLast().last == "track", let element = elements.last, texts[element] == nil {
            // A track may name several locations for one piece; the first is the preferred one.
            texts[element] = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if isAt("track"), let location = texts["location"] {
            list.add(
                location: location, isURI: true, artist: notEmpty("creator"), title: notEmpty("title"),
                line: place.line, column: place.column)
        }
        elements.removeLast()
    }

    private func isAt(_ name: String) -> Bool {
        elements.last == name
            && (name != "location" || elements.dropLast().last == "track" && texts[name] == nil)
    }

    private func notEmpty(_ element: String) -> String? { texts[element].flatMap { $0.isEmpty ? nil : $0 } }

    private func localName(_ name: String) -> String {
        name.split(separator: ":").last.map(String.init) ?? name
    }
}
