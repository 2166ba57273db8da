import Foundation

extension StationUnderTest {
    /// A station with a shuffled rotation, music, and shows.
    static func withShows(_ times: [(start: Date, seconds: Int, playlist: String)]) async throws
        -> StationUnderTest
    {
        let station = try StationUnderTest(
            order: "shuffle",
            playlists: """
                  eins: { from: eins, order: shuffle }
                  zwei: { from: zwei, order: sequence }
                """, sections: shows(times))
        let music = ResilienceMusic()
        for (name, pieces) in [("music", [1, 2, 3, 4]), ("eins", [5, 6, 7]), ("zwei", [8, 9, 10])] {
            let folder = station.folder.appendingPathComponent(name, isDirectory: true)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try await music.fill(folder, with: pieces)
        }
        return station
    }

    /// The section `shows:`, each show on once at a whole second. It plays a playlist, whose name its own begins with.
    private static func shows(_ times: [(start: Date, seconds: Int, playlist: String)]) -> String {
        let zone = TimeZone(identifier: "Europe/Berlin")!
        let form = Date.ISO8601FormatStyle(timeZone: zone)
        let lines = times.enumerated().map { number, show in
            """
              - name: \(show.playlist) \(number)
                dates: [ \(form.year().month().day().format(show.start)) ]
                at: "\(form.time(includingFractionalSeconds: false).format(show.start))"
                for: \(show.seconds)s
                play: \(show.playlist)

            """
        }
        return "shows:\n" + lines.joined()
    }
}

/// An item with its show.
struct ShownItem: Decodable, Sendable {
    var kind: String
    var start: String
    var duration: Double?
    var offset: Double?
    /// Seconds that have been on air, of what is on now.
    var position: Double?
    var file: String?
    var show: String?

    /// `start` in seconds since 1970.
    var instant: Double {
        let form = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? Date(start, strategy: form))?.timeIntervalSince1970 ?? .nan
    }

    /// Whether it is the same file at the same place of the programme, to the millisecond that is printed.
    func isSame(as other: ShownItem) -> Bool {
        file == other.file && kind == other.kind && show == other.show
            && abs(instant - other.instant) < 0.0025
    }
}
