internal import Foundation
internal import Programme
internal import Synchronization

/// The shows as they are known now, those of the configuration and those of calendars, and when each is on; and when
/// DJs may have the air between them.
///
/// Any thread may ask; nothing waits for a disk. A day's slots are worked out once: whoever asks for the page, the
/// files and the commands asks for the same days again and again.
final class ShowGrid: Sendable {
    /// What is in force.
    struct Plan: Sendable {
        let schedule: Schedule
        /// The station's name, and the zone of its clocks.
        let station: String
        let timezone: String
        /// When it came into force.
        let since: Instant
        /// Each show's name in addresses.
        let slugs: [String: String]
        /// What each stream is called among those who may have the air, by its address.
        let streams: [String: String]
        /// Grows with each new plan.
        fileprivate(set) var number = 0

        var zone: TimeZone { TimeZone(identifier: timezone) ?? .gmt }
    }

    private struct State {
        var plan: Plan
        /// The slots that shows have on a day, by the day's number since 1970 in UTC.
        var days: [Int64: [Slot]] = [:]
        /// The times of those accounts that have some.
        var times = AccountTimes()
    }

    /// Days that are remembered: the three months of a calendar. When there are more, all are forgotten.
    private static let mostDays = 100
    private static let day: Int64 = 86_400 * Instant.rate

    private let state: Mutex<State>

    init(_ plan: Plan) { state = Mutex(State(plan: plan)) }

    var plan: Plan { state.withLock { $0.plan } }

    /// Goes by this plan from now on.
    func adopt(_ plan: Plan) {
        state.withLock { state in
            var plan = plan
            plan.number = state.plan.number + 1
            state = State(plan: plan, times: state.times)
        }
    }

    /// Accounts have other times from now on.
    func adopt(_ times: AccountTimes) { state.withLock { $0.times = times } }

    /// The slots of shows that have at least a frame in a span, each whole, in order.
    func slots(from: Instant, to: Instant) -> [Slot] {
        guard from < to else { return [] }
        let first = from.frames.dividedDown(by: Self.day)
        let last = (to.frames - 1).dividedDown(by: Self.day)
        var found: [Slot] = []
        for slot in (first...last).lazy.flatMap({ self.slots(of: $0) }) {
            // One that goes through midnight is a slot of both days.
            guard slot.start < to, slot.end > from, slot.start != found.last?.start else { continue }
            found.append(slot)
        }
        return found
    }

    /// Who may have the air around an instant: where a show is on, those whom it names; where none is, everybody, or
    /// nobody if the schedule alone gives it, and of those who have times of their own the ones whose time it is.
    func airWindow(at instant: Instant, isByScheduleAlone: Bool) -> AirWindow {
        let hour = Length(seconds: 3_600)
        let next = slots(from: instant, to: instant + hour).first
        if let next, next.start <= instant {
            let streams = plan.streams
            let own = next.show?.streams.compactMap { streams[$0] } ?? []
            return AirWindow(
                accounts: Set((next.show?.live ?? []) + own), start: next.start, end: next.end)
        }
        return state.withLock { $0.times }
            .window(at: instant, until: next?.start ?? instant + hour, isByScheduleAlone: isByScheduleAlone)
    }

    /// When an account may have the air next within a day, on the station's clocks, and in which show; nil for the show
    /// where it is a time of the account's own.
    func nextTurn(of account: String, at instant: Instant) -> (show: String?, time: String)? {
        let end = instant + Length(frames: Self.day)
        let slots = slots(from: instant, to: end)
        let own = slots.first { $0.start > instant && $0.show?.live.contains(account) ?? false }
        // While a show is on that does not name it, the time is the show's.
        let free = state.withLock { $0.times }.starts(of: account, from: instant, to: own?.start ?? end)
            .first { start in !slots.contains { $0.start <= start && start < $0.end } }
        guard let start = free ?? own?.start else { return nil }
        let time = StationTime(nanoseconds: start.wallNanoseconds, zone: plan.zone).local
        return (free == nil ? own?.show?.name : nil, String(time.clock.prefix(5)))
    }

    private func slots(of day: Int64) -> [Slot] {
        let (known, plan) = state.withLock { ($0.days[day], $0.plan) }
        if let known { return known }
        let start = Instant(frames: day * Self.day)
        let slots = plan.schedule.slots(from: start, to: start + Length(frames: Self.day))
            .filter { $0.show != nil }
        state.withLock { state in
            // Somebody else may have brought a new plan meanwhile.
            guard state.plan.number == plan.number else { return }
            if state.days.count >= Self.mostDays { state.days = [:] }
            state.days[day] = slots
        }
        return slots
    }
}

extension ShowGrid.Plan {
    /// - Parameters:
    ///   - calendars: the shows of each calendar.
    ///   - isWithoutShows: whether all time is the rotation's.
    init(
        _ configuration: Configuration, calendars: [[Show]] = [], isWithoutShows: Bool = false, since: Instant
    ) throws {
        var shown = configuration
        if isWithoutShows { shown.shows = [] }
        self.init(configuration, try shown.schedule(with: isWithoutShows ? [] : calendars), since: since)
    }

    init(_ configuration: Configuration, _ schedule: Schedule, since: Instant) {
        self.schedule = schedule
        station = configuration.station.name
        timezone = configuration.station.timezone
        self.since = since
        // Two shows with one stream have it go on between them.
        streams = Dictionary(
            schedule.shows.flatMap { show in show.streams.map { ($0, AirWindow.stream(of: show.name)) } }
        ) { first, _ in first }
        var slugs: [String: String] = [:]
        var taken: Set<String> = []
        for name in schedule.shows.map(\.name) where slugs[name] == nil {
            let slug = Self.slug(of: name)
            var own = slug
            var number = 2
            while !taken.insert(own).inserted {
                own = "\(slug)-\(number)"
                number += 1
            }
            slugs[name] = own
        }
        self.slugs = slugs
    }

    /// A name as it can be typed into an address: letters and digits in lower case, and a `-` for all between them.
    /// The letters of German are written as people do without them, accents are left out.
    static func slug(of name: String) -> String {
        let spelled = name.lowercased()
            .replacing("ä", with: "ae").replacing("ö", with: "oe").replacing("ü", with: "ue")
            .replacing("ß", with: "ss").decomposedStringWithCanonicalMapping
        var slug = ""
        for scalar in spelled.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber:
                slug.unicodeScalars.append(scalar)
            case .nonspacingMark: continue
            default: if slug.last.map({ $0 != "-" }) ?? false { slug += "-" }
            }
        }
        while slug.last == "-" { slug.removeLast() }
        return slug.isEmpty ? "show" : String(slug.prefix(60))
    }
}

extension Show {
    /// The addresses of the streams that it plays.
    var streams: [String] {
        [plays, otherwise].compactMap { if case .stream(let url) = $0 { url } else { nil } }
    }
}
