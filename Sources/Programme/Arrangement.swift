/// Puts a round's tracks into an order in which artists and titles are as far apart as the rules say.
///
/// It takes what is next and leaves waiting what would come too early: place by place, without a way back, and among so
/// many that wait at the most. It changes as little as it can.
struct Arrangement: Sendable, Hashable {
    /// Tracks that wait for their turn.
    struct Queue {
        /// Places in the list of tracks.
        var members: [Int]
        /// Whether a later one may come first.
        var isFree: Bool
    }

    /// By track: a number for each artist, −1 for none, and for each title; a start takes them for known.
    private(set) var artist: [Int32] = []
    private var title: [Int32] = []
    private var frames: [Int64] = []
    private let artistGap: RotationRules.Gap
    private let titleGap: RotationRules.Gap
    private var artists = 0
    private var titles = 0
    /// The tracks of each artist that has several, and each of the others alone; empty where artists are not kept apart.
    private var groups: [[Int]] = []

    /// How many of those that wait are looked at for a place.
    static let reach = 256
    /// What a track counts that is not measured: 3.5 min.
    private static let usual = Instant.rate * 210

    /// - Parameter isNeeded: whether anybody will ask.
    init(_ tracks: [Track], _ rules: RotationRules, isNeeded: Bool) {
        artistGap = rules.artist
        // A track that is in a round more than once does not follow itself.
        titleGap = rules.title.wider(RotationRules.Gap(tracks: 1))
        guard isNeeded else { return }
        var numbers: [String: Int32] = [:]
        artist = tracks.map { track in
            guard let name = track.artistForRules else { return -1 }
            return numbers[name, or: Int32(numbers.count)]
        }
        artists = numbers.count
        numbers = [:]
        title = tracks.map { numbers[$0.titleForRules, or: Int32(numbers.count)] }
        titles = numbers.count
        frames = tracks.map { $0.length?.frames ?? Self.usual }
        if separatesArtists { groups = grouped(Array(tracks.indices)) }
    }

    /// Some tracks by their artists, if these are kept apart.
    func byArtist(_ members: [Int]) -> [[Int]] {
        guard separatesArtists else { return members.map { [$0] } }
        return members.count == artist.count ? groups : grouped(members)
    }

    private func grouped(_ members: [Int]) -> [[Int]] {
        var groups = Array(repeating: [Int](), count: artists)
        var others: [[Int]] = []
        for member in members {
            if artist[member] < 0 {
                others.append([member])
            } else {
                groups[Int(artist[member])].append(member)
            }
        }
        return groups.filter { !$0.isEmpty } + others
    }

    var separatesArtists: Bool { artistGap != .none }

    /// Whether two tracks may both be among a few neighbours.
    func bear(_ a: Int, _ b: Int) -> Bool {
        !(separatesArtists && artist[a] >= 0 && artist[a] == artist[b]) && title[a] != title[b]
    }

    /// The order of a round, or of a part of it.
    ///
    /// - Parameters:
    ///   - clock: the queue of each place, round and round; empty for one queue.
    ///   - behind: what was on before, in its order.
    ///   - before: what comes afterwards.
    ///   - most: places of which no more are asked for; nil for all.
    func arrange(
        _ queues: [Queue], clock: [Int], behind: some Collection<Int>, before: some Collection<Int>,
        count most: Int? = nil
    ) -> [Int] {
        var past = Past(artists: artists, titles: titles)
        var time = -behind.reduce(0) { $0 + frames[$1] }
        for (place, track) in zip((-behind.count)..., behind) {
            past.note(artist[track], title[track], at: Place(number: place, time: time))
            time += frames[track]
        }
        let count = queues.reduce(0) { $0 + $1.members.count }
        var future = Past(artists: artists, titles: titles)
        var end =
            queues.reduce(0) { $0 + $1.members.reduce(0) { $0 + frames[$1] } }
            + before.reduce(0) { $0 + frames[$1] }
        for (place, track) in zip((count..<count + before.count).reversed(), before.reversed()) {
            end -= frames[track]
            future.note(artist[track], title[track], at: Place(number: place, time: end))
        }
        var waiting = queues.map { Waiting($0.members) }
        var order: [Int] = []
        order.reserveCapacity(count)
        time = 0
        for number in 0..<min(count, most ?? count) {
            let place = Place(number: number, time: time)
            var queue = clock.isEmpty ? 0 : clock[number % clock.count]
            // The last turn of a part that has fewer tracks than turns is another's.
            if waiting[queue].isEmpty { queue = waiting.firstIndex { !$0.isEmpty } ?? queue }
            let slot =
                queues[queue].isFree
                ? choose(from: waiting[queue], for: place, past, future) : waiting[queue].first
            let track = waiting[queue].take(slot)
            order.append(track)
            past.note(artist[track], title[track], at: place)
            time += frames[track]
        }
        return order
    }

