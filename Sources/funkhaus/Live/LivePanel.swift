internal import Audio
internal import Codecs
internal import Studio

/// What stands at the foot of a DJ's terminal: a show's state in a few lines, the last of which is being typed.
struct LivePanel {
    var words: LiveWords
    /// What the station is called: host and port.
    var station: String
    private static let label = 11
    /// Cells of the meter; it begins at −60 dBFS.
    private static let cells = 30

    /// The lines for an instant, on the clock of the state's events.
    func lines(_ state: ShowState, typed: String, at now: Int64) -> [Line] {
        var lines = [head(state, at: now), level(state), self.line(state)]
        lines.append(row(words.labels.record, state.recording ?? words.notRecorded))
        lines.append(row(words.labels.now, state.title?.line ?? "-"))
        if let said = state.words {
            lines += Line.wrapped(said, after: column(words.labels.station), .strong)
        }
        lines.append(Line(words.keys, .faint))
        // The end of a long line is what one looks at.
        let label = words.labels.type + ": "
        var shown = typed
        while shown.safe.columns > Terminal.columns - 1 - label.columns { shown.removeFirst() }
        lines.append(Line(label) + shown)
        return lines
    }

    private func column(_ label: String) -> String { label.padded(Self.label) }

    private func row(_ label: String, _ text: String, _ style: Line.Style = .plain) -> Line {
        var row = Line(column(label))
        row.add(text, style)
        return row
    }

    /// Where one is, in the words that matter most.
    private func head(_ state: ShowState, at now: Int64) -> Line {
        let (place, style): (String, Line.Style) =
            switch state.line {
            case .connecting: (words.fill(words.connecting, station), .plain)
            case .connected(nil): (words.sending, .good)
            case .connected(.greenRoom): (words.greenRoom, .strong)
            case .connected(.onAir): (words.onAir, .bad)
            case .connected(.bridged): (words.bridged, .bad)
            case .connected(.held): (words.held, .strong)
            case .lost(let why): (words.fill(words.lost, why), .bad)
            case .over: (words.over, .plain)
            }
        var head = Line(place, style)
        if state.isEnding, state.line != .over {
            head.add("  " + words.ending, .faint)
        } else if state.fader != .open {
            head.add("  " + (state.fader == .muted ? words.muted : words.cued), .bad)
        }
        let time = state.timeOnAir(at: now)
        if time > 0 { head.add("  " + words.fill(words.timeOnAir, time.clock)) }
        if let left = state.timeLeft(at: now) {
            head.add("  " + words.fill(words.timeLeft, left.clock), left < 300 ? .bad : .plain)
        }
        return head
    }

    private func level(_ state: ShowState) -> Line {
        guard state.source != nil else { return row(words.labels.level, words.noSound) }
        let peak = state.level.peaks.max() ?? -.infinity
        let filled = Int(((max(-60, min(0, peak)) + 60) / 60 * Double(Self.cells)).rounded())
        var line = Line(column(words.labels.level) + "[")
        // The last 6 dB are for surprises.
        let safe = Self.cells * 54 / 60
        line.add(String(repeating: "#", count: min(filled, safe)), .good)
        line.add(String(repeating: "#", count: max(0, filled - safe)), .bad)
        line.add(String(repeating: "-", count: Self.cells - filled) + "] ")
        line.add("\(words.peak) \(Self.decibels(peak)) dBFS")
        if let loudness = state.level.loudness.shortTerm { line.add("  \(loudness.tenths) LUFS") }
        if state.level.clipped > 0 {
            line.add("  " + words.fill(words.clipped, "\(state.level.clipped)"), .bad)
        }
        return line
    }

    private func line(_ state: ShowState) -> Line {
        let repaired = words.fill(words.repaired, state.repaired.tenths)
        guard state.dropped > 0 else {
            return row(words.labels.line, state.repaired > 0 ? repaired : station)
        }
        return row(words.labels.line, words.fill(words.dropped, state.dropped.tenths), .bad)
    }

    private static func decibels(_ level: Double) -> String { level.isFinite ? level.tenths : "-∞" }
}
