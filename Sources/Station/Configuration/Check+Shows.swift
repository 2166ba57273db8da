internal import Calendar
internal import Foundation
internal import Programme

/// What can be wrong with shows although each is written well.
extension Check {
    /// - Parameter now: from when on a show should be heard.
    mutating func lookAtShows(_ now: Instant) {
        lookAtContents()
        lookAtAccounts()
        lookAtOverlaps(now)
        lookAtInterruptions(now)
    }

    /// The playlists that shows and calendars may play, and the folders of shows.
    var playlistsOfShows: [String] {
        configuration.shows.flatMap { $0.contents.compactMap(\.playlist) }
            + configuration.calendars.flatMap(\.playlists)
    }

    private mutating func lookAtContents() {
        for (index, show) in configuration.shows.enumerated() {
            for case .recording(let name)? in [show.plays, show.otherwise] {
                lookAtRepeat(of: name, by: show, "shows[\(index)]")
            }
        }
    }

    private mutating func lookAtRepeat(of name: String, by show: Show, _ key: String) {
        if configuration.live?.recordings == nil {
            report(
                "the show \(show.name.shown) repeats \(name.shown), but nothing is recorded, and \(show.standIn) is on "
                    + "instead: add recordings: below live:, and where to", key, .note)
        } else if configuration.shows.first(where: { $0.name == name })?.live.isEmpty ?? false {
            report(
                "the show \(show.name.shown) repeats \(name.shown), in which nobody may be live, and only what DJs send "
                    + "is recorded: play what \(name.shown) plays instead", key, .note)
        }
    }

    /// A DJ whom the shows name and the book does not have would stand before a closed door.
    private mutating func lookAtAccounts() {
        guard let path = configuration.live?.accounts else { return }
        let book: DJBook
        do throws(DJBookFailure) {
            book = try DJBook(path: path)
        } catch {
            return report("no DJ can come in: \(error.sentence)", "live")
        }
        var missing: Set<String> = []
        let named =
            configuration.shows.map { ("the show \($0.name.shown)", $0.live) }
            + configuration.calendars.map { ("the calendar \($0.name)", $0.accounts) }
        for (who, accounts) in named {
            for account in accounts where !book.djs.contains(where: { $0.name == account }) {
                guard missing.insert(account).inserted else { continue }
                let nearest = nearestWord(to: account, among: book.djs.map(\.name))
                report(
                    "\(who) names \(account), who has no account: "
                        + (nearest.map { "did you mean \($0)?" } ?? "add it with funkhaus dj add \(account)"),
                    "live", .note)
            }
        }
    }

    /// A show that others always hide is never heard.
    private mutating func lookAtOverlaps(_ now: Instant) {
        guard let schedule = try? configuration.schedule() else { return }
        let heard = Set(schedule.slots(from: now, to: now + Self.outlook).compactMap { $0.show?.name })
        for show in configuration.shows where !show.airings.isEmpty && !heard.contains(show.name) {
            report(
                "the show \(show.name.shown) is not on within a year: look whether its days are over, or whether another "
                    + "show is on at all its times, and give it a priority then", "shows", .note)
        }
    }

    /// How far ahead shows are looked at: a year.
    private static let outlook = Length(seconds: 366 * 86_400)
    /// The most pairs of shows that are told.
    private static let mostPairs = 20

    /// Shows that are in each other's way, where no priority says that it is meant: each pair once, with its first time.
    private mutating func lookAtInterruptions(_ now: Instant) {
        let shows = configuration.shows
        let zone = configuration.station.timezone
        guard let almanac = try? Almanac(shows: shows, zone: zone) else { return }
        let words = ChangeWords(zone: TimeZone(identifier: zone) ?? .gmt)
        var on: [Occurrence] = []
        var told: Set<Set<Int>> = []
        // Of two that begin together the one that stands first is on.
        let coming = almanac.occurrences(from: now, to: now + Self.outlook)
            .sorted { ($0.start, $0.show) < ($1.start, $1.show) }
        for next in coming {
            on.removeAll { $0.end <= next.start }
            for other in on where shows[other.show].priority == shows[next.show].priority {
                guard other.show != next.show, told.count < Self.mostPairs,
                    told.insert([other.show, next.show]).inserted
                else { continue }
                let (first, second) = (shows[other.show].name.shown, shows[next.show].name.shown)
                let time = words.time(next.start)
                report(
                    other.start == next.start
                        ? "the shows \(first) and \(second) begin together on \(time), and \(first) is on: move one of "
                            + "them, or give the one that is meant a priority"
                        : "the show \(first) is interrupted by \(second) on \(time) and goes on behind it: if that is "
                            + "meant, give \(second) a priority, else move one of them", "shows", .note)
            }
            on.append(next)
        }
    }
}

extension Show {
    /// What is on when it has nothing to play.
    fileprivate var standIn: String { plays == nil ? "the rotation" : otherwise?.words ?? "the rotation" }
}
