internal import Calendar
internal import Foundation
internal import Programme
internal import Server
internal import Synchronization

/// The shows as the public gets them: for the station's page, as JSON, and as calendars to subscribe to. Any thread.
struct PublicSchedule: ShowGuide {
    let grid: ShowGrid

    /// What a calendar holds: the last week, for those who look back, and two months.
    private static let daysBack = 7
    private static let daysAhead = 61

    func shows(from: Int64, to: Int64) -> [GuideEntry] {
        grid.slots(from: Instant(milliseconds: from), to: Instant(milliseconds: to)).compactMap(
            GuideEntry.init)
    }

    /// The show that is on at an instant.
    func show(at instant: Instant) -> GuideEntry? {
        grid.slots(from: instant, to: instant + Length(frames: 1)).first.flatMap(GuideEntry.init)
    }

    func json(from: String?, length: String?, now: Int64) throws(GuideRefusal) -> String {
        let zone = grid.plan.zone
        let start = try Self.start(from, zone) ?? now
        let seconds = try length.map(Self.seconds) ?? 7 * 86_400
        let report = grid.report(
            from: Instant(milliseconds: start),
            to: Instant(milliseconds: start) + Length(seconds: Double(seconds)))
        // Texts and numbers that are some: nothing in it can be refused.
        return String(decoding: controlLine(report) ?? [], as: UTF8.self)
    }

    private static func start(_ text: String?, _ zone: TimeZone) throws(GuideRefusal) -> Int64? {
        guard let text else { return nil }
        if let time = StationTime(rfc3339: text), (0...9_999).contains(time.local.date.year) {
            return time.milliseconds
        }
        if let day = Day(text), day.date.year >= 1_970 {
            return WallTime(milliseconds: Int64(day.number) * 86_400_000).nanoseconds(in: zone) / 1_000_000
        }
        throw GuideRefusal(
            "from is no time: write from=2026-12-01, or from=2026-12-01T20:00:00%2B01:00 (RFC 3339).")
    }

    private static func seconds(_ text: String) throws(GuideRefusal) -> Int {
        guard let time = duration(text, .seconds(1) ... .seconds(ScheduleReport.longest)) else {
            throw GuideRefusal("for is no length: write for=24h or for=7d; 31d is the longest.")
        }
        return Int(time.components.seconds)
    }

    func calendar(of slug: String?, now: Int64) -> String? {
        let plan = grid.plan
        let names = Set(slug.map { slug in plan.slugs.filter { $0.value == slug }.keys } ?? plan.slugs.keys)
        guard slug == nil || !names.isEmpty else { return nil }
        // From midnight to midnight, so that for a day the file stays the same.
        let today = StationTime(nanoseconds: now * 1_000_000, zone: plan.zone).local.milliseconds
            .dividedDown(by: 86_400_000)
        func midnight(_ day: Int64) -> Instant {
            Instant(wallNanoseconds: WallTime(milliseconds: day * 86_400_000).nanoseconds(in: plan.zone))
        }
        let slots = grid.slots(
            from: midnight(today - Int64(Self.daysBack)), to: midnight(today + Int64(Self.daysAhead)))
        let events = slots.filter { names.contains($0.show?.name ?? "") }.compactMap { plan.event(of: $0) }
        return plan.calendar(
            name: slug == nil ? plan.station : "\(names.first ?? "") – \(plan.station)", events: events)
    }
}

extension ShowGrid.Plan {
    /// A slot as calendars have it, by whatever way it gets there: who knows it takes the newer words. Nil for the
    /// rotation's.
    ///
    /// - Parameter lines: what is played in it.
    func event(of slot: Slot, playing lines: [String] = []) -> CalendarText.Event? {
        guard let show = slot.show else { return nil }
        return CalendarText.Event(
            uid:
                "\(slugs[show.name] ?? "")-\(slot.start.milliseconds / 1_000)@\(Self.slug(of: station)).funkhaus",
            start: slot.start, end: slot.end, title: show.name,
            text: ([show.host, show.text].filter { !$0.isEmpty } + lines).joined(separator: "\n"),
            link: show.link)
    }

    func calendar(name: String, events: [CalendarText.Event]) -> String {
        CalendarText(name: name, zone: timezone, revised: since, events: events).text
    }
}

extension ShowGrid {
    /// The shows of a span.
    ///
    /// - Parameter isForOperator: with who may take the air, and with what is played.
    func report(from: Instant, to: Instant, isForOperator: Bool = false) -> ScheduleReport {
        let zone = plan.zone
        func time(_ instant: Instant) -> StationTime {
            StationTime(nanoseconds: instant.wallNanoseconds, zone: zone)
        }
        let slots = slots(from: from, to: to)
        let shown = slots.prefix(ScheduleReport.mostShows)
        return ScheduleReport(
            from: time(from), until: time(slots.count > shown.count ? slots[shown.count].start : to),
            shows: shown.compactMap { slot in
                slot.show.map { show in
                    ScheduledShow(
                        show: show.name, start: time(slot.start), duration: (slot.end - slot.start).seconds,
                        ends: time(slot.end),
                        host: show.host, text: show.text, link: show.link, live: !show.live.isEmpty,
                        accounts: isForOperator && !show.live.isEmpty ? show.live : nil,
                        plays: isForOperator ? (show.plays ?? show.otherwise)?.words : nil)
                }
            })
    }
}

extension GuideEntry {
    /// Nil for a slot of the rotation.
    fileprivate init?(_ slot: Slot) {
        guard let show = slot.show else { return nil }
        self.init(
            show: show.name, host: show.host, text: show.text, link: show.link,
            start: slot.start.milliseconds, end: slot.end.milliseconds, isLive: !show.live.isEmpty)
    }
}

extension Content {
    /// In a few words, for the operator.
    var words: String {
        switch self {
        case .playlist(let name): "playlist \(name)"
        case .continued(let name): "playlist \(name), continued"
        case .newest(let folder): "the newest file of \(folder.shown)"
        case .file(let path), .dated(let path): "\(path.shown)"
        case .podcast(let url, .newest): "the newest episode of \(url.shown)"
        case .podcast(let url, .next): "the next episode of \(url.shown)"
        case .stream(let url): "\(url.shown)"
        case .recording(let show): "the newest recording of \(show.shown)"
        }
    }
}

extension Instant {
    /// Since 1970-01-01T00:00Z.
    var milliseconds: Int64 { wallNanoseconds / 1_000_000 }

    init(milliseconds: Int64) { self.init(wallNanoseconds: milliseconds * 1_000_000) }
}
