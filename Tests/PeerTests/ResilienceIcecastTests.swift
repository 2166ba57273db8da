import Foundation
import TestKit
import Testing

/// The push to a real icecast2, from the built station: whatever becomes of the server, the station's own listener
/// does not notice.
@Suite(
    .peers("icecast2", "ffmpeg", "oggdec", "curl"),
    .timeLimit(.minutes(10)))
struct ResilienceIcecastTests {
    private let server: IcecastServer
    private let music = ResilienceMusic()

    init() throws { server = try IcecastServer() }

    @Test func `an Icecast that is taken, follows, goes and freezes is told in words and never heard`()
        async throws
    {
        let station = try StationUnderTest(
            sections: """
                icecast:
                  - url: http://source@127.0.0.1:\(server.port)/radio.ogg
                    password_file: icecast.secret
                    from: /stream.ogg
                """)
        try station.write("icecast.secret", IcecastServer.password)
        try await music.fill(station.music)
        try await station.check()
        let other = try await anotherSource()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())

            try await target(of: station, says: "is taken by another source; trying again every")
            other.signal(SIGKILL)
            try await target(of: station, says: "connected for")
            try await followsTitles(of: station, count: 3)

            server.stop()
            try await target(of: station, says: "; trying again every")
            try await Task.sleep(for: .seconds(isProof ? 10 : 2))
            try server.start()
            try await target(of: station, says: "connected for")
            try await followsTitles(of: station, count: 1)

            server.freeze()
            try await Task.sleep(for: .seconds(isProof ? 30 : 3))
            if isProof { try await target(of: station, says: "; trying again every") }
            server.thaw()
            try await followsTitles(of: station, count: 2)
            try await target(of: station, says: "connected for")

            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
            let stretches = heard.stretches(of: music)
            #expect(stretches.areSeamless(music), "\(stretches)")
            #expect(!station.log.contains(IcecastServer.password))
        }
    }

    /// Somebody else who sends to the station's mount, and has it.
    private func anotherSource() async throws -> RunningProgram {
        let place = "icecast://source:\(IcecastServer.password)@127.0.0.1:\(server.port)/radio.ogg"
        let tone = ["-re", "-f", "lavfi", "-i", "sine=frequency=300"]
        let other = try RunningProgram(
            "ffmpeg",
            ["-v", "error", "-nostdin"] + tone + [
                "-c:a", "libvorbis", "-content_type", "application/ogg", "-f", "ogg", place,
            ])
        try await until("somebody else has the mount", telling: { other.errors }) {
            server.source("/radio.ogg") != nil
        }
        return other
    }

    private func target(of station: StationUnderTest, says words: String) async throws {
        var last: StationStatus.Target?
        try await until("the target is “\(words)”", telling: { "\(last, default: "none")" }) {
            let target = try #require(try await station.status().icecast.first)
            #expect(target.url == "http://127.0.0.1:\(server.port)/radio.ogg")
            #expect(target.connected == target.state.hasPrefix("connected"))
            last = target
            return target.state.contains(words)
        }
    }

    /// Waits until the server has told so many titles, each while it is on air and in the order of the programme.
    private func followsTitles(of station: StationUnderTest, count: Int) async throws {
        var told: [String] = []
        try await until("\(count) titles reach the server", telling: { "\(told) \(server.log)" }) {
            let before = try await station.now()
            guard let title = server.source("/radio.ogg")?.title, title == before.title else { return false }
            if told.last != title { told.append(title) }
            return told.count == count
        }
        let numbers = told.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(
            zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 % music.pieces.count + 1 }, "\(told)")
    }
}
