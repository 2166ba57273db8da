internal import Audio

/// The mixing desk: what is on air, what follows it, and the bottom of the programme (design, section 3, steps 5 and 6).
///
/// Runs on the thread that ticks it, the clock's or the renderer's, and on no other. It is commanded by the conductor
/// through a bounded queue and answers by events. It decides nothing about the programme: when a deck ends, the one that
/// was told to follow begins at that very frame; when none was told, the emergency track; without that, the tone, until
/// there is one of them.
///
/// ## Realtime safety
/// After `init`, `tick` neither allocates, logs, nor touches a file, and takes a lock only if it is free.
final class Engine {
    /// What a tick came to.
    enum Progress {
        /// A block went out.
        case block
        /// The block is unfinished: what is on air, or is to follow, has no frames yet. Tick again a little later.
        case waiting
    }

    private enum OnAir {
        case nothing
        case deck(Deck, heard: Int)
        case tone
    }

    /// Frames over which a skip fades out what was on air: 0.3 s.
    static let fade = 13_230
    /// Frames over which a track is faded out where its slot ends: 1 s.
    static let slotFade = 44_100
    /// Frames over which a live deck that runs dry is faded out: 30 ms.
    private static let lastBreath = 1_323

    private let line: EngineLine
    private var commands: BoundedQueue<EngineCommand> { line.commands }
    private var events: SignalQueue<EngineEvent> { line.events }

    /// The position in the mix of the block that is being filled.
    private(set) var position = FrameTime(frames: 0)
    private var filled = 0
    private var onAir = OnAir.nothing
    private var following: Deck?
    private var emergency: Deck?
    private var leaving: (deck: Deck, fade: Int, left: Int)?
    /// The last frames of a live deck that is running dry, and how many of them are left.
    private var dying: (frames: Int, left: Int)?
    private var feeds: [MixFeed] = []
    private var block = AudioBlock()
    private var fading = AudioBlock()
    private var limiter = Limiter()
    private var tone = Tone()
    /// The id that marks give for the tone, which comes from no deck.
    static let toneID = 0
    /// The most renditions; the conductor refuses one more.
    static let renditionLimit = 16
    /// They, and the tap.
    private static let feedLimit = renditionLimit + 1

    init(line: EngineLine) {
        self.line = line
        feeds.reserveCapacity(Self.feedLimit)
    }

    /// Fills the next block, or as much of it as there are frames for, and sends it to the feeds.
    ///
    /// - Parameter givingUp: whether to go on without a deck that has no frames, rather than to wait for it.
    func tick(givingUp: Bool = false) -> Progress {
        if filled == 0 { obey() }
        while filled < block.capacity {
            guard fill(givingUp: givingUp) else {
                obey()
                return .waiting
            }
        }
        mixLeaving()
        limiter.process(&block)
        send()
        position = position + FrameCount(frames: Int64(block.capacity))
        line.advance(to: position)
        filled = 0
        return .block
    }

    /// Ends every feed, also one that it has not been given yet: whoever reads that would wait for ever. The engine is not
    /// ticked after it.
    func finish() {
        while let command = commands.pop() { obey(command) }
        for feed in feeds { feed.finish() }
    }

    /// Whether every feed has room for a block.
    var hasRoom: Bool { feeds.allSatisfy { $0.free >= block.capacity } }

    /// Waits until the slowest feed has room; for a renderer only.
    func waitForRoom() {
        for feed in feeds where feed.free < block.capacity { feed.waitForRoom() }
    }

    // MARK: Filling

    /// Adds at least one frame, or changes what is on air; false when there is nothing to add yet.
    private func fill(givingUp: Bool) -> Bool {
        switch onAir {
        case .deck(let deck, let heard):
            let isDry = runsDry(deck)
            let room = min(block.capacity - filled, dying?.left ?? .max)
            let left = framesLeft(of: deck, heard: heard)
            let wanted = min(room, left)
            let got = wanted > 0 ? deck.frames.read(into: &block, at: filled, count: wanted) : 0
            if got > 0 {
                amplify(deck, heard: heard, count: got)
                filled += got
                onAir = .deck(deck, heard: heard + got)
            } else if wanted == 0 || deck.frames.isExhausted || isDry || givingUp {
                dying = nil
                // A file whose length was not known is complete at its end.
                let complete = !isDry && (wanted == 0 || (deck.length == .max && deck.frames.isExhausted))
                events.push(.ended(deck: deck.id, at: now, frames: heard, complete: complete))
                events.push(.released(deck: deck.id))
                onAir = .nothing
            } else {
                return false
            }
            return true
        case .nothing:
            if let next = following {
                following = nil
                begin(next)
            } else if !givingUp {
                return false
            } else if let spare = emergency {
                emergency = nil
                begin(spare)
            } else {
                onAir = .tone
                events.push(.tone(at: now))
                mark(Self.toneID)
            }
            return true
        case .tone:
            // Whatever has become ready meanwhile is better.
            if let next = following {
                following = nil
                begin(next)
                return true
            }
            if let spare = emergency {
                emergency = nil
                begin(spare)
                return true
            }
            tone.write(into: &block, at: filled, count: block.capacity - filled)
            filled = block.capacity
            return true
        }
    }

