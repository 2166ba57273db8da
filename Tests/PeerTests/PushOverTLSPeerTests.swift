import Foundation
import TestKit
import Testing

/// A push to an icecast2 that speaks TLS alone, with a certificate that the machine trusts, or not.
@Suite(.peers("icecast2", "openssl", "curl", "ffmpeg"), .timeLimit(.minutes(5))) struct PushOverTLSPeerTests {
    @Test
    func `an encrypted push is heard with its titles when the certificate is trusted, and never otherwise`()
        async throws
    {
        let keys = try TemporaryDirectory()
        let certificate = keys.path + "/certificate.pem"
        try await aside { try Self.make(certificate, in: keys.path) }
        let server = try IcecastServer { port, folder in Self.icecast(port, folder, certificate) }
        let station = try StationUnderTest(
            sections: """
                icecast:
                  - url: https://source@localhost:\(server.port)/radio.ogg
                    password_file: icecast.secret
                    listen_at: none
                """)
        try station.write("icecast.secret", IcecastServer.password)
        let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        try Data(TestSignal(left: tone, right: tone).wav()).write(
            to: station.music.appendingPathComponent("Zählwerk - Ton.wav"))
        try await station.measure()

        try await station.onAir {
            try await until("the push says why it fails", telling: { station.log }) {
                try await station.status().icecast.first?.state.contains("a certificate that is not") == true
            }
            #expect(!server.log.contains("Source logging in"))
        }
        try await station.onAir(environment: ["SSL_CERT_FILE": certificate]) {
            try await until("the push is on the server", telling: { station.log + server.log }) {
                server.log.contains("Source logging in at mountpoint \"/radio.ogg\"")
            }
            let port = server.port
            let heard = try await aside {
                try Tool.run(
                    "sh",
                    [
                        "-c",
                        "curl -sS -m 8 --cacert '\(certificate)' https://localhost:\(port)/radio.ogg | "
                            + "ffmpeg -v fatal -i - -c:a pcm_s16le -f wav -",
                    ])
            }
            let signal = try #require(TestSignal(wav: heard.output))
            #expect(signal.count > 4 * 44_100 && signal.silences(below: 0.001, atLeast: 44).isEmpty)
            let status = try await aside {
                try Tool.run(
                    "curl", ["-sS", "--cacert", certificate, "https://localhost:\(port)/status-json.xsl"])
            }
            #expect(String(decoding: status.output, as: UTF8.self).contains("Ton"))
        }
    }

    @Test func `behind TLS a wrong password is told from a mount that another source holds`() async throws {
        let keys = try TemporaryDirectory()
        let certificate = keys.path + "/certificate.pem"
        try await aside { try Self.make(certificate, in: keys.path) }
        let server = try IcecastServer { port, folder in Self.icecast(port, folder, certificate) }
        let target = """
            icecast:
              - url: https://source@localhost:\(server.port)/radio.ogg
                password_file: icecast.secret
                listen_at: none
            """
        let first = try StationUnderTest(sections: target)
        let second = try StationUnderTest(sections: target)
        let tone = (0..<(5 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        for station in [first, second] {
            try Data(TestSignal(left: tone, right: tone).wav()).write(
                to: station.music.appendingPathComponent("Ton.wav"))
        }
        try first.write("icecast.secret", IcecastServer.password)
        try second.write("icecast.secret", "falsch-geraten")
        let environment = ["SSL_CERT_FILE": certificate]
        func state() async throws -> String { try await second.status().icecast.first?.state ?? "" }
        try await first.onAir(environment: environment) {
            try await until("the mount is held", telling: { first.log + server.log }) {
                try await first.status().icecast.first?.connected == true
            }
            try await second.onAir(environment: environment) {
                try await until("the password is told", telling: { server.log }) {
                    try await state().contains("refuses the password of source for /radio.ogg")
                }
                try second.write("icecast.secret", IcecastServer.password)
                #expect(try await second.run(["reload"]).status == 0)
                try await until("the taken mount is told", telling: { server.log }) {
                    try await state().contains("the mount /radio.ogg of localhost:\(server.port) is taken")
                }
                // The question changed nothing of what the other one sends.
                #expect(try await first.status().icecast.first?.connected == true)
            }
        }
    }

    /// A certificate for localhost, and its key, in one file.
    private static func make(_ certificate: String, in folder: String) throws {
        let made = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out",
                folder + "/cert.pem",
            ])
        try #require(made.status == 0, "\(made.errors)")
        let both = try ["/cert.pem", "/key.pem"].map {
            try String(contentsOfFile: folder + $0, encoding: .utf8)
        }
        try both.joined().write(toFile: certificate, atomically: false, encoding: .utf8)
        // icecast2 reads it when it is no longer root.
        for path in [folder, certificate] { chmod(path, 0o755) }
    }

    private static func icecast(_ port: UInt16, _ folder: String, _ certificate: String) -> String {
        chmod(folder, 0o755)
        return """
            <icecast>
              <limits><clients>20</clients><sources>5</sources><burst-size>65536</burst-size></limits>
              <authentication><source-password>\(IcecastServer.password)</source-password>
                <admin-user>admin</admin-user><admin-password>\(IcecastServer.password)</admin-password>
              </authentication>
              <hostname>localhost</hostname>
              <listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address><ssl>1</ssl></listen-socket>
              <paths><logdir>\(folder)</logdir><webroot>/usr/share/icecast2/web</webroot>
                <adminroot>/usr/share/icecast2/admin</adminroot>
                <ssl-certificate>\(certificate)</ssl-certificate></paths>
              <logging><errorlog>-</errorlog><accesslog>-</accesslog><loglevel>3</loglevel></logging>
              \(IcecastServer.leavingRoot)
            </icecast>
            """
    }
}
