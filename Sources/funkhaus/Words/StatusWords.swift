internal import Station

extension StatusReport {
    /// The station's state for people.
    var lines: [Line] {
        var lines = [
            Line(station, .strong),
            Line(
                "on air since \(onAirSince.local.dayWords), \(onAirSince.local.clock) (\(uptime.spanWords))"),
            "",
            Line("Now      \(now.label)"),
        ]
        if !now.progress.isEmpty { lines.append(Line("         \(now.progress)")) }
        if let next { lines.append(Line("Next     \(next.start.local.clock)  \(next.label)")) }
        if let troubles {
            lines +=
                ["", Line("Trouble", .strong)] + troubles.flatMap { Line.wrapped($0, after: "  ! ", .bad) }
        }
        if let calendars { lines += ["", Line("Calendars", .strong)] + calendars.flatMap(\.lines) }
        if let live { lines += ["", Line("Live", .strong)] + live.flatMap(\.lines) }
        lines += air.lines
        lines += ["", Line("Listen", .strong)] + mounts.flatMap(\.lines)
        if !icecast.isEmpty { lines += ["", Line("Icecast", .strong)] + icecast.flatMap(\.lines) }
        lines.append("")
        lines += Line.wrapped(library.sentence, after: "Library  ")
        lines += library.problemLines
        lines += Line.wrapped(journal, after: "Journal  ")
        lines += Line.wrapped(clock.sentence, after: "Clock    ")
        return lines + [Line("Version  \(version)")]
    }

    /// The first words of a station on the terminal of whoever started it.
    var announcement: [Line] {
        var heading = Line(station, .strong)
        heading.add(" is on air.", .good)
        let urls = mounts.flatMap { [$0.url, $0.tlsURL].compactMap(\.self) }
        let listen = urls.flatMap { Line.wrapped($0, after: "Listen:  ") }
        return [heading] + listen + ["Stop:    Ctrl-C", "Look:    funkhaus status"]
    }
}

extension DJReport {
    fileprivate var lines: [Line] {
        let tenths = (buffer * 10).rounded() / 10
        return Line.wrapped("\(dj): \(place) since \(since.local.clock), \(tenths) s in hand", after: "  ")
            + Line.wrapped(title, after: "    ")
            + (advice ?? []).flatMap { Line.wrapped($0, after: "    ! ", .bad) }
    }
}

extension AirReport {
    /// What the station hears of itself.
    fileprivate var lines: [Line] {
        let isKnown = ears.allSatisfy { $0.heard != nil }
        let places = ears.count == 1 ? "where people listen" : "at all \(ears.count) addresses"
        let loud = loudness.map { ", loudness \($0) LUFS" } ?? ""
        guard !troubles.isEmpty else {
            return isKnown
                ? Line.wrapped("as it was mixed, \(places)\(loud)", after: "Heard    ", .good)
                : [Line("Heard    not known yet: the station begins to listen to itself")]
        }
        var heading = Line("Heard    ")
        heading.add("not as it should be:", .bad)
        return [heading] + troubles.flatMap { Line.wrapped($0.words, after: "         ! ", .bad) }
    }
}

extension MountReport {
    fileprivate var lines: [Line] {
        let people = "\(listeners) \(listeners == 1 ? "listener" : "listeners") (\(peak) at most)"
        return [url, tlsURL].compactMap(\.self).flatMap { Line.wrapped($0, after: "  ") }
            + Line.wrapped("\(people), \((bitrate + 500) / 1_000) kbit/s", after: "    ")
    }
}

extension PushReport {
    fileprivate var lines: [Line] {
        Line.wrapped(url, after: "  ") + Line.wrapped(state, after: "    ", connected ? .good : .bad)
    }
}

extension LibraryReport {
    fileprivate var sentence: String {
        let waiting = measuring > 0 ? ", \(measuring) still to measure" : ""
        return "\(files) files, \(measured) of them measured\(waiting), \(problemCount) with problems"
    }

    fileprivate var problemLines: [Line] {
        let told = problems.flatMap { Line.wrapped($0, after: "         ! ", .bad) }
        let left = problemCount - problems.count
        return left > 0 ? told + [Line("         and \(left) more: funkhaus check lists them")] : told
    }
}

extension ClockReport {
    fileprivate var sentence: String {
        blocksLate == 0 && resets == 0
            ? "on time" : "\(blocksLate) blocks late, \(resets) resets since the station is on air"
    }
}

extension CalendarReport {
    fileprivate var lines: [Line] {
        let state = known ? "what was read of it last holds" : "nothing of it is known yet"
        guard let trouble else { return [Line("  \(name)\(known ? "" : ": \(state)")")] }
        return [Line("  \(name)")] + Line.wrapped("\(trouble); \(state)", after: "    ", .bad)
    }
}
