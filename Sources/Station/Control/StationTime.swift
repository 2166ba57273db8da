public import Foundation

/// An instant as people and programs outside of the station see it: RFC 3339 with the station's offset from UTC at
/// that instant and with milliseconds, `2026-03-29T03:00:00.000+02:00`.
///
/// The offset is part of the value: whoever reads it can show the station's own wall time without knowing its zone.
public struct StationTime: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64
    /// What the station's clocks are ahead of UTC, in whole minutes: RFC 3339 knows no finer offset.
    public let offsetMinutes: Int

    public init(milliseconds: Int64, offsetMinutes: Int) {
        self.milliseconds = milliseconds
        self.offsetMinutes = offsetMinutes
    }

    /// An instant in nanoseconds since 1970-01-01T00:00:00Z, rounded down to its millisecond, as clocks in `zone`
    /// show it.
    public init(nanoseconds: Int64, zone: TimeZone) {
        milliseconds = nanoseconds.dividedDown(by: 1_000_000)
        offsetMinutes =
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1_000)) / 60
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var nanoseconds: Int64 { milliseconds * 1_000_000 }

    /// What the station's clocks and calendars show.
    public var local: WallTime { WallTime(milliseconds: milliseconds + Int64(offsetMinutes) * 60_000) }

    /// The text of RFC 3339, section 5.6.
    public var rfc3339: String {
        let ahead = abs(offsetMinutes)
        let offset = "\(offsetMinutes < 0 ? "-" : "+")\((ahead / 60).padded(2)):\((ahead % 60).padded(2))"
        return "\(local.day)T\(local.clock).\(local.millisecond.padded(3))\(offset)"
    }

    /// Reads the text of RFC 3339, section 5.6, with any number of digits behind the second; nil when it is none.
    public init?(rfc3339 text: String) {
        var text = Substring(text)
        guard let wall = WallTime(readingFrom: &text) else { return nil }
        if text == "Z" || text == "z" {
            offsetMinutes = 0
        } else {
            guard let sign = text.popFirst(), sign == "+" || sign == "-" else { return nil }
            guard let hours = text.number(digits: 2, in: 0...23), text.popFirst() == ":" else { return nil }
            guard let minutes = text.number(digits: 2, in: 0...59), text.isEmpty else { return nil }
            offsetMinutes = (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
        }
        milliseconds = wall.milliseconds - Int64(offsetMinutes) * 60_000
    }
}

extension StationTime: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = StationTime(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time of RFC 3339")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
