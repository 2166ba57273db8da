/// What each round of a rotation plays, and in which order: a pure function of the round's number.
///
/// A round of one playlist plays every track once. Where several playlists take turns (a clock, a mix), or an artist has
/// more than a fair share, the tracks are divided into strands, and a round takes the next few of each:
///
/// ```
///   strand  [a b c d e f g]   3 a round:   round 0: a b c   round 1: d e f   round 2: g | a b
///   strand  [x y]             2 a round:   round 0: x y     round 1: x y     round 2: x y
/// ```
struct Rounds: Sendable, Hashable {
    /// Tracks that take their turns: each once before any of them repeats.
    private struct Strand: Sendable, Hashable {
        /// Places in `tracks`, in the order in which rounds take them.
        var members: [Int]
        /// Tracks that a round takes.
        var count: Int
        var isShuffled: Bool
        /// Frames of the members before each, and of all; nil when a length is not known.
        var frames: [Int64]?
    }

    let seed: UInt64
    /// Tracks in a round.
    let places: Int
    /// Whether a round is more than a playlist in its order.
    let isArranged: Bool
    /// The part that each track is of.
    let partOf: [Int]
    private let strands: [Strand]
    /// The strand of each place, round and round; empty where any may stand at any place.
    private let clock: [Int]
    /// Hashes of the tracks' keys with the seed.
    private let hashes: [UInt64]
    private let arrangement: Arrangement
    /// Frames of a round in the long run; 0 when a length is not known.
    let meanFrames: Double
    private let orders = RoundMemory()
    private let drafts = RoundMemory()

    /// A round of a clock or a mix has about as many places, so that separation has room in it.
    private static let about = 400

    /// - Parameters:
    ///   - tracks: those of all parts, one behind the other.
    ///   - clock: the part of each place, round and round; nil for a mix by the parts' weights.
    init(seed: UInt64, tracks: [Track], parts: [RotationPart], clock: [Int]?, rules: RotationRules) {
        self.seed = seed
        hashes = tracks.map { track in
            var hash = StableHash()
            hash.add(seed)
            hash.add(track.key)
            return hash.value
        }
        partOf = parts.enumerated().flatMap { part, each in each.tracks.map { _ in part } }
        isArranged = parts.count > 1 || clock != nil || rules != .none
        arrangement = Arrangement(tracks, rules, isNeeded: isArranged)
        var first = 0
        let members = parts.map { part in
            defer { first += part.tracks.count }
            return Array(first..<first + part.tracks.count)
        }
        var strands: [Strand] = []
        var turns: [Int] = []
        if let clock {
            turns = clock
            let perTurn = parts.indices.map { part in clock.count { $0 == part } }
            let needed = zip(parts, perTurn).map { ($0.tracks.count + $1 - 1) / max(1, $1) }.max() ?? 1
            let turnsInRound = max(1, min(needed, Self.about / max(1, clock.count)))
            for (part, turns) in perTurn.enumerated() {
                strands.append(
                    Strand(
                        members: members[part], count: turns * turnsInRound,
                        isShuffled: parts[part].order == .shuffle))
            }
        } else if parts.count > 1 {
            let weights = parts.reduce(0) { $0 + $1.weight }
            let times = max(1, min(tracks.count, Self.about) / max(1, weights))
            for (part, members) in zip(parts, members) {
                strands.append(
                    Strand(
                        members: members, count: part.weight * times, isShuffled: part.order == .shuffle))
            }
        } else if let part = parts.first, !tracks.isEmpty {
            strands = Self.strands(
                members[0], isShuffled: part.order == .shuffle, share: rules.artistShare, arrangement)
        }
        for index in strands.indices {
            if strands[index].isShuffled, strands[index].count != strands[index].members.count {
                strands[index].members.sort { [hashes] in (hashes[$0], $0) < (hashes[$1], $1) }
            }
            strands[index].frames = Self.sums(strands[index].members.map { tracks[$0].length })
        }
        self.strands = strands
        self.clock = turns
        places = strands.reduce(0) { $0 + $1.count }
        meanFrames = strands.reduce(0) { sum, strand in
            guard let frames = strand.frames?.last, !strand.members.isEmpty else { return sum }
            return sum + Double(frames) * Double(strand.count) / Double(strand.members.count)
        }
    }

    /// One strand, and one for each artist that would have more than its share.
    private static func strands(
        _ members: [Int], isShuffled: Bool, share: Int?, _ arrangement: Arrangement
    ) -> [Strand] {
        guard let share else {
            return [Strand(members: members, count: members.count, isShuffled: isShuffled)]
        }
        let byArtist = Dictionary(grouping: members) { arrangement.artist[$0] }.filter { $0.key >= 0 }
        // What is left out makes the round shorter, and a share of it smaller.
        var most = members.count
        while true {
            let places = byArtist.values.reduce(members.count) { $0 - max(0, $1.count - most) }
            let fair = max(1, places * share / 100)
            guard fair < most else { break }
            most = fair
        }
        let prolific = byArtist.filter { $0.value.count > most }.sorted { $0.value[0] < $1.value[0] }
        let others = members.filter { member in !prolific.contains { $0.key == arrangement.artist[member] } }
        return
            (others.isEmpty ? [] : [Strand(members: others, count: others.count, isShuffled: isShuffled)])
            + prolific.map { Strand(members: $0.value, count: most, isShuffled: isShuffled) }
    }

