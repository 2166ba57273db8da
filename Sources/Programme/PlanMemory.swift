internal import Synchronization

/// What planning has worked out, so that asking twice costs once. It holds nothing that the programming does not say.
/// Any thread. Bounded: when it is full it forgets everything.
final class PlanMemory: Sendable {
    /// What a plan depends on beside the programming.
    struct Question: Hashable {
        var slot: Instant
        var start: Instant
        /// Where its rotation stands then; nil for where the slot lets it begin.
        var cursor: Cursor?
        /// Whether the slot begins: its file, if it has one, comes first.
        var isFresh: Bool
        /// Whether its show has nothing that can be played.
        var isForsaken: Bool
    }

    fileprivate struct State {
        /// In the order of time, without overlap.
        var slots: [Slot] = []
        var plans: [Question: SlotPlan] = [:]
    }

    private let state = Mutex(State())
    private static let slotLimit = 1_024
    private static let planLimit = 256

    func slot(at instant: Instant, _ find: () -> Slot) -> Slot {
        if let known = state.withLock({ $0.slot(at: instant) }) { return known }
        let slot = find()
        state.withLock { state in
            guard state.slot(at: instant) == nil else { return }
            if state.slots.count >= Self.slotLimit { state.slots = [] }
            state.slots.insert(slot, at: state.place(of: instant))
        }
        return slot
    }

    func plan(_ question: Question, _ make: () -> SlotPlan) -> SlotPlan {
        if let known = state.withLock({ $0.plans[question] }) { return known }
        let plan = make()
        state.withLock { state in
            if state.plans.count >= Self.planLimit { state.plans = [:] }
            state.plans[question] = plan
        }
        return plan
    }
}

extension PlanMemory.State {
    /// How many slots begin at an instant or before it.
    func place(of instant: Instant) -> Int {
        var (low, high) = (0, slots.count)
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].start <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func slot(at instant: Instant) -> Slot? {
        let place = place(of: instant)
        return place > 0 && slots[place - 1].contains(instant) ? slots[place - 1] : nil
    }
}
