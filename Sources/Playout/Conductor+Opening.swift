internal import Audio
internal import Codecs
internal import Programme

/// What follows: it is opened ahead of its time, handed to the engine as a deck when it has frames, and dropped when it cannot
/// be played.
extension Conductor {
    func load(_ item: Item, from offset: Length) {
        next = open(item, from: max(offset, item.track.begin ?? .zero))
    }

    func open(_ item: Item, from offset: Length) -> Loaded {
        let track = opener.open(item.track.file, from: offset)
        let deck = Deck(
            id: nextDeck(), frames: track.frames, gainDecibels: item.track.gain(target: settings.loudness),
            // What the slot's end cuts off is there to be faded.
            length: (item.until == nil ? item.length : item.track.length).map { Int(($0 - offset).frames) },
            until: frame(of: item.until))
        return lend(Loaded(item: item, offset: offset, deck: deck, track: track))
    }

    func nextDeck() -> Int {
        lastDeck += 1
        return lastDeck
    }

    /// Keeps what the engine may get until it has given it back.
    func lend(_ loaded: Loaded) -> Loaded {
        titles.set(title(of: loaded.item), for: loaded.deck.id)
        lent[loaded.deck.id] = loaded
        return loaded
    }

    func title(of item: Item) -> TitleBook.Entry {
        switch item.kind {
        case .emergency, .tone: .title(Title(title: settings.stationName))
        case .identification where item.track.title == nil: .keep
        case .bed: .keep
        case .track, .queued, .identification, .live: .title(item.track.shownTitle)
        }
    }

    func chooseNext() {
        guard backOff == 0 else {
            backOff -= 1
            return
        }
        if let loaded = liveNext() {
            next = loaded
        } else if let current {
            // What was aired before may have been joined in its middle, when a span of the past is rendered; and a file
            // that a show interrupted goes on.
            guard let item = timeline.item(after: current, at: nextStart) else { return }
            load(item, from: max(.zero, (current.end ?? item.start) - item.start))
        } else if let item = timeline.item(at: now) {
            load(item, from: now - item.start)
        }
    }

    /// Takes back what was to follow when its slot ends before it was its turn: somebody is on air whose end nobody knows.
    func dropOutdated() {
        guard let next, next.item.isPlanned, let current, current.length == nil, let until = next.item.until,
            until <= nextStart
        else { return }
        withdraw(next)
    }

    /// Gives the engine what follows as soon as it has frames, or drops it when it cannot be played.
    func handNext() {
        guard let loaded = next, loaded.track.state != .opening else { return }
        let file = loaded.item.track.file
        if case .failed(let words, let passing) = loaded.track.state {
            return fail(loaded, words: words, passing: passing)
        }
        guard !loaded.handed else { return }
        let frames = loaded.deck.frames
        if frames.isExhausted {
            return fail(
                loaded, words: "\(file) holds no sound; remove it or put a good copy in its place.",
                passing: false)
        }
        guard frames.available >= settings.readyFrames || frames.isFinished else { return }
        if !loaded.item.track.hasTitle, case .open(let title?) = loaded.track.state {
            titles.set(.title(title), for: loaded.deck.id)
            next?.item.track.artist = title.artist
            next?.item.track.title = title.title
            next?.item.track.album = title.album
        }
        guard engine.commands.push(.follow(loaded.deck)) else { return }
        next?.handed = true
        failuresInARow = 0
        if tone != nil || onAir?.item.kind == .emergency || cutFact != nil { cutToNext() }
    }

    /// Has the engine go on to what follows now, which it has.
    func cutToNext() {
        let isLive = cutFact == .liveIn || cutFact == .liveOut
        _ = engine.commands.push(.cut(fade: isLive ? Int(settings.live.fade.frames) : Engine.fade))
    }

    /// What was to follow cannot be played: it costs itself and nothing else.
    func fail(_ loaded: Loaded, words: String, passing: Bool) {
        withdraw(loaded)
        if loaded.item.kind == .live { return }
        if loaded.item.kind == .bed {
            liveDesk.bedFailed = true
            return note(words, file: loaded.item.track.file)
        }
        if passing, retried != loaded.item {
            retried = loaded.item
            return load(loaded.item, from: loaded.offset)
        }
        note(words, file: loaded.item.track.file)
        if let current {
            timeline.drop(loaded.item, onAir: current)
        } else {
            timeline.drop(loaded.item, beginningAt: now)
        }
        failuresInARow += 1
        let hasAllFailed =
            failuresInARow >= max(3, timeline.tracks(at: loaded.item.start) + timeline.queued.count)
        if hasAllFailed { timeline.forsake(loaded.item) }
        record(.deviation, file: loaded.item.track.file, words: words)
        if hasAllFailed {
            failuresInARow = 0
            backOff = settings.stepsOfBackOff
        }
    }

    /// Opens an item to follow instead of what was to.
    func replace(next item: Item, from offset: Length) {
        if let loaded = next { withdraw(loaded) }
        load(item, from: offset)
    }

    /// Something has changed for the better: tries again at once.
    func backOffIsOver() { backOff = 0 }

    /// Takes back what was to follow; its file is closed when the engine has let go of it.
    func withdraw(_ loaded: Loaded) {
        next = nil
        if loaded.handed { _ = engine.commands.push(.unfollow) } else { release(loaded.deck.id) }
    }

    func release(_ deck: Int) {
        lent.removeValue(forKey: deck)?.track.close()
    }

    func loadEmergency() {
        guard let file = settings.emergency else { return }
        guard emergencyBackOff == 0 else {
            emergencyBackOff -= 1
            return
        }
        let track = Track(file: file, key: file)
        emergency = open(
            Item(kind: .emergency, track: track, start: base, length: nil, after: Cursor()), from: .zero)
    }

    /// Another file is the emergency track from now on; until it has frames the engine keeps the one before.
    func renewEmergency() {
        emergencyBackOff = 0
        if let old = emergency, !old.handed { release(old.deck.id) }
        emergency = nil
        if settings.emergency == nil { _ = engine.commands.push(.emergency(nil)) }
    }

    func handEmergency() {
        guard let loaded = emergency, !loaded.handed else { return }
        if case .failed(let words, _) = loaded.track.state {
            note(words, file: loaded.item.track.file)
            release(loaded.deck.id)
            emergency = nil
            emergencyBackOff = settings.stepsOfBackOff
            return
        }
        guard loaded.deck.frames.available >= settings.readyFrames || loaded.deck.frames.isFinished else {
            return
        }
        emergency?.handed = engine.commands.push(.emergency(loaded.deck))
    }
}
