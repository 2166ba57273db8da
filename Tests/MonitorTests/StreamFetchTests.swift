import Foundation
import TestKit
import Testing
import Web

/// How an ear fetches what it listens to.
@Suite(.peers("openssl"), .timeLimit(.minutes(2))) struct StreamFetchTests {
    /// As certificates are bought: what is configured ends with one whose own issuer is not in the file.
    private static let certificates = """
        key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
        for name in issuer other; do
            openssl req -x509 $key -subj /CN=$name -keyout $name.key -out $name.pem
        done
        issue() {
            openssl req -new $key -subj /CN=radio.example -keyout $1.key -out $1.request
            openssl x509 -req -in $1.request -days $2 -CA issuer.pem -CAkey issuer.key -CAcreateserial -out $1.pem
        }
        issue own 30 && issue expired -1
        """

    @Test func `the encrypted port's own certificate is trusted, whatever its name, until it expires`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try "Ton".write(toFile: folder.path + "/stream.ogg", atomically: false, encoding: .utf8)
        try await aside {
            let made = try Tool.run("sh", ["-ec", "cd '\(folder.path)'\n" + Self.certificates])
            try #require(made.status == 0, "\(made.errors)")
        }
        #expect(try await Self.fetch("own", from: "own", in: folder.path) == "Ton")
        let distrust = "unreachable(\"its certificate has expired, or is not one to be trusted\")"
        #expect(try await Self.fetch("other", from: "own", in: folder.path) == distrust)
        #expect(try await Self.fetch(nil, from: "own", in: folder.path) == distrust)
        #expect(try await Self.fetch("expired", from: "expired", in: folder.path) == distrust)
    }

    /// What an ear that trusts a certificate gets from a server that shows another, or why it gets nothing.
    private static func fetch(_ trusted: String?, from shown: String, in folder: String) async throws
        -> String
    {
        let port = IcecastLoopback.freePort()
        let server = Process()
        server.executableURL = URL(fileURLWithPath: try #require(Tool.find("openssl")))
        server.arguments = [
            "s_server", "-quiet", "-WWW", "-accept", "127.0.0.1:\(port)", "-cert", shown + ".pem",
            "-key", shown + ".key",
        ]
        server.currentDirectoryURL = URL(fileURLWithPath: folder)
        server.standardError = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        try server.run()
        // It inherits the signals that these tests block: SIGTERM would not reach it.
        defer { kill(server.processIdentifier, SIGKILL) }
        for _ in 0..<3_000 where !IcecastLoopback.takesConnections(port) {
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await aside {
            let fetch = try #require(
                StreamFetch(
                    "https://127.0.0.1:\(port)/stream.ogg", isHere: true,
                    certificate: trusted.map { "\(folder)/\($0).pem" }))
            var heard = ""
            while true {
                let (bytes, end) = fetch.pump(250, also: nil)
                heard += String(decoding: bytes, as: UTF8.self)
                if let end { return heard.isEmpty ? "\(end)" : heard }
            }
        }
    }
}
