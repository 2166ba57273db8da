/// Why an item is on air where it is, as far as rules say so: what the programme answers to `next --why`.
public enum Reason: Hashable, Sendable {
    /// A show's own file, from its beginning.
    case file
    /// The next of a playlist, in its order or in this round's.
    case drawn(from: String, Order)
    /// Whose turn it is, counted from one, in a clock.
    case turn(Int, of: Int)
    /// So many tracks had been on since the last identification.
    case due(every: Int)
    /// A jingle that is due at this minute of the hour.
    case at(minute: Int)
    /// What its show begins with, and what it ends with.
    case intro
    case outro
    /// When its playlist may be on. That is not kept where nothing else was left.
    case hours(of: String, Hours, isKept: Bool)
    /// So many percent of a round are its artist's, who has more tracks than that.
    case share(of: String, percent: Int)
    /// It was chosen so that the last track ends where the slot does.
    case fitted(Instant)
    /// How long ago the same artist or title was on, and what the rule wants.
    case apart(Likeness, String, after: Length, tracks: Int, wanted: RotationRules.Gap)

    public enum Likeness: Hashable, Sendable {
        case artist
        case title
    }

    /// Whether a rule had to be loosened for it.
    public var isLoosened: Bool {
        switch self {
        case .apart(_, _, let after, let tracks, let wanted): after < wanted.time || tracks < wanted.tracks
        case .hours(_, _, let isKept): !isKept
        case .file, .drawn, .turn, .due, .at, .intro, .outro, .share, .fitted: false
        }
    }
}

extension Timeline {
    /// Why an item is on air, the rules that were kept or loosened for it among the reasons.
    ///
    /// - Parameter behind: what was or will be on before it, the earliest first.
    public func reasons(for item: Item, behind: [Item]) -> [Reason] {
        guard item.isOfSlot else { return [] }
        let slot = programming.slot(at: item.slot ?? item.start)
        let plan = plan(
            at: item.start, isAnchored: state.anchor != .origin && item.start >= state.anchor.instant)
        if let file = plan.file, file.isSame(as: item) { return [.file] }
        let supply = supply(of: slot)
        let rotation = supply.rotation
        if item.kind == .identification { return reason(forJingle: item, plan, supply).map { [$0] } ?? [] }
        guard let index = rotation.tracks.firstIndex(where: { $0.key == item.track.key }) else { return [] }
        let part = rotation.parts[rotation.rounds.partOf[index]]
        var reasons: [Reason] = [.drawn(from: part.playlist, part.order)]
        if plan.isFitted(item) {
            reasons.append(.fitted(plan.slot.end))
        } else if let clock = rotation.clock, let turn = rotation.turn(behind: item.after) {
            reasons.append(.turn(turn + 1, of: clock.count))
        }
        let rules = rotation.rules
        if let hours = part.hours {
            let isKept = hours.hold(from: slot.start, to: slot.end, programming.schedule.agenda)
            reasons.append(.hours(of: part.playlist, hours, isKept: isKept))
        }
        if let share = rules.artistShare, let artist = item.track.artist, rotation.rounds.isRationed(index) {
            reasons.append(.share(of: artist, percent: share))
        }
        return reasons
            + [
                Self.apart(.artist, item, behind, rules.artist) { $0.artistForRules },
                Self.apart(.title, item, behind, rules.title) { $0.titleForRules },
            ].compactMap(\.self)
    }

    /// Why something short is on: it opens its slot, ends it, or comes after some tracks of it.
    private func reason(
        forJingle item: Item, _ plan: SlotPlan, _ supply: Programming.Supply
    ) -> Reason? {
        let every = supply.rotation.every
        // A file can be an identification and the intro of a show.
        let isBetweenTracks = item.start >= plan.base.instant && item.start < plan.close
        if every > 0, isBetweenTracks { return .due(every: every) }
        switch item.track.file {
        case supply.jingle?.file:
            return .at(minute: programming.schedule.agenda.local(at: plan.slot.start).secondOfDay / 60 % 60)
        case supply.intro?.file: return .intro
        case supply.outro?.file: return .outro
        default: return every > 0 ? .due(every: every) : nil
        }
    }

    /// How far an item is from the last one of its kind; nil when no rule asks for it, or none was on.
    private static func apart(
        _ likeness: Reason.Likeness, _ item: Item, _ behind: [Item], _ wanted: RotationRules.Gap,
        _ name: (Track) -> String?
    ) -> Reason? {
        guard wanted != .none, let own = name(item.track) else { return nil }
        let tracks = behind.filter { [.track, .queued].contains($0.kind) && $0.start < item.start }
        guard let last = tracks.lastIndex(where: { name($0.track) == own }) else { return nil }
        let shown = likeness == .artist ? item.track.artist : item.track.title
        return .apart(
            likeness, shown ?? own, after: item.start - tracks[last].start, tracks: tracks.count - 1 - last,
            wanted: wanted)
    }
}

extension Rotation {
    /// The place in the clock of the track behind which a cursor stands.
    fileprivate func turn(behind cursor: Cursor) -> Int? {
        guard let clock, !clock.isEmpty else { return nil }
        let done = cursor.done == 0 ? rounds.places : cursor.done
        return (done - 1) % clock.count
    }
}
