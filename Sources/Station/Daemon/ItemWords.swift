internal import Codecs
internal import Foundation
internal import Playout
internal import Programme

/// Puts the programme's values into the vocabulary of the commands.
struct ItemWords {
    private let zone: TimeZone

    /// - Parameter zone: the name of the station's time zone, which the configuration has checked.
    init(zone: String) { self.zone = TimeZone(identifier: zone) ?? .gmt }

    func time(_ instant: Instant) -> StationTime {
        StationTime(nanoseconds: instant.wallNanoseconds, zone: zone)
    }

    /// - Parameters:
    ///   - start: when it is on air first; nil for what it says itself.
    ///   - now: for what is on air, so that its position can be told.
    func item(_ item: Item, from start: Instant? = nil, at now: Instant? = nil) -> OnAirItem {
        let start = start ?? item.begins
        let title = item.track.shownTitle
        let isTone = item.kind == .tone
        return OnAirItem(
            kind: ItemKind(rawValue: item.kind.rawValue), start: time(start),
            duration: item.end.map { ($0 - start).seconds },
            ends: item.end.map(time), position: now.map { ($0 - start).seconds },
            artist: isTone ? nil : title.artist, title: isTone ? nil : title.title, album: title.album,
            file: item.track.file.isEmpty ? nil : item.track.file, show: item.show,
            provisional: item.isProvisional)
    }

    /// A clause for a person.
    func reason(_ reason: Reason) -> String {
        switch reason {
        case .file: return "the show's own file"
        case .drawn(let playlist, .sequence): return "next of the playlist \(playlist)"
        case .drawn(let playlist, .shuffle): return "next in this round's order of the playlist \(playlist)"
        case .turn(let turn, let all): return "turn \(turn) of \(all) of the clock"
        case .due(let every): return every == 1 ? "due after each track" : "due after \(every) tracks"
        case .at(let minute): return "due at minute \(minute) of the hour"
        case .intro: return "the show's intro"
        case .outro: return "the show's outro"
        case .hours(let playlist, let hours, let isKept):
            let span = "\(hours.from.clock) to \(hours.until.clock)"
            return isKept
                ? "the playlist \(playlist) may be on from \(span)"
                : "the playlist \(playlist) is outside its hours (\(span)): nothing else was left"
        case .share(let artist, let percent):
            return "the artist \(artist.quoted) has at most \(percent) % of a round"
        case .fitted(let end): return "chosen for its length: the slot ends at \(time(end).local.clock)"
        case .apart(let likeness, let name, let after, let tracks, let wanted):
            let what = likeness == .artist ? "artist" : "title"
            let rule = [
                wanted.tracks > 0 ? "\(wanted.tracks) tracks" : nil,
                wanted.time > .zero ? wanted.time.spoken : nil,
            ].compactMap(\.self).joined(separator: " and ")
            let was =
                "the \(what) \(name.quoted) was on \(after.spoken) and \(tracks) \(tracks == 1 ? "track" : "tracks") before"
            return reason.isLoosened
                ? "\(was): the rule (\(rule)) had to be loosened, nothing else was left"
                : "\(was), the rule asks for \(rule)"
        }
    }
}

extension Length {
    /// In minutes, or in seconds where it is short.
    fileprivate var spoken: String {
        let seconds = Int(seconds.rounded(.down))
        return seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min"
    }
}

extension Int {
    /// A second of the day as `22:00`.
    fileprivate var clock: String {
        let (hour, minute) = (self / 3_600, self / 60 % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}
