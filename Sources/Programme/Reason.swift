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
        guard case .apart(_, _, let after, let tracks, let wanted) = self else { return false }
        return after < wanted.time || tracks < wanted.tracks
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
        let rotation = supply(of: slot).rotation
        if item.kind == .identification { return rotation.every > 0 ? [.due(every: rotation.every)] : [] }
        guard let index = rotation.tracks.firstIndex(where: { $0.key == item.track.key }) else { return [] }
        let part = rotation.parts[rotation.rounds.partOf[index]]
        var reasons: [Reason] = [.drawn(from: part.playlist, part.order)]
        if plan.isFitted(item) {
            reasons.append(.fitted(plan.slot.end))
        } else if let clock = rotation.clock, let turn = rotation.turn(behind: item.after) {
            reasons.append(.turn(turn + 1, of: clock.count))
        }
        let rules = rotation.rules
        return reasons
            + [
                Self.apart(.artist, item, behind, rules.artist) { $0.artistForRules },
                Self.apart(.title, item, behind, rules.title) { $0.titleForRules },
            ].compactMap(\.self)
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
