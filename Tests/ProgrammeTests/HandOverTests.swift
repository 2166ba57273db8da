import Programme
import TestKit
import Testing

/// Who has the air, at the second.
@Suite struct HandOverTests {
    private func second(_ seconds: Double) -> Instant { Instant(frames: 0) + Length(seconds: seconds) }

    /// A machine in which DJ 1 ("anna") is on air since second 1.
    private func live(_ takeover: HandOver.Takeover = .atOnce) -> HandOver {
        var air = HandOver(rules: .init(takeover: takeover, bridge: Length(seconds: 20)))
        _ = air.arrive(session: 1, account: "anna", at: second(0))
        _ = air.ready(session: 1, at: second(1))
        return air
    }

    @Test func aDJGetsTheAirWhenReadyAndNotBefore() {
        var air = HandOver()
        #expect(air.arrive(session: 1, account: "anna", at: second(0)).orders == [])
        #expect(air.air == .programme)
        #expect(air.ready(session: 1, at: second(1)) == [.air(session: 1)])
        #expect(air.air == .live(session: 1))
        #expect(air.ready(session: 1, at: second(2)) == [])
    }

    @Test func aCleanEndGivesTheAirBackAtOnce() {
        var air = live()
        #expect(air.leave(session: 1, clean: true, at: second(60)) == [.programme])
        #expect(air.guests.isEmpty && air.air == .programme)
    }

    @Test func aDropOutIsBridgedAndTheReturningDJComesBack() {
        var air = live()
        #expect(air.dropOut(session: 1, at: second(60)) == [.bed])
        #expect(air.orders(at: second(79.9)) == [])
        #expect(air.ready(session: 1, at: second(79.9)) == [.air(session: 1)])
        #expect(air.orders(at: second(200)) == [])
    }

    @Test func afterTheBedTheProgrammeGoesOnAndTheDJMayStillComeBack() {
        var air = live()
        #expect(air.leave(session: 1, clean: false, at: second(60)) == [.bed])
        #expect(air.orders(at: second(80)) == [.programme])
        #expect(air.orders(at: second(81)) == [])
        _ = air.arrive(session: 2, account: "anna", at: second(90))
        #expect(air.ready(session: 2, at: second(91)) == [.air(session: 2)])
    }

    @Test func aSecondLoginReplacesTheHalfOpenFirstOneWithoutAGap() {
        var air = live()
        #expect(air.arrive(session: 2, account: "anna", at: second(10)) == (true, []))
        // The old one is heard until the new one has something to say.
        #expect(air.air == .live(session: 1))
        #expect(air.ready(session: 2, at: second(12)) == [.air(session: 2), .dismiss(session: 1)])
        #expect(air.guests.map(\.session) == [2])
        // In the green room the old one goes at once.
        _ = air.arrive(session: 3, account: "bert", at: second(13))
        #expect(air.arrive(session: 4, account: "bert", at: second(14)).orders == [.dismiss(session: 3)])
    }

    @Test func whoComesSecondTakesOverAtOnceOrWaitsAsTheStationSays() {
        var atOnce = live(.atOnce)
        _ = atOnce.arrive(session: 2, account: "bert", at: second(10))
        #expect(atOnce.ready(session: 2, at: second(11)) == [.air(session: 2)])
        #expect(atOnce.guests.map(\.session) == [1, 2])
        var whenFree = live(.whenFree)
        _ = whenFree.arrive(session: 2, account: "bert", at: second(10))
        #expect(whenFree.ready(session: 2, at: second(11)) == [])
        #expect(whenFree.leave(session: 1, clean: true, at: second(60)) == [.air(session: 2)])
    }

    @Test func whoWaitsFollowsADropOutWithoutTheBed() {
        var air = live(.whenFree)
        _ = air.arrive(session: 2, account: "bert", at: second(10))
        _ = air.ready(session: 2, at: second(11))
        #expect(air.dropOut(session: 1, at: second(20)) == [.air(session: 2)])
        // The first one comes back to the green room, and waits.
        #expect(air.ready(session: 1, at: second(25)) == [])
        #expect(air.air == .live(session: 2))
    }

    @Test func silenceIsADropOutUntilThereIsSound() {
        var air = live()
        #expect(air.silence(session: 1, true, at: second(60)) == [.bed])
        #expect(air.orders(at: second(80)) == [.programme])
        #expect(air.silence(session: 1, false, at: second(90)) == [])
        #expect(air.ready(session: 1, at: second(90)) == [.air(session: 1)])
    }

