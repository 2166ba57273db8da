import Foundation
import TestKit
import Testing

/// Real icecast2 servers relay the station, set up as `Config/relay/icecast.xml` says: one mount by mount, one every
/// mount that the station names.
@Suite(
    .peers("icecast2", "ffmpeg", "oggdec", "curl"),
    .timeLimit(.minutes(isProof ? 60 : 10)))
struct RelayTests {
    private let music = ResilienceMusic(seconds: isProof ? 30 : 4)
    private static let mounts = ["/stream.ogg", "/stream.mp3"]

    @Test func `relays follow every title, lose no frame, and are back after a restart of either side`()
        async throws
    {
        let station = try StationUnderTest(mounts: "  - path: /stream.mp3\n    codec: mp3")
        let port = IcecastLoopback.freePort()
        // The port stays the same over a restart.
        try station.reconfigure(
            (
                #"listen: "127.0.0.1:0""#,
                "listen: \"127.0.0.1:\(port)\"\n  relay: { password_file: relay.secret }"
            ))
        try station.write("relay.secret", "weitersagen")
        try await music.fill(station.music)
        try await station.check()
        try await station.onAir {
            let relays = [
                try IcecastServer { try self.single($0, $1, of: port) },
                try IcecastServer { try self.slave($0, $1, of: port) },
            ]
            for relay in relays { try await carries(relay) }
            var listeners: [ResilienceListener] = []
            for relay in relays {
                listeners.append(
                    try await ResilienceListener(to: "http://127.0.0.1:\(relay.port)/stream.ogg"))
            }
            try await follow(relays, titles: isProof ? 60 : 3)
            for listener in listeners {
                #expect(listener.isConnected)
                let heard = try await listener.hangUp()
                #expect(heard.silences.isEmpty)
                let stretches = heard.stretches(of: music)
                #expect(stretches.count > 3 && stretches.areSeamless(music), "\(stretches)")
            }

            let before = relays.map { $0.source("/stream.ogg")?.start }
            station.end()
            try await station.start()
            for (relay, start) in zip(relays, before) { try await carries(relay, otherThan: start) }
            relays[0].kill()
            relays[1].stop()
            for relay in relays { try relay.start() }
            for relay in relays { try await carries(relay) }
            try await until("each relay has each mount once", telling: { station.log }) {
                try await station.status().mounts.allSatisfy { $0.listeners == relays.count }
            }
        }
    }

    /// Waits until a relay has every mount with a title, whose source did not come at `start`.
    private func carries(_ relay: IcecastServer, otherThan start: String? = nil) async throws {
        try await until("the relay carries the station", telling: { relay.log }) {
            Self.mounts.allSatisfy { mount in
                guard let source = relay.source(mount) else { return false }
                return source.start != start && source.title.flatMap(number) != nil
            }
        }
    }

    /// Waits until the relays have shown so many changes of the title on each mount, as the programme has them.
    private func follow(_ relays: [IcecastServer], titles count: Int) async throws {
        var shown: [String: [Int]] = [:]
        try await until(
            "all have shown \(count) titles", within: .seconds(60 + count * music.seconds),
            telling: { "\(shown)" }
        ) {
            for relay in relays {
                for mount in Self.mounts {
                    let place = "\(relay.port)\(mount)"
                    guard let number = relay.source(mount)?.title.flatMap(number) else { continue }
                    if shown[place]?.last != number { shown[place, default: []].append(number) }
                }
            }
            return shown.count == relays.count * Self.mounts.count
                && shown.values.allSatisfy { $0.count > count }
        }
        for titles in shown.values {
            #expect(
                zip(titles, titles.dropFirst()).allSatisfy { $1 == $0 % music.pieces.count + 1 }, "\(shown)")
        }
    }

    /// The piece that a title names; MP3's has the artist before it.
    private func number(_ title: String) -> Int? { title.split(separator: " ").last.flatMap { Int($0) } }

    // MARK: Config/relay/icecast.xml

    /// The file as it is, but for addresses, passwords, patience, and a place to run in.
    private func configuration(_ port: UInt16, _ folder: String, of station: UInt16) throws -> String {
        let file = StationUnderTest.package.appendingPathComponent("Config/relay/icecast.xml")
        var text = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in [
            (
                "<listen-socket>\n        <port>8000</port>",
                "<listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address>"
            ),
            ("<port>8000</port>", "<port>\(station)</port>"), ("station.example", "127.0.0.1"),
            ("<master-server-port>8000", "<master-server-port>\(station)"),
            ("change-me-relay", "weitersagen"),
            ("<master-update-interval>10<", "<master-update-interval>2<"),
            ("/var/log/icecast2", folder), ("access.log", "-"), ("error.log", "-"),
            ("<security>\n        <chroot>0</chroot>\n    </security>", IcecastServer.leavingRoot),
        ] {
            try #require(text.contains(old), "\(old)")
            text = text.replacing(old, with: new)
        }
        return text
    }

    /// One way: the relays that the file names.
    private func single(_ port: UInt16, _ folder: String, of station: UInt16) throws -> String {
        try configuration(port, folder, of: station)
    }

    /// Another way: that of the comment, instead of the relays.
    private func slave(_ port: UInt16, _ folder: String, of station: UInt16) throws -> String {
        let text = try configuration(port, folder, of: station)
            .replacing(/<relay>.*?<\/relay>/.dotMatchesNewlines(), with: "")
            .replacing(/<!-- Another way.*?(<master-server>.*?)-->/.dotMatchesNewlines()) { $0.1 }
        try #require(text.contains("<master-server>") && !text.contains("<local-mount>"))
        return text
    }
}
