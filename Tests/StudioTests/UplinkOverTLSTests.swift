import Logging
import Server
import TestKit
import Testing

@testable import Studio

/// The line to a station's encrypted port, whose certificate was made for the test.
@Suite(
    .timeLimit(.minutes(2)), .enabled(if: Tool.find("openssl") != nil, "openssl is not installed"))
struct UplinkOverTLSTests {
    private let folder: TemporaryDirectory
    private var certificate: String { folder.path + "/cert.pem" }

    init() throws {
        folder = try TemporaryDirectory()
        let made = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "30", "-subj", "/CN=radio.example", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", folder.path + "/key.pem", "-out", folder.path + "/cert.pem",
            ])
        try #require(made.status == 0, "\(made.errors)")
    }

    private func withStation(
        trusting authorities: String?,
        _ body: (UplinkLineTests.Stage, Uplink, UplinkLineTests.Told) async throws -> Void
    ) async throws {
        let stage = UplinkLineTests.Stage()
        var configuration = FrontDoorConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: 0)],
            station: StationTexts(name: "Radio", description: ""))
        configuration.tls = FrontDoorConfiguration.TLS(
            listen: ListenAddress(host: "127.0.0.1", port: 0), certificate: certificate,
            key: folder.path + "/key.pem")
        let door = FrontDoor(
            configuration: configuration, mounts: [], stage: stage,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { 0 })
        let port = try #require(try await door.start().last)
        var target = UplinkTarget(
            host: "127.0.0.1", port: port, usesTLS: true, user: "anna", secret: "geheim", buffer: 2)
        target.authorities = authorities
        let told = UplinkLineTests.Told()
        let uplink = Uplink(target, events: told.tell)
        do {
            try await body(stage, uplink, told)
        } catch {
            uplink.abandon()
            await door.shutdown()
            throw error
        }
        uplink.abandon()
        await door.shutdown()
    }

    private func until(_ what: Comment, _ condition: () -> Bool) async throws {
        for _ in 0..<8_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        try #require(condition(), what)
    }

    @Test func aStreamItsTitleAndItsGoodbyeArriveWhole() async throws {
        try await withStation(trusting: certificate) { stage, uplink, told in
            uplink.announce(artist: "A", title: "B")
            uplink.send(headers: Array("HEAD".utf8))
            var sent = Array("HEAD".utf8)
            for index in 0..<200 {
                let page = (0..<400).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0) }
                uplink.send(page: page, seconds: 0.01)
                sent += page
            }
            try await until("the title is told") { stage.titles.withLock { $0 } == ["A - B"] }
            await uplink.end()
            #expect(stage.line?.bytes == sent && stage.line?.end == true)
            #expect(told.all.first == .connected(resumes: false, isFunkhaus: true), "\(told.all)")
        }
    }

    @Test func aStationThatNobodyVouchesForGetsNeitherLoginNorSound() async throws {
        try await withStation(trusting: nil) { stage, uplink, told in
            uplink.send(headers: [1])
            try await until("it is told") { !told.all.isEmpty }
            guard case .lost(let words) = told.all.first else {
                Issue.record("\(told.all)")
                return
            }
            #expect(
                words.hasPrefix("No encrypted connection to 127.0.0.1, port ")
                    && words.contains("certificate"))
            #expect(stage.lines.withLock { $0.isEmpty })
        }
    }

    @Test func authoritiesThatCannotBeReadAreToldByTheirFile() async throws {
        let missing = folder.path + "/nothing.pem"
        try await withStation(trusting: missing) { stage, uplink, told in
            try await until("it is told") { !told.all.isEmpty }
            guard case .lost(let words) = told.all.first else {
                Issue.record("\(told.all)")
                return
            }
            #expect(words.hasPrefix("The certificates in \(missing) cannot be read: "))
        }
    }
}
