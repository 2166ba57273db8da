internal import Station

// How people read what was, is and will be on air.

extension OnAirItem {
    /// What it is, in as few words as there are: `Artist - Title`, else the file's name, else what kind of thing.
    var label: String {
        if let title { return artist.map { "\($0) - \(title)" } ?? title }
        if let name = file?.split(separator: "/").last { return String(name) }
        return kind.words
    }

    /// Its line in a table: start, length, label, and its kind if it is no ordinary track.
    var row: Line {
        let length = (provisional ? "~" : "") + (duration?.clockWords ?? "?")
        let place = start.local.clock.padded(10) + length.padded(8, right: true) + "  "
        let note = kind == .track || label == kind.words ? "" : "  (\(kind.words))"
        var line = Line(place)
        line.add(label.safe.cut(to: Terminal.columns - place.columns - note.columns))
        line.add(note, .faint)
        return line
    }

    /// Its place in time while it is on air: `3:20 of 10:19, until 14:13:31`.
    var progress: String {
        var parts: [String] = []
        switch (position, duration) {
        case (let position?, let duration?): parts.append("\(position.clockWords) of \(duration.clockWords)")
        case (let position?, nil): parts.append("for \(position.clockWords)")
        case (nil, _): break
        }
        if let ends { parts.append("until \(ends.local.clock)") }
        return parts.joined(separator: ", ")
    }

    /// Several lines about what is on air.
    var now: [Line] {
        var lines = [Line(label, .strong)]
        if kind != .track, label != kind.words { lines.append(Line(kind.words)) }
        if let album { lines.append(Line("from \(album)")) }
        if let show { lines.append(Line("in \(show)")) }
        return progress.isEmpty ? lines : lines + [Line(progress)]
    }
}

extension ItemKind {
    /// The word of `--json`, and for people a little more where that helps.
    var words: String {
        switch self {
        case .identification: "station identification"
        case .emergency: "emergency track"
        case .tone: "tone, because there is nothing else"
        default: rawValue
        }
    }
}

/// A table of things on air, with a heading for each day and each show, and a word about what is not certain.
struct ItemTable {
    private var day: String?
    private var show: String?
    private(set) var uncertain = false

    /// The lines of one more item.
    mutating func lines(for item: OnAirItem) -> [Line] {
        uncertain = uncertain || item.provisional
        let isSameShow = item.show == show
        show = item.show
        return heading(item.start) + (isSameShow ? [] : [Line((show ?? "Rotation").safe.cut(to: 76), .faint)])
            + [item.row]
    }

    /// The lines of something that happened then, in whatever show.
    mutating func lines(at time: StationTime, _ rows: [Line]) -> [Line] { heading(time) + rows }

    private mutating func heading(_ time: StationTime) -> [Line] {
        let today = time.local.dayWords
        defer { day = today }
        return today == day ? [] : [Line(today, .strong)]
    }

    /// What `~` means, where it was used.
    var legend: [Line] {
        uncertain
            ? [Line("~ not certain yet: a file is not measured, or it is not known how long it is.", .faint)]
            : []
    }
}

extension QueueEntry {
    /// Its line: the number by which it can be removed, start, length, label.
    var row: Line {
        let line = Line("\(id)".padded(5, right: true) + "  ", .strong)
        let length = item.duration?.clockWords ?? "?"
        return line + "\(item.start.local.clock)  \(length.padded(8, right: true))  \(item.label)"
    }
}

extension HistoryEntry {
    /// Its line in the table, and under it what happened.
    func lines(in table: inout ItemTable) -> [Line] {
        guard item.title != nil || item.file != nil || note == nil else {
            return table.lines(
                at: item.start, Line.wrapped(note ?? "", after: item.start.local.clock.padded(20)))
        }
        let below = note.map { Line.wrapped($0, after: String(repeating: " ", count: 20), .faint) } ?? []
        // What is on air has no note yet, what was has a length: without one it is a fact about a file.
        if note != nil, item.duration == nil { return table.lines(at: item.start, [item.row] + below) }
        return table.lines(for: item) + below
    }
}

extension Double {
    /// A length as clocks show it: `3:20`, `1:02:03`.
    var clockWords: String {
        let seconds = Int(max(0, min(self, 1e9)).rounded(.down))
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        let tail = String(seconds % 60 + 100).dropFirst()
        return hours > 0 ? "\(hours):\(String(minutes + 100).dropFirst()):\(tail)" : "\(minutes):\(tail)"
    }

    /// A length as people say it, in its two greatest units: `2 d 3 h`.
    var spanWords: String {
        let seconds = Int(max(0, min(self, 1e12)))
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ]
        let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
        return shown.isEmpty ? "0 s" : shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}

extension WallTime {
    /// `Wed 1 July 2026`.
    var dayWords: String {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        return "\(days[weekday]) \(date.day) \(months[date.month - 1]) \(date.year)"
    }
}
