/// Goes through a span of the plan slot by slot, as the conductor would if nobody did anything, and says what people should
/// put right before it airs.
public struct Rehearsal: Sendable {
    public struct Finding: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// Nothing is on for so long but the bottom of the programme.
            case silence(Length)
            /// The show has nothing that can be played; what is below it is on.
            case nothingToPlay
            /// Its file ends so long before the slot does; what is below it fills the rest.
            case tooShort(Length)
            /// Its file is so much longer than the slot.
            case tooLong(Length)
            /// It begins so much later than it should.
            case late(Length)
            /// A file comes again after so long.
            case repeated(file: String, after: Length)
        }

        public var kind: Kind
        /// Nil for the station's rotation.
        public var show: Show?
        public var slot: Slot
        /// When what is wrong begins.
        public var at: Instant
    }

    /// By time.
    public private(set) var findings: [Finding] = []
    public private(set) var slots = 0
    public private(set) var items = 0

    /// What comes again within this is too close: an hour.
    public static let close = Length(seconds: 3_600)
    /// Less than this is not worth a word: 2 s.
    private static let slight = Length(seconds: 2)

    private var lastStart: [String: Instant] = [:]

    public init(_ timeline: Timeline, from: Instant, to: Instant) {
        var instant = from
        while instant < to {
            let slot = timeline.programming.slot(at: instant)
            look(at: slot, in: timeline, from: instant, to: min(slot.end, to))
            instant = slot.end
        }
    }

    private mutating func look(at slot: Slot, in timeline: Timeline, from: Instant, to: Instant) {
        slots += 1
        let supply = timeline.programming.supply(of: slot)
        if let show = slot.show, from == slot.start {
            let plan = timeline.plan(of: slot, isAnchored: false)
            if plan.start - slot.start > Self.slight {
                note(.late(plan.start - slot.start), slot, slot.start)
            }
            if supply.file == nil, supply.isStandard, let content = show.plays ?? show.otherwise,
                !content.isStream
            {
                note(.nothingToPlay, slot, slot.start)
            }
            if let file = plan.file, let length = file.track.length {
                let rest = slot.end - (file.start + length)
                if rest > Self.slight { note(.tooShort(rest), slot, file.start + length) }
                if .zero - rest > Self.slight { note(.tooLong(.zero - rest), slot, slot.end) }
            }
        }
        var next = timeline.item(at: from)
        guard next != nil else { return note(.silence(to - from), slot, from) }
        while let item = next, item.start < to {
            items += 1
            if item.kind == .track, item.start >= from {
                if let last = lastStart[item.track.file], item.start - last < Self.close {
                    note(.repeated(file: item.track.file, after: item.start - last), slot, item.start)
                }
                lastStart[item.track.file] = item.start
            }
            guard let end = item.end, end < to else { break }
            next = timeline.item(after: item)
            if next == nil { note(.silence(to - end), slot, end) }
        }
        if lastStart.count > 10_000 { lastStart = lastStart.filter { to - $0.value < Self.close } }
    }

    private mutating func note(_ kind: Finding.Kind, _ slot: Slot, _ at: Instant) {
        findings.append(Finding(kind: kind, show: slot.show, slot: slot, at: at))
    }
}
