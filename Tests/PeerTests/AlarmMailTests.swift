import Foundation
import TestKit
import Testing

/// An alarm by mail, over TLS from the first byte and with a login, at a server whose certificate is trusted, or not.
@Suite(.peers("python3", "openssl", "ffmpeg"), .timeLimit(.minutes(5))) struct AlarmMailTests {
    /// Takes one mail after the other, and prints every line that it gets.
    private static let server = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        answers = {"EHLO": "250-post\\r\\n250 AUTH PLAIN", "AUTH": "334 ", "DATA": "354 go on", "QUIT": "221 bye"}
        while True:
            line, _ = listener.accept()
            try:
                with context.wrap_socket(line, server_side=True) as tls:
                    lines, last, is_mail = tls.makefile("r", newline="\\r\\n"), "", False
                    tls.sendall(b"220 post\\r\\n")
                    for words in lines:
                        words = words.rstrip("\\r\\n")
                        print(words, flush=True)
                        if is_mail and words != ".":
                            continue
                        answer = "235 welcome" if last[:4] == "AUTH" else answers.get(words[:4], "250 ok")
                        last, is_mail = words, words == "DATA"
                        tls.sendall(answer.encode() + b"\\r\\n")
            except OSError as trouble:
                print("no mail:", trouble, flush=True)
        """

    @Test func `a mail goes by smtps with its login where the certificate is trusted, and nothing elsewhere`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try await aside {
            let made = try Tool.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", folder.path + "/key.pem", "-out", folder.path + "/cert.pem",
                ])
            try #require(made.status == 0, "\(made.errors)")
        }
        let certificate = folder.path + "/cert.pem"
        let server = try RunningProgram(
            "python3", ["-c", Self.server, certificate, folder.path + "/key.pem"], merged: true)
        try await until("the mail server listens", telling: { server.output }) {
            server.output.hasSuffix("\n")
        }
        let port = try #require(server.output.split { $0.isWhitespace }.last)
        // A push whose public address nobody answers is trouble enough.
        let station = try StationUnderTest(
            sections: """
                icecast:
                  - { url: "http://source@127.0.0.1:1/radio.ogg", password_file: mail.secret }
                alarm:
                  mail:
                    server: smtps://localhost:\(port)
                    user: funkhaus
                    password_file: mail.secret
                    from: station@radio.example
                    to: [ crew@radio.example ]
                """)
        try station.write("mail.secret", "geheim")
        let tone = TestSignal.noise(seed: 1, frames: 20 * 44_100, level: 0.2)
        try Data(tone.wav()).write(to: station.music.appendingPathComponent("Ton.wav"))
        try await station.measure()

        try await station.onAir {
            try await until("the mail does not get through", telling: { station.log }) {
                station.log.contains("the alarm did not get through")
            }
            #expect(server.output.contains("no mail:"))
            #expect(!server.output.contains("EHLO"))
        }
        try await station.onAir(environment: ["SSL_CERT_FILE": certificate]) {
            try await until("the mail is there", telling: { server.output + station.log }) {
                server.output.contains("QUIT")
            }
            let lines = server.output.split(separator: "\n").map(String.init)
            let login = Data("\0funkhaus\0geheim".utf8).base64EncodedString()
            #expect(lines.contains { $0.hasSuffix(login) })
            #expect(lines.contains("MAIL FROM:<station@radio.example>"))
            #expect(lines.contains("RCPT TO:<crew@radio.example>"))
            #expect(lines.contains("."))
            #expect(!station.log.contains("geheim"))
        }
    }
}
