internal import Foundation
internal import Station

/// Reads an instant as people write it.
enum SpokenTime {
    /// What `parse` takes, for `--help`.
    static let forms = """
        now, an instant with its offset (2026-03-29T03:00:00+02:00), or the station's own clock: 18:00 for today, \
        2026-03-29 for midnight, "2026-03-29 18:00". A time that the change to summer time leaves out is read with \
        the offset before it; of one that comes twice in autumn the first is meant.
        """

    /// An instant in nanoseconds since 1970-01-01T00:00:00Z; nil when the text is none.
    static func parse(_ text: String, now: Int64, zone: TimeZone) -> Int64? {
        if text == "now" { return now }
        if let time = StationTime(rfc3339: text) { return time.nanoseconds }
        let words = text.split(maxSplits: 1, omittingEmptySubsequences: false) { "Tt ".contains($0) }
        let today = StationTime(nanoseconds: now, zone: zone).local.date
        let date = words.first.flatMap { numbers($0, "-", [4, 2, 2]) }
        let clock = words.last.flatMap { numbers($0, ":", [2, 2, 2]) ?? numbers($0, ":", [2, 2]) }
        let wall: WallTime?
        switch (words.count, date, clock) {
        case (1, let date?, nil): wall = WallTime(year: date[0], month: date[1], day: date[2])
        case (1, nil, let clock?): wall = WallTime(today, clock)
        case (2, let date?, let clock?): wall = WallTime((date[0], date[1], date[2]), clock)
        default: wall = nil
        }
        return wall?.nanoseconds(in: zone)
    }

    /// Numbers of so many digits each, with a mark between them.
    private static func numbers(_ text: Substring, _ mark: Character, _ digits: [Int]) -> [Int]? {
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.map(\.count) == digits, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        return parts.compactMap { Int($0) }
    }
}

extension WallTime {
    fileprivate init?(_ date: (year: Int, month: Int, day: Int), _ clock: [Int]) {
        self.init(
            year: date.year, month: date.month, day: date.day, hour: clock[0], minute: clock[1],
            second: clock.count > 2 ? clock[2] : 0)
    }
}
