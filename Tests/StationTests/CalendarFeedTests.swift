import Foundation
import Logging
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// Calendars that come from servers, and what becomes of the schedule when they do not.
@Suite struct CalendarFeedTests {
    /// A station with one calendar, and a server for it.
    private final class House: Sendable {
        let folder: TemporaryDirectory
        let feeds: CalendarFeeds
        let changes = Mutex(0)
        private let isRunning = Mutex(false)

        init(deadline: Duration = .seconds(10)) throws {
            folder = try TemporaryDirectory()
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            feeds = CalendarFeeds(logger: logger, deadline: deadline) { _ in "geheim" }
        }

        deinit { stop() }

        func stop() { if isRunning.withLock({ $0.exchange(false) }) { feeds.stop() } }

        func configuration(port: Int, more: String = "") throws -> Configuration {
            try load(
                scheduleSample.replacing(
                    "server:", with: "server:\n  data: \(folder.path)\n  control: /c.sock")
                        + """
                        calendars:
                          - name: redaktion
                            url: http://127.0.0.1:\(port)/cal.ics
                            shows: [ Küchenradio ]
                            playlists: [ rotation ]
                        \(more)
                        """)
        }

        func follow(_ configuration: Configuration) {
            feeds.follow(configuration)
            guard !isRunning.withLock({ $0.exchange(true) }) else { return }
            feeds.start { [weak self] _ in self?.changes.withLock { $0 += 1 } }
        }

        /// Has every calendar read anew.
        func again(_ configuration: Configuration) {
            var other = configuration
            other.calendars[0].every += .seconds(
                Int64(
                    asked.withLock {
                        $0 += 1; return $0
                    }))
            feeds.follow(other)
        }

        private let asked = Mutex(0)

        func names(_ configuration: Configuration) -> [String] {
            feeds.shows(for: configuration).flatMap { $0 }.map(\.name)
        }

        var trouble: String? { feeds.reports.first?.trouble }
    }

    private static func calendar(_ title: String) -> String {
        """
        BEGIN:VCALENDAR\r
        VERSION:2.0\r
        BEGIN:VEVENT\r
        UID:1\r
        DTSTART:20261202T190000Z\r
        DURATION:PT2H\r
        SUMMARY:\(title)\r
        DESCRIPTION:play: rotation\r
        END:VEVENT\r
        END:VCALENDAR\r

        """
    }

    private static func ok(_ text: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\(fields)\r\n\(text)"
    }

