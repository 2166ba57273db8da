import Foundation
import TestKit
import Testing

/// The station hears what its listeners hear: what is wrong is said by the status, the health address, the figures and
/// the alarm, and so is its end.
@Suite(.peers("icecast2", "ffmpeg", "curl"), .timeLimit(.minutes(10)))
struct ListeningPeerTests {
    /// The longest that the station may take, in seconds; tests wait longer, and look at the times that were told.
    private static let promise = 15.0

    @Test func `a public address that is late, silent, frozen, wrong or gone is told within 15 seconds`()
        async throws
    {
        let address = PublicAddress()
        let server = try IcecastServer()
        let station = try station(
            """
            icecast:
              - url: http://source@127.0.0.1:\(server.port)/radio.mp3
                password_file: icecast.secret
                from: /stream.mp3
                listen_at: \(address.url)
            """)
        try station.write("icecast.secret", IcecastServer.password)
        let sounds = try await Sounds(in: station.folder)
        try await station.onAir {
            let right = PublicAddress.Carriage.rightStream(port: Int(server.port), path: "/radio.mp3")
            address.carry(right)
            try await isHeard(station)
            let port = server.port
            // What is heard then is from before.
            let heard = try await aside { try IcecastServer.listen(port, "/radio.mp3", seconds: 24) }
            // The same three seconds and a bit, again and again.
            let frozen = heard.dropFirst(16_000).prefix(52_244)
            try #require(frozen.count == 52_244)
            let cases: [(kind: String, carriage: PublicAddress.Carriage)] = [
                ("late", .loop(heard)), ("silent", .loop(sounds.silence)), ("frozen", .loop(Array(frozen))),
                ("wrong", .loop(sounds.other)), ("gone", .nothing), ("gone", .missing),
            ]
            for (kind, carriage) in cases {
                let began = Date.now
                address.carry(carriage)
                try await isTold(kind, at: address.url, by: station, since: began)
                address.carry(right)
                try await isHeard(station)
            }
            let said = station.alarms
            #expect(
                said.map(\.event)
                    == Array(repeating: ["trouble", "over"], count: cases.count).flatMap(\.self))
            #expect(said.allSatisfy { $0.place == address.url })
            let troubles = said.filter { $0.event == "trouble" }
            #expect(troubles.map(\.kind) == cases.map(\.kind))
            #expect(!station.log.contains(IcecastServer.password))
        }
    }

    @Test(.peers("openssl"))
    func `a push target that hangs or ends is told, a programme that is silent too, and nothing else`()
        async throws
    {
        let server = try IcecastServer()
        let station = try station(
            """
            icecast:
              - url: http://source@127.0.0.1:\(server.port)/radio.ogg
                password_file: icecast.secret
                from: /stream.ogg
            """)
        try station.write("icecast.secret", IcecastServer.password)
        try await encrypt(station)
        let sounds = try await Sounds(in: station.folder)
        let target = "http://127.0.0.1:\(server.port)/radio.ogg"
        try await station.onAir {
            try await isHeard(station)
            // The station's own ears are no listeners.
            let status = try await station.status()
            #expect(status.mounts.allSatisfy { $0.listeners == 0 })
            #expect(status.air.ears.count { $0.address.hasPrefix("https://") } == 1)
            #expect(
                try await station.text("/metrics").contains("funkhaus_listeners{mount=\"/stream.ogg\"} 0"))

            var began = Date.now
            server.freeze()
            try await isTold("gone", at: target, by: station, since: began)
            server.thaw()
            try await isHeard(station)
            began = Date.now
            server.stop()
            try await isTold("gone", at: target, by: station, since: began)
            try server.start()
            try await isHeard(station)

            _ = try await station.run(["queue", "add", sounds.silentFile])
            _ = try await station.run(["skip"])
            began = Date.now
            try await isTold("silent", at: "programme", by: station, since: began)
            // What is on air is silence, and that is what every listener hears.
            #expect(try await station.status().air.troubles.map(\.place) == ["programme"])
            _ = try await station.run(["skip"])
            try await isHeard(station)

            // A reload, and changes of tracks, are no trouble.
            _ = try await station.run(["reload"])
            for _ in 0..<2 { _ = try await station.run(["skip"]) }
            try await Task.sleep(for: .seconds(8))
            try await isHeard(station)
            #expect(
                station.alarms.map(\.place) == [target, target, target, target, "programme", "programme"])
        }
    }

    /// A station with real music, an Ogg and an MP3 mount, and a bell that writes down how it is rung.
    private func station(_ sections: String) throws -> StationUnderTest {
        let station = try StationUnderTest(
            mounts: "  - path: /stream.mp3\n    codec: mp3",
            sections: sections + "\nalarm:\n  command: [ sh, bell.sh ]\n")
        let bell = "cat >> \(station.folder.path)/rung; echo >> \(station.folder.path)/rung"
        try station.write("bell.sh", bell)
        try station.reconfigure(("[ sh, bell.sh ]", "[ sh, \(station.folder.path)/bell.sh ]"))
        let demo = StationUnderTest.package.appendingPathComponent("Playlists/rotation")
        for name in ["fruehlicht.flac", "strassenbahn.mp3", "vecherny-dvor.ogg"] {
            try FileManager.default.copyItem(
                at: demo.appendingPathComponent(name), to: station.music.appendingPathComponent(name))
        }
        return station
    }

    /// Gives the station an encrypted port, whose certificate is for another name than the ear's.
    private func encrypt(_ station: StationUnderTest) async throws {
        let tls = "  tls: { listen: \"127.0.0.1:0\", certificate: cert.pem, key: key.pem }\n"
        try station.reconfigure(("  data: data", tls + "  data: data"))
        let (key, certificate) = (station.folder.path + "/key.pem", station.folder.path + "/cert.pem")
        let made = try await aside {
            try Tool.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=radio.example", "-keyout", key, "-out", certificate,
                ])
        }
        try #require(made.status == 0, "\(made.errors)")
    }

    private func isHeard(_ station: StationUnderTest) async throws {
        var last: StationStatus.Air?
        try await until("the station hears itself", telling: { "\(last, default: "") \(station.log)" }) {
            let air = try await station.status().air
            last = air
            return air.troubles.isEmpty && air.ears.allSatisfy { $0.heard == true }
                && station.alarms.last?.event != "trouble"
        }
        #expect(try await code(station) == "200")
        #expect(try await station.text("/metrics").contains("funkhaus_healthy 1"))
    }

    private func isTold(_ kind: String, at place: String, by station: StationUnderTest, since began: Date)
        async throws
    {
        var last: StationStatus.Air?
        try await until("\(kind) is told", telling: { "\(last, default: "") \(station.log)" }) {
            let air = try await station.status().air
            last = air
            return air.troubles.contains { $0.place == place && $0.kind == kind }
        }
        let took = Date.now.timeIntervalSince(began)
        #expect(took < Self.promise, "\(kind) at \(place) took \(took) s")
        #expect(try await code(station) == "503")
        let words = try #require(last?.troubles.first { $0.place == place }?.words)
        #expect(try await station.text("/health").contains(words))
        #expect(try await station.text("/metrics").contains("kind=\"\(kind)\"} 1"))
        try await until("the bell is rung") { station.alarms.last?.event == "trouble" }
    }

    private func code(_ station: StationUnderTest) async throws -> String {
        let words = ["-s", "-o", "/dev/null", "-w", "%{http_code}", station.url("/health")]
        return String(decoding: try await aside { try Tool.run("curl", words) }.output, as: UTF8.self)
    }
}

