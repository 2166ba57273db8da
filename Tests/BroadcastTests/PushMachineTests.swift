import Testing

@testable import Broadcast

/// The push's decisions with a clock that the test moves.
struct PushMachineTests {
    private static let start = ContinuousClock.now
    private var machine = PushMachine()
    private var now = start

    private mutating func after(_ duration: Duration, _ event: PushMachine.Event) -> PushMachine.Action {
        now += duration
        return machine.handle(event, at: now)
    }

    private mutating func connect() {
        _ = after(.zero, .woken(hasPages: true))
        _ = after(.zero, .opening(.accepted))
    }

    /// Fails as soon as it may try, and gives the time between the tries.
    private mutating func timeToNextTry(_ failure: PushFailure = .unreachable) -> Duration {
        let before = now
        var action = after(.zero, .opening(.failed(failure)))
        #expect(action == .close)
        action = after(.zero, .woken(hasPages: true))
        while case .sleep(let until) = action {
            now = until
            action = after(.zero, .woken(hasPages: true))
        }
        #expect(action == .open)
        return now - before
    }

    @Test mutating func `waits for the first page, then connects at once`() {
        guard case .sleep = after(.zero, .woken(hasPages: false)) else { return #expect(Bool(false)) }
        #expect(machine.state == .idle)
        #expect(after(.seconds(5), .woken(hasPages: true)) == .open)
        #expect(after(.zero, .opening(.accepted)) == .feed)
        #expect(machine.state == .sending(since: now, moved: now))
    }

    @Test mutating func `a pending connection is looked at until it is accepted`() {
        _ = after(.zero, .woken(hasPages: true))
        guard case .sleep(let until) = after(.zero, .opening(.pending(reached: false))) else {
            return #expect(Bool(false))
        }
        #expect(until > now && until - now < .milliseconds(100))
        #expect(after(.milliseconds(20), .woken(hasPages: true)) == .poll)
        #expect(after(.zero, .opening(.accepted)) == .feed)
    }

    @Test mutating func `a target that takes no connection is given up after two seconds`() {
        _ = after(.zero, .woken(hasPages: true))
        _ = after(.zero, .opening(.pending(reached: false)))
        #expect(after(.milliseconds(1_990), .opening(.pending(reached: false))) != .close)
        #expect(after(.milliseconds(10), .opening(.pending(reached: false))) == .close)
        #expect(machine.failure == .unreachable)
    }

    @Test mutating func `a target that takes the connection has ten seconds to answer`() {
        _ = after(.zero, .woken(hasPages: true))
        _ = after(.seconds(1), .opening(.pending(reached: true)))
        #expect(after(.milliseconds(9_990), .opening(.pending(reached: true))) != .close)
        #expect(after(.milliseconds(10), .opening(.pending(reached: true))) == .close)
        #expect(machine.failure == .noAnswer)
    }

    @Test mutating func `the second connection of a login has its own time to be taken`() {
        _ = after(.zero, .woken(hasPages: true))
        _ = after(.milliseconds(100), .opening(.pending(reached: true)))
        #expect(after(.seconds(5), .opening(.pending(reached: false))) != .close)
        #expect(after(.seconds(2), .opening(.pending(reached: false))) == .close)
    }

    @Test mutating func `the state is told in whole words from its first second on`() throws {
        var status = PushStatus(try .local(8_000), at: now)
        connect()
        status.follow(machine, behind: .zero, at: now)
        #expect(status.words(at: now) == "connected for 0 s")
        #expect(status.words(at: now + .seconds(1)) == "connected for 1 s")
        _ = after(.zero, .broke(.broken))
        status.follow(machine, behind: .zero, at: now)
        let words = status.words(at: now + .seconds(1))
        #expect(words.hasSuffix("; trying again every second, for 1 s so far"), "\(words)")
    }

    @Test mutating func `an outage is tried every second for two minutes, then up to ten seconds apart`() {
        let began = now
        _ = after(.zero, .woken(hasPages: true))
        while now - began < .seconds(120) { #expect(timeToNextTry() == .seconds(1)) }
        #expect((0..<5).map { _ in timeToNextTry() } == [2, 4, 8, 10, 10].map { .seconds($0) })
    }

    @Test mutating func `a connection that lasted is followed by the next one at once`() {
        connect()
        #expect(after(.seconds(60), .broke(.broken)) == .close)
        #expect(after(.zero, .woken(hasPages: true)) == .open)
        #expect(machine.failure == .broken)
    }

    @Test mutating func `a target that hangs up at once is not called in a loop`() {
        connect()
        #expect(after(.milliseconds(5), .broke(.broken)) == .close)
        #expect(after(.zero, .woken(hasPages: true)) == .sleep(until: Self.start + .seconds(1)))
    }

    @Test mutating func `short connections do not end an outage, a long one does`() {
        _ = after(.zero, .woken(hasPages: true))
        while now - Self.start < .seconds(130) { _ = timeToNextTry() }
        _ = after(.zero, .opening(.accepted))
        _ = after(.seconds(3), .fed(owed: false, moved: true))
        _ = after(.zero, .broke(.broken))
        #expect(machine.pace > .seconds(1))
        while case .sleep(let until) = after(.zero, .woken(hasPages: true)) { now = until }
        _ = after(.zero, .opening(.accepted))
        _ = after(.seconds(11), .fed(owed: false, moved: true))
        #expect(machine.pace == .seconds(1))
    }

    @Test mutating func `a target that takes no byte for seven seconds has stalled`() {
        connect()
        _ = after(.seconds(20), .fed(owed: true, moved: true))
        #expect(after(.milliseconds(6_990), .fed(owed: true, moved: false)) != .close)
        #expect(after(.milliseconds(10), .fed(owed: true, moved: false)) == .close)
        #expect(machine.failure == .stalled)
    }

    @Test mutating func `a target whose kernel alone seems to take the stream is asked`() {
        connect()
        #expect(after(.seconds(1), .fed(owed: false, moved: true, isSuspect: true)) == .ask)
        #expect(after(.seconds(1), .asked(isAnswered: true)) == .feed)
        #expect(after(.seconds(1), .fed(owed: false, moved: true, isSuspect: true)) == .ask)
        #expect(after(.seconds(5), .asked(isAnswered: false)) == .close)
        #expect(machine.failure == .stalled)
    }

    @Test mutating func `a target that is owed nothing never stalls`() {
        connect()
        for _ in 0..<100 { #expect(after(.seconds(1), .fed(owed: false, moved: false)) != .close) }
    }

    @Test mutating func `pages that come during an outage do not shorten it`() {
        _ = after(.zero, .woken(hasPages: true))
        _ = after(.zero, .opening(.failed(.mountTaken)))
        let until = Self.start + .seconds(1)
        for _ in 0..<9 { #expect(after(.milliseconds(100), .woken(hasPages: true)) == .sleep(until: until)) }
        #expect(after(.milliseconds(100), .woken(hasPages: true)) == .open)
    }
}