    private func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            try #require(ContinuousClock.now < end, "\(what) did not happen")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func aCalendarIsReadKeptAndAskedForOnlyWhenItHasChanged() async throws {
        let heads = Mutex<[[String]]>([])
        let server = ScriptedServer { line in
            let head = line.readHead()
            heads.withLock { $0.append(head) }
            if head.contains("If-None-Match: \"one\"") {
                line.write("HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\n\r\n")
            } else {
                line.write(Self.ok(Self.calendar("Lesung"), "ETag: \"one\"\r\nLast-Modified: then\r\n"))
            }
        }
        let house = try House()
        let configuration = try house.configuration(
            port: server.port, more: "    user: radio\n    password_file: x\n")
        house.follow(configuration)
        try await eventually("the first answer") { house.changes.withLock { $0 } == 1 }
        #expect(house.names(configuration) == ["Lesung"])
        let login = Data("radio:geheim".utf8).base64EncodedString()
        #expect(heads.withLock { $0[0] }.contains("Authorization: Basic \(login)"))
        house.again(configuration)
        try await eventually("the second answer") { heads.withLock { $0.count } == 2 }
        try await eventually("it is read") { house.trouble == nil }
        #expect(heads.withLock { $0[1] }.contains("If-Modified-Since: then"))
        #expect(house.names(configuration) == ["Lesung"] && house.changes.withLock { $0 } == 1)
        // After a restart it is there before anybody is asked.
        let next = CalendarFeeds(logger: Logger(label: "test")) { _ in "" }
        next.follow(configuration)
        #expect(next.shows(for: configuration).flatMap { $0 }.map(\.name) == ["Lesung"])
        let mode = try FileManager.default.attributesOfItem(
            atPath: house.folder.path + "/calendars/redaktion.json")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        // That of another address is another calendar.
        var moved = configuration
        moved.calendars[0].place = .url("http://127.0.0.1:1/")
        #expect(next.shows(for: moved).isEmpty)
    }

    /// What a server can send instead of a calendar, and a word of what is said of it.
    private static let misfortunes:
        [(name: String, word: String, answer: @Sendable (ScriptedServer.Line) -> Void)] = [
            ("404", "404", { $0.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") }),
            ("500", "500", { $0.write("HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nno!") }),
            (
                "half of what was promised", "",
                { line in
                    line.write(Array(ok(calendar("Halb")).utf8.prefix(200)))
                }
            ),
            (
                "half without a length", "cut off",
                { line in
                    line.write("HTTP/1.0 200 OK\r\n\r\n" + calendar("Halb").prefix(100))
                }
            ),
            ("garbage", "no calendar", { $0.write(ok("<html>Please log in</html>")) }),
            ("an end without a beginning", "no calendar", { $0.write(ok("END:VCALENDAR\r\n")) }),
            ("nothing", "", { _ in }),
            ("no HTTP", "", { $0.write("220 mail.example ESMTP\r\n") }),
            (
                "an answer without end", "longer than",
                { line in
                    line.write("HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n")
                    let part = String(repeating: "X-A:b\r\n", count: 10_000)
                    while line.write(part) {}
                }
            ),
            (
                "an answer that is announced as too long", "longer than",
                { line in
                    line.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
                    while line.write(String(repeating: "x", count: 100_000)) {}
                }
            ),
            (
                "a way to a file", "",
                { $0.write("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n") }
            ),
            (
                "a way in circles", "",
                { $0.write("HTTP/1.1 302 Found\r\nLocation: /cal.ics\r\nContent-Length: 0\r\n\r\n") }
            ),
        ]

    @Test(arguments: misfortunes.map(\.name))
    func whatIsNoCalendarHarmsNothing(_ name: String) async throws {
        let misfortune = try #require(Self.misfortunes.first { $0.name == name })
        let isGood = Mutex(true)
        let server = ScriptedServer { line in
            _ = line.readHead()
            if isGood.withLock({ $0 }) {
                line.write(Self.ok(Self.calendar("Lesung")))
            } else {
                misfortune.answer(line)
            }
        }
        let house = try House()
        let configuration = try house.configuration(port: server.port)
        house.follow(configuration)
        try await eventually("the good answer") { house.changes.withLock { $0 } == 1 }
        isGood.withLock { $0 = false }
        house.again(configuration)
        try await eventually("the bad answer") { house.trouble != nil }
        let trouble = try #require(house.trouble)
        #expect(
            (misfortune.word.isEmpty || trouble.contains(misfortune.word)) && !trouble.contains("127.0.0.1"),
            "\(trouble)")
        #expect(house.names(configuration) == ["Lesung"] && house.changes.withLock { $0 } == 1)
        isGood.withLock { $0 = true }
        house.again(configuration)
        try await eventually("it is good again") { house.trouble == nil }
    }

    @Test func oneThatDoesNotComeIsGivenUpAndOneThatIsOnItsWayHoldsNobodyUp() async throws {
        let server = ScriptedServer { line in
            _ = line.readHead()
            line.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nBEGIN")
            while line.isOpen { usleep(10_000) }
        }
        let house = try House(deadline: .seconds(1))
        let configuration = try house.configuration(port: server.port)
        house.follow(configuration)
        try await eventually("the deadline") { house.trouble != nil }
        #expect(house.names(configuration).isEmpty)
        let patient = try House(deadline: .seconds(600))
        patient.follow(configuration)
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        patient.stop()
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func aCalendarSaysOnlyWhatItMay() async throws {
        let text = Self.calendar("Lesung").replacing("play: rotation", with: "play: ids")
        let server = ScriptedServer { line in
            _ = line.readHead()
            line.write(Self.ok(text))
        }
        let house = try House()
        var configuration = try house.configuration(port: server.port)
        house.follow(configuration)
        try await eventually("the answer") { house.changes.withLock { $0 } == 1 }
        #expect(house.names(configuration).isEmpty)
        // With another right it says more, without being read again.
        configuration.calendars[0].playlists = ["ids"]
        #expect(house.names(configuration) == ["Lesung"])
        let plan = try ShowGrid.Plan(
            configuration, calendars: house.feeds.shows(for: configuration), since: Instant(frames: 0))
        let from = Instant(milliseconds: 1_796_083_200_000)
        let before = try ShowGrid.Plan(configuration, since: from)
        #expect(
            plan.changes(since: before, from: from) == ["Wednesday 2 Dec: Lesung is new, 20:00 to 22:00"])
    }

    @Test func aCalendarCannotPutOnAirWhatItMayNotByItsName() throws {
        var configuration = try House().configuration(port: 1)
        let bytes = Array(Self.calendar("Frühstück").utf8)
        let reading = try #require(configuration.read(configuration.calendars[0], bytes))
        #expect(reading.shows.isEmpty && reading.notes.count == 1)
        #expect(reading.notes[0].hasPrefix("Frühstück: that is a show of the station's"))
        configuration.calendars[0].shows = ["Frühstück"]
        let other = try #require(configuration.read(configuration.calendars[0], bytes))
        #expect(other.shows.map(\.plays) == [.playlist("rotation")] && other.notes.isEmpty)
    }

    @Test func aFileIsReadAsAnAddressIs() async throws {
        let house = try House()
        let path = house.folder.path + "/shows.ics"
        try Self.calendar("Aus der Datei").write(toFile: path, atomically: true, encoding: .utf8)
        var configuration = try house.configuration(port: 1)
        configuration.calendars[0].place = .file(path)
        house.follow(configuration)
        try await eventually("the file") { house.changes.withLock { $0 } == 1 }
        #expect(house.names(configuration) == ["Aus der Datei"])
        try FileManager.default.removeItem(atPath: path)
        house.again(configuration)
        try await eventually("it is gone") { house.trouble != nil }
        #expect(house.names(configuration) == ["Aus der Datei"])
    }
}

extension Bool {
    /// Sets it, and tells what it was.
    fileprivate mutating func exchange(_ new: Bool) -> Bool {
        defer { self = new }
        return self
    }
}
