internal import Station

extension ScheduleReport {
    /// A line a show, under the days.
    var lines: [Line] {
        var lines: [Line] = []
        var day: String?
        for show in shows {
            let today = show.start.local.dayWords
            if today != day { lines.append(Line(today, .strong)) }
            day = today
            lines.append(show.row)
        }
        return lines.isEmpty ? ["No show is on then: the rotation is."] : lines
    }
}

extension ScheduledShow {
    fileprivate var row: Line {
        let place = "\(start.local.clockOfDay)-\(ends.local.clockOfDay)".padded(19)
        let accounts = accounts.map { "live: \($0.joined(separator: ", "))" }
        let note = [accounts, plays].compactMap(\.self).joined(separator: "; else ")
        var line = Line(place)
        line.add(show.safe.cut(to: Terminal.columns - place.columns))
        let room = Terminal.columns - place.columns - show.safe.columns - 4
        if room > 10, !note.isEmpty { line.add("  (\(note.safe.cut(to: room)))", .faint) }
        return line
    }
}

extension WallTime {
    /// Without seconds where there are none.
    fileprivate var clockOfDay: String { second == 0 ? String(clock.prefix(5)) : clock }
}
