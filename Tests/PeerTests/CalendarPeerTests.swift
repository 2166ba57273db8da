import Foundation
import TestKit
import Testing

/// Calendars from a real server: what is written there over CalDAV is on the station's own page.
@Suite(.timeLimit(.minutes(5))) struct CalendarPeerTests {
    private static let event = """
        BEGIN:VCALENDAR\r
        VERSION:2.0\r
        PRODID:-//Test//EN\r
        BEGIN:VEVENT\r
        UID:lesung@radio.example\r
        DTSTAMP:20261101T120000Z\r
        DTSTART;TZID=Europe/Berlin:TIME\r
        DURATION:PT1H\r
        RRULE:FREQ=DAILY\r
        SUMMARY:Lesung am Abend\r
        DESCRIPTION:Mit Gästen\\nplay: music\r
        END:VEVENT\r
        END:VCALENDAR\r

        """

    @Test(.peers("radicale", "curl")) func `what is written into radicale is in the station's schedule`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let port = IcecastLoopback.freePorts().first
        try """
        [server]
        hosts = 127.0.0.1:\(port)
        [auth]
        type = htpasswd
        htpasswd_filename = \(folder.path)/users
        htpasswd_encryption = plain
        [storage]
        filesystem_folder = \(folder.path)/store
        """.write(toFile: folder.path + "/config", atomically: true, encoding: .utf8)
        try "radio:geheim\n".write(toFile: folder.path + "/users", atomically: true, encoding: .utf8)
        let server = try RunningProgram("radicale", ["--config", folder.path + "/config"])
        defer { server.signal(SIGKILL) }
        let base = "http://127.0.0.1:\(port)/radio/shows/"
        func put(_ address: String, _ method: String, _ body: String) async throws -> Bool {
            let words =
                ["-sf", "-u", "radio:geheim", "-X", method, "--data-binary", "@-"]
                + ["-H", "Content-Type: text/calendar; charset=utf-8", address]
            return try await aside { try Tool.run("curl", words, input: Array(body.utf8)).status == 0 }
        }
        let collection = """
            <?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"/>
            """
        try await until("radicale is there", telling: { server.errors }) {
            try await put(base, "MKCALENDAR", collection)
        }
        let text = Self.event.replacing("TIME", with: "20261101T193000")
        #expect(try await put(base + "lesung.ics", "PUT", text))

        let station = try StationUnderTest(
            sections: """
                calendars:
                  - { name: redaktion, url: "\(base)", user: radio, password_file: secret, playlists: music }
                """)
        try "geheim".write(
            toFile: station.folder.path + "/secret", atomically: true, encoding: .utf8)
        try Data(TestSignal.sine(hertz: 440, frames: 44_100 * 5, level: 0.2).wav())
            .write(to: station.music.appendingPathComponent("1.wav"))
        try await station.onAir {
            func schedule() async throws -> String {
                String(decoding: try await station.run(["schedule"]).output, as: UTF8.self)
            }
            try await until("the show is known", telling: { station.log }) {
                try await schedule().contains("19:30-20:30        Lesung am Abend  (playlist music)")
            }
            #expect(station.log.contains("Lesung am Abend is new, 19:30 to 20:30"))
            let published = try await aside {
                try ["/schedule.ics", "/schedule/lesung-am-abend.ics", "/api/schedule", "/"].map { path in
                    String(decoding: try Tool.run("curl", ["-sf", station.url(path)]).output, as: UTF8.self)
                }
            }
            #expect(published.allSatisfy { $0.contains("Lesung am Abend") && !$0.contains("geheim") })
            // Somebody moves it, and the station is told to look at once.
            #expect(try await put(base + "lesung.ics", "PUT", text.replacing("T1930", with: "T2000")))
            try station.reconfigure(("playlists: music }", "playlists: music, every: 10 min }"))
            _ = try await station.run(["reload"])
            try await until("the change is known", telling: { station.log }) {
                try await schedule().contains("20:00-21:00        Lesung am Abend")
            }
            #expect(station.log.contains("Lesung am Abend is now at 20:00, was at 19:30"))
            server.signal(SIGKILL)
        }
        // The server is gone; what was known is not, also for a new daemon.
        try await station.onAir {
            let told = String(decoding: try await station.run(["schedule"]).output, as: UTF8.self)
            #expect(told.contains("20:00-21:00        Lesung am Abend"))
            try await until("the trouble is told", telling: { station.log }) {
                let status = String(decoding: try await station.run(["status"]).output, as: UTF8.self)
                return status.contains("redaktion") && status.contains("what was read of it last holds")
            }
            #expect(!station.log.contains("/radio/shows") && !station.log.contains("geheim"))
        }
    }
}
