import Testing

@testable import Studio

/// The DJ's end of the line, with a clock that is turned by hand.
@Suite struct UplinkMachineTests {
    @Test func theStreamBeginsWithItsHeadersInChunks() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.page("two")
        #expect(bench.told == [.connected(resumes: false, isFunkhaus: true)])
        #expect(bench.stream(1) == "HEADonetwo")
        #expect(
            bench.asked[1]?.contains(
                "Funkhaus-Uplink: 1; session=session-1; attempt=1; offset=0; buffer=2.000\r\n") == true)
    }

    @Test func aSilentStationIsLeftInUnderASecondAndResumedWithoutADuplicate() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.pass(400, hearing: 5)
        bench.page("two")
        #expect(bench.dialled == [1])
        bench.pass(700)
        #expect(bench.dialled == [1, 2])
        #expect(bench.told.contains(.lost("Nothing is heard of the station.")))
        bench.page("three")
        bench.answer(6)
        #expect(bench.closed == [1])
        // "HEADon" is there.
        #expect(bench.stream(2) == "etwothree")
        #expect(bench.told.last == .connected(resumes: true, isFunkhaus: true))
        bench.send(.heard(2, UplinkLine(received: 15)))
        #expect(bench.told.suffix(2).first == .acknowledged(bytes: 15))
        guard case .repaired(let seconds) = bench.told.last else {
            Issue.record("\(bench.told)")
            return
        }
        #expect(abs(seconds - 0.3) < 0.001)
    }

    @Test func aResetIsFollowedAtOnceByANewConnection() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.send(.closed(1, why: "reset"))
        #expect(bench.dialled == [1, 2] && bench.told.last == .lost("reset"))
    }

    @Test func whileTheNetworkIsAwayItDialsSeveralTimesASecondAndGivesEachTwoSeconds() {
        var bench = UplinkBench.connected()
        bench.send(.closed(1, why: "reset"))
        bench.pass(10_000)
        #expect((40...52).contains(bench.dialled.count), "\(bench.dialled.count)")
        // Sixteen wait at the most.
        #expect(bench.dialled.count - bench.closed.count <= 16)
        #expect(bench.told.count { if case .lost = $0 { true } else { false } } == 1)
        bench.answer(4)
        #expect(bench.told.last == .connected(resumes: true, isFunkhaus: true))
        // All others are given up, and none is dialled any more.
        let count = bench.dialled.count
        #expect(bench.closed.count == count - 2)
        bench.pass(2_000, hearing: 4)
        #expect(bench.dialled.count == count)
    }

    @Test func ofSeveralAnswersTheNewestConnectionCounts() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.send(.closed(1, why: "reset"))
        bench.pass(300)
        #expect(bench.dialled == [1, 2, 3, 4])
        for number in 2...4 { bench.send(.opened(number)) }
        bench.answer(5, as: 3)
        #expect(bench.closed == [2])
        bench.page("two")
        #expect(bench.stream(3) == "netwo")
        // The station has moved on to the newer one, and has had a byte of the older.
        bench.answer(6, as: 4)
        #expect(bench.closed == [2, 3])
        #expect(bench.stream(4) == "etwo")
        #expect(bench.told.count { if case .connected = $0 { true } else { false } } == 2)
        // Late answers of older ones change nothing.
        bench.send(.replied(2, UplinkReply(status: 200, received: 4)))
        #expect(bench.machine.current?.number == 4)
    }

    @Test func aMoveToAConnectionThatWasAskedBeforeIsNoLoss() {
        var bench = UplinkBench.connected()
        bench.pass(1_100)
        #expect(bench.dialled == [1, 2, 3, 4])
        for number in 2...4 { bench.send(.opened(number)) }
        // All at once comes what had stalled; the station has moved twice.
        bench.send(.heard(1, UplinkLine(received: 4)))
        bench.send(.closed(1, why: "closed"))
        bench.answer(4, as: 3)
        bench.send(.closed(3, why: "closed"))
        bench.pass(100)
        bench.answer(4, as: 4)
        #expect(bench.dialled == [1, 2, 3, 4])
        let losses = bench.told.count { if case .lost = $0 { true } else { false } }
        #expect(losses == 1 && bench.told.contains(.connected(resumes: true, isFunkhaus: true)))
        // One that is not answered after all is.
        bench.send(.closed(4, why: "closed"))
        #expect(bench.told.last == .lost("closed"))
    }

    @Test func aLineThatWasOnlySlowIsKeptAndGivenLongerTheNextTime() {
        var bench = UplinkBench.connected()
        bench.pass(800)
        #expect(bench.dialled == [1, 2])
        bench.send(.heard(1, UplinkLine(received: 4)))
        #expect(
            bench.told.last == .connected(resumes: true, isFunkhaus: true)
                || bench.machine.current?.isDoubted == false)
        #expect(bench.machine.current?.number == 1)
        bench.pass(900)
        #expect(bench.machine.current?.isDoubted == false)
        bench.pass(300)
        #expect(bench.machine.current?.isDoubted == true)
    }

    @Test func whatIsKeptIsBoundedInSecondsAndDroppedByWholePages() {
        var bench = UplinkBench.connected(buffer: 2)
        bench.send(.closed(1, why: "reset"))
        for index in 0..<560 { bench.page(format(index), seconds: 0.125) }
        let dropped = bench.told.reduce(0.0) {
            if case .dropped(let seconds) = $1 { $0 + seconds } else { $0 }
        }
        #expect(abs(dropped - 8) < 1.1, "\(dropped)")
        bench.pass(300)
        bench.answer(4)
        // Its request has named the first byte that is kept, and that is a page's.
        let number = bench.dialled.last ?? 0
        #expect(bench.offset(number) == "offset=\(4 + 64 * 4)")
        #expect(bench.stream(number)?.hasPrefix("0064") == true)
    }

    private func format(_ index: Int) -> String { String(("000" + String(index)).suffix(4)) }

    @Test func aDJWhoIsNoLongerOnAirSendsTheNewestFirst() {
        var bench = UplinkBench.connected(buffer: 2)
        bench.send(.closed(1, why: "reset"))
        // More than fits into the socket's window waits.
        for _ in 0..<200 { bench.send(.page([UInt8](repeating: 1, count: 4_000), seconds: 0.1)) }
        bench.pass(250)
        let number = bench.dialled.last ?? 0
        bench.send(.opened(number))
        // The kernel takes nothing yet.
        _ = bench.machine.handle(.replied(number, UplinkReply(status: 200, received: 4)), at: bench.now)
        bench.send(.heard(number, UplinkLine(state: "bridged")))
        #expect(bench.closed.contains(number))
        let next = bench.dialled.last ?? 0
        #expect(next > number)
        bench.send(.opened(next))
        #expect(bench.offset(next) == "offset=\(4 + 180 * 4_000)")
    }

    @Test func aPlainIcecastGetsTheBareStreamAndAfterALossANewOne() {
        var bench = UplinkBench()
        bench.send(.tick)
        bench.page("one")
        bench.answer(nil)
        bench.page("two")
        #expect(bench.told == [.connected(resumes: false, isFunkhaus: false)])
        #expect(bench.text(1) == "HEADonetwo")
        bench.pass(3_000)
        #expect(bench.dialled == [1])
        bench.send(.closed(1, why: "reset"))
        for _ in 0..<40 { bench.page("lost", seconds: 0.125) }
        bench.pass(100)
        bench.page("edge", seconds: 1)
        #expect(bench.dialled == [1, 2])
        // It has not noticed that the first connection is gone.
        bench.answer(nil, status: 403)
        bench.pass(1_100)
        bench.answer(nil)
        #expect(bench.text(3) == "HEADedge")
        #expect(bench.told.contains(.dropped(seconds: 5)))
    }

    @Test func aSessionThatTheStationHasForgottenBeginsAnewWithItsHeaders() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.pass(200, hearing: 7)
        bench.page("two")
        bench.send(.closed(1, why: "reset"))
        bench.answer(nil, status: 410)
        #expect(bench.dialled == [1, 2, 3])
        bench.answer(0)
        #expect(bench.asked[3]?.contains("session=session-2; attempt=3; offset=0;") == true)
        #expect(bench.stream(3) == "HEADtwo")
        #expect(bench.told.last == .connected(resumes: false, isFunkhaus: true))
    }

    @Test func aStationThatSpeaksOfBytesThatWereNeverSentIsNotTrusted() {
        var bench = UplinkBench.connected()
        bench.send(.closed(1, why: "reset"))
        bench.answer(5_000)
        #expect(bench.closed.contains(2) && bench.dialled == [1, 2, 3])
        bench.answer(0)
        #expect(bench.stream(3) == "HEAD")
        // An acknowledgement of what was not sent is none.
        bench.send(.heard(3, UplinkLine(received: 99)))
        bench.page("one")
        #expect(bench.stream(3) == "HEADone")
    }

    @Test(arguments: [401, 403, 404])
    func aRefusalIsFinal(status: Int) {
        var bench = UplinkBench()
        bench.send(.tick)
        bench.answer(nil, status: status)
        guard case .refused = bench.told.first else {
            Issue.record("\(bench.told)")
            return
        }
        #expect(bench.told.last == .ended && bench.isStopped)
        bench.pass(5_000)
        #expect(bench.dialled == [1])
    }

    @Test func whatThatStationCannotDoNowIsTriedAgain() {
        var bench = UplinkBench()
        bench.send(.tick)
        bench.answer(nil, status: 503)
        bench.pass(1_000)
        #expect(bench.dialled == [1, 2])
        bench.answer()
        #expect(bench.stream(2) == "HEAD")
    }

    @Test func aStationThatSaysGoodbyeIsNotCalledAgain() {
        var bench = UplinkBench.connected()
        bench.send(.heard(1, UplinkLine(goodbye: "You were sent off the air.")))
        #expect(
            bench.told.suffix(2) == [
                .refused("The station has ended the show: You were sent off the air."), .ended,
            ])
        bench.pass(5_000)
        #expect(bench.dialled == [1])
    }

    @Test func theEndIsSaidWhenAllHasArrivedAndConfirmed() {
        var bench = UplinkBench.connected()
        bench.page("one")
        bench.send(.end)
        bench.page("never")
        #expect(bench.stream(1) == "HEADone" && !bench.isStopped)
        bench.send(.heard(1, UplinkLine(received: 7)))
        #expect(bench.text(1).hasSuffix("\r\n0\r\n\r\n"))
        #expect(!bench.isStopped)
        bench.send(.heard(1, UplinkLine(received: 7, goodbye: "All of the show has arrived.")))
        #expect(bench.isStopped && bench.told.last == .ended)
        #expect(!bench.told.contains { if case .refused = $0 { true } else { false } })
    }

    @Test func aGoodbyeThatWasLostIsSaidAgainAndASessionThatIsOverConfirmsIt() {
        var bench = UplinkBench.connected()
        bench.send(.end)
        bench.send(.heard(1, UplinkLine(received: 4)))
        bench.send(.closed(1, why: "reset"))
        #expect(bench.dialled == [1, 2])
        bench.answer(4)
        #expect(bench.text(2) == "0\r\n\r\n")
        bench.send(.closed(2, why: "reset"))
        bench.answer(nil, status: 410)
        #expect(bench.isStopped && bench.told.last == .ended)
    }

    @Test func anEndWithoutAStationGivesUp() {
        var bench = UplinkBench.connected()
        bench.send(.closed(1, why: "reset"))
        bench.send(.end)
        bench.pass(11_000)
        #expect(!bench.isStopped)
        bench.pass(2_000)
        #expect(bench.isStopped && bench.told.last == .ended)
    }

    @Test func aTextFromOutsideNeverBecomesAnotherField() {
        var target = UplinkTarget(host: "h", port: 8000, user: "a", secret: "b")
        target.showName = "Show\r\nX-Evil: 1"
        let head = UplinkWire.request(target, session: "s", attempt: 1, offset: 0)
        #expect(
            head.contains("Ice-Name: Show X-Evil: 1\r\n") || head.contains("Ice-Name: Show  X-Evil: 1\r\n"))
        #expect(
            UplinkWire.titleRequest(target, artist: nil, title: "A & B\r\nö").contains(
                "song=A%20%26%20B%0D%0A%C3%B6 HTTP/1.1\r\n"))
    }
}
