import Foundation
import TestKit
import Testing

/// A podcast on air: fetched ahead from a server, measured like every other file, and the next one after a restart.
@Suite(.peers("ffmpeg"), .timeLimit(.minutes(8))) struct PodcastPeerTests {
    private struct ShownItem: Decodable, Sendable {
        var start: String
        var kind: String
        var show: String?
        var title: String?
        var artist: String?
        var provisional: Bool?
    }

    @Test func `an episode is fetched and on air, and behind it the next one`() async throws {
        let folder = try TemporaryDirectory()
        for (name, hertz) in [("eins", 440.0), ("zwei", 660.0)] {
            let wav = folder.path + "/\(name).wav"
            try Data(TestSignal.sine(hertz: hertz, frames: 44_100 * 6, level: 0.2).wav()).write(
                to: URL(filePath: wav))
            let encoded = try await aside {
                try Tool.run("ffmpeg", ["-v", "error", "-i", wav, folder.path + "/\(name).mp3"])
            }
            #expect(encoded.status == 0)
        }
        let place = folder.path
        let server = ScriptedServer { line in
            let path = line.readHead().first?.split(separator: " ").dropFirst().first ?? ""
            let items = ["zwei", "eins"].map { name in
                "<item><title>Folge \(name)</title><guid>\(name)</guid>"
                    + "<enclosure url=\"/\(name).mp3\" type=\"audio/mpeg\"/></item>"
            }
            let bytes =
                path == "/feed.xml"
                ? Data("<rss><channel><title>Hof</title>\(items.joined())</channel></rss>".utf8)
                : FileManager.default.contents(atPath: place + path) ?? Data()
            line.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
            line.write(bytes)
        }
        let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 15).rounded())
        func time(_ offset: Double) -> String {
            let form = DateFormatter()
            form.locale = Locale(identifier: "en_US_POSIX")
            form.timeZone = TimeZone(identifier: "Europe/Berlin")
            form.dateFormat = "yyyy-MM-dd' at 'HH:mm:ss"
            let words = form.string(from: begin.addingTimeInterval(offset)).components(separatedBy: " at ")
            return "{ dates: \(words[0]), at: \"\(words[1])\", for: 8s }"
        }
        let station = try StationUnderTest(
            sections: """
                shows:
                  - name: Hörspiel
                    times: [ \(time(0)), \(time(40)) ]
                    play: { podcast: "http://127.0.0.1:\(server.port)/feed.xml", episode: next }
                """)
        try Data(TestSignal.sine(hertz: 220, frames: 44_100 * 20, level: 0.2).wav())
            .write(to: station.music.appendingPathComponent("1.wav"))
        func preview(_ offset: Double) async throws -> ShownItem? {
            let from = begin.addingTimeInterval(offset).ISO8601Format()
            let items: [ShownItem] = try await station.ask("preview", "--from", from, "--for", "8s")
            return items.first { $0.show == "Hörspiel" }
        }
        try await station.onAir {
            try await until("the first episode is on air", telling: { station.log }) {
                let now: ShownItem = try await station.ask("now")
                return now.title == "Folge eins" && now.artist == "Hof" && now.kind == "track"
            }
            try await until("it is over") { Date.now > begin.addingTimeInterval(9) }
            let status = try await station.status()
            #expect(status.library.problems == [], "\(status.library.problems)")
        }
        let planned = try await preview(40)
        #expect(planned?.title == "Folge zwei" && planned?.provisional == true)
        try await station.onAir {
            try await until("the next episode is on air", telling: { station.log }) {
                let now: ShownItem = try await station.ask("now")
                return now.title == "Folge zwei"
            }
        }
        let log = try await station.run(["history", "--last", "50"])
        let text = String(decoding: log.output, as: UTF8.self)
        #expect(text.contains("Folge eins") && text.contains("Folge zwei"))
    }
}
