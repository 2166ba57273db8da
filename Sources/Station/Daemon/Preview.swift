internal import Foundation
internal import History
internal import Playout
internal import Programme

/// What will air, without a sound: the same timeline as on air and in a render.
public struct Preview {
    /// Everything that is on in a span, in its order; what nobody can know yet is marked provisional.
    ///
    /// - Parameters:
    ///   - from: nanoseconds since 1970-01-01T00:00Z.
    ///   - progress: called with the part of the files that is measured, 0…1.
    public static func run(
        configuration: Configuration, from: Int64, seconds: Double, progress: (Double) -> Void = { _ in }
    ) throws(RenderError) -> [OnAirItem] {
        guard seconds > 0, seconds <= 366 * 86_400 else {
            throw RenderError("A preview is at most a year long (--for).")
        }
        let start = Instant(wallNanoseconds: from)
        let end = start + Length(seconds: seconds)
        let timeline = try Render.timeline(
            configuration, from: start, length: end - start, progress: progress)
        let words = ItemWords(zone: configuration.station.timezone)
        var items: [OnAirItem] = []
        var next = timeline.item(at: start)
        while let item = next, item.start < end {
            var shown = words.item(item)
            shown.provisional = shown.provisional || timeline.programming.isProvisional(at: item)
            items.append(shown)
            guard let itemEnd = item.end, itemEnd < end else { break }
            next = timeline.item(after: item)
        }
        return items
    }
}

/// The plan of a longer span, looked through for what people should put right.
public struct Simulation: Sendable, Codable {
    /// One kind of trouble of one show, however often.
    public struct Finding: Sendable, Hashable, Codable {
        /// `silence`, `nothing`, `short`, `long`, `late` or `repeat`.
        public var kind: String
        public var show: String?
        /// Who is responsible; nil when the show names nobody.
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
        var findings: [Finding] = []
        var places: [String: Int] = [:]
        for found in rehearsal.findings {
            let name = found.show?.name
            let key = [found.kind.word, name ?? ""].joined(separator: "\0")
            if let place = places[key] {
                findings[place].count += 1
                continue
            }
            places[key] = findings.count
            let host = found.show.flatMap { $0.host.isEmpty ? nil : $0.host }
            findings.append(
                Finding(
                    kind: found.kind.word, show: name, host: host, first: times.time(found.at), count: 1,
                    words: found.kind.sentence(name ?? "The rotation")))
        }
        slots = rehearsal.slots
        items = rehearsal.items
        self.findings = findings
    }
}

extension Rehearsal.Finding.Kind {
    fileprivate var word: String {
        switch self {
        case .silence: "silence"
        case .nothingToPlay: "nothing"
        case .tooShort: "short"
        case .tooLong: "long"
        case .late: "late"
        case .repeated: "repeat"
        }
    }

    /// What is wrong and what to do.
    fileprivate func sentence(_ name: String) -> String {
        switch self {
        case .silence(let length):
            "Nothing can be played for \(length.words): only the emergency track would be on. Put music into the rotation."
        case .nothingToPlay:
            "\(name) has nothing to play: what is below it is on. Put its files where the schedule says."
        case .tooShort(let length):
            "The file of \(name) ends \(length.words) before the show does; the rest is filled with music."
        case .tooLong(let length):
            "The file of \(name) is \(length.words) too long: shorten it, or say how long it may run on (overlong: run)."
        case .late(let length): "\(name) begins \(length.words) late: what is before it runs over."
        case .repeated(let file, let length):
            "\(file) comes again after \(length.words): put more music into the playlist."
        }
    }
}

extension Length {
    /// `12 s`, `4 min 10 s`.
    fileprivate var words: String {
        let seconds = Int(self.seconds.rounded())
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}
