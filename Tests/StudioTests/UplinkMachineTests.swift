import TestKit
import Testing

@testable import Studio

/// The DJ's end of the line, with a clock that is turned by hand.
@Suite struct UplinkMachineTests {
    /// A machine and what it has done.
    struct Bench {
        var machine: UplinkMachine
        var now = Duration.zero
        var told: [UplinkEvent] = []
        /// What was written to each connection, after the request.
        var written: [Int: [UInt8]] = [:]
        var asked: [Int: String] = [:]
        var dialled: [Int] = []
        var closed: Set<Int> = []
        var isStopped = false
        var sessions = 0

        init(buffer: Double = 2) {
            var count = 0
            machine = UplinkMachine(
                UplinkTarget(host: "h", port: 8000, user: "anna", secret: "geheim", buffer: buffer)
            ) {
                count += 1
                return "session-\(count)"
            }
            send(.headers(Array("HEAD".utf8)))
        }

        mutating func send(_ event: UplinkMachine.Event) {
            for action in machine.handle(event, at: now) {
                switch action {
                case .dial(let number): dialled.append(number)
                case .ask(let number, let head): asked[number] = head
                case .write(let number, let bytes):
                    written[number, default: []] += bytes
                    send(.wrote(number, bytes: bytes.count))
                case .close(let number): closed.insert(number)
                case .tell(let event): told.append(event)
                case .stop: isStopped = true
                }
            }
        }

        mutating func pass(_ milliseconds: Int, hearing received: Int64? = nil) {
            for _ in 0..<(milliseconds / 50) {
                now += .milliseconds(50)
                if let received, let number = machine.current?.number {
                    send(.heard(number, UplinkLine(received: received)))
                }
                send(.tick)
            }
        }

        mutating func page(_ text: String, seconds: Double = 0.1) {
            send(.page(Array(text.utf8), seconds: seconds))
        }

        /// The newest connection stands, and is answered.
        mutating func answer(_ received: Int64? = 0, status: Int = 200, as number: Int? = nil) {
            let number = number ?? dialled.last ?? 0
            if asked[number] == nil { send(.opened(number)) }
            send(.replied(number, UplinkReply(status: status, received: received)))
        }

        /// The bytes of the stream that a connection carried; nil when its chunks are broken.
        func stream(_ number: Int) -> String? {
            var bytes = (written[number] ?? [])[...]
            var stream: [UInt8] = []
            while let end = bytes.firstIndex(of: 10) {
                guard let size = Int(String(decoding: bytes[..<(end - 1)], as: UTF8.self), radix: 16),
                    bytes.count >= end - bytes.startIndex + size + 3
                else { return nil }
                stream += bytes[(end + 1)...].prefix(size)
                bytes = bytes[(end + 1)...].dropFirst(size + 2)
            }
            return String(decoding: stream, as: UTF8.self)
        }

        func text(_ number: Int) -> String { String(decoding: written[number] ?? [], as: UTF8.self) }
        func offset(_ number: Int) -> String? {
            asked[number]?.split(separator: "; ").first { $0.hasPrefix("offset=") }.map(String.init)
        }
    }

    private func connected(buffer: Double = 2) -> Bench {
        var bench = Bench(buffer: buffer)
        bench.send(.tick)
        bench.answer()
        return bench
    }

