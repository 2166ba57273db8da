/// The search for tracks that fill the end of a slot (design, section 4.2): together at least as long as what is left, and
/// at most a second longer.
///
/// A pure function with a bound in looks, not in time, so that every machine finds the same. It changes as little as it
/// can: it keeps the order and exchanges the last track, then the last two, and so on.
struct Backtiming {
    /// How much longer than what is left they may be: 1 s.
    static let tolerance = Instant.rate
    /// Looks at most; 500 tracks need a few hundred.
    static let looks = 20_000

    /// Lengths in frames, in the order in which the tracks would come.
    private let lengths: [Int64]
    /// Places in `lengths`, the shortest first.
    private let byLength: [Int]
    private let turns: Turns?
    private let separation: Separation?
    private(set) var looked = 0

    private var picked: [Int] = []
    private var best: (over: Int64, picks: [Int])?

    /// Whose turn it is.
    struct Turns {
        /// By track.
        let of: [Int]
        /// From the first place on, round and round.
        let next: [Int]
    }

    /// What rules keep apart.
    struct Separation {
        /// By track: whether it may stand behind what was on before.
        let fits: [Bool]
        /// Whether two tracks may stand beside each other.
        let bear: (_ a: Int, _ b: Int) -> Bool
    }

    init(_ lengths: [Int64], turns: Turns? = nil, separation: Separation? = nil) {
        self.lengths = lengths
        self.turns = turns
        self.separation = separation
        byLength = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    }

    /// The places of the tracks that fill it best, in the order in which they come; nil when none is as long.
    ///
    /// - Parameter left: the frames that so many tracks have to fill.
    mutating func fill(_ left: (_ count: Int) -> Int64) -> (picks: [Int], over: Int64)? {
        guard !lengths.isEmpty else { return nil }
        let mean = max(1, lengths.reduce(0, +) / Int64(lengths.count))
        let likely = Int(max(1, min(Int64(lengths.count), (left(1) + mean / 2) / mean)))
        best = nil
        for count in [likely, likely - 1, likely + 1, likely - 2, likely + 2] where (1...12).contains(count) {
            guard count <= lengths.count else { continue }
            if search(from: 0, count, left: left(count), bound: looked + Self.looks / 5) { break }
        }
        return best.map { ($0.picks, $0.over) }
    }

    /// Tries every choice of `count` tracks more; true as soon as one is good.
    private mutating func search(from place: Int, _ count: Int, left: Int64, bound: Int) -> Bool {
        guard count > 1 else { return closeWith(left) }
        guard place < lengths.count else { return false }
        let longest = lengths[byLength[byLength.count - 1]]
        for index in place..<lengths.count {
            guard looked < bound else { return false }
            looked += 1
            let rest = left - lengths[index]
            guard rest > 0, rest <= longest * Int64(count - 1), mayFollow(index) else { continue }
            picked.append(index)
            defer { picked.removeLast() }
            if search(from: index + 1, count - 1, left: rest, bound: bound) { return true }
        }
        return false
    }

    /// Takes the track whose length is what is left, or the least more; true when that is good.
    private mutating func closeWith(_ left: Int64) -> Bool {
        looked += 1
        var (low, high) = (0, byLength.count)
        while low < high {
            let middle = (low + high) / 2
            if lengths[byLength[middle]] < left { low = middle + 1 } else { high = middle }
        }
        guard let last = byLength[low...].first(where: { !picked.contains($0) && mayFollow($0) }) else {
            return false
        }
        let over = lengths[last] - left
        if best.map({ over < $0.over }) ?? true { best = (over, picked + [last]) }
        return over <= Self.tolerance
    }

    /// Whether a track may stand behind those that are picked.
    private func mayFollow(_ index: Int) -> Bool {
        if let turns, turns.of[index] != turns.next[picked.count % turns.next.count] { return false }
        guard let separation else { return true }
        return separation.fits[index] && picked.allSatisfy { separation.bear($0, index) }
    }
}
