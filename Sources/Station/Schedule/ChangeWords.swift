internal import Foundation
internal import Programme

/// Puts what a new schedule changes into sentences.
struct ChangeWords {
    let zone: TimeZone

    private static let weekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Tuesday 1 Dec: Küchenradio is now at 21:00, was at 20:00`.
    func sentence(_ change: ScheduleChange) -> String {
        let show = change.show.shown
        let (start, end) = (wall(change.start), wall(change.end))
        switch change.kind {
        case .new: return "\(day(start)): \(show) is new, \(clock(start)) to \(clock(end))"
        case .gone: return "\(day(start)): \(show), \(clock(start)) to \(clock(end)), is no longer on"
        case .moved(let from, let to):
            let (was, wasEnd) = (wall(from), wall(to))
            let length = change.end - change.start == to - from ? "" : " to \(clock(end))"
            let before = was.day == start.day ? "" : "\(day(was)), "
            return "\(day(start)): \(show) is now at \(clock(start))\(length), was at \(before)\(clock(was))"
                + (length.isEmpty ? "" : " to \(clock(wasEnd))")
        case .ends(let was):
            return
                "\(day(start)): \(show) at \(clock(start)) now ends at \(clock(end)), ended at \(clock(wall(was)))"
        case .plays(let was, let now):
            return "\(day(start)): \(show) at \(clock(start)) now plays \(words(now)), played \(words(was))"
        case .live(let was, let now):
            return
                "\(day(start)): \(show) at \(clock(start)) is now open to \(names(now)), was open to \(names(was))"
        }
    }

    /// `Tuesday 1 Dec at 20:00`.
    func time(_ instant: Instant) -> String {
        let time = wall(instant)
        return "\(day(time)) at \(clock(time))"
    }

    private func wall(_ instant: Instant) -> WallTime {
        StationTime(nanoseconds: instant.wallNanoseconds, zone: zone).local
    }

    private func day(_ time: WallTime) -> String {
        "\(Self.weekdays[time.weekday]) \(time.date.day) \(Self.months[time.date.month - 1])"
    }

    private func clock(_ time: WallTime) -> String {
        time.second == 0 ? String(time.clock.prefix(5)) : time.clock
    }

    private func words(_ content: Content?) -> String { content?.words ?? "the rotation" }

    private func names(_ accounts: [String]) -> String {
        accounts.isEmpty ? "nobody" : accounts.map(\.shown).listed("and")
    }
}

extension ShowGrid.Plan {
    /// How far changes are told ahead: two weeks.
    static let outlook = Length(seconds: 14 * 86_400)
    /// The most changes that are told one by one.
    static let mostChanges = 50

    /// What differs from an earlier plan in the coming time, a sentence each.
    func changes(since old: ShowGrid.Plan, from now: Instant, for length: Length = outlook) -> [String] {
        let words = ChangeWords(zone: zone)
        let changes = schedule.changes(since: old.schedule, from: now, to: now + length)
        let told = changes.prefix(Self.mostChanges).map(words.sentence)
        return changes.count > told.count ? told + ["and \(changes.count - told.count) more changes"] : told
    }
}
