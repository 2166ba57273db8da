internal import Audio
internal import Codecs
internal import Programme

/// What the engine says of its decks, and what the timeline and the journal are told of it.
extension Conductor {
    func take(_ event: EngineEvent) {
        switch event {
        case .began(let deck, let at): began(deck, at: base + Length(frames: at.frames))
        case .ended(let deck, let at, _, let complete):
            guard let loaded = onAir, loaded.deck.id == deck else { return }
            if let session = loaded.session { liveEnded(session, loaded.deck) }
            if cutFact == nil { accident = accident(of: loaded, complete: complete) }
            if complete, accident == nil { troubles.removeAll { $0.file == loaded.item.track.file } }
            journal.ended(
                loaded.item, at: base + Length(frames: at.frames), why: accident ?? cutFact?.rawValue)
        case .tone(let at): beganTone(at: base + Length(frames: at.frames))
        case .released(let deck): release(deck)
        }
    }

    /// Why a deck ended before its time, if it did so by itself.
    func accident(of loaded: Loaded, complete: Bool) -> String? {
        // A file whose length was not known seems complete wherever its frames end.
        if case .failed(let words, _) = loaded.track.state, !complete || loaded.item.isProvisional {
            return words
        }
        // The emergency track goes as soon as something else is ready; a DJ as it pleases.
        guard !complete, loaded.item.isPlanned else { return nil }
        let file = loaded.item.track.file
        return loaded.deck.frames.isFinished
            ? "\(file) is shorter than it was when it was measured; it will be measured again."
            : "\(file) gave no sound for too long; the next track was put on air."
    }

    func began(_ deck: Int, at instant: Instant) {
        guard var loaded = lent[deck] else { return }
        if let next, next.deck.id == deck {
            // What was learned of it since it was opened: its tags, its length, its place in a changed plan.
            loaded = next
            self.next = nil
        }
        loaded.handed = true
        var instant = shifted(instant)
        if cutFact == .clock {
            // The station slept: the plan is what it was, and the station's time goes to its place in it.
            let place = loaded.item.start + loaded.offset
            self.shift(by: place - instant)
            instant = place
        } else {
            if loaded.item.isPlanned { loaded.item.start = instant - loaded.offset }
        }
        leap = .zero
        if loaded.item.isPlanned {
            loaded.item.fade(at: loaded.deck.until.map { base + Length(frames: $0.frames) })
        }
        if cutFact != .clock { settle(endedAt: instant, before: loaded.item) }
        cutFact = nil
        if !loaded.item.isPlanned {
            loaded.item.start = instant
            timeline.interpose(loaded.item, after: current)
            if emergency?.deck.id == deck { emergency = nil }
            recordInterlude(loaded)
        }
        onAir = loaded
        (tone, shownTitle) = (nil, nil)
        journal.began(shown(loaded.item, at: instant), at: instant, offset: loaded.offset)
        if loaded.item.isProvisional, loaded.item.isPlanned {
            timeline.hold(loaded.item)
            record(
                .deviation, file: loaded.item.track.file,
                words: "\(loaded.item.track.file) is not measured yet.")
        }
        replan()
    }

    /// Writes down what went on air beside the plan.
    func recordInterlude(_ loaded: Loaded) {
        let file = loaded.item.track.file
        switch loaded.item.kind {
        case .live: record(.liveIn, words: "\(loaded.account ?? "A DJ") went live.")
        case .bed:
            record(
                .deviation, file: file,
                words: "The bed is on air: the DJ's line is gone or silent.")
        default:
            record(
                .deviation, file: file,
                words: "The emergency track is on air: nothing else was ready.")
        }
    }

    func beganTone(at instant: Instant) {
        let item = Item(
            kind: .tone, track: Track(file: "", key: ""), start: instant, length: nil, after: Cursor())
        settle(endedAt: instant, before: item)
        timeline.interpose(item, after: current)
        (onAir, tone, shownTitle) = (nil, item, nil)
        journal.began(shown(item, at: instant), at: instant, offset: .zero)
        record(.deviation, words: "Nothing could be played, not even an emergency track: the tone is on air.")
    }

    /// Moves the station's time if a jump of the wall clock waits for a boundary.
    func shifted(_ instant: Instant) -> Instant {
        guard let shift = pendingShift else { return instant }
        pendingShift = nil
        self.shift(by: shift)
        return instant + shift
    }

    /// Moves the station's time.
    func shift(by length: Length) {
        base = base + length
        followed = followed + length
    }

    /// Tells the timeline where what was on air has ended, if that is not where it was to end.
    func settle(endedAt instant: Instant, before item: Item) {
        defer { accident = nil }
        if let previous = current, previous.end != instant { timeline.end(previous, at: instant) }
        if item.isPlanned { timeline.begin(item, at: instant) }
        guard let previous = current, previous.end != instant else { return }
        if cutFact == .liveOut, item.isPlanned { record(.liveOut, words: "The programme is back on air.") }
        if let accident { note(accident, file: previous.track.file) }
        if cutFact == nil {
            let file = previous.track.file
            record(
                .deviation, file: file.isEmpty ? nil : file,
                words: accident
                    ?? (previous.end == nil
                        ? "It ended; until then nobody knew when it would."
                        : "It did not end at the instant that was planned."))
        }
    }

    func record(_ kind: Fact.Kind, file: String? = nil, words: String) {
        journal.record(Fact(kind: kind, at: now, file: file, words: words), state: timeline.state)
    }

    func note(_ words: String, file: String) {
        if troubles.count == Self.troubleLimit { troubles.removeFirst() }
        troubles.append(Trouble(at: now, file: file, words: words))
        settings.report(words)
    }

    /// Throws away what was opened if the timeline now says something else.
    func replan() {
        guard let current, let loaded = next, loaded.item.isPlanned else { return }
        if let expected = timeline.item(after: current, at: nextStart),
            expected.track.file == loaded.item.track.file,
            expected.kind == loaded.item.kind, expected.queueID == loaded.item.queueID,
            expected.start + loaded.offset == current.end ?? expected.begins,
            frame(of: expected.until) == loaded.deck.until
        {
            next?.item = expected
        } else {
            withdraw(loaded)
        }
    }
}
