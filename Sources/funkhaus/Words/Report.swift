internal import Foundation
internal import Station

/// What `--json` and `--csv` print.
enum Report {
    /// A value as one line of JSON, without its end.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars.reduce(into: "") {
            text, scalar in
            // JSON lets these stand, some terminals obey them; in JSON they can only be inside of strings.
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in UTF16.encode(scalar)! {
                    text += "\\u" + String(Int(unit) + 0x10000, radix: 16).dropFirst()
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// The cells of a line of CSV (RFC 4180), without its end.
    static func csv(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") }

    private static func cell(_ text: String) -> String {
        let safe = text.safe
        // Spreadsheets take such a text for a formula, and would run what a tag says.
        let inert = safe.first.map { "=+-@".contains($0) } == true ? "'" + safe : safe
        guard inert.contains(where: { ",\"".contains($0) }) else { return inert }
        return "\"" + inert.replacing("\"", with: "\"\"") + "\""
    }
}

extension HistoryEntry {
    /// The first line of a CSV file.
    static let csvHeader = [
        "start", "duration", "kind", "artist", "title", "album", "file", "offset", "show", "note",
    ]

    var csvCells: [String] {
        [
            item.start.rfc3339, item.duration.map { "\($0)" } ?? "", item.kind.rawValue, item.artist ?? "",
            item.title ?? "", item.album ?? "", item.file ?? "", offset.map { "\($0)" } ?? "",
            item.show ?? "",
            note ?? "",
        ]
    }
}
