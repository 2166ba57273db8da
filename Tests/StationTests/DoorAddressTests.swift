import Testing

@testable import Station

/// Where `funkhaus status` says that the station is heard.
@Suite struct DoorAddressTests {
    private func server(_ lines: String...) throws -> Configuration.Server {
        try load(sampleText.replacing("  listen: \"[::]:8000\"", with: lines.joined(separator: "\n"))).server
    }

    @Test(arguments: [
        ("[::]:8000", "http://localhost:8001/a.ogg"), ("0.0.0.0:8000", "http://localhost:8001/a.ogg"),
        ("192.168.1.5:8000", "http://192.168.1.5:8001/a.ogg"),
        ("[fd00::5]:8000", "http://[fd00::5]:8001/a.ogg"),
        ("127.0.0.1:0", "http://127.0.0.1:8001/a.ogg"), ("radio.lan:8000", "http://radio.lan:8001/a.ogg"),
    ])
    func aStationThatListensAtOneAddressIsNotSaidToBeElsewhere(listen: String, url: String) throws {
        let urls = try server("  listen: \"\(listen)\"").urls(of: "/a.ogg", ports: [8001])
        #expect(urls.plain == url && urls.encrypted == nil)
    }

    @Test func theEncryptedPortIsToldWithItsOwnAddress() throws {
        let server = try server(
            "  listen: \"127.0.0.1:8000\"",
            "  tls: { listen: \"[::]:8443\", certificate: cert.pem, key: key.pem }")
        let urls = server.urls(of: "/a.ogg", ports: [8000, 8443])
        #expect(urls.plain == "http://127.0.0.1:8000/a.ogg")
        #expect(urls.encrypted == "https://localhost:8443/a.ogg")
        #expect(
            server.urls(of: "/a.ogg", ports: [8000, 8443], everywhere: "127.0.0.1").encrypted
                == "https://127.0.0.1:8443/a.ogg")
    }
}
