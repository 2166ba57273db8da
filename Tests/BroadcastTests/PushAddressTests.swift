import Foundation
import Glibc
import TestKit
import Testing

@testable import Broadcast

/// A push's own requests, where the host has more than one address.
struct PushAddressTests {
    @Test func `an address that swallows everything leaves the next one its share of the deadline`()
        async throws
    {
        let server = ScriptedServer { line in
            _ = line.readHead()
            line.write("HTTP/1.0 200 OK\r\n\r\n{}")
        }
        let hole = try SwallowingPort(at: "127.0.0.9", port: UInt16(server.port))
        let target = try PushTarget.local(UInt16(server.port))
        func isAnswered(_ addresses: String...) async throws -> Bool {
            try await aside { PushRequest(target: target, addresses: addresses) { false }.isAnswered() }
        }
        #expect(try await isAnswered("127.0.0.1"))
        #expect(try await isAnswered(hole.address, "127.0.0.1"))
        #expect(try await !isAnswered(hole.address))
    }

    @Test func `the address of a connection is told as a number`() async throws {
        let fake = IcecastFake(.takes)
        let told = try await aside {
            let shout = Shout()
            let opening = shout.open(
                try .local(fake.port), PushFixture.mount().description, host: "127.0.0.1")
            defer { shout.close(abruptly: true) }
            if case .failed = opening { return nil as String? }
            return shout.peer
        }
        #expect(told == "127.0.0.1")
    }
}

/// A port that answers no knock, as behind a router that drops packets: its backlog is full.
private final class SwallowingPort {
    let address: String
    private var sockets: [Int32] = []

    init(at address: String, port: UInt16) throws {
        self.address = address
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &place.sin_addr)
        func call(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            withUnsafePointer(to: &place) { place in
                place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let listener = socket(AF_INET, kind, 0)
        sockets.append(listener)
        try #require(call { bind(listener, $0, $1) } == 0 && listen(listener, 0) == 0)
        // One more than the backlog takes.
        for _ in 0..<4 {
            let knocking = socket(AF_INET, kind, 0)
            sockets.append(knocking)
            _ = call { connect(knocking, $0, $1) }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