    /// How much of a deck is still to be heard: to its length, or to the end of its slot.
    private func framesLeft(of deck: Deck, heard: Int) -> Int {
        guard let until = deck.until else { return deck.length - heard }
        return min(deck.length - heard, max(0, Int((until - now).frames)))
    }

    private var now: FrameTime { position + FrameCount(frames: Int64(filled)) }

    private func begin(_ deck: Deck) {
        onAir = .deck(deck, heard: 0)
        events.push(.began(deck: deck.id, at: now))
        mark(deck.id)
    }

    private func mark(_ deck: Int) {
        for index in feeds.indices { feeds[index].marks.push(MixFeed.Mark(at: now, deck: deck)) }
    }

    /// Whether a live deck has nothing more to give than its last breath. Looked at ahead of each block, so that there
    /// is something left to fade.
    private func runsDry(_ deck: Deck) -> Bool {
        guard deck.isLive else { return false }
        if dying != nil { return true }
        // The flag first: after it, nothing more is written.
        guard !deck.frames.isFinished else { return false }
        let left = deck.frames.available
        guard left < block.capacity - filled + Self.lastBreath else { return false }
        dying = (left, left)
        return true
    }

    /// Brings the frames just read to the deck's level, up where it begins and down where it dies.
    private func amplify(_ deck: Deck, heard: Int, count: Int) {
        // What the slot's end leaves of a deck that is longer.
        let remaining = framesLeft(of: deck, heard: heard)
        let fadesOut = remaining < deck.length - heard && remaining - count < Self.slotFade
        guard deck.gain != 1 || heard < deck.fadeIn || dying != nil || fadesOut else { return }
        let start = filled
        let (rise, frames, left) = (deck.fadeIn, dying?.frames ?? 1, dying?.left ?? 1)
        let isDying = dying != nil
        block.withChannels { (onLeft: inout MutableSpan<Float>, onRight: inout MutableSpan<Float>) in
            for frame in 0..<count {
                var gain = deck.gain
                if heard + frame < rise { gain *= Self.rising(heard + frame, of: rise) }
                if isDying { gain *= Float(left - frame) / Float(frames) }
                if fadesOut, remaining - frame < Self.slotFade {
                    gain *= Self.rising(remaining - frame, of: Self.slotFade)
                }
                onLeft[start + frame] *= gain
                onRight[start + frame] *= gain
            }
        }
        dying?.left -= count
    }

    /// The factor after so many frames of a fade in. Falling and rising at once, two sounds keep their power.
    @inline(__always)
    private static func rising(_ frame: Int, of frames: Int) -> Float {
        (Float(frame) / Float(frames)).squareRoot()
    }

    // MARK: Commands

    private func obey() {
        while let command = commands.tryPop() { obey(command) }
    }

    private func obey(_ command: EngineCommand) {
        switch command {
        case .follow(let deck):
            if let old = following { events.push(.released(deck: old.id)) }
            following = deck
        case .unfollow:
            if let old = following { events.push(.released(deck: old.id)) }
            following = nil
        case .cut(let fade): cut(over: fade)
        case .emergency(let deck):
            if let old = emergency { events.push(.released(deck: old.id)) }
            emergency = deck
        case .title(let number): mark(number)
        case .feed(let feed):
            guard feeds.count < Self.feedLimit else { return }
            feed.begin(at: FrameTime(frames: position.frames - Int64(delayed)), deck: onAirID)
            feeds.append(feed)
        }
    }

    private var onAirID: Int? {
        switch onAir {
        case .nothing: nil
        case .deck(let deck, _): deck.id
        case .tone: Self.toneID
        }
    }

    /// Takes what is on air off it; the next `fill` begins what follows.
    private func cut(over fade: Int) {
        guard let next = following else { return }
        dying = nil
        if case .deck(let deck, let heard) = onAir {
            events.push(.ended(deck: deck.id, at: now, frames: heard, complete: false))
            if let earlier = leaving { events.push(.released(deck: earlier.deck.id)) }
            leaving = (deck, fade, fade)
        }
        following = nil
        begin(next)
    }

    private func mixLeaving() {
        guard let (deck, fade, left) = leaving else { return }
        let got = deck.frames.read(into: &fading, at: 0, count: min(left, block.capacity))
        let gain = deck.gain
        fading.withChannels(reading: { (fromLeft: Span<Float>, fromRight: Span<Float>) in
            block.withChannels { (onLeft: inout MutableSpan<Float>, onRight: inout MutableSpan<Float>) in
                for frame in 0..<got {
                    let factor = gain * Self.rising(left - frame, of: fade)
                    onLeft[frame] += fromLeft[frame] * factor
                    onRight[frame] += fromRight[frame] * factor
                }
            }
        })
        if got == left || got < block.capacity {
            leaving = nil
            events.push(.released(deck: deck.id))
        } else {
            leaving = (deck, fade, left - got)
        }
    }

    // MARK: Sending

    /// Frames that the limiter still holds back: none before the first block.
    private var delayed: Int { position.frames == 0 ? 0 : Limiter.delay }

    /// The limiter lags; so that a frame's place in the feeds is its place in the mix, the first block leaves its lag out.
    private func send() {
        let offset = position.frames == 0 ? Limiter.delay : 0
        // By index: unoptimised, an array's iterator is allocated.
        for index in feeds.indices { feeds[index].write(block, from: offset) }
    }
}
