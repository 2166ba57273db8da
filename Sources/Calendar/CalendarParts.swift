internal import Programme

/// What an iCalendar file is made of: its events, and its zones by their TZIDs.
struct CalendarParts {
    private(set) var events: [CalendarEvent] = []
    private(set) var zones: [String: WrittenZone] = [:]

    /// Nil for what is no calendar, or has too many events.
    init?(_ bytes: [UInt8]) {
        // Some programs write a mark of the byte order; broken characters are replaced.
        let lines = ContentLine.all(
            of: String(
                decoding: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...], as: UTF8.self))
        guard let first = lines.first, first.name == "BEGIN", first.value.uppercased() == "VCALENDAR" else {
            return nil
        }
        var open: [String] = []
        var zone = WrittenZone()
        for line in lines {
            switch line.name {
            case "BEGIN":
                open.append(line.value.uppercased())
                guard open.count < 10 else { return nil }
                switch open.last {
                case "VEVENT": events.append(CalendarEvent(line: line.number))
                case "VTIMEZONE": zone = WrittenZone()
                case "STANDARD": zone.standard.append([])
                case "DAYLIGHT": zone.daylight.append([])
                default: break
                }
                guard events.count <= CalendarFile.mostEvents else { return nil }
            case "END":
                guard open.popLast() == "VTIMEZONE" else { continue }
                let id = zone.lines.first { $0.name == "TZID" }?.value ?? ""
                if zones[id] == nil { zones[id] = zone }
            default:
                // An alarm within an event has properties of its own.
                switch open.last {
                case "VEVENT": events[events.count - 1].lines.append(line)
                case "VTIMEZONE": zone.lines.append(line)
                case "STANDARD": zone.standard.appendToLast(line)
                case "DAYLIGHT": zone.daylight.appendToLast(line)
                default: break
                }
            }
        }
    }
}

extension [[ContentLine]] {
    fileprivate mutating func appendToLast(_ line: ContentLine) {
        // Those of a part that holds a zone are of none.
        guard !isEmpty else { return }
        self[count - 1].append(line)
    }
}
