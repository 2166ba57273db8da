import Foundation
import TestKit
import Testing

@testable import Server

/// The encrypted port. The keys are made for each test, by openssl; the client is curl.
@Suite(
    .enabled(if: Tool.find("openssl") != nil, "openssl is not installed"),
    .enabled(if: Tool.find("curl") != nil, "curl is not installed"))
struct TLSTests {
    private let folder: TemporaryDirectory
    private var tls: FrontDoorConfiguration.TLS

    init() throws {
        folder = try TemporaryDirectory()
        tls = FrontDoorConfiguration.TLS(
            listen: ListenAddress(host: "127.0.0.1", port: 0), certificate: folder.path + "/cert.pem",
            key: folder.path + "/key.pem")
        try make("one.example", "cert.pem", "key.pem")
    }

    /// Makes a certificate for a name, and its key.
    private func make(_ name: String, _ certificate: String, _ key: String) throws {
        let made = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "30",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout",
                folder.path + "/" + key, "-out", folder.path + "/" + certificate,
            ])
        try #require(made.status == 0, "\(made.errors)")
    }

    /// Asks by curl, which trusts the certificate in the file, and only that.
    private func curl(
        _ house: House, _ target: String, host: String = "one.example",
        trusting certificate: String = "cert.pem",
        _ arguments: String...
    ) async throws -> Tool.Result {
        let words =
            [
                "-sS", "-i", "--max-time", "20", "--cacert", folder.path + "/" + certificate, "--noproxy",
                "*",
                "--resolve", "\(host):\(house.tlsPort):127.0.0.1",
                "https://\(host):\(house.tlsPort)\(target)",
            ] + arguments
        // On a thread of its own: the server under test may need the cooperative ones.
        let result = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: Result { try Tool.run("curl", words) })
            }
        }
        return try result.get()
    }

    @Test func pagesStreamsAndPlaylistsComeEncryptedFromTheSameDoor() async throws {
        let fake = FakeMount(pages: 3)
        try await withHouse([fake], configured: { $0.tls = tls }) { house in
            let playlist = try await curl(house, "/stream.ogg.m3u")
            #expect(playlist.status == 0, "\(playlist.errors)")
            let text = String(decoding: playlist.output, as: UTF8.self)
            #expect(text.hasSuffix("\r\n\r\nhttps://one.example:\(house.tlsPort)/stream.ogg\r\n"))
            let status = String(decoding: try await curl(house, "/status-json.xsl").output, as: UTF8.self)
            #expect(status.contains("\"listenurl\":\"https://one.example:\(house.tlsPort)/stream.ogg\""))
            // What is refused comes whole, too.
            let refused = try await curl(house, "/admin/stats")
            #expect(
                String(decoding: refused.output, as: UTF8.self).contains("Nobody has a password for this"))
            // 1.2 s of audio, and curl's clock ends it.
            let stream = try await curl(
                house, "/stream.ogg", "--http1.0", "--max-filesize", "1000000", "-m", "2")
            #expect(stream.output.suffix(fake.plain(from: 0).count) == fake.plain(from: 0)[...])
            try await eventually { house.door.listeners["/stream.ogg"]?.now == 0 }
            // The plain port is there as before, and does not answer TLS by silence.
            #expect(try await house.get("/stream.ogg.m3u").hasSuffix("http://radio.example/stream.ogg\r\n"))
            #expect(try await house.ask("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}").hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func aRenewedCertificateIsTakenUpWithoutARestartAndABrokenOneIsNot() async throws {
        let book = LogBook()
        let fake = FakeMount(pages: 1)
        try await withHouse([fake], logger: book.logger, configured: { $0.tls = tls }) { house in
            try make("two.example", "new-cert.pem", "new-key.pem")
            // The new certificate beside the old key: no good.
            try replace("cert.pem", by: "new-cert.pem")
            await house.door.renewCertificate()
            await house.door.renewCertificate()
            #expect(book.lines.count { $0.contains("The new certificate is no good") } == 1)
            #expect(book.lines.contains { $0.contains("is not that of the certificate") })
            // The old one is in force: curl trusts nothing but the new one, and refuses it.
            #expect(try await curl(house, "/", host: "two.example").status == 60)
            try replace("key.pem", by: "new-key.pem")
            await house.door.renewCertificate()
            #expect(book.lines.contains { $0.contains("The renewed certificate is in force.") })
            let answer = try await curl(house, "/stream.ogg.m3u", host: "two.example")
            #expect(answer.status == 0, "\(answer.errors)")
        }
    }

    /// Puts something in front of what a file in PEM form holds, and makes the file so long.
    private func pad(_ file: String, to length: Int) throws {
        let path = folder.path + "/" + file
        let text =
            String(repeating: "Radio\n", count: 100) + (try String(contentsOfFile: path, encoding: .utf8))
        try #require(text.utf8.count <= length)
        try (text + String(repeating: "\n", count: length - text.utf8.count)).write(
            toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func aRenewedCertificateThatBeginsAsTheOldOneDidAndIsAsLongIsNoticed() throws {
        try make("two.example", "new-cert.pem", "new-key.pem")
        for file in ["cert.pem", "key.pem", "new-cert.pem", "new-key.pem"] { try pad(file, to: 4_000) }
        let certificate = try Certificate(tls)
        #expect(certificate.renew() == .unchanged)
        try replace("cert.pem", by: "new-cert.pem")
        try replace("key.pem", by: "new-key.pem")
        #expect(certificate.renew() == .renewed)
        #expect(certificate.renew() == .unchanged)
    }

    private func replace(_ old: String, by new: String) throws {
        try FileManager.default.removeItem(atPath: folder.path + "/" + old)
        try FileManager.default.moveItem(atPath: folder.path + "/" + new, toPath: folder.path + "/" + old)
    }

    @Test(arguments: [
        ("cert.pem", nil, "is not there"), ("key.pem", nil, "is not there"),
        ("cert.pem", "nonsense", "holds no certificate"), ("key.pem", "nonsense", "holds no private key"),
    ])
    func aBrokenCertificateIsOneClearSentenceAtTheStart(
        _ file: String, _ content: String?, _ words: String
    ) async throws {
        try FileManager.default.removeItem(atPath: folder.path + "/" + file)
        try content?.write(toFile: folder.path + "/" + file, atomically: false, encoding: .utf8)
        let error = await #expect(throws: FrontDoorError.self) {
            try await withHouse([], configured: { $0.tls = tls }) { _ in }
        }
        #expect(error?.description.contains("\(folder.path)/\(file) \(words)") == true)
    }

    @Test func aHandshakeThatStopsIsSentAway() async throws {
        try await withHouse(
            [FakeMount(pages: 1)],
            configured: {
                $0.tls = tls
                $0.limits.headTime = .milliseconds(100)
            }
        ) { house in
            for bytes in [[], [0x16, 3, 1], Array("GET / HTTP/1.1\r\n\r\n".utf8)] as [[UInt8]] {
                let client = try RawClient(port: house.tlsPort)
                client.send(bytes)
                _ = try await client.readToEnd()
            }
            try await eventually { house.door.connections == 0 }
        }
    }

    @Test func nothingThatStrangersDoAtTheEncryptedPortLeavesAnythingBehind() async throws {
        let fake = FakeMount(pages: 1)
        let book = LogBook()
        try await withHouse(
            [fake], logger: book.logger,
            configured: {
                $0.tls = tls
                $0.limits.headTime = .milliseconds(300)
            }
        ) { house in
            let listener = try await house.listen()
            var random = SeededGenerator(seed: 43)
            // A hello without its rest, an alert, an old SSL, a record that is too long, what is no TLS.
            let starts: [[UInt8]] = [
                [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], [0x15, 3, 1, 0, 2, 2, 40], [0x80, 0x2e, 1, 0, 2],
                [0x16, 3, 3, 0xff, 0xff], Array("GET / HTTP/1.1\r\n\r\n".utf8),
                Array("SOURCE /live HTTP/1.0\r\n\r\n".utf8), [],
            ]
            var clients: [RawClient] = []
            for index in 0..<120 {
                let client = try RawClient(port: house.tlsPort)
                client.send(starts[index % starts.count])
                if index % 3 == 0 {
                    client.send(
                        (0..<Int.random(in: 1...20_000, using: &random)).map { _ in
                            UInt8.random(in: 0...255, using: &random)
                        })
                }
                if index % 4 == 0 { client.hangUp() }
                clients.append(client)
            }
            fake.append(1, title: nil)
            #expect(try await listener.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            try await eventually { house.door.connections == 1 }
            clients = []
            #expect(house.door.connectionsInHall == 0)
            var calm = house.configuration
            calm.limits.headTime = .seconds(600)
            house.door.apply(calm)
            let answer = try await curl(house, "/stream.ogg.m3u")
            #expect(answer.status == 0, "\(answer.errors)")
        }
        #expect(!book.lines.contains { $0.hasPrefix("warning") || $0.hasPrefix("error") })
    }
}