    @Test func whoLostTheAirHadAnEmptyBufferAndCountedAsReady() {
        var air = live()
        _ = air.arrive(session: 2, account: "bert", at: second(10))
        #expect(air.ready(session: 2, at: second(11)) == [.air(session: 2)])
        #expect(!air.somebodyWaits)
        var other = air
        #expect(air.kick(session: 2, at: second(12)) == [.dismiss(session: 2), .programme])
        #expect(air.ready(session: 1, at: second(14)) == [.air(session: 1)])
        #expect(air.hold(session: 1, at: second(20)) == [.programme])
        #expect(air.takeOver(session: 1, at: second(20.1)) == [])
        #expect(air.ready(session: 1, at: second(22)) == [.air(session: 1)])
        // Ready anew, who was displaced waits for its turn, and does not take the air back.
        #expect(other.ready(session: 1, at: second(14)) == [])
        #expect(other.air == .live(session: 2) && other.somebodyWaits)
        #expect(other.leave(session: 2, clean: true, at: second(60)) == [.air(session: 1)])
    }

    @Test func theBedWasOnForSomebodyWhoHadSaidGoodbyeOrWasSentAway() {
        var air = live()
        #expect(air.dropOut(session: 1, at: second(60)) == [.bed])
        var (held, left, lost) = (air, air, air)
        #expect(air.kick(session: 1, at: second(61)) == [.dismiss(session: 1), .programme])
        #expect(held.hold(session: 1, at: second(61)) == [.programme])
        #expect(left.leave(session: 1, clean: true, at: second(61)) == [.programme])
        #expect(left.air == .programme)
        // Whose connection broke besides may still come back.
        #expect(lost.leave(session: 1, clean: false, at: second(61)) == [])
        #expect(lost.orders(at: second(79)) == [] && lost.orders(at: second(80)) == [.programme])
        var silent = live()
        _ = silent.arrive(session: 2, account: "bert", at: second(2))
        _ = silent.hold(session: 2, at: second(2))
        #expect(silent.silence(session: 1, true, at: second(60)) == [.bed])
        // Nobody else's going ends the bed.
        #expect(silent.leave(session: 2, clean: true, at: second(61)) == [])
        #expect(silent.leave(session: 1, clean: true, at: second(62)) == [.programme])
    }

    @Test func theOperatorHoldsGivesAndSendsAway() {
        var air = live()
        #expect(air.hold(session: 1, at: second(5)) == [.programme])
        #expect(air.ready(session: 1, at: second(6)) == [])
        #expect(air.takeOver(session: 1, at: second(7)) == [.air(session: 1)])
        #expect(air.kick(session: 1, at: second(8)) == [.dismiss(session: 1), .programme])
        #expect(air.takeOver(session: 1, at: second(9)) == [])
    }

    @Test func anOperatorsHoldOutlivesAReconnect() {
        var air = live()
        _ = air.hold(session: 1, at: second(5))
        _ = air.arrive(session: 2, account: "anna", at: second(6))
        #expect(air.ready(session: 2, at: second(7)) == [])
    }

    @Test func oneMoreThanThereArePlacesIsRefused() {
        var air = HandOver()
        for session in 0..<HandOver.guestLimit {
            #expect(air.arrive(session: session, account: "dj\(session)", at: second(0)).taken)
        }
        #expect(!air.arrive(session: 99, account: "late", at: second(0)).taken)
        // Whoever has a place already may come again.
        #expect(air.arrive(session: 100, account: "dj3", at: second(0)) == (true, [.dismiss(session: 3)]))
    }

