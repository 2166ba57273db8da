import Broadcast
import Codecs
import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import Server

/// A front door under house rules, and what the operator did at it.
struct House {
    let door: FrontDoor
    let configuration: FrontDoorConfiguration
    let port: Int
    /// The encrypted one, where there is one.
    var tlsPort = 0

    /// Everything that the server says to a request, after which it closes the connection.
    func ask(_ request: String) async throws -> String {
        let client = try RawClient(port: port)
        client.send(request)
        return String(decoding: try await client.readToEnd(), as: UTF8.self)
    }

    func get(_ target: String, _ fields: String..., method: String = "GET") async throws -> String {
        try await ask(
            "\(method) \(target) HTTP/1.1\r\nHost: radio.example\r\nConnection: close\r\n"
                + fields.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    /// A listener, once its head is there.
    func listen(_ target: String = "/stream.ogg", _ fields: String = "") async throws -> RawClient {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\n\(fields)\r\n")
        #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 "))
        return client
    }
}

/// `Authorization: Basic` of a user and a password.
func basic(_ login: String) -> String { "Authorization: Basic \(Data(login.utf8).base64EncodedString())" }

/// Opens a front door as `change` configures it, gives it to a test, and closes it.
func withHouse(
    _ mounts: [FakeMount], rules: [String: MountRules] = [:], titles: (any TitleOverride)? = nil,
    now: @escaping @Sendable () -> Int64 = { testInstant }, logger: Logger = silent,
    configured change: (inout FrontDoorConfiguration) -> Void = { _ in },
    _ body: (House) async throws -> Void
) async throws {
    var configuration = FrontDoorConfiguration(
        listen: [ListenAddress(host: "127.0.0.1", port: 0)], address: "fallback.example:8000",
        station: StationTexts(name: "Radio", description: "A test"), limits: patient, eventLoops: 2)
    change(&configuration)
    let door = FrontDoor(
        configuration: configuration, mounts: mounts.map(\.mount), titles: titles, logger: logger, now: now)
    await door.setMounts(mounts.map(\.mount), rules: rules)
    let ports = try await door.start()
    do {
        try await body(
            House(door: door, configuration: configuration, port: ports[0], tlsPort: ports.last ?? 0))
    } catch {
        await door.shutdown()
        throw error
    }
    await door.shutdown()
}

/// A log that a test reads.
final class LogBook: Sendable {
    private let book = Mutex<[String]>([])
    private let clock = Mutex(testInstant)
    var lines: [String] { book.withLock { $0 } }
    /// A clock for what is said once in a while.
    var time: Int64 { clock.withLock { $0 } }

    func pass(seconds: Int64) { clock.withLock { $0 += seconds * 1_000_000_000 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(book: self) }
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            book.book.withLock { $0.append("\(event.level): \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