    /// Where the track waits that comes next.
    private func choose(from waiting: Waiting, for place: Place, _ past: Past, _ future: Past) -> Int {
        var slot = waiting.first
        // Of those that keep the titles apart the one whose artist was on longest ago; of the others, whose title was.
        var best = (slot: slot, keepsTitles: false, since: Int64.min)
        for _ in 0..<Self.reach where slot < waiting.end {
            let track = waiting.members[slot]
            let byTitle = past.titles[Int(title[track])]
            let keepsTitles =
                titleGap.holds(from: byTitle, to: place)
                && titleGap.holds(from: place, to: future.titles[Int(title[track])].orNever)
            let known = artist[track] >= 0
            let byArtist = known ? past.artists[Int(artist[track])] : .longAgo
            let keepsArtists =
                !known
                || artistGap.holds(from: byArtist, to: place)
                    && artistGap.holds(from: place, to: future.artists[Int(artist[track])].orNever)
            if keepsTitles && keepsArtists { return slot }
            let since = place.time - (keepsTitles ? byArtist.time : byTitle.time)
            if (keepsTitles ? 1 : 0, since) > (best.keepsTitles ? 1 : 0, best.since) {
                best = (slot, keepsTitles, since)
            }
            slot = waiting.next[slot]
        }
        return best.slot
    }
}

/// A place in the order: how many tracks and how many frames are before it.
private struct Place {
    var number: Int
    var time: Int64

    static let longAgo = Place(number: -1 << 40, time: -1 << 60)
    /// In what comes afterwards nothing is long ago.
    var orNever: Place { number == Self.longAgo.number ? Place(number: 1 << 40, time: 1 << 60) : self }
}

extension RotationRules.Gap {
    fileprivate func holds(from first: Place, to second: Place) -> Bool {
        second.number - first.number > tracks && second.time - first.time >= time.frames
    }
}

/// Where each artist and each title was last.
private struct Past {
    var artists: [Place]
    var titles: [Place]

    init(artists: Int, titles: Int) {
        self.artists = Array(repeating: .longAgo, count: artists)
        self.titles = Array(repeating: .longAgo, count: titles)
    }

    mutating func note(_ artist: Int32, _ title: Int32, at place: Place) {
        if artist >= 0 { artists[Int(artist)] = place }
        titles[Int(title)] = place
    }
}

/// A queue out of whose middle something can be taken at once.
private struct Waiting {
    let members: [Int]
    private(set) var next: [Int]
    private var previous: [Int]
    private(set) var first = 0

    init(_ members: [Int]) {
        self.members = members
        next = Array(1..<members.count + 1)
        previous = Array(-1..<members.count - 1)
    }

    var end: Int { members.count }
    var isEmpty: Bool { first == end }

    mutating func take(_ slot: Int) -> Int {
        if previous[slot] < 0 { first = next[slot] } else { next[previous[slot]] = next[slot] }
        if next[slot] < end { previous[next[slot]] = previous[slot] }
        return members[slot]
    }
}

extension [String: Int32] {
    /// The number of a name; a new one is written down.
    fileprivate subscript(name: String, or number: Int32) -> Int32 {
        mutating get {
            if let known = self[name] { return known }
            self[name] = number
            return number
        }
    }
}
