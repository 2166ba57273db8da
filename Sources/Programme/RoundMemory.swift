internal import Synchronization

/// The orders of the rounds that were asked for last, so that each is sorted once. It holds nothing that the rotation
/// does not say: any two are equal. Any thread.
final class RoundMemory: Sendable, Hashable {
    private typealias Known = (round: Int64, indices: [Int])

    private let known = Mutex<[Known]>([])
    /// Rounds that are kept; the one that was asked for longest ago goes first. A show asks for one of its own: it does
    /// not push out the rotation's.
    private static let limit = 6
    /// Places of a round that are worked out at first; four times as many as were asked for when they do not suffice.
    private static let few = 512

    /// What stands at a place of a round.
    ///
    /// - Parameter order: works out the round's first places, so many at least.
    func index(at place: Int, inRound round: Int64, order: (_ count: Int) -> [Int]) -> Int {
        known.withLock { known in
            let isKnown = Self.recall(round, &known)
            if isKnown, let indices = known.last?.indices, place < indices.count { return indices[place] }
            if isKnown { known.removeLast() }
            let indices = order(max(Self.few, 4 * place))
            known.append((round, indices))
            return indices[place]
        }
    }

    /// The whole order of a round.
    func all(ofRound round: Int64, order: () -> [Int]) -> [Int] {
        known.withLock { known in
            if !Self.recall(round, &known) { known.append((round, order())) }
            return known[known.count - 1].indices
        }
    }

    /// Whether a round is known: then it is the last. Else there is room for one.
    private static func recall(_ round: Int64, _ known: inout [Known]) -> Bool {
        if known.last?.round == round { return true }
        if let entry = known.firstIndex(where: { $0.round == round }) {
            known.append(known.remove(at: entry))
            return true
        }
        if known.count == limit { known.removeFirst() }
        return false
    }

    static func == (a: RoundMemory, b: RoundMemory) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
