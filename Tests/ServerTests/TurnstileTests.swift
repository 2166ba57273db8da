import Foundation
import TestKit
import Testing

@testable import Server

/// Who finds room at the door when there is little: nobody takes all of it, and DJs and the operator get in.
@Suite struct TurnstileTests {
    private func household(_ number: Int) -> Turnstile.Origin {
        .household(NetworkAddress("192.0.2.\(number)")!, isKnown: false)
    }

    /// A door with so many places, half of which are kept from listeners where there are that many.
    private func turnstile(places: Int) -> Turnstile { Turnstile(descriptors: Turnstile.kept + places) }

    // MARK: No room

    @Test func `those turned away took descriptors without bound`() {
        let turnstile = turnstile(places: 3)
        let inside = (0..<3).map { turnstile.connectionCame(from: household($0)) }
        #expect(inside.allSatisfy { $0 != nil && $0?.refusal == nil })
        let away = (0..<20).map { turnstile.connectionCame(from: household($0)) }
        #expect(away.prefix(16).allSatisfy { $0?.refusal == .doorFull })
        #expect(away.dropFirst(16).allSatisfy { $0 == nil })
        #expect(turnstile.connectionsNow == 19 && turnstile.allConnections == 23)
        // One who was told so makes room for another to be told so, not for one to come in.
        away[0]?.end()
        #expect(turnstile.connectionCame(from: household(1))?.refusal == .doorFull)
        inside[0]?.end()
        #expect(turnstile.connectionCame(from: household(1), hasWords: false)?.refusal == nil)
        #expect(turnstile.connectionCame(from: household(1), hasWords: false) == nil)
    }

    @Test func `a flood of silent connections is answered a few times and let go`() async throws {
        let proxies = [AddressRange("127.0.0.1")].compactMap(\.self)
        try await withHouse(
            [FakeMount(pages: 1)],
            configured: {
                $0.descriptors = Turnstile.kept + 3
                $0.trustedProxies = proxies
                $0.limits.farewell = .seconds(600)
            }
        ) { house in
            let inside = try (0..<3).map { _ in try RawClient(port: house.port) }
            try await eventually { house.door.connections == 3 }
            let flood = try (0..<40).map { _ in try RawClient(port: house.port) }
            var told = 0
            for client in flood {
                let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
                if answer.hasPrefix("HTTP/1.1 503 ") { told += 1 } else { #expect(answer.isEmpty) }
            }
            #expect(told == Turnstile.mostTurnedAway && house.door.connections == 3 + told)
            for client in flood + inside { client.hangUp() }
            try await eventually { house.door.connections == 0 && house.door.connectionsInHall == 0 }
        }
    }

    @Test func `whoever dawdles in a crowd keeps the operator out`() async throws {
        // Two listeners' places, and 64 that are kept from them.
        let descriptors = Turnstile.kept + Turnstile.keptForPages + 2
        try await withHouse(
            [FakeMount(pages: 1)],
            configured: {
                $0.descriptors = descriptors
                $0.limits.crowdedHeadTime = .milliseconds(50)
            }
        ) { house in
            let early = try (0..<2).map { _ in try RawClient(port: house.port) }
            try await eventually { house.door.connections == 2 }
            let late = try RawClient(port: house.port)
            #expect(try await late.readToEnd().isEmpty)
            // Nor does one stay for a next request.
            var calm = house.configuration
            calm.limits.crowdedHeadTime = .seconds(600)
            house.door.apply(calm)
            let reader = try RawClient(port: house.port)
            reader.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await reader.readToEnd().starts(with: "HTTP/1.1 200 ".utf8))
            try await eventually { house.door.connections == 2 }
            for client in early { client.hangUp() }
        }
    }

    // MARK: Households