/// What is said when a password could be read on the way.
@Suite struct ClearTextTests {
    @Test func aPasswordInClearFromAnotherMachineIsWarnedOfOnceAnHour() async throws {
        let book = LogBook()
        let door = FrontDesk(
            FrontDoorConfiguration(
                listen: [], station: StationTexts(name: "Radio", description: ""),
                trustedProxies: [AddressRange("10.0.0.1")].compactMap(\.self)),
            mounts: [], titles: nil, logger: book.logger, now: { book.time })
        let head = try RequestHead(
            lines: ["GET / HTTP/1.1", "Authorization: Basic YTpi"].map { ArraySlice($0.utf8) })
        func come(_ address: String, encrypted: Bool = false) {
            let visitor = Visitor(
                head, peer: NetworkAddress(address), isEncrypted: encrypted,
                trustedProxies: door.configuration.trustedProxies)
            #expect(door.credentials(head, visitor) != nil)
        }
        come("127.0.0.1")
        come("::1")
        come("192.0.2.1", encrypted: true)
        #expect(book.lines.isEmpty)
        for _ in 0..<3 { come("192.0.2.1") }
        #expect(book.lines.count == 1)
        book.pass(seconds: 3_600)
        come("2001:db8::1")
        #expect(book.lines.count == 2)
        #expect(book.lines.allSatisfy { $0.hasPrefix("warning: A password came without encryption") })
        #expect(!book.lines.contains { $0.contains("192.0.2.1") || $0.contains("2001") })
    }

