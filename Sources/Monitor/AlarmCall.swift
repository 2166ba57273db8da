internal import Foundation

/// What an alarm says.
struct AlarmCall: Sendable, Hashable {
    /// The station's name.
    var station: String
    /// Whether the trouble is over, or no longer followed.
    var isOver: Bool
    /// `programme`, or the address at which it is heard.
    var place: String
    /// What is, or was, wrong: `Fault.code`.
    var kind: String
    /// In a sentence or two.
    var words: String
    var date: Date
    /// The same in RFC 3339 and the station's time.
    var time: String

    init(_ news: ListeningRoom.News, station: String, date: Date, zone: TimeZone) {
        let disturbance = news.disturbance
        self.station = station
        place = disturbance.address.isEmpty ? "programme" : disturbance.address
        kind = disturbance.fault.code
        self.date = date
        time = date.formatted(Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone))
        switch news {
        case .began: (isOver, words) = (false, disturbance.words)
        case .ended: (isOver, words) = (true, disturbance.endWords)
        case .dropped: (isOver, words) = (true, disturbance.dropWords)
        }
    }

    /// One line: the station, and what is wrong.
    var line: String { "\(station): \(words)" }

    /// The subject of a mail.
    var subject: String { isOver ? "\(station): it is over" : "\(station): trouble on air" }

    /// The facts by name, as a command gets them: in its environment with `FUNKHAUS_` before each name, and as an object of
    /// JSON on its standard input.
    var facts: [(name: String, value: String)] {
        [
            ("station", station), ("event", isOver ? "over" : "trouble"), ("place", place), ("kind", kind),
            ("words", words), ("time", time),
        ]
    }

    /// An object of JSON with these texts.
    static func json(_ texts: [(name: String, value: String)]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let object = Dictionary(texts.map { ($0.name, $0.value) }) { first, _ in first }
        // Texts alone can always be encoded.
        return Array((try? encoder.encode(object)) ?? Data("{}".utf8))
    }
}

/// Why a call was not made, in a clause without a secret.
struct AlarmFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
