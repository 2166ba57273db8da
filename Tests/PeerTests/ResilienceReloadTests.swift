import Foundation
import TestKit
import Testing

/// A changed configuration: taken up whole, or refused whole, and never heard.
@Suite(
    .peers("icecast2", "ffmpeg", "oggdec", "curl"),
    .timeLimit(.minutes(10)))
struct ResilienceReloadTests {
    @Test func `playlists, texts, mounts and targets change while a listener stays`() async throws {
        let server = try IcecastServer()
        let music = ResilienceMusic()
        let station = try StationUnderTest()
        try station.write("icecast.secret", IcecastServer.password)
        try await music.fill(station.music, with: [1, 2, 3])
        try FileManager.default.createDirectory(
            at: station.folder.appendingPathComponent("other"), withIntermediateDirectories: false)
        try await music.fill(station.folder.appendingPathComponent("other"), with: [8, 9, 10])
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())

            try station.reconfigure(
                ("from: music,", "from: other,"), ("name: Radio Beispiel", "name: Radio Umbenannt"),
                ("quality: 5", "quality: 5\n    max_listeners: 1"),
                ("playlists:", "  - path: /klein.ogg\n    quality: 0\nplaylists:"))
            let answer = try await station.run(["reload"])
            #expect(answer.status == 0, "\(answer.errors)")
            #expect(String(decoding: answer.output, as: UTF8.self).contains("2 mounts"))
            try await until("the other playlist is planned") {
                try await station.next(5).allSatisfy { 8...10 ~= ResilienceMusic.piece(of: $0.file) ?? 0 }
            }
            #expect(try await station.text("/status-json.xsl").contains("Radio Umbenannt"))
            #expect(try await station.text("/stream.ogg").contains("as many listeners as it may have"))
            let second = try await ResilienceListener(to: station.url("/klein.ogg"))

            let target = """
                icecast:
                  - url: http://source@127.0.0.1:\(server.port)/radio.ogg
                    password_file: icecast.secret
                    from: /klein.ogg
                """
            try station.reconfigure(("programme:", target + "\nprogramme:"))
            station.daemon?.signalAlone(SIGHUP)
            try await until("the new target has the stream", telling: { station.log }) {
                server.source("/radio.ogg")?.name == "Radio Umbenannt"
            }
            try station.reconfigure((target + "\n", ""))
            station.daemon?.signalAlone(SIGHUP)
            try await until("the target is left") {
                try await station.status().icecast.isEmpty && server.source("/radio.ogg") == nil
            }

