internal import Foundation
internal import FoundationXML

extension XMLParser {
    /// A parser for a stranger's XML: a playlist, a podcast's feed. Nil for what is not the text it says to be, and for
    /// what has a document type, and with it entities: so it reaches no other file, and cannot blow itself up.
    ///
    /// The parser ends the process over a name that is no UTF-8, so that it gets nothing else, and nobody's word for it.
    convenience init?(plain bytes: [UInt8]) {
        // A document type can only stand in UTF-16 without being seen here, and that has zero bytes.
        guard !bytes.contains(0), bytes.firstRange(of: Array("<!DOCTYPE".utf8)) == nil,
            let text = Self.text(bytes)
        else { return nil }
        self.init(data: Data(text.utf8))
        shouldResolveExternalEntities = false
    }

    /// The text of a document, without the XML declaration, in whose place are blanks.
    private static func text(_ bytes: [UInt8]) -> String? {
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
