import Foundation
import TestKit
import Testing

/// Icecast's behaviour, case by case, tried on a real icecast2 and on the built station side by side. The station pushes
/// its mounts to icecast2, so that both have the same ones.
///
/// What one answer does not tell, such as fallbacks, bursts and slow listeners, the server's own tests play as scenes: the
/// station's mounts are all fed by one mix at its own pace.
@Suite(.peers("icecast2", "ffmpeg", "curl"), .timeLimit(.minutes(5))) struct ConformanceTests {
    private static let mounts = ["/stream.ogg", "/stream.mp3", "/one.ogg", "/members.ogg"]
    private static let cases =
        ConformanceCase.framing + ConformanceCase.sources + ConformanceCase.listening + ConformanceCase.files
        + ConformanceCase.office
        + ConformanceCase.access + ConformanceCase.limits

    @Test func `every case is numbered once, and every difference has a reason`() {
        #expect(Set(Self.cases.map(\.number)).count == Self.cases.count)
        #expect(Self.cases.allSatisfy { $0.reason?.isEmpty != true })
    }

    @Test func `icecast2 and ours answer as the table says`() async throws {
        let server = try IcecastServer(Self.icecast)
        let station = try Self.station(pushingTo: server)
        // One long track: no title comes in between.
        let track = station.music.appendingPathComponent("long.flac").path
        let words = ["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=300"]
        _ = try await aside {
            try Tool.run(
                "ffmpeg", words + ["-metadata", "artist=Zählwerk", "-metadata", "title=Lang", track])
        }
        try await station.check()
        try await station.onAir {
            _ = try await station.run(["skip"])
            try await until("icecast2 has every mount", telling: { station.log + server.log }) {
                Self.mounts.allSatisfy { server.source($0)?.title != nil }
            }
            let secret = String(decoding: try await station.run(["dj", "add", "anna"]).output, as: UTF8.self)
                .split { $0.isWhitespace }.last.map(String.init)
            let djs = (
                ConformanceCase.login("source:\(IcecastServer.password)"),
                ConformanceCase.login("anna:\(secret ?? "")")
            )
            let (their, our) = (Int(server.port), station.port)
            for row in Self.cases {
                // icecast2 notices only after a moment that a source has gone: each has a mount of its own there.
                let theirRow = row.asked(by: djs.0, on: "/live\(row.number)")
                let ourRow = row.asked(by: djs.1, on: "/live")
                async let theirs: Void = Self.compare(theirRow, "icecast2", at: their, row.icecast)
                async let ours: Void = Self.compare(ourRow, "ours", at: our, row.ours)
                _ = try await (theirs, ours)
            }
        }
    }

    private static func compare(
        _ row: ConformanceCase, _ server: String, at port: Int, _ expected: ConformanceCase.Expected
    ) async throws {
        var reply = try await answer(to: row, at: port)
        for _ in 0..<50 where row.soon && reply.fault(expected) != nil {
            try await Task.sleep(for: .milliseconds(200))
            reply = try await answer(to: row, at: port)
        }
        guard let fault = reply.fault(expected) else { return }
        Issue.record("\(row.number) \(row.name): \(server): \(fault), in: \(reply.text.prefix(1_500))")
    }

    private static func answer(to row: ConformanceCase, at port: Int) async throws -> ConformanceReply {
        var company: [RawClient] = []
        for _ in 0..<row.company.listeners {
            let listener = try RawClient(port: port)
            listener.send(ConformanceCase.get(row.company.mount))
            company.append(listener)
        }
        // One too many may be reset by icecast2 before its reply is read: it leaves what the client sent unread.
        for listener in company {
            do { _ = try await listener.readHead() } catch RawClient.Failure.ended {}
        }
        defer { for listener in company { listener.hangUp() } }
        let client = try RawClient(port: port, deadline: .seconds(30))
        client.send(row.request)
        do {
            return ConformanceReply(try await client.read(row.bytes))
        } catch RawClient.Failure.ended(let received) {
            return ConformanceReply(received)
        } catch RawClient.Failure.overdue(let count) {
            return ConformanceReply(status: -1, text: "It went on after \(count) bytes.")
        }
    }

    // MARK: The two of them

    private static func icecast(_ port: UInt16, _ folder: String) throws -> String {
        // Icecast reads it when it is no longer root; its form is user:MD5 of “geheim”.
        let members = folder + "/members"
        try Data("ana:e8636ea013e682faf61f56ce1cb1ab5c\n".utf8).write(to: URL(fileURLWithPath: members))
        for path in [folder, members] { chmod(path, 0o755) }
        return """
            <icecast>
              <limits><clients>20</clients><sources>15</sources><header-timeout>2</header-timeout>\
            <burst-size>65536</burst-size></limits>
              <authentication><source-password>\(IcecastServer.password)</source-password>
                <relay-user>relay</relay-user><relay-password>weitersagen</relay-password>
                <admin-user>admin</admin-user><admin-password>\(IcecastServer.password)</admin-password>
              </authentication>
              <hostname>icecast.example</hostname>
              <listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address></listen-socket>
              <mount type="normal"><mount-name>/stream.mp3</mount-name><charset>UTF-8</charset></mount>
              <mount type="normal"><mount-name>/one.ogg</mount-name><max-listeners>1</max-listeners></mount>
              <mount type="normal"><mount-name>/members.ogg</mount-name><authentication type="htpasswd">
                <option name="filename" value="\(members)"/></authentication></mount>
              <http-headers><header name="Access-Control-Allow-Origin" value="*"/></http-headers>
              <paths><logdir>\(folder)</logdir><webroot>/usr/share/icecast2/web</webroot>
                <adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><errorlog>-</errorlog><accesslog>-</accesslog><loglevel>3</loglevel></logging>
              \(IcecastServer.leavingRoot)
            </icecast>
            """
    }

    private static func station(pushingTo server: IcecastServer) throws -> StationUnderTest {
        let station = try StationUnderTest(
            mounts: """
                  - path: /stream.mp3
                    codec: mp3
                  - path: /one.ogg
                    max_listeners: 1
                  - path: /members.ogg
                    accounts: members.htpasswd
                """,
            sections: "icecast:\n"
                + mounts.map { mount in
                    "  - { url: \"http://source@127.0.0.1:\(server.port)\(mount)\", from: \(mount), "
                        + "password_file: secret }\n"
                }.joined() + "live: { mounts: [ /live ] }\n")
        try station.reconfigure(
            (
                "control: control.sock",
                """
                control: control.sock
                  admin: { password_file: secret }
                  relay: { password_file: relay.secret }
                  limits: { listeners: 14, head_time: 2s }
                  trusted_proxies: [ 127.0.0.1 ]
                """
            ))
        try station.write("secret", IcecastServer.password)
        try station.write("relay.secret", "weitersagen")
        // “geheim”, as `openssl passwd -6` makes it.
        let hash =
            "$6$hinterhof$ENTFLb/GCwhxB5IaoZ7EssWVYiAu0ueMkATKTGXzEGybStPm0cz1w13WWvBITKKOzMyn8byN8QIcnv9AdnRSZ."
        try station.write("members.htpasswd", "ana:\(hash)\n")
        return station
    }
}
