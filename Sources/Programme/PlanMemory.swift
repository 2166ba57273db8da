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

    /// What the plan of a slot depends on when it is asked for by the slot alone. It stands for the slots before it, too: a
    /// chain of them is gone through once.
    struct Standing: Hashable {
        var slot: Instant
        /// Nil for the plan that nobody has touched.
        var anchor: Anchor?
        var anchorSlot: Instant?
        var continued: [String: Anchor]?
        var forsaken: Instant?
    }

    /// Some parts of a rotation.
    fileprivate struct Variant: Hashable {
        var rotation: String
        var parts: [Int]
    }

    fileprivate struct State {
        /// In the order of time, without overlap.
        var slots: [Slot] = []
        var plans: [Question: SlotPlan] = [:]
        var standing: [Standing: SlotPlan] = [:]
        var variants: [Variant: Rotation] = [:]
    }

    private let state = Mutex(State())
    private static let slotLimit = 1_024
    private static let planLimit = 512
    private static let variantLimit = 32

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

    func variant(of rotation: Rotation, parts: [Int]) -> Rotation {
        let identifications = rotation.identifications.map(\.key).joined(separator: "/")
        let variant = Variant(rotation: "\(rotation.seed) \(rotation.every) \(identifications)", parts: parts)
        if let known = state.withLock({ $0.variants[variant] }) { return known }
        let made = rotation.with(parts: parts)
        state.withLock { state in
            if state.variants.count >= Self.variantLimit { state.variants = [:] }
            state.variants[variant] = made
        }
        return made
    }

    /// Nil for one that it does not know.
    func plan(_ standing: Standing) -> SlotPlan? { state.withLock { $0.standing[standing] } }

    func plan(_ standing: Standing, _ make: () -> SlotPlan) -> SlotPlan {
        if let known = state.withLock({ $0.standing[standing] }) { return known }
        let plan = make()
        state.withLock { state in
            if state.standing.count >= Self.planLimit { state.standing = [:] }
            state.standing[standing] = plan
        }
        return plan
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