    @Test func theStreamBeginsWithItsHeadersInChunks() {
        var bench = connected()
        bench.page("one")
        bench.page("two")
        #expect(bench.told == [.connected(resumes: false, isFunkhaus: true)])
        #expect(bench.stream(1) == "HEADonetwo")
        #expect(
            bench.asked[1]?.contains(
                "Funkhaus-Uplink: 1; session=session-1; attempt=1; offset=0; buffer=2.000\r\n") == true)
    }

    @Test func aSilentStationIsLeftInUnderASecondAndResumedWithoutADuplicate() {
        var bench = connected()
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
        var bench = connected()
        bench.page("one")
        bench.send(.closed(1, why: "reset"))
        #expect(bench.dialled == [1, 2] && bench.told.last == .lost("reset"))
    }

    @Test func whileTheNetworkIsAwayItDialsSeveralTimesASecondAndGivesEachTwoSeconds() {
        var bench = connected()
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
        var bench = connected()
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
        // Late answers of older ones change nothing.
        bench.send(.replied(2, UplinkReply(status: 200, received: 4)))
        #expect(bench.machine.current?.number == 4)
    }

    @Test func aLineThatWasOnlySlowIsKeptAndGivenLongerTheNextTime() {
        var bench = connected()
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
        var bench = connected(buffer: 2)
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
        var bench = connected(buffer: 2)
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
        var bench = Bench()
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
        var bench = connected()
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
        var bench = connected()
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
        var bench = Bench()
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
        var bench = Bench()
        bench.send(.tick)
        bench.answer(nil, status: 503)
        bench.pass(1_000)
        #expect(bench.dialled == [1, 2])
        bench.answer()
        #expect(bench.stream(2) == "HEAD")
    }

    @Test func aStationThatSaysGoodbyeIsNotCalledAgain() {
        var bench = connected()
        bench.send(.heard(1, UplinkLine(goodbye: "You were sent off the air.")))
        #expect(
            bench.told.suffix(2) == [
                .refused("The station has ended the show: You were sent off the air."), .ended,
            ])
        bench.pass(5_000)
        #expect(bench.dialled == [1])
    }

    @Test func theEndIsSaidWhenAllHasArrivedAndConfirmed() {
        var bench = connected()
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
        var bench = connected()
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
        var bench = connected()
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

    /// A line that loses, doubles its connections and answers late, as a seed says: what the station takes is the stream.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func whateverTheLineDoesTheStationTakesTheStreamOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = UplinkMachine(UplinkTarget(host: "h", port: 1, user: "a", secret: "b", buffer: 5)) {
            "s"
        }
        // The station's side: whose connection is served, what is here, what is on its way on each connection.
        var (served, here) = (0, [UInt8]())
        var onTheWay: [Int: [UInt8]] = [:]
        var (replies, sent, now) = ([(Int, Int64)](), [UInt8](), Duration.zero)
        var waiting: [UplinkMachine.Event] = []

        func arrive(_ number: Int) {
            guard number == served, var bytes = onTheWay[number] else { return }
            // Whole chunks; what is left of one comes later.
            while let end = bytes.firstIndex(of: 10),
                let size = Int(String(decoding: bytes[..<(end - 1)], as: UTF8.self), radix: 16),
                bytes.count >= end + size + 3
            {
                here += bytes[(end + 1)...].prefix(size)
                bytes.removeFirst(end + size + 3)
            }
            onTheWay[number] = bytes
        }

        for step in 0..<3_000 {
            now += .milliseconds(10)
            if step % 10 == 0, step < 2_500 {
                let page = (0..<Int.random(in: 1...50, using: &random)).map {
                    UInt8(truncatingIfNeeded: sent.count + $0 * 7)
                }
                sent += page
                waiting.append(.page(page, seconds: 0.1))
            }
            waiting.append(.tick)
            for number in onTheWay.keys.sorted() where Int.random(in: 0..<3, using: &random) == 0 {
                arrive(number)
            }
            if served > 0, step % 20 == 0, Int.random(in: 0..<5, using: &random) > 0 || step > 2_600 {
                waiting.append(.heard(served, UplinkLine(received: Int64(here.count))))
            }
            if step < 2_500, Int.random(in: 0..<150, using: &random) == 0,
                let number = machine.current?.number
            {
                onTheWay[number] = nil
                waiting.append(.closed(number, why: "reset"))
            }
            for (number, received) in replies {
                waiting.append(.replied(number, UplinkReply(status: 200, received: received)))
            }
            replies = []
            while !waiting.isEmpty {
                for action in machine.handle(waiting.removeFirst(), at: now) {
                    switch action {
                    case .dial(let number):
                        if served == 0 || Int.random(in: 0..<3, using: &random) > 0 {
                            waiting.append(.opened(number))
                        }
                    case .ask(let number, _):
                        // A request may be lost; a newer one takes the session over.
                        guard served == 0 || Int.random(in: 0..<3, using: &random) > 0, number > served else {
                            continue
                        }
                        arrive(served)
                        (served, onTheWay[number]) = (number, [])
                        replies.append((number, Int64(here.count)))
                    case .write(let number, let bytes):
                        onTheWay[number]? += bytes
                        waiting.append(.wrote(number, bytes: bytes.count))
                    default: break
                    }
                }
            }
        }
        #expect(here == sent, "\(here.count) of \(sent.count)")
    }
}
