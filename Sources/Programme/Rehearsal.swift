/// Goes through a span of the plan slot by slot, as the conductor would if nobody did anything, and says what people should
/// put right before it airs.
public struct Rehearsal: Sendable {
    /// One kind of trouble of one show, however often: what is told of it is true of the first time.
    public struct Finding: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// Nothing is on for so long but the bottom of the programme.
            case silence(Length)
            /// The show has nothing that can be played; what is below it is on.
            case nothingToPlay
            /// Its file ends so long before the show does; what is below it fills the rest.
            case tooShort(Length)
            /// So much of its file is not heard, because its slot is over.
            case tooLong(Length)
            /// It begins so much later than it should.
            case late(Length)
            /// A file comes again after so long.
            case repeated(file: String, after: Length)
            /// An artist, or a title, comes sooner again than the playlist's rule says.
            case loosened(Reason.Likeness, String, after: Length)

            /// In the vocabulary of `--json`.
            public var word: String {
                switch self {
                case .silence: "silence"
                case .nothingToPlay: "nothing"
                case .tooShort: "short"
                case .tooLong: "long"
                case .late: "late"
                case .repeated: "repeat"
                case .loosened: "close"
                }
            }
        }

        public let kind: Kind
        /// Nil for the station's rotation.
        public let show: Show?
        /// When what is wrong begins.
        public let at: Instant
        public fileprivate(set) var count = 1
    }

    /// By the time of the first.
    public private(set) var findings: [Finding] = []
    public private(set) var slots = 0
    public private(set) var items = 0

    /// What comes again within this is too close: an hour.
    public static let close = Length(seconds: 3_600)
    /// Less than this is not worth a word: 2 s.
    private static let slight = Length(seconds: 2)

    /// Where a kind of trouble of a show stands among the findings.
    private var places: [Trouble: Int] = [:]
    private struct Trouble: Hashable {
        var word: String
        var show: String?
    }

    private var lastStart: [String: Instant] = [:]
    /// When an artist or a title was on, and as the how manyth track that rules look at.
    private var lastOf: [Likely: (start: Instant, number: Int)] = [:]
    private var tracks = 0
    private struct Likely: Hashable {
        var likeness: Reason.Likeness
        var name: String
    }

    /// Until when something is on, as far as it has come.
    private var heard: Instant

    /// - Parameter each: gets every item that it goes through, and when that is on air first.
    public init(
        _ timeline: Timeline, from: Instant, to: Instant, each: (Item, Instant) -> Void = { _, _ in }
    ) {
        heard = from
        var walk = timeline.walk(from: from, to: to)
        var next = walk.next()
        var instant = from
        while instant < to {
            let slot = timeline.programming.slot(at: instant)
            slots += 1
            if instant == slot.start { look(at: slot, in: timeline) }
            let end = min(slot.end, to)
            let rules = timeline.programming.supply(of: slot).rotation.rules
            while let (item, start) = next, start < end {
                each(item, start)
                look(at: item, start, in: slot)
                if rules != .none, item.kind == .track { look(at: item, by: rules, in: slot) }
                next = walk.next()
            }
            if heard < end { note(.silence(end - heard), slot, heard) }
            heard = max(heard, end)
            if lastOf.count > 100_000 { lastOf = [:] }
            if lastStart.count > 10_000 { lastStart = lastStart.filter { end - $0.value < Self.close } }
            instant = slot.end
        }
        findings.sort { $0.at < $1.at }
    }

    private mutating func look(at slot: Slot, in timeline: Timeline) {
        guard let show = slot.show, !slot.isCut else { return }
        let plan = timeline.plan(of: slot, isAnchored: false)
        if plan.start - slot.start > Self.slight { note(.late(plan.start - slot.start), slot, slot.start) }
        let supply = timeline.programming.supply(of: slot)
        if supply.file == nil, supply.isStandard, !slot.isContinuation,
            let content = show.plays ?? show.otherwise,
            !content.isStream
        {
            note(.nothingToPlay, slot, slot.start)
        }
        guard let file = plan.file, let length = file.track.length, let end = file.end else { return }
        let goesOn = timeline.programming.goesOn(slot)
        let cut = file.start + length - end
        let rest = (goesOn ? slot.occurrence?.end ?? plan.close : plan.close) - end
        if cut == .zero, rest > Self.slight { note(.tooShort(rest), slot, end) }
        if cut > Self.slight, !goesOn { note(.tooLong(cut), slot, end) }
    }

    private mutating func look(at item: Item, _ start: Instant, in slot: Slot) {
        items += 1
        if heard < start { note(.silence(start - heard), slot, heard) }
        heard = item.end ?? slot.end
        guard item.kind == .track, item.start == start else { return }
        if let last = lastStart[item.track.file], start - last < Self.close {
            note(.repeated(file: item.track.file, after: start - last), slot, start)
        }
        lastStart[item.track.file] = start
    }

    private mutating func look(at item: Item, by rules: RotationRules, in slot: Slot) {
        tracks += 1
        for (likeness, name, gap) in [
            (Reason.Likeness.artist, item.track.artistForRules, rules.artist),
            (.title, item.track.titleForRules, rules.title),
        ] where gap != .none {
            guard let name else { continue }
            let key = Likely(likeness: likeness, name: name)
            if let last = lastOf[key],
                item.start - last.start < gap.time || tracks - last.number <= gap.tracks
            {
                note(.loosened(likeness, name, after: item.start - last.start), slot, item.start)
            }
            lastOf[key] = (item.start, tracks)
        }
    }

    private mutating func note(_ kind: Finding.Kind, _ slot: Slot, _ at: Instant) {
        let trouble = Trouble(word: kind.word, show: slot.show?.name)
        if let place = places[trouble] {
            findings[place].count += 1
        } else {
            places[trouble] = findings.count
            findings.append(Finding(kind: kind, show: slot.show, at: at))
        }
    }
}
