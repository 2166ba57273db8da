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

    /// - Parameter now: for what is on air, so that its position can be told.
    func item(_ item: Item, at now: Instant? = nil) -> OnAirItem {
        let title = item.track.shownTitle
        let isTone = item.kind == .tone
        return OnAirItem(
            kind: ItemKind(rawValue: item.kind.rawValue), start: time(item.heard),
            duration: item.end.map { ($0 - item.heard).seconds },
            ends: item.end.map(time), position: now.map { ($0 - item.heard).seconds },
            artist: isTone ? nil : title.artist, title: isTone ? nil : title.title, album: title.album,
            file: item.track.file.isEmpty ? nil : item.track.file, show: item.show,
            provisional: item.isProvisional)
    }
}