    /// The ways by which a DJ's title comes said nothing.
    @Test func `a secret in clear was warned of at some doors only`() async throws {
        let book = LogBook()
        let proxies = [try #require(AddressRange("127.0.0.1"))]
        try await withHouse(
            [FakeMount(pages: 1)], stage: SourceTests.FakeStage(), now: { book.time }, logger: book.logger,
            configured: {
                $0.trustedProxies = proxies
                $0.relay = Login(user: "relay", password: "r")
            }
        ) { house in
            func warnings() -> Int { book.lines.count { $0.contains("came without encryption") } }
            let (far, dj) = ("X-Forwarded-For: 192.0.2.1", basic("anna:geheim:nis"))
            _ = try await house.get("/admin/metadata?mode=updinfo&mount=/live&song=x", dj, far)
            #expect(warnings() == 1)
            book.pass(seconds: 3_600)
            _ = try await house.get("/admin.cgi?mode=updinfo&pass=anna:geheim:nis&song=x", far)
            #expect(warnings() == 2)
            book.pass(seconds: 3_600)
            let relay = try await house.listen("/stream.ogg", "\(basic("relay:r"))\r\n\(far)\r\n")
            relay.hangUp()
            #expect(warnings() == 3)
        }
        #expect(!book.lines.contains { $0.contains("192.0.2.1") })
    }
}