            try await until("the other playlist is on air") {
                ResilienceMusic.piece(of: try await station.now().file) == 9
            }
            try await station.hasHeard(try await station.now(), seconds: 2)
            #expect(listener.isConnected && second.isConnected)
            let journal = try await station.history()
            for heard in [try await listener.hangUp(), try await second.hangUp()] {
                #expect(heard.silences.isEmpty, "\(journal)")
                let stretches = heard.stretches(of: music)
                #expect(stretches.areSeamless(music), "\(stretches)")
                #expect(stretches.contains { $0.piece >= 8 }, "\(stretches)")
            }
            #expect(journal.contains { $0.kind == "epoch" })
        }
    }

    /// Nobody says reload.
    @Test func `a file that is saved is taken up by itself, and a broken one told until it is mended`()
        async throws
    {
        let station = try StationUnderTest(sections: "schedule: schedule.yaml")
        func save(_ schedule: String) throws {
            // As editors do: a new file takes the old one's name.
            try Data("shows:\n\(schedule)\n".utf8).write(
                to: station.folder.appendingPathComponent("schedule.yaml"), options: .atomic)
        }
        let show = "  - { name: Abend, on: daily, at: \"20:00\", for: 1h, play: music }"
        try save(show)
        try await ResilienceMusic().fill(station.music, with: [1, 2, 3])
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let other = show.replacing("20:00", with: "21:00")
            try save(other)
            try await until("the change is in the schedule", telling: { station.log }) {
                let answer = try await station.run(["schedule", "--for", "2d"])
                return String(decoding: answer.output, as: UTF8.self).contains("21:00")
            }
            func status() async throws -> String {
                String(decoding: try await station.run(["status"]).output, as: UTF8.self)
            }
            try save(other.replacing("at:", with: "um:"))
            try await until("the refusal is told", telling: { station.log }) {
                try await status().contains("schedule.yaml:2")
            }
            #expect(station.log.contains("reload refused"))
            try save(other + "\n")
            try await until("the refusal is over", telling: { station.log }) {
                try await !status().contains("schedule.yaml:2")
            }
            let diff = try await station.run(["schedule", "diff"])
            #expect(
                String(decoding: diff.output, as: UTF8.self).contains("Abend is now at 21:00, was at 20:00"))
            #expect(try await station.history().contains { $0.note?.contains("was at 20:00") == true })
            #expect(listener.isConnected)
            #expect(try await listener.hangUp().silences.isEmpty)
        }
    }

    @Test func `a reload that cannot read a password is refused, and the push of before goes on`()
        async throws
    {
        let server = try IcecastServer()
        let station = try StationUnderTest(
            sections: """
                icecast:
                  - url: http://source@127.0.0.1:\(server.port)/radio.ogg
                    password_file: icecast.secret
                """)
        try station.write("icecast.secret", IcecastServer.password)
        try await ResilienceMusic().fill(station.music, with: [1, 2, 3])
        try await station.onAir {
            try await until("the target has the stream", telling: { station.log }) {
                server.source("/radio.ogg") != nil
            }
            let began = server.source("/radio.ogg")?.start
            let secret = station.folder.appendingPathComponent("icecast.secret")
            try FileManager.default.removeItem(at: secret)
            let refused = try await station.run(["reload"])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("icecast.secret is not there"), "\(refused.errors)")
            #expect(try await station.status().icecast.first?.connected == true)
            #expect(server.source("/radio.ogg")?.start == began)
            try station.write("icecast.secret", IcecastServer.password)
            #expect(try await station.run(["reload"]).status == 0)
            #expect(server.source("/radio.ogg")?.start == began)
        }
        // Without it at the start, the station is on air and says so until it is mended.
        try FileManager.default.removeItem(at: station.folder.appendingPathComponent("icecast.secret"))
        try await station.onAir {
            let target = try #require(try await station.status().icecast.first)
            #expect(!target.connected && target.state.hasPrefix("not pushed: "), "\(target.state)")
            #expect(target.state.contains("icecast.secret is not there"))
            try station.write("icecast.secret", IcecastServer.password)
            #expect(try await station.run(["reload"]).status == 0)
            try await until("the target has the stream", telling: { station.log }) {
                server.source("/radio.ogg") != nil
            }
        }
    }

    @Test func `what is broken or cannot change is refused with its place, and the station goes on`()
        async throws
    {
        let station = try StationUnderTest()
        try await ResilienceMusic().fill(station.music, with: [1, 2, 3])
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let file = station.folder.appendingPathComponent("station.yaml").path
            let right = try String(contentsOfFile: file, encoding: .utf8)
            let line = right.prefix(upTo: try #require(right.firstRange(of: "order: sequence")).lowerBound)
                .count { $0 == "\n" }
            let cases = [
                (
                    "order: sequence", "order: sequense",
                    "station.yaml:\(line + 1):32: playlists.music.order is “sequense”"
                ),
                ("playlists:", "playlists: [", "station.yaml:1"),
                ("quality: 5", "quality: 3", "the quality of /stream.ogg cannot change while it is on air"),
                ("/stream.ogg", "/anders.ogg", "the mount /stream.ogg is on air and cannot be renamed"),
                ("127.0.0.1:0", "127.0.0.1:1", "cannot move while it is on air"),
            ]
            for (old, new, words) in cases {
                try station.configure(right.replacing(old, with: new))
                let answer = try await station.run(["reload"])
                #expect(answer.status == 1, "\(new)")
                #expect(answer.errors.contains(words), "\(answer.errors)")
                #expect(answer.errors.contains(#/station\.yaml:\d+:\d+: /#), "\(answer.errors)")
                station.daemon?.signalAlone(SIGHUP)
                try await until("the refusal is in the log", telling: { station.log }) {
                    station.log.contains("reload refused") && station.log.contains(words)
                }
            }
            try station.configure(right)
            #expect(try await station.run(["reload"]).status == 0)
            let item = try await station.now()
            try await station.hasLeft(item)
            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
            #expect(heard.stretches(of: ResilienceMusic()).count > 1)
        }
    }
}
