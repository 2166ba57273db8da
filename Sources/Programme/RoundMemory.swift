internal import Synchronization

/// The orders of the rounds that were asked for last, so that each is sorted once. It holds nothing that the rotation
/// does not say: any two are equal. Any thread.
final class RoundMemory: Sendable, Hashable {
    private typealias Known = (round: Int64, indices: [Int])

    private let known = Mutex<[Known]>([])
    /// Rounds that are kept; the one that was worked out first goes first.
    private static let limit = 6
    /// Places of a round that are worked out at first.
    private static let few = 512

    /// What stands at a place of a round.
    ///
    /// - Parameter order: works out the round's first places, so many at least; nil for all of them.
    func index(at place: Int, inRound round: Int64, order: (_ count: Int?) -> [Int]) -> Int {
        known.withLock { known in
            let entry = known.firstIndex { $0.round == round }
            if let entry, place < known[entry].indices.count { return known[entry].indices[place] }
            if let entry { known.remove(at: entry) }
            if known.count == Self.limit { known.removeFirst() }
            let indices = order(place < Self.few && entry == nil ? Self.few : nil)
            known.append((round, indices))
            return indices[place]
        }
    }

    /// The whole order of a round.
    func all(ofRound round: Int64, order: () -> [Int]) -> [Int] {
        known.withLock { known in
            if let entry = known.first(where: { $0.round == round }) { return entry.indices }
            if known.count == Self.limit { known.removeFirst() }
            let indices = order()
            known.append((round, indices))
            return indices
        }
    }

    static func == (a: RoundMemory, b: RoundMemory) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
