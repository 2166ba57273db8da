import Foundation
import TestKit
import Testing

/// A podcast on air: fetched ahead from a server, measured like every other file, and the next one after a restart.
@Suite(.peers("ffmpeg"), .timeLimit(.minutes(8))) struct PodcastPeerTests {
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
        let begin = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 + 20).rounded())
        let times = [0.0, 60].map { "{ \(StationUnderTest.airing(begin.addingTimeInterval($0), 10)) }" }
        let station = try StationUnderTest(
            sections: """
                shows:
                  - name: Hörspiel
                    times: [ \(times.joined(separator: ", ")) ]
                    play: { podcast: "http://127.0.0.1:\(server.port)/feed.xml", episode: next }
                """)
        try Data(TestSignal.sine(hertz: 220, frames: 44_100 * 20, level: 0.2).wav())
            .write(to: station.music.appendingPathComponent("1.wav"))
        func airs(_ title: String) async throws {
            try await until("\(title) is on air", within: .seconds(120), telling: { station.log }) {
                try await station.history().contains {
                    $0.title == title && $0.kind == "track" && $0.artist == "Hof"
                }
            }
        }
        try await station.onAir {
            try await airs("Folge eins")
            try await until("it is over") { try await station.history().last?.title != "Folge eins" }
            let problems = try await station.status().library.problems
            #expect(problems == [])
        }
        let second = begin.addingTimeInterval(60).ISO8601Format()
        let planned: [StationItem] = try await station.ask("preview", "--from", second, "--for", "10s")
        #expect(planned.contains { $0.title == "Folge zwei" && $0.provisional == true }, "\(planned)")
        try await station.onAir { try await airs("Folge zwei") }
    }
}