    /// The sums before each and of all; nil when one is not known.
    static func sums(_ lengths: [Length?]) -> [Int64]? {
        var sums: [Int64] = [0]
        for length in lengths {
            guard let length else { return nil }
            sums.append(sums[sums.count - 1] + length.frames)
        }
        return sums
    }

    // MARK: Lengths

    /// Whether every length is known and time is not standing still.
    var isPlannable: Bool {
        strands.allSatisfy { $0.frames != nil }
            && strands.contains { ($0.frames?.last ?? 0) > 0 && $0.count > 0 }
    }

    /// The frames of so many rounds from one on; of those before it when the number is negative.
    func frames(from round: Int64, count: Int64) -> Int64 {
        var sum: Int64 = 0
        for strand in strands where !strand.members.isEmpty {
            guard let frames = strand.frames else { continue }
            guard strand.count != strand.members.count else {
                sum += count * frames[frames.count - 1]
                continue
            }
            let size = Int64(strand.members.count)
            let first = floorModulo(floorModulo(round, size) * Int64(strand.count), size)
            let (passes, rest) = floorDivision(first + count * Int64(strand.count), size)
            sum += passes * frames[frames.count - 1] + frames[Int(rest)] - frames[Int(first)]
        }
        return sum
    }

    // MARK: Order

    /// Which of the tracks stands at a place of a round.
    func index(at place: Int, inRound round: Int64) -> Int {
        guard isArranged || strands.first.map({ $0.isShuffled && $0.members.count > 2 }) ?? false else {
            return place
        }
        return orders.index(at: place, inRound: round) { count in
            guard count < places / 4 else { return order(of: round) }
            guard isArranged else { return beginning(of: round, count: count) }
            guard Self.isFirst(round), strands.count == 1, clock.isEmpty else { return order(of: round) }
            return arrangedBeginning(of: round, count: count)
        }
    }

    /// The order of a round: indices into the tracks.
    ///
    /// The last track of one round is not the first of the next, if there are at least three: the first two change
    /// places then. (Of two, a shuffle that never repeats at the seam is the sequence.) Where rules keep tracks apart, the
    /// first half of a round is arranged once more behind the second half of the one before; a show's first round has
    /// none before it.
    func order(of round: Int64) -> [Int] {
        guard isArranged else {
            guard let strand = strands.first, strand.isShuffled, places > 2 else { return Array(0..<places) }
            return beginning(of: round, count: places)
        }
        let order = draft(of: round)
        let half = places / 2
        guard half > 0, !Self.isFirst(round) else { return order }
        let before = draft(of: round - 1).suffix(places - half)
        let first = queues(Array(order[..<half]))
        return arrangement.arrange(first, clock: clock, behind: before, before: order[half...])
            + order[half...]
    }

    /// The number of a show's first round, by a hash of the show. Those that follow it are counted on.
    static func first(_ hash: UInt64) -> Int64 { Int64(hash >> 36) << 20 }

    /// Whether nothing was on before a round.
    static func isFirst(_ round: Int64) -> Bool { round & ((1 << 20) - 1) == 0 }

    /// The first places of a first round, `count` or more of them, without arranging the rest.
    private func arrangedBeginning(of round: Int64, count: Int) -> [Int] {
        // The arrangement looks at no more than these.
        let needed = count + Arrangement.reach
        var share = 1.5 * Double(needed) / Double(places)
        while true {
            let placed = spread(strands[0], strands[0].members, pass: round, upTo: share)
            if placed.count >= needed || share >= 1 {
                let queue = Arrangement.Queue(members: placed.map(\.member), isFree: canReorder)
                return arrangement.arrange([queue], clock: [], behind: [], before: [], count: count)
            }
            share *= 2
        }
    }

    /// A round as it is arranged without a look at the one before.
    private func draft(of round: Int64) -> [Int] {
        drafts.all(ofRound: round) {
            arrangement.arrange(queues(members(of: round)), clock: clock, behind: [], before: [])
        }
    }

    /// Tracks as they wait for their turn: one queue for each strand of a clock, one for everything else.
    private func queues(_ members: [Int]) -> [Arrangement.Queue] {
        guard !clock.isEmpty else { return [Arrangement.Queue(members: members, isFree: canReorder)] }
        return strands.enumerated().map { part, strand in
            Arrangement.Queue(members: members.filter { partOf[$0] == part }, isFree: strand.isShuffled)
        }
    }

    private var canReorder: Bool { strands.contains(where: \.isShuffled) }