    /// Whatever happens in whatever order: who is on air is connected and was ordered there last.
    @Test(arguments: 0..<200)
    func theOrdersSayWhoIsOnAir(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var air = HandOver(
            rules: .init(takeover: seed % 2 == 0 ? .atOnce : .whenFree, bridge: Length(seconds: 20)))
        var ordered = HandOver.Air.programme
        var now = 0.0
        var sessions = 0
        var dismissed: Set<Int> = []
        for _ in 0..<300 {
            now += Double.random(in: 0...10, using: &random)
            let session = Int.random(in: max(0, sessions - 4)...sessions, using: &random)
            let orders: [HandOver.Order]
            switch Int.random(in: 0..<9, using: &random) {
            case 0:
                sessions += 1
                let account = "dj\(Int.random(in: 0..<3, using: &random))"
                orders = air.arrive(session: sessions, account: account, at: second(now)).orders
            case 1, 2: orders = air.ready(session: session, at: second(now))
            case 3: orders = air.dropOut(session: session, at: second(now))
            case 4: orders = air.leave(session: session, clean: seed % 3 == 0, at: second(now))
            case 5: orders = air.silence(session: session, Bool.random(using: &random), at: second(now))
            case 6: orders = air.takeOver(session: session, at: second(now))
            case 7: orders = air.hold(session: session, at: second(now))
            default:
                orders =
                    Bool.random(using: &random)
                    ? air.kick(session: session, at: second(now)) : air.orders(at: second(now))
            }
            for order in orders {
                switch order {
                case .air(let session): ordered = .live(session: session)
                case .bed:
                    guard case .bridged = air.air else {
                        Issue.record("a bed that the machine does not know of")
                        continue
                    }
                    ordered = air.air
                case .programme: ordered = .programme
                case .dismiss(let session): dismissed.insert(session)
                }
            }
            #expect(air.air == ordered)
            if case .live(let session) = air.air {
                #expect(air.guests.contains { $0.session == session && $0.isReady && !$0.isHeld })
            }
            #expect(air.guests.allSatisfy { !dismissed.contains($0.session) })
            #expect(Set(air.guests.map(\.account)).count + 1 >= air.guests.count)
        }
    }

    // MARK: Streams of shows

    /// A machine in whose window a stream is admitted, and `others`; the stream is ready.
    private func relaying(_ others: Set<String> = [], _ takeover: HandOver.Takeover = .atOnce) -> HandOver {
        var air = HandOver(
            rules: .init(takeover: takeover, bridge: Length(seconds: 20), overtime: Length(seconds: 60)))
        let accounts = others.union([AirWindow.stream(of: "Plenum")])
        _ = air.enter(AirWindow(accounts: accounts, start: second(0), end: second(100)), at: second(0))
        _ = air.arrive(session: -1, account: AirWindow.stream(of: "Plenum"), at: second(0))
        _ = air.ready(session: -1, at: second(1))
        return air
    }

    @Test func aStreamHasTheAirInItsShowsAloneAndHasNoOvertime() {
        var air = HandOver(rules: .init(overtime: Length(seconds: 60)))
        _ = air.arrive(session: -1, account: AirWindow.stream(of: "Plenum"), at: second(0))
        #expect(air.ready(session: -1, at: second(1)) == [])
        let own: Set = [AirWindow.stream(of: "Plenum")]
        let window = { (from: Double, to: Double) in
            AirWindow(accounts: own, start: second(from), end: second(to))
        }
        #expect(air.enter(window(2, 10), at: second(2)) == [.air(session: -1)])
        // The next show has it too: nothing happens.
        #expect(air.enter(window(10, 20), at: second(10)) == [])
        #expect(
            air.enter(AirWindow(accounts: nil, start: second(20), end: nil), at: second(20)) == [.programme])
    }

    @Test(arguments: HandOver.Takeover.allCases)
    func aPersonGetsTheAirFromAStreamAndAStreamFromNobody(takeover: HandOver.Takeover) {
        var air = relaying(["anna"], takeover)
        #expect(air.air == .live(session: -1))
        _ = air.arrive(session: 1, account: "anna", at: second(5))
        #expect(air.ready(session: 1, at: second(6)) == [.air(session: 1)])
        #expect(!air.somebodyWaits)
        // It comes anew, and is ready anew.
        #expect(air.leave(session: -1, clean: false, at: second(7)) == [])
        _ = air.arrive(session: -2, account: AirWindow.stream(of: "Plenum"), at: second(8))
        #expect(air.ready(session: -2, at: second(9)) == [])
        // A drop-out of a person has its bed.
        #expect(air.dropOut(session: 1, at: second(10)) == [.bed])
        #expect(air.orders(at: second(30)) == [.air(session: -2)])
        #expect(air.ready(session: 1, at: second(31)) == [.air(session: 1)])
        #expect(air.ready(session: -2, at: second(32)) == [])
        #expect(air.leave(session: 1, clean: true, at: second(40)) == [.air(session: -2)])
    }

    @Test func aStreamThatBreaksIsCoveredAndComesBack() {
        var air = relaying()
        #expect(air.leave(session: -1, clean: false, at: second(10)) == [.bed])
        #expect(air.orders(at: second(30)) == [.programme])
        _ = air.arrive(session: -2, account: AirWindow.stream(of: "Plenum"), at: second(40))
        #expect(air.ready(session: -2, at: second(41)) == [.air(session: -2)])
    }
}
