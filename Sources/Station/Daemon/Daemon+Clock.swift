internal import Foundation
internal import History
internal import Logging
internal import Programme

/// A start with a clock that is wrong.
extension Daemon {
    /// What the journal kept last. With a dead disk the programme is what it would be without a journal.
    static func keptState(_ history: History, at now: Instant) -> Timeline.State {
        guard let (_, state) = try? history.newestState() else { return Timeline.State() }
        guard let end = try? history.end(), end.at - now > Length(seconds: 1) else { return state }
        return state.moved(by: now - end.at, at: now)
    }

    /// While the clock is not trusted the station's time goes on behind what the journal tells of.
    static func goOn(behind history: History) {
        guard !clock.isTrusted, let end = try? history.end() else { return }
        clock.goOn(from: end.end.wallNanoseconds)
    }

    /// Waits for a clock that can be right, and for the shows with it.
    func waitForClock() {
        guard waitsForClock else { return }
        logger.warning("the clock is wrong", metadata: ["what": "\(Self.clockWords ?? "")"])
        clockWait.start { [self] in
            running.withLock { $0.waitsForClock = false }
            // The shows first, so that the programme goes to its place in them.
            adoptCalendars(from: nil)
            let before = Self.now()
            Self.clock.trust()
            since.withLock { $0 = $0 + (Self.now() - before) }
            let time = StationTime(nanoseconds: Self.wall(), zone: grid.plan.zone)
            logger.notice("the clock can be right now: shows are on", metadata: ["time": "\(time.rfc3339)"])
        }
    }

    var waitsForClock: Bool { running.withLock { $0.waitsForClock } }

    /// What is wrong with the machine's clock; nil while it can be right.
    static var clockWords: String? {
        guard !clock.isTrusted || !clock.canBeRight else { return nil }
        let shown = StationTime(nanoseconds: clock.shown, zone: .gmt)
        return "The machine's clock shows \(shown.rfc3339), which cannot be right: "
            + (clock.isTrusted
                ? "the station counts the time itself until it is set. See: timedatectl."
                : "only the rotation is on, and no show, until it is set. See: timedatectl.")
    }
}

extension Daemon {
    /// The most refusals that the status tells.
    private static let mostRefusals = 20

    /// What is wrong with the configuration's files, the clock and the coming day, a sentence each.
    var troubles: [String] {
        var refused = running.withLock { $0.refused }
        let more = refused.count - Self.mostRefusals
        if more > 0 { refused = refused.prefix(Self.mostRefusals) + ["and \(more) more: funkhaus check"] }
        if !refused.isEmpty {
            refused.insert(
                "The configuration's files are not in force as they are now; the station goes on as it was:",
                at: 0)
        }
        return refused + [Self.clockWords].compactMap(\.self) + rehearsal.troubles
    }
}

extension Timeline.State {
    /// The same for a clock that was set back while the station was off: what is laid down, and where the rotation goes on
    /// behind it, moves along. Where continued shows stand was known before and is known now.
    func moved(by shift: Length, at now: Instant) -> Timeline.State {
        guard anchor != .origin else { return self }
        var state = self
        for place in state.laid.indices {
            state.laid[place].start = state.laid[place].start + shift
            state.laid[place].until = state.laid[place].until.map { $0 + shift }
        }
        state.anchor.instant = anchor.instant + shift
        state.continued = continued?.mapValues {
            Anchor(instant: min($0.instant, now), cursor: $0.cursor)
        }
        return state
    }
}
