internal import Audio
internal import Codecs
internal import Programme

/// What people do to the programme. Each act is a fact: it is written down, then confirmed.
extension Conductor {
    /// Cuts to what follows as soon as that has frames, in one of the next steps.
    func beginSkip() {
        cutFact = .skip
        if next?.handed == true { _ = engine.commands.push(.cut) }
    }

    /// Whether the cut has been carried out, seen from the item that was on air before it.
    func hasLeft(_ deck: Int?) -> Bool { onAir?.deck.id != deck }

    /// Writes the skip down.
    func confirmSkip(of item: Item) -> String? {
        let fact = Fact(
            kind: .skip, at: onAir?.item.start ?? now, file: item.track.file,
            words: "\(item.track.file) was skipped.")
        return journal.commit(fact, state: timeline.state)
    }

    /// Shows another title than that of what is on air, until the next item begins: at the mix's head, in the next
    /// block. Written down, but not waited for: encoders send titles by the minute. False when nothing is on air, or
    /// the engine has too much to do.
    func show(_ title: Title) -> Bool {
        guard let current else { return false }
        // A number like a deck's, which no deck gets any more.
        lastDeck += 1
        titles.set(.title(title), for: lastDeck)
        guard engine.commands.push(.title(lastDeck)) else { return false }
        shownTitle = title
        let file = current.track.file
        record(
            .title, file: file.isEmpty ? nil : file,
            words: "Listeners were shown another title: \(title.line)")
        return true
    }

    /// Puts a track at the end of the queue.
    func queue(_ track: Track) -> Result<(item: Item, held: String?), ActRefusal> {
        guard let current else { return .failure(.notOnAir) }
        guard let item = timeline.queue(track, onAir: current) else { return .failure(.queueFull) }
        replan()
        let fact = Fact(
            kind: .insert, at: now, file: track.file,
            words: "\(track.file) was queued as number \(item.queueID ?? 0).")
        return .success((item, journal.commit(fact, state: timeline.state)))
    }

    /// Takes an entry out of the queue.
    func unqueue(_ id: Int) -> Result<(item: Item, held: String?), ActRefusal> {
        guard let current, let item = timeline.unqueue(id, onAir: current) else {
            return .failure(.notQueued(id))
        }
        replan()
        let fact = Fact(
            kind: .remove, at: now, file: item.track.file,
            words: "\(item.track.file) was taken out of the queue.")
        return .success((item, journal.commit(fact, state: timeline.state)))
    }

    /// The library or the rules changed: an epoch, from the next boundary on.
    func adopt(_ rotation: Rotation) {
        guard rotation != timeline.rotation else { return }
        let isEpoch = rotation.digest != timeline.rotation.digest
        if let current {
            timeline.adopt(rotation, onAir: current)
            if current.isProvisional, let measured = timeline.state.laid.first { onAir?.item = measured }
        } else {
            timeline = Timeline(rotation: rotation, state: timeline.state)
        }
        backOffIsOver()
        replan()
        if isEpoch {
            record(
                .epoch,
                words: "The rotation changed: \(rotation.tracks.count) tracks, state \(rotation.digest).")
        }
    }
}

/// Why an act of a person could not be done.
public enum ActRefusal: Error, Sendable, Equatable {
    case notOnAir
    case queueFull
    case notQueued(Int)
    case nothingFollows

    /// In a sentence, with the remedy.
    public var words: String {
        switch self {
        case .notOnAir: "The station is not on air yet; try again in a moment."
        case .queueFull:
            "The queue is full (\(Timeline.queueLimit) entries); remove one with: funkhaus queue remove NUMBER."
        case .notQueued(let id): "Number \(id) is not in the queue (any more); see: funkhaus queue list."
        case .nothingFollows:
            "There is nothing to skip to: no other track could be opened. See: funkhaus status."
        }
    }
}
