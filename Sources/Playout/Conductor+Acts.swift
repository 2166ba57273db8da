internal import Audio
internal import Codecs
internal import Programme

/// What people do to the programme. Each act is a fact: it is written down, then confirmed.
extension Conductor {
    /// Cuts to what follows as soon as that has frames, in one of the next steps. Behind the last track of a slot that is
    /// not the next slot yet, but one track more; unless that slot is so near that it comes by itself.
    func beginSkip() {
        if let current, let next, next.item.isPlanned {
            var skipped = timeline
            skipped.end(current, at: now)
            if let item = skipped.item(at: now), item.slot != next.item.slot {
                if next.item.begins - now < Self.near { return }
                cutFact = .skip
                return replace(next: item, from: now - item.start)
            }
        }
        cutFact = .skip
        if next?.handed == true { _ = engine.commands.push(.cut(fade: Engine.fade)) }
    }

    /// What is heard for a shorter time is a blip: 1 s.
    private static let near = Length(seconds: 1)

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
        guard mark(title) else { return false }
        shownTitle = title
        let file = current.track.file
        record(
            .title, file: file.isEmpty ? nil : file,
            words: "Listeners were shown another title: \(title.line)")
        return true
    }

    /// Puts a title into the mix from the next block on.
    func mark(_ title: Title) -> Bool {
        // A number like a deck's, which no deck gets any more.
        let number = nextDeck()
        titles.set(.title(title), for: number)
        return engine.commands.push(.title(number))
    }

    /// Puts tracks at the end of the queue, all of them or none. They are waited for together: the last fact is on disk
    /// behind the others.
    func queue(_ tracks: [Track]) -> Result<(items: [Item], held: String?), ActRefusal> {
        guard let current else { return .failure(.notOnAir) }
        let before = timeline
        var facts: [Fact] = []
        var items: [Item] = []
        for track in tracks {
            guard let item = timeline.queue(track, onAir: current) else {
                timeline = before
                return .failure(.queueFull)
            }
            items.append(item)
            facts.append(
                Fact(
                    kind: .insert, at: now, file: track.file,
                    words: "\(track.file) was queued as number \(item.queueID ?? 0)."))
        }
        replan()
        for fact in facts.dropLast() { journal.record(fact, state: timeline.state) }
        return .success((items, facts.last.flatMap { journal.commit($0, state: timeline.state) }))
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
    func adopt(_ programming: Programming) {
        let old = timeline.programming
        guard programming != old else { return }
        if let current {
            timeline.adopt(programming, onAir: current)
            if current.isProvisional, let measured = timeline.state.laid.first { onAir?.item = measured }
        } else {
            timeline = Timeline(programming, state: timeline.state)
        }
        backOffIsOver()
        replan()
        if programming.schedule != old.schedule {
            record(.epoch, words: "The schedule changed: \(programming.schedule.shows.count) shows.")
        }
        if programming.digest != old.digest {
            let count = programming.rotation.tracks.count
            record(.epoch, words: "The rotation changed: \(count) tracks, state \(programming.digest).")
        }
    }
}

/// Why an act of a person could not be done.
public enum ActRefusal: Error, Sendable, Equatable {
    case notOnAir
    case queueFull
    case notQueued(Int)
    case nothingFollows
    /// A DJ is on air, who is not skipped.
    case live(String)
    case notConnected(String)

    /// In a sentence, with the remedy.
    public var words: String {
        switch self {
        case .notOnAir: "The station is not on air yet; try again in a moment."
        case .queueFull:
            "The queue is full (\(Timeline.queueLimit) entries); remove one with: funkhaus queue remove NUMBER."
        case .notQueued(let id): "Number \(id) is not in the queue (any more); see: funkhaus queue list."
        case .nothingFollows:
            "There is nothing to skip to: no other track could be opened. See: funkhaus status."
        case .live(let account):
            "\(account) is live, and a DJ is not skipped; to take the air away: funkhaus hold \(account)."
        case .notConnected(let account): "\(account) is not connected; who is: funkhaus status."
        }
    }
}
