internal import Audio
internal import Codecs
internal import Foundation
internal import Synchronization

/// The running order as it hangs at the door, and its text for `/api/now` and `/api/events`. Any thread.
///
/// ## The fields
/// Both addresses give the same object. Every time is in milliseconds since 1970-01-01T00:00Z of the station's clock.
///
/// - `clock`: what the station's clock shows as this is written.
/// - `burst`: how many milliseconds of audio a newcomer to a stream gets at once: by so much, and by what it buffers
///   before it begins, a listener is behind the live edge.
/// - `station`: `name`, `description`.
/// - `now`: what is on air at the live edge; null before anything is. Beside the fields of an entry it has `edge`: the
///   instant at which its first frame left the live edge. Who is late by *d* hears it at `edge` + *d*, and should
///   not show it before.
/// - `show`: the show that is on, with `show` (its name), `start` and `duration`, and `host` where it has one; left out
///   while the rotation is.
/// - `last`: the ten entries before that, the newest first, and `next`: what is planned, in order. Neither has
///   identifications.
///
/// An entry has `kind` (`track`, `identification`, `queued`, `emergency`, `tone`), `title`, `artist` and `album` where
/// they are known, `start`, `duration` where it is known, and `provisional: true` where start or end can still change
/// by themselves.
final class NoticeBoard: Sendable {
    private struct State {
        var order: RunningOrder?
        /// Grows with each change, and so numbers the events.
        var number = 0
        /// All of the text but the clock, for the station and the burst that it was made for.
        var text: (station: StationTexts, burst: FrameCount, json: String)?
    }

    private let state = Mutex(State())

    var order: RunningOrder? {
        get { state.withLock { $0.order } }
        set {
            state.withLock { state in
                state.order = newValue
                state.number += 1
                state.text = nil
            }
        }
    }

    /// The object of `/api/now`, in one line.
    ///
    /// - Parameter now: the wall clock, in nanoseconds since 1970.
    func json(_ station: StationTexts, burst: FrameCount, now: Int64) -> String {
        read(station, burst, now: now).json
    }

    /// One event of `/api/events`: the same object, with the number of its change.
    func event(_ station: StationTexts, burst: FrameCount, now: Int64) -> String {
        let (number, json) = read(station, burst, now: now)
        return "id: \(number)\ndata: \(json)\n\n"
    }

    private func read(
        _ station: StationTexts, _ burst: FrameCount, now: Int64
    ) -> (number: Int, json: String) {
        state.withLock { state in
            let text =
                state.text.flatMap { $0.station == station && $0.burst == burst ? $0.json : nil }
                ?? Self.text(of: state.order, station, burst: Int64(burst.seconds * 1000))
            state.text = (station, burst, text)
            let clock = now / 1_000_000 + (state.order?.ahead ?? 0)
            return (state.number, "{\"clock\":\(clock),\(text.dropFirst())")
        }
    }

    private static func text(of order: RunningOrder?, _ station: StationTexts, burst: Int64) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let notice = Notice(
            burst: burst,
            station: .init(name: station.name, description: station.description),
            now: order.map { Notice.Entry($0.now, edge: $0.edge) }, show: order?.show.map(Notice.Show.init),
            last: order?.last.map { Notice.Entry($0) } ?? [],
            next: order?.next.map { Notice.Entry($0) } ?? [])
        // Strings and whole numbers: nothing in it can be refused.
        guard let json = try? encoder.encode(notice) else { return "{}" }
        return String(decoding: json, as: UTF8.self)
    }
}

private struct Notice: Encodable {
    struct Station: Encodable {
        let name: String
        let description: String
    }

    struct Entry: Encodable {
        let kind: String
        let title: String
        let artist: String?
        let album: String?
        let start: Int64
        let duration: Int64?
        let provisional: Bool?
        let edge: Int64?

        init(_ entry: RunningOrder.Entry, edge: Int64? = nil) {
            kind = entry.kind
            title = entry.title.title
            artist = entry.title.artist
            album = entry.title.album
            start = entry.start
            duration = entry.duration
            provisional = entry.isProvisional ? true : nil
            self.edge = edge
        }
    }

    struct Show: Encodable {
        let show: String
        let host: String?
        let start: Int64
        let duration: Int64

        init(_ entry: GuideEntry) {
            show = entry.show
            host = entry.host.isEmpty ? nil : entry.host
            start = entry.start
            duration = entry.end - entry.start
        }
    }

    let burst: Int64
    let station: Station
    let now: Entry?
    let show: Show?
    let last: [Entry]
    let next: [Entry]

    private enum Key: CodingKey { case burst, station, now, show, last, next }

    func encode(to encoder: any Encoder) throws {
        var notice = encoder.container(keyedBy: Key.self)
        try notice.encode(burst, forKey: .burst)
        try notice.encode(station, forKey: .station)
        // Null rather than a missing key.
        try notice.encode(now, forKey: .now)
        try notice.encodeIfPresent(show, forKey: .show)
        try notice.encode(last, forKey: .last)
        try notice.encode(next, forKey: .next)
    }
}
