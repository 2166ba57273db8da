/// Which plan counts at an instant.
extension Timeline {
    /// The plan that is on at an instant: that of its slot, or of the one before when that ran over.
    ///
    /// - Parameter isAnchored: whether what is laid down counts; without it, it is the plan that nobody has touched.
    func plan(at instant: Instant, isAnchored: Bool) -> SlotPlan {
        let slot = programming.slot(at: instant)
        let plan = plan(of: slot, isAnchored: isAnchored)
        guard plan.start > instant, slot.start > .farPast else { return plan }
        return self.plan(of: programming.slot(before: slot), isAnchored: isAnchored)
    }

    /// The plan of a slot: from the anchor on when that lies in it, else from its beginning.
    ///
    /// One can depend on hundreds before it, each on the next: those are planned first, the earliest before all others,
    /// because no thread's stack holds so many calls.
    func plan(of slot: Slot, isAnchored: Bool) -> SlotPlan {
        let memory = programming.memory
        var waiting = [slot]
        var seen: Set<Instant> = []
        while let next = waiting.last {
            if seen.insert(next.start).inserted, memory.plan(standing(next, isAnchored)) == nil {
                waiting += needed(for: next, isAnchored: isAnchored)
            } else {
                waiting.removeLast()
                let plan = memory.plan(standing(next, isAnchored)) {
                    makePlan(of: next, isAnchored: isAnchored)
                }
                if waiting.isEmpty { return plan }
            }
        }
        return makePlan(of: slot, isAnchored: isAnchored)
    }

    private func standing(_ slot: Slot, _ isAnchored: Bool) -> PlanMemory.Standing {
        PlanMemory.Standing(
            slot: slot.start, anchor: isAnchored ? state.anchor : nil,
            anchorSlot: isAnchored ? state.slot : nil,
            continued: state.continued, forsaken: state.forsaken)
    }

    private func makePlan(of slot: Slot, isAnchored: Bool) -> SlotPlan {
        guard isAnchored, slot.contains(state.anchor.instant) else {
            return plan(slot, from: start(of: slot, isAnchored: isAnchored), isAnchored: isAnchored)
        }
        guard fits(slot) else { return plan(slot, from: state.anchor.instant, isAnchored: true) }
        return plan(slot, from: state.anchor.instant, cursor: state.anchor.cursor, isFresh: false)
    }

    /// The slots whose plans a plan begins with.
    private func needed(for slot: Slot, isAnchored: Bool) -> [Slot] {
        let isFromAnchor = isAnchored && slot.contains(state.anchor.instant)
        if isFromAnchor, fits(slot) { return [] }
        var slots: [Slot] = []
        if !isFromAnchor, let before = slotRunningInto(slot) { slots.append(before) }
        if case .behind(let before)? = origin(of: slot) { slots.append(before) }
        return slots
    }

    /// The plan of a slot that begins at an instant.
    private func plan(_ slot: Slot, from start: Instant, isAnchored: Bool) -> SlotPlan {
        plan(slot, from: start, cursor: cursor(of: slot, isAnchored: isAnchored), isFresh: true)
    }

    private func plan(_ slot: Slot, from start: Instant, cursor: Cursor?, isFresh: Bool) -> SlotPlan {
        let isForsaken = state.forsaken == slot.start
        return programming.memory.plan(
            .init(slot: slot.start, start: start, cursor: cursor, isFresh: isFresh, isForsaken: isForsaken)
        ) {
            let limits = programming.limits(of: slot)
            return SlotPlan(
                programming, slot, supply(of: slot), from: start, cursor: cursor,
                played: isFresh ? programming.played(before: slot) : cursor?.opening.map { _ in .zero },
                limit: limits.track,
                fileLimit: limits.file)
        }
    }

    /// What a slot plays.
    func supply(of slot: Slot) -> Programming.Supply {
        state.forsaken == slot.start
            ? programming.standard(in: slot) : programming.supply(of: slot)
    }

    /// Whether the anchor's cursor is of a slot's rotation. One that was kept before there were shows is of the station's.
    func fits(_ slot: Slot) -> Bool { state.slot == slot.key || (state.slot == nil && slot.show == nil) }

    /// When a slot begins: on its second, unless what is before it runs over.
    private func start(of slot: Slot, isAnchored: Bool) -> Instant {
        guard let before = slotRunningInto(slot) else { return slot.start }
        return min(slot.end, plan(of: before, isAnchored: isAnchored).end)
    }

    /// The slot before one, if it may run over into it.
    private func slotRunningInto(_ slot: Slot) -> Slot? {
        guard slot.start > .farPast else { return nil }
        let before = programming.slot(before: slot)
        return programming.mayRun(before, into: slot) ? before : nil
    }

    // MARK: Going on

    /// Where the rotation of a slot begins that goes on behind an earlier one: one that an interruption cut off, or one of a
    /// continued show. Nil for any other.
    private func cursor(of slot: Slot, isAnchored: Bool) -> Cursor? {
        switch origin(of: slot) {
        case .behind(let before): plan(of: before, isAnchored: isAnchored).after
        case .known(let cursor): cursor
        case nil: nil
        }
    }

    private enum Origin {
        /// Where the plan of another slot ends.
        case behind(Slot)
        case known(Cursor)
    }

    private func origin(of slot: Slot) -> Origin? {
        let supply = supply(of: slot)
        guard slot.isCut || !supply.isStandard else { return nil }
        if let part = programming.part(before: slot), !slot.isCut || programming.goesOn(slot, behind: part) {
            return .behind(part)
        }
        guard let show = slot.show, !supply.isStandard, supply.isContinued else { return nil }
        let before = programming.slot(of: show.name, before: slot.start)
        if let known = state.continued?[show.name], known.instant <= slot.start,
            before.map({ $0.start < known.instant }) ?? true
        {
            return .known(known.cursor)
        }
        guard let before,
            state.continued?[show.name] != nil || Self.month(before.start) == Self.month(slot.start)
        else { return nil }
        return .behind(before)
    }

    /// With nothing known a continued show begins anew every four weeks.
    private static func month(_ instant: Instant) -> Int64 { instant.frames / (28 * 86_400 * Instant.rate) }

    /// Notes where the continued shows stand, so that later changes leave it alone. To be called when the station begins.
    public mutating func remember(at instant: Instant) {
        for show in programming.schedule.shows {
            guard programming.rotation(ofContinued: show.name) != nil,
                let slot = programming.slot(of: show.name, before: instant + Length(frames: 1))
            else { continue }
            var continued = state.continued ?? [:]
            if slot.end <= instant {
                let known = continued[show.name]
                guard known.map({ $0.instant < slot.end }) ?? true else { continue }
                continued[show.name] = Anchor(
                    instant: slot.end, cursor: plan(of: slot, isAnchored: state.anchor != .origin).after)
            } else if !slot.isContinuation, continued[show.name].map({ $0.instant < slot.start }) ?? true,
                let cursor = cursor(of: slot, isAnchored: state.anchor != .origin)
            {
                continued[show.name] = Anchor(instant: slot.start, cursor: cursor)
            }
            state.continued = continued
        }
    }
}