    /// What a round plays, in the order in which it would come without rules: spread, so that an artist's tracks are as
    /// far from each other as they can be.
    private func members(of round: Int64) -> [Int] {
        var placed: [(at: Double, order: Int, member: Int)] = []
        for strand in strands where !strand.members.isEmpty {
            let size = Int64(strand.members.count)
            let whole = floorDivision(round, size)
            let (more, first) = floorDivision(whole.rest * Int64(strand.count), size)
            var pass = whole.passes * Int64(strand.count) + more
            var place = Int(first)
            var left = strand.count
            while left > 0 {
                let run = min(left, strand.members.count - place)
                let taken = Array(strand.members[place..<place + run])
                // Several passes in a round follow one another.
                let from = Double(strand.count - left) / Double(strand.count)
                let share = Double(run) / Double(strand.count)
                for (member, at) in spread(strand, taken, pass: pass, upTo: 1) {
                    placed.append((from + at * share, placed.count, member))
                }
                (left, place, pass) = (left - run, 0, pass + 1)
            }
        }
        placed.sort { ($0.at, $0.order) < ($1.at, $1.order) }
        return placed.map(\.member)
    }

    /// A place from 0 to 1 for each of a strand's members, by place; those up to one.
    private func spread(
        _ strand: Strand, _ members: [Int], pass: Int64, upTo share: Double
    ) -> [(member: Int, at: Double)] {
        guard strand.isShuffled else {
            return members.enumerated().map { ($1, (Double($0) + 0.5) / Double(members.count)) }
        }
        let salt = Self.salt(pass)
        var all: [(member: Int, at: Double)] = []
        // An artist's tracks stand as far from each other as they can; who has one alone, or none is known of, anywhere.
        for group in arrangement.byArtist(members) {
            guard group.count > 1 else {
                let at = Self.unit(StableHash.mix(hashes[group[0]] ^ salt))
                if at <= share { all.append((group[0], at)) }
                continue
            }
            var mixed = group.map { (hash: StableHash.mix(hashes[$0] ^ salt), member: $0) }
            let offset = Self.unit(StableHash.mix(mixed.min { $0 < $1 }!.hash))
            guard (offset - 0.125) / Double(group.count) <= share else { continue }
            mixed.sort { $0 < $1 }
            for (place, one) in mixed.enumerated() {
                let at = (Double(place) + offset + (Self.unit(one.hash) - 0.5) / 4) / Double(group.count)
                if at <= share || share >= 1 { all.append((one.member, min(max(at, 0), 1))) }
            }
        }
        return all.sorted { ($0.at, $0.member) < ($1.at, $1.member) }
    }

    /// The first indices of a shuffled round, `count` of them or a few more, without sorting the rest: a show of an hour
    /// needs little of a large library.
    private func beginning(of number: Int64, count: Int) -> [Int] {
        let salt = Self.salt(number)
        let keys = hashes.map { StableHash.mix($0 ^ salt) }
        // Hashes are spread evenly: below this lie about half as many again as are wanted.
        let share = min(1, 1.5 * Double(count) / Double(keys.count))
        let bound = share == 1 ? UInt64.max : UInt64(share * Double(UInt64.max))
        var indices = keys.indices.filter { keys[$0] <= bound }
        if indices.count < count { indices = Array(keys.indices) }
        indices.sort { (keys[$0], $0) < (keys[$1], $1) }
        let saltBefore = Self.salt(number - 1)
        var lastBefore = (key: UInt64(0), index: 0)
        for (index, hash) in hashes.enumerated() {
            let key = StableHash.mix(hash ^ saltBefore)
            if key >= lastBefore.key { lastBefore = (key, index) }
        }
        if indices[0] == lastBefore.index { indices.swapAt(0, 1) }
        return indices
    }

    /// Which of some groups, each about as large as the others, a track is in.
    func group(of index: Int, among count: Int64) -> Int64 { Int64(hashes[index] >> 32) % count }

    /// Whether its artist has more tracks than its share of a round.
    func isRationed(_ index: Int) -> Bool {
        clock.isEmpty && partOf.last == 0
            && strands.contains { $0.count < $0.members.count && $0.members.contains(index) }
    }

    /// Whether two tracks may both be among a few neighbours.
    func bear(_ a: Int, _ b: Int) -> Bool { arrangement.bear(a, b) }

    /// How many tracks of a shuffled round stand before a key that is not in it any more.
    func rank(of key: String, inRound round: Int64) -> Int? {
        guard !isArranged, strands.first?.isShuffled ?? false else { return nil }
        var hash = StableHash()
        hash.add(seed)
        hash.add(key)
        let salt = Self.salt(round)
        let rank = StableHash.mix(hash.value ^ salt)
        return order(of: round).prefix { StableHash.mix(hashes[$0] ^ salt) <= rank }.count
    }

    private static func salt(_ round: Int64) -> UInt64 { StableHash.mix(UInt64(bitPattern: round)) }

    private static func unit(_ hash: UInt64) -> Double { Double(hash >> 11) / Double(1 << 53) }
}

/// The quotient towards minus infinity, and what is left, from 0 on.
func floorDivision(_ a: Int64, _ b: Int64) -> (passes: Int64, rest: Int64) {
    let rest = floorModulo(a, b)
    return ((a - rest) / b, rest)
}

func floorModulo(_ a: Int64, _ b: Int64) -> Int64 {
    let rest = a % b
    return rest < 0 ? rest + b : rest
}