/// Audio that is not the programme's.
private struct Sounds {
    let silence: [UInt8]
    let other: [UInt8]
    let silentFile: String

    init(in folder: URL) async throws {
        silentFile = folder.appendingPathComponent("silence.wav").path
        let file = silentFile
        let other = StationUnderTest.package.appendingPathComponent("Playlists/emergency.ogg").path
        let mp3 = ["-ac", "2", "-ar", "44100", "-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3", "-"]
        let nothing = ["-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t"]
        (silence, self.other) = try await aside {
            func run(_ words: [String]) throws -> [UInt8] {
                let result = try Tool.run("ffmpeg", ["-v", "error", "-nostdin"] + words)
                guard result.status == 0 else { throw StationTrouble("ffmpeg: \(result.errors)") }
                return result.output
            }
            _ = try run(nothing + ["60", file])
            return (try run(nothing + ["10"] + mp3), try run(["-i", other, "-t", "40"] + mp3))
        }
    }
}

extension StationUnderTest {
    fileprivate struct Rung: Decodable {
        var event: String
        var place: String
        var kind: String
    }

    /// How the bell was rung so far.
    fileprivate var alarms: [Rung] {
        let text = (try? String(contentsOf: folder.appendingPathComponent("rung"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Rung.self, from: Data($0.utf8))
        }
    }
}
