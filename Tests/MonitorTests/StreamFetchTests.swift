import Foundation
import TestKit
import Testing

@testable import Monitor

/// How an ear fetches what it listens to.
@Suite(.peers("openssl"), .timeLimit(.minutes(2))) struct StreamFetchTests {
    @Test
    func `at the encrypted port the configured certificate is trusted, whatever its name, and no other`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try "Ton".write(toFile: folder.path + "/stream.ogg", atomically: false, encoding: .utf8)
        let port = IcecastLoopback.freePort()
        try await aside {
            for name in ["own", "other"] {
                let made = try Tool.run(
                    "openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "30", "-subj", "/CN=radio.example", "-keyout", "\(folder.path)/\(name).key",
                        "-out", "\(folder.path)/\(name).pem",
                    ])
                try #require(made.status == 0, "\(made.errors)")
            }
        }
        let server = Process()
        server.executableURL = URL(fileURLWithPath: try #require(Tool.find("openssl")))
        server.arguments = [
            "s_server", "-quiet", "-WWW", "-accept", "127.0.0.1:\(port)", "-cert", "own.pem", "-key",
            "own.key",
        ]
        server.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        server.standardError = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        try server.run()
        defer { server.terminate() }
        for _ in 0..<500 where !IcecastLoopback.takesConnections(port) {
            try await Task.sleep(for: .milliseconds(20))
        }
        func fetch(_ certificate: String?) async throws -> (text: String, end: StreamFetch.End?) {
            try await aside {
                let fetch = StreamFetch(
                    EarAddress(
                        place: .mount("/stream.ogg"), url: "https://127.0.0.1:\(port)/stream.ogg",
                        certificate: certificate.map { "\(folder.path)/\($0).pem" }))
                let line = try #require(fetch)
                var all: [UInt8] = []
                for _ in 0..<100 {
                    let (bytes, end) = line.pump(250, also: nil)
                    all += bytes
                    if let end { return (String(decoding: all, as: UTF8.self), end) }
                }
                return (String(decoding: all, as: UTF8.self), nil)
            }
        }
        let own = try await fetch("own")
        #expect(own.text == "Ton")
        for certificate in ["other", nil] {
            let (text, end) = try await fetch(certificate)
            #expect(text.isEmpty)
            guard case .unreachable(let why) = end else {
                Issue.record("\(certificate ?? "no file") is trusted")
                continue
            }
            #expect(why == "its certificate has expired, or is not one to be trusted")
        }
    }
}
