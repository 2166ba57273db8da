import Foundation
import Logging
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// What the station says of the coming day before it is on air.
@Suite struct DailyRehearsalTests {
    /// 2026-12-01T00:00+01:00, a Tuesday.
    private static let tuesday = Instant(wallNanoseconds: 1_796_079_600 * 1_000_000_000)

    private func show(_ name: String, at hour: Int, _ plays: Content, _ overlong: Show.Overlong = .fade)
        -> Show
    {
        Show(
            name: name,
            airings: [
                Airing(
                    .weekly(Set(Weekday.allCases), .every), secondOfDay: hour * 3_600, extent: .lasting(3_600)
                )
            ], plays: plays, overlong: overlong)
    }

    private func troubles(_ shows: [Show], at now: Instant = tuesday) throws -> [DailyRehearsal.Trouble] {
        var configuration = try load(scheduleSample)
        configuration.shows = shows
        let tracks = (0..<60).map { number in
            Track(
                file: "/m/\(number).ogg", key: "\(number)", length: Length(seconds: 200), title: "\(number)")
        }
        let long = Track(file: "/m/lang.ogg", key: "lang", length: Length(seconds: 3_690), title: "Lang")
        let programming = Programming(
            rotation: Rotation(station: "R", playlist: "rotation", order: .shuffle, tracks: tracks),
            schedule: try configuration.schedule(), sources: [.file("/m/lang.ogg"): .file(long)])
        return DailyRehearsal.troubles(
            of: Timeline(programming), at: now, zone: TimeZone(identifier: "Europe/Berlin")!)
    }

    @Test func `overlong warn warned nobody`() throws {
        let shows = [
            show("Lang", at: 10, .file("/m/lang.ogg"), .warn), show("Egal", at: 12, .file("/m/lang.ogg")),
        ]
        let told = try troubles(shows).map(\.words)
        #expect(
            told == [
                """
                Tuesday 1 Dec at 11:00: The file of Lang is 1 min 30 s too long, and its end is not heard: shorten it, \
                or write overlong: run 2 min.
                """
            ])
    }

    @Test func `a show with nothing to play is told a day ahead, and no sooner`() throws {
        let shows = [show("Morgen", at: 9, .newest(folder: "/m/neu"))]
        #expect(try troubles(shows).map(\.key) == [["nothing", "Morgen"]])
        #expect(try troubles(shows)[0].words.hasPrefix("Tuesday 1 Dec at 09:00: Morgen has nothing to play"))
        var once = shows[0]
        once.airings[0].rule = .dates([Day("2026-12-03")!])
        #expect(try troubles([once]).isEmpty)
    }

    @Test func `a trouble is told once, and again when it comes back`() {
        let count = Count()
        let rehearsal = DailyRehearsal(logger: Logger(label: "test") { _ in Handler { count.up() } })
        let trouble = DailyRehearsal.Trouble(key: ["nothing", "A"], words: "Tuesday")
        let other = DailyRehearsal.Trouble(key: ["nothing", "A"], words: "Wednesday")
        rehearsal.tell([trouble])
        rehearsal.tell([other])
        #expect(count.value == 1 && rehearsal.troubles == ["Wednesday"])
        rehearsal.tell([])
        #expect(rehearsal.troubles.isEmpty)
        rehearsal.tell([trouble])
        #expect(count.value == 2)
    }

    private final class Count: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func up() { count.withLock { $0 += 1 } }
    }

    /// Counts the lines of a log.
    private struct Handler: LogHandler {
        let line: @Sendable () -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(_ line: @escaping @Sendable () -> Void) { self.line = line }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { line() }
    }
}
