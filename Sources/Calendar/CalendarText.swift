public import Programme

/// A calendar to subscribe to (RFC 5545): plain events in UTC, which every program reads alike. Each stands for
/// itself, because what airs follows no rule: shows overlap, and clocks change.
///
/// A pure value; every text may hold anything.
public struct CalendarText: Hashable, Sendable {
    public struct Event: Hashable, Sendable {
        /// The same for the same event whenever the calendar is written; unique in the world.
        public var uid: String
        public var start: Instant
        public var end: Instant
        public var title: String
        /// Lines; empty for none.
        public var text: String
        /// An address; empty for none.
        public var link: String

        public init(uid: String, start: Instant, end: Instant, title: String, text: String, link: String) {
            self.uid = uid
            self.start = start
            self.end = end
            self.title = title
            self.text = text
            self.link = link
        }
    }

    private let lines: [String]

    /// - Parameters:
    ///   - name: what programs show for the calendar.
    ///   - zone: the clocks on which its events are meant, by their IANA name.
    ///   - revised: when what it tells was last changed.
    ///   - events: in the order in which they are written.
    public init(name: String, zone: String, revised: Instant, events: [Event]) {
        // Two names and two intervals: those of RFC 7986, and those that were customary before.
        lines =
            [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Funkhaus//Schedule//EN", "CALSCALE:GREGORIAN",
                "NAME:\(Self.escaped(name))", "X-WR-CALNAME:\(Self.escaped(name))", "X-WR-TIMEZONE:\(zone)",
                "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
            ] + events.flatMap { Self.lines(of: $0, revised: revised) } + ["END:VCALENDAR"]
    }

    private static func lines(of event: Event, revised: Instant) -> [String] {
        var lines = [
            "BEGIN:VEVENT", "UID:\(escaped(event.uid))", "DTSTAMP:\(time(revised))",
            "DTSTART:\(time(event.start))", "DTEND:\(time(event.end))", "SUMMARY:\(escaped(event.title))",
        ]
        if !event.text.isEmpty { lines.append("DESCRIPTION:\(escaped(event.text))") }
        if !event.link.isEmpty { lines.append("URL:\(event.link.filter { $0 > " " && $0 != "\u{7f}" })") }
        return lines + ["END:VEVENT"]
    }

    /// The file.
    public var text: String { lines.map { Self.folded($0) + "\r\n" }.joined() }

    /// A time in UTC (section 3.3.5), to the second.
    private static func time(_ instant: Instant) -> String {
        let wall = LocalTime(seconds: instant.wallNanoseconds / 1_000_000_000)
        return wall.description.filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// A TEXT (section 3.3.11). What it has no place for, such as control characters, is left out.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character.isNewline {
                escaped += "\\n"
                continue
            }
            for scalar in character.unicodeScalars where scalar.properties.generalCategory != .control {
                if "\\;,".unicodeScalars.contains(scalar) { escaped += "\\" }
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A line of at most 75 bytes, and those that continue it (section 3.1); no character is torn.
    private static func folded(_ line: String) -> String {
        var folded = ""
        var room = 75
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if size > room {
                folded += "\r\n "
                room = 74
            }
            folded.unicodeScalars.append(scalar)
            room -= size
        }
        return folded
    }
}
