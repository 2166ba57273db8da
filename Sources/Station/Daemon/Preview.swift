internal import Foundation
internal import History
internal import Playout
internal import Programme

/// What will air, without a sound: the same timeline as on air and in a render.
public struct Preview: Sendable {
    private let timeline: Timeline
    private let configuration: Configuration
    private let from: Instant
    private let to: Instant
    private let now: Instant

    /// Plans a span. Blocks for the disk, and for the files that are not measured yet.
    ///
    /// - Parameters:
    ///   - from: nanoseconds since 1970-01-01T00:00Z.
    ///   - progress: called with the part of the files that is measured, 0…1.
    public init(
        configuration: Configuration, from: Int64, seconds: Double, progress: (Double) -> Void = { _ in }
    ) throws(RenderError) {
        guard seconds > 0, seconds <= 366 * 86_400 else {
            throw RenderError("A preview is at most a year long (--for).")
        }
        let start = Instant(wallNanoseconds: from)
        let length = Length(seconds: seconds)
        let timeline = try Render.timeline(configuration, from: start, length: length, progress: progress)
        self.init(timeline, configuration, from: start, to: start + length, now: Daemon.now())
    }

    init(_ timeline: Timeline, _ configuration: Configuration, from: Instant, to: Instant, now: Instant) {
        (self.timeline, self.configuration) = (timeline, configuration)
        (self.from, self.to, self.now) = (from, to, now)
    }

    /// Everything that is on, in its order; what nobody can know yet is marked provisional.
    public var items: [OnAirItem] { shown.map(\.item) }

    /// Each item as it is shown, with the instant at which it is on first.
    private var shown: [(item: OnAirItem, start: Instant)] {
        let words = ItemWords(zone: configuration.station.timezone)
        return timeline.walk(from: from, to: to).map { item, start in
            var shown = words.item(timeline.programming.shown(item, at: start), from: start)
            shown.provisional = shown.provisional || timeline.programming.isProvisional(at: item)
            return (shown, start)
        }
    }

    /// The shows as an iCalendar file (RFC 5545): the events of `/schedule.ics`, with what each show plays; nil when
    /// no show is on.
    public var calendar: String? {
        let plan = ShowGrid.Plan(configuration, timeline.programming.schedule, since: now)
        var items = shown[...]
        let events = timeline.programming.schedule.slots(from: from, to: to).compactMap { slot in
            let own = items.prefix { $0.start < slot.end }
            items = items.dropFirst(own.count)
            return plan.event(
                of: slot,
                playing: own.map { item, _ in
                    let title = [item.artist, item.title].compactMap(\.self).joined(separator: " - ")
                    return "\(item.provisional ? "~" : "")\(item.start.local.clock) \(title)"
                })
        }
        return events.isEmpty ? nil : plan.calendar(name: plan.station, events: events)
    }
}

/// The plan of a longer span, looked through for what people should put right.
public struct Simulation: Sendable, Codable {
    /// One kind of trouble of one show, however often.
    public struct Finding: Sendable, Hashable, Codable {
        /// `silence`, `nothing`, `short`, `long`, `late`, `close` or `repeat`.
        public var kind: String
        public var show: String?
        /// Who is responsible: the show's host, else the accounts that may take the air in it; nil when it names nobody.
        public var host: String?
        /// The first time.
        public var first: StationTime
        public var count: Int
        public var words: String
    }

    public var slots: Int
    public var items: Int
    public var findings: [Finding]

    /// Goes through a span that begins now or later.
    public static func run(
        configuration: Configuration, from: Int64, seconds: Double, progress: (Double) -> Void = { _ in }
    ) throws(RenderError) -> Simulation {
        guard seconds > 0, seconds <= 2 * 366 * 86_400 else {
            throw RenderError("A simulation is at most two years long (--for).")
        }
        let start = Instant(wallNanoseconds: from)
        let timeline = try Render.timeline(configuration, from: start, length: .zero, progress: progress)
        let rehearsal = Rehearsal(timeline, from: start, to: start + Length(seconds: seconds))
        return Simulation(rehearsal, ItemWords(zone: configuration.station.timezone))
    }

    init(_ rehearsal: Rehearsal, _ times: ItemWords) {
        slots = rehearsal.slots
        items = rehearsal.items
        findings = rehearsal.findings.map { found in
            Finding(
                kind: found.kind.word, show: found.show?.name,
                host: found.show.flatMap(\.responsible),
                first: times.time(found.at), count: found.count,
                words: found.kind.sentence(found.show?.name ?? "The rotation"))
        }
    }
}

extension Show {
    /// Who is to be asked about it.
    fileprivate var responsible: String? {
        guard host.isEmpty else { return host }
        return live.isEmpty ? nil : live.joined(separator: ", ")
    }
}

extension Rehearsal.Finding.Kind {
    /// What is wrong and what to do.
    func sentence(_ name: String) -> String {
        switch self {
        case .silence(let length):
            "Nothing can be played for \(length.words): only the emergency track would be on. Put music into the rotation."
        case .nothingToPlay:
            "\(name) has nothing to play: the rotation is on instead. Put its files where the schedule says."
        case .tooShort(let length):
            "The file of \(name) ends \(length.words) before the show does; the rest is filled with music."
        case .tooLong(let length):
            "The file of \(name) is \(length.words) too long, and its end is not heard: shorten it, or write overlong: run "
                + "\(Int((length.seconds / 60).rounded(.up))) min."
        case .late(let length):
            "\(name) begins \(length.words) late, because what is before it runs over: shorten that, or have it faded "
                + "(start: hard, overlong: fade)."
        case .repeated(let file, let length):
            "\(file) comes again after \(length.words): put more music into the playlist."
        case .loosened(let likeness, let who, let length):
            "The \(likeness == .artist ? "artist" : "title") \(who) comes again after \(length.words), sooner than separate: "
                + "says: put more music into the playlist, or make the distance smaller."
        }
    }
}

extension Length {
    /// In its two greatest units: `12 s`, `4 min 10 s`, `1 d 2 h`.
    fileprivate var words: String {
        let seconds = Int(self.seconds.rounded())
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ]
        let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
        return shown.isEmpty ? "0 s" : shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