    @Test func `one household filled the door`() {
        let turnstile = turnstile(places: 400)
        #expect(turnstile.share == 100)
        let greedy = (0..<100).map { _ in turnstile.connectionCame(from: household(1)) }
        #expect(greedy.allSatisfy { $0?.refusal == nil })
        let over = turnstile.connectionCame(from: household(1))
        #expect(over?.refusal == .tooManyConnections)
        #expect(turnstile.connectionCame(from: household(2))?.refusal == nil)
        // A proxy brings all the world, and this machine is nobody's.
        for origin in [Turnstile.Origin.proxy, .here] {
            let many = (0..<120).map { _ in turnstile.connectionCame(from: origin) }
            #expect(many.allSatisfy { $0?.refusal == nil })
            for ticket in many { ticket?.end() }
        }
        // A school's listeners are not counted, nor are those that are gone.
        greedy[0]?.leaveHall()
        greedy[1]?.end()
        let next = (0..<3).map { _ in turnstile.connectionCame(from: household(1))?.refusal }
        #expect(next == [nil, nil, .tooManyConnections])
        greedy[0]?.end()
        #expect(turnstile.connectionCame(from: household(1))?.refusal == .tooManyConnections)
    }

    @Test(arguments: [(4, 32), (400, 100), (1_000_000, 4096)])
    func `a share is neither a school's ruin nor the door's`(places: Int, share: Int) {
        #expect(turnstile(places: places).share == share)
    }

    @Test func `a DJ does not come back through a full door`() {
        let book = LogBook()
        let desk = FrontDesk(
            FrontDoorConfiguration(
                listen: [], station: StationTexts(name: "Radio", description: ""),
                trustedProxies: [AddressRange("10.0.0.1")].compactMap(\.self),
                descriptors: Turnstile.kept + 2), mounts: [], titles: nil, logger: silent,
            now: { book.time })
        func comes(_ address: String) -> Bool {
            desk.connectionCame(from: NetworkAddress(address), hasWords: false) != nil
        }
        #expect(comes("198.51.100.1") && comes("10.0.0.1"))
        #expect(!comes("198.51.100.1") && !comes("10.0.0.1"))
        desk.cameIn(from: NetworkAddress("192.0.2.1"))
        desk.operatorCameIn(from: NetworkAddress("2001:db8::1"))
        #expect(comes("192.0.2.1") && comes("2001:db8::2") && comes("127.0.0.1") && !comes("192.0.2.2"))
        book.pass(seconds: 3_600)
        #expect(!comes("192.0.2.1") && !comes("2001:db8::1"))
    }

    @Test func `a listener's, a follower's or a DJ's connection counted in its household's share`()
        async throws
    {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let idle = try RawClient(port: house.port)
            let follower = try RawClient(port: house.port)
            follower.send("GET /api/events HTTP/1.1\r\n\r\n")
            #expect(try await follower.readHead().hasPrefix("HTTP/1.1 200 "))
            try await eventually { house.door.connectionsInHall == 1 }
            let listener = try await house.listen()
            let dj = try RawClient(port: house.port)
            dj.send("SOURCE /live HTTP/1.0\r\n\(basic("anna:geheim:nis"))\r\n\r\n")
            #expect(try await dj.readHead().hasPrefix("HTTP/1.0 200 "))
            try await eventually { house.door.connectionsInHall == 1 && house.door.connections == 4 }
            for client in [listener, dj] { client.hangUp() }
            try await eventually { house.door.connections == 2 }
            #expect(house.door.connectionsInHall == 1)
            for client in [idle, follower] { client.hangUp() }
            try await eventually { house.door.connections == 0 && house.door.connectionsInHall == 0 }
        }
    }

    // MARK: Listeners and followers

    @Test func `listeners and followers together took what is kept`() throws {
        let turnstile = turnstile(places: Turnstile.keptForPages + 4)
        var followers = (0..<3).map { _ in turnstile.followerCame(most: 100) }
        // Half of the room at the most.
        #expect(followers.map { $0 != nil } == [true, true, false])
        for _ in 0..<2 { try turnstile.listenerCame(most: 100) }
        #expect(throws: Refusal.stationFull) { try turnstile.listenerCame(most: 100) }
        followers = []
        try turnstile.listenerCame(most: 100)
        #expect(throws: Refusal.stationFull) { try turnstile.listenerCame(most: 3) }
        // One whom no limit concerns.
        try turnstile.listenerCame(most: nil)
        try turnstile.listenerCame(most: nil)
        #expect(turnstile.listenersNow == 5 && turnstile.followerCame(most: 100) == nil)
    }
}
