import Foundation
import Logging
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// A change of the DJs' accounts while the station runs.
@Suite(.timeLimit(.minutes(2))) struct RosterTests {
    private func until(_ condition: () -> Bool) async throws {
        for _ in 0..<8_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        try #require(condition())
    }

    @Test func anAccountThatIsClosedIsSeenAndABrokenFileClosesNone() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        var book = DJBook()
        try book.set("anna", secret: "geheimnis")
        try book.set("bert", secret: "geheimnis")
        try book.write(to: path)
        var configuration = try load(scheduleSample)
        configuration.live?.accounts = path
        let grid = ShowGrid(try ShowGrid.Plan(configuration, since: Instant(frames: 0)))
        let roster = Roster(grid: grid, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        roster.follow(configuration)
        let changes = Mutex(0)
        let count = { changes.withLock { $0 } }
        roster.start { changes.withLock { $0 += 1 } }
        defer { roster.stop() }
        #expect(!roster.hasClosed("anna") && roster.hasClosed("carl"))

        _ = book.disable("anna", true)
        try book.write(to: path)
        try await until { count() == 1 }
        #expect(roster.hasClosed("anna") && !roster.hasClosed("bert"))

        // Neither what cannot be read nor what is gone says anything of anybody.
        try folder.write("djs.yaml", "anna: {")
        try FileManager.default.removeItem(atPath: path)
        _ = book.disable("anna", false)
        _ = book.set("bert", times: [try #require(AccountTime("sun"))])
        try book.write(to: path)
        try await until { !roster.hasClosed("anna") }
        #expect(!roster.hasClosed("bert"))
        // A Wednesday without shows.
        let wednesday = try #require(StationTime(rfc3339: "2026-12-02T22:00:00+01:00"))
        let window = grid.airWindow(
            at: Instant(wallNanoseconds: wednesday.nanoseconds), isByScheduleAlone: false)
        #expect(window.accounts == ["anna"])
    }

    @Test func aFileThatIsBrokenForGoodClosesNobodysAccount() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        var book = DJBook()
        try book.set("anna", secret: "geheimnis")
        try book.write(to: path)
        var configuration = try load(scheduleSample)
        configuration.live?.accounts = path
        let grid = ShowGrid(try ShowGrid.Plan(configuration, since: Instant(frames: 0)))
        let roster = Roster(grid: grid, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        roster.follow(configuration)
        for text in ["anna: {", "", "- x"] {
            try folder.write("djs.yaml", text)
            roster.follow(configuration)
            #expect(!roster.hasClosed("anna"), "\(text)")
        }
        try FileManager.default.removeItem(atPath: path)
        roster.follow(configuration)
        #expect(!roster.hasClosed("anna"))
        _ = book.remove("anna")
        try book.write(to: path)
        roster.follow(configuration)
        #expect(roster.hasClosed("anna"))
    }
}
