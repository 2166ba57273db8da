import Programme
import TestKit
import Testing

/// Who gets the air when the schedule says whose it is.
@Suite struct AirWindowTests {
    private func second(_ seconds: Double) -> Instant { Instant(frames: 0) + Length(seconds: seconds) }

    private func window(_ accounts: Set<String>?, _ start: Double = 0, _ end: Double? = nil) -> AirWindow {
        AirWindow(accounts: accounts, start: second(start), end: end.map(second))
    }

    /// A machine with these DJs in the green room, ready in this order; the first has session 1.
    private func room(
        _ accounts: [String], _ window: AirWindow, takeover: HandOver.Takeover = .atOnce, overtime: Double = 0
    ) -> HandOver {
        var air = HandOver(rules: .init(takeover: takeover, overtime: Length(seconds: overtime)))
        _ = air.enter(window, at: second(0))
        for (place, account) in accounts.enumerated() {
            _ = air.arrive(session: place + 1, account: account, at: second(0))
            _ = air.ready(session: place + 1, at: second(1))
        }
        return air
    }

    @Test func theDJOfASlotGetsTheAirAndNobodyElse() {
        var air = room(["bert"], window(["anna"]))
        #expect(air.air == .programme && !air.somebodyWaits)
        _ = air.arrive(session: 2, account: "anna", at: second(2))
        #expect(air.ready(session: 2, at: second(3)) == [.air(session: 2)])
        _ = air.arrive(session: 3, account: "carl", at: second(4))
        #expect(air.ready(session: 3, at: second(5)) == [])
        #expect(air.leave(session: 2, clean: true, at: second(6)) == [.programme])
    }

    @Test(arguments: HandOver.Takeover.allCases)
    func whoComesEarlyWaitsAndGetsTheAirWhenTheSlotBegins(_ takeover: HandOver.Takeover) {
        var air = room(["anna", "bert"], window([]), takeover: takeover)
        #expect(air.air == .programme)
        #expect(air.enter(window(["bert"]), at: second(60)) == [.air(session: 2)])
        // And the next one when the next slot does.
        #expect(air.enter(window(["anna"]), at: second(120)) == [.air(session: 1)])
        #expect(air.enter(window([]), at: second(180)) == [.programme])
        #expect(air.guests.count == 2)
    }

    @Test func whoseShowGoesOnStays() {
        var air = room(["anna"], window(["anna"]))
        #expect(air.enter(window(["anna", "bert"]), at: second(60)) == [])
        #expect(air.enter(window(nil), at: second(120)) == [])
        #expect(air.air == .live(session: 1))
    }

    @Test func whoIsOvertimeStaysUntilItIsOverOrTheNextIsReady() {
        var air = room(["anna"], window(["anna"]), overtime: 30)
        #expect(air.enter(window(["bert"]), at: second(60)) == [])
        #expect(air.orders(at: second(89.9)) == [])
        var other = air
        #expect(air.orders(at: second(90)) == [.programme])
        #expect(air.ready(session: 1, at: second(91)) == [] && air.air == .programme)
        _ = other.arrive(session: 2, account: "bert", at: second(70))
        #expect(other.ready(session: 2, at: second(75)) == [.air(session: 2)])
        #expect(other.orders(at: second(90)) == [])
        // The schedule is read anew meanwhile: the time is not.
        var again = room(["anna"], window(["anna"]), overtime: 30)
        _ = again.enter(window([]), at: second(60))
        _ = again.enter(window([]), at: second(80))
        #expect(again.orders(at: second(90)) == [.programme])
    }

    @Test func whoDropsOutBehindTheEndIsNotWaitedFor() {
        var air = room(["anna"], window(["anna"]), overtime: 30)
        _ = air.enter(window([]), at: second(60))
        #expect(air.dropOut(session: 1, at: second(61)) == [.programme])
        // And who is waited for when the show ends, is not any more.
        air = room(["anna"], window(["anna"]), overtime: 30)
        #expect(air.dropOut(session: 1, at: second(59)) == [.bed])
        #expect(air.enter(window([]), at: second(60)) == [.programme])
    }

    @Test func theOperatorsWordCountsMore() {
        var air = room(["bert"], window(["anna"]))
        #expect(air.takeOver(session: 1, at: second(2)) == [.air(session: 1)])
        #expect(air.enter(window([]), at: second(60)) == [])
        #expect(air.dropOut(session: 1, at: second(61)) == [.bed])
        #expect(air.ready(session: 1, at: second(62)) == [.air(session: 1)])
        #expect(air.hold(session: 1, at: second(70)) == [.programme])
        // That was it.
        #expect(!air.isAdmitted("bert"))
        _ = air.takeOver(session: 1, at: second(80))
        _ = air.leave(session: 1, clean: true, at: second(90))
        _ = air.arrive(session: 2, account: "bert", at: second(91))
        #expect(air.ready(session: 2, at: second(92)) == [])
    }

    @Test func aReconnectedDJOfAnotherTimeDoesNotKeepTheInvitationForEver() {
        var air = room(["bert"], window(["anna"]))
        _ = air.takeOver(session: 1, at: second(2))
        _ = air.leave(session: 1, clean: false, at: second(3))
        _ = air.orders(at: second(30))
        _ = air.enter(window([]), at: second(60))
        #expect(!air.isAdmitted("bert"))
    }

    /// Whatever happens: whoever has the air longer than overtime allows may have it.
    @Test func nobodyIsHeardWhoIsNotAdmitted() {
        var generator = SeededGenerator(seed: 8)
        let names = ["anna", "bert", "carl"]
        for _ in 0..<200 {
            var air = HandOver(
                rules: .init(
                    takeover: HandOver.Takeover.allCases.randomElement(using: &generator)!,
                    overtime: Length(seconds: 5)))
            var lastAdmitted = second(0)
            for step in 1...200 {
                let now = second(Double(step))
                let session = Int.random(in: 1...step, using: &generator)
                switch Int.random(in: 0..<9, using: &generator) {
                case 0:
                    let account = names.randomElement(using: &generator)!
                    _ = air.arrive(session: 1_000 + step, account: account, at: now)
                case 1, 2:
                    let accounts = Set(names.filter { _ in Bool.random(using: &generator) })
                    _ = air.enter(window(Bool.random(using: &generator) ? accounts : nil), at: now)
                case 3, 4:
                    for guest in air.guests { _ = air.ready(session: guest.session, at: now) }
                case 5: _ = air.dropOut(session: 1_000 + session, at: now)
                case 6: _ = air.leave(session: 1_000 + session, clean: false, at: now)
                case 7: _ = air.silence(session: 1_000 + session, Bool.random(using: &generator), at: now)
                default: break
                }
                _ = air.orders(at: now)
                guard case .live(let heard) = air.air,
                    let account = air.guests.first(where: { $0.session == heard })?.account,
                    !air.isAdmitted(account)
                else {
                    lastAdmitted = now
                    continue
                }
                #expect((now - lastAdmitted).seconds <= 5)
            }
        }
    }
}
