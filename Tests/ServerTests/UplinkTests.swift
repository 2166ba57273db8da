import Codecs
import Synchronization
import TestKit
import Testing

@testable import Server

/// Streams that are resumed, as seen on the wire (`Uplink.md`).
@Suite struct UplinkTests {
    private static let login = basic("anna:geheim:nis")
    private static let name = "q83vASNFZ4mrze8BI0VniQ"

    /// Asks, and gives the status and how much the station says to have.
    private func ask(
        _ house: House, attempt: Int, offset: Int = 0, session: String = name, login: String = login
    ) async throws -> (client: RawClient, status: Int, received: Int?) {
        let client = try RawClient(port: house.port)
        client.send(
            "PUT /live HTTP/1.1\r\n\(login)\r\nContent-Type: audio/ogg\r\n"
                + "Funkhaus-Uplink: 1; session=\(session); attempt=\(attempt); offset=\(offset); buffer=2.000\r\n\r\n"
        )
        let head = try await client.readHead()
        let received = head.split(separator: "\r\n").first { $0.hasPrefix("Funkhaus-Uplink: 1; received=") }
        return (
            client, Int(head.dropFirst(9).prefix(3)) ?? 0,
            received.flatMap { Int($0.split(separator: "=")[1]) }
        )
    }

    private func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    @Test func aNewConnectionTakesTheSessionOverWhileTheOldOneLives() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, status, received) = try await ask(house, attempt: 1)
            #expect(status == 200 && received == 0)
            old.send(chunk("Hello ") + "5\r\nWor")
            try await eventually { stage.line.text == "Hello Wor" }
            let (new, _, there) = try await ask(house, attempt: 2)
            #expect(there == 9)
            // What the old one still brings is not taken.
            old.send("ld\r\n" + chunk("twice"))
            _ = try await old.readToEnd()
            new.send(chunk("ld") + "0\r\n\r\n")
            let words = String(decoding: try await new.readToEnd(), as: UTF8.self)
            #expect(words.contains("{\"received\":11}\n{\"goodbye\":"), "\(words)")
            #expect(stage.line.text == "Hello World" && stage.line.wasClean == true)
            #expect(stage.visits.withLock { $0.count } == 1)
            #expect(stage.visits.withLock { $0.first?.uplink?.buffer } == 2)
        }
    }

    @Test func aClosedConnectionIsALossAndNoGoodbye() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("one"))
            old.finishSending()
            _ = try await old.readToEnd()
            #expect(stage.line.wasClean == nil)
            let (new, _, there) = try await ask(house, attempt: 7)
            #expect(there == 3)
            new.send(chunk("two") + "0\r\n\r\n")
            _ = try await new.readToEnd()
            #expect(stage.line.text == "onetwo" && stage.line.wasClean == true)
        }
    }

    @Test func aLateRequestDoesNotTakeTheSessionFromANewerOne() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (new, _, _) = try await ask(house, attempt: 5)
            #expect(try await ask(house, attempt: 4).status == 409)
            #expect(try await ask(house, attempt: 5).status == 409)
            new.send(chunk("still here") + "0\r\n\r\n")
            _ = try await new.readToEnd()
            #expect(stage.line.text == "still here" && stage.line.wasClean == true)
        }
    }

    @Test func bytesThatTheClientHasDroppedAreCountedAsGone() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("abc"))
            try await eventually { stage.line.text == "abc" }
            let (new, _, there) = try await ask(house, attempt: 2, offset: 10)
            #expect(there == 3)
            new.send(chunk("klm"))
            try await eventually { stage.line.text == "abcklm" }
            #expect(try await ask(house, attempt: 3, offset: 10).received == 13)
        }
    }

    @Test func aSessionIsItsAccountsAlone() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (first, _, _) = try await ask(house, attempt: 1)
            first.send(chunk("abc"))
            try await eventually { stage.line.text == "abc" }
            #expect(try await ask(house, attempt: 2, login: basic("anna:falsch")).status == 401)
            #expect(
                try await ask(house, attempt: 2, offset: 3, session: String(repeating: "A", count: 22)).status
                    == 410)
            #expect(stage.line.wasClean == nil)
        }
    }

    @Test func aSessionThatNobodyResumesIsOver() async throws {
        let stage = SourceTests.FakeStage(patience: .milliseconds(200))
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("abc"))
            old.hangUp()
            try await eventually { stage.line.wasClean == false }
            #expect(try await ask(house, attempt: 2, offset: 3).status == 410)
        }
    }

    /// Has the station end the one session there is, and gives what a connection hears that asks for it then.
    private func afterGoodbye(
        _ house: House, _ stage: SourceTests.FakeStage, attempt: Int
    ) async throws -> (status: Int, received: Int?, words: String) {
        stage.visits.withLock { $0.last?.uplink?.downlink }?.goodbye("You were sent off the air.")
        try await eventually { stage.line.wasClean != nil }
        let (client, status, received) = try await ask(house, attempt: attempt, offset: 3)
        return (status, received, String(decoding: try await client.readToEnd(), as: UTF8.self))
    }

    @Test func aDJWhoWasSentAwayWhileTheLineWasDownIsToldOnTheWayBackAndGetsNoNewSession() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("abc"))
            try await eventually { stage.line.text == "abc" }
            old.hangUp()
            // Nobody knows whether the first one heard it.
            for attempt in 2...3 {
                let (status, received, words) = try await afterGoodbye(house, stage, attempt: attempt)
                #expect(status == 200 && received == 3)
                #expect(
                    words.hasSuffix("{\"received\":3}\n{\"goodbye\":\"You were sent off the air.\"}\n"),
                    "\(words)")
            }
            #expect(try await ask(house, attempt: 3).status == 409)
            #expect(try await ask(house, attempt: 4, login: basic("anna:falsch")).status == 401)
            #expect(stage.line.wasClean == false && stage.visits.withLock { $0.count } == 1)
        }
    }

    @Test func aGoodbyeIsRememberedForAsLongAsALossAndNoLonger() async throws {
        let (stage, book) = (SourceTests.FakeStage(), LogBook())
        try await withHouse([FakeMount(pages: 1)], stage: stage, now: { book.time }) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("abc") + "0\r\n\r\n")
            _ = try await old.readToEnd()
            // The answer to its own goodbye may have been lost as well.
            book.pass(seconds: 59)
            let (client, status, received) = try await ask(house, attempt: 2)
            #expect(status == 200 && received == 3)
            #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).contains("goodbye"))
            book.pass(seconds: 2)
            #expect(try await ask(house, attempt: 3, offset: 3).status == 410)
            #expect(stage.line.text == "abc" && stage.line.wasClean == true)
        }
    }

    @Test func sessionsThatHaveEndedTakeNobodysPlace() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            for index in 100..<170 {
                let (client, status, _) = try await ask(
                    house, attempt: 1, session: "\(index)" + String(repeating: "A", count: 19))
                #expect(status == 200)
                stage.visits.withLock { $0.last?.uplink?.downlink }?.goodbye("Away.")
                client.hangUp()
            }
        }
    }

    @Test func theFarthestPlaceIsCountedFrom() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let (old, _, _) = try await ask(house, attempt: 1)
            old.send(chunk("abc"))
            try await eventually { stage.line.text == "abc" }
            let farthest = Int(UplinkRequest.farthest)
            let (new, _, there) = try await ask(house, attempt: 2, offset: farthest)
            #expect(there == 3)
            new.send(chunk("xy"))
            try await eventually { stage.line.text == "abcxy" }
            #expect(try await ask(house, attempt: 3, offset: farthest).received == farthest + 2)
        }
    }

    @Test func theSignOfLifeComesThoughNothingDoes() async throws {
        try await withHouse([FakeMount(pages: 1)], stage: SourceTests.FakeStage()) { house in
            let (client, _, _) = try await ask(house, attempt: 1)
            let line = "{\"received\":0}\n"
            let lines = try await client.read(5 * line.utf8.count)
            #expect(String(decoding: lines, as: UTF8.self) == String(repeating: line, count: 5))
        }
    }

    @Test func whatIsSaidIsBoundedAndBecomesNothingElse() async throws {
        let downlink = Downlink()
        for index in 0..<40 { downlink.say("\(index)\"}\n{\"goodbye\":\"x") }
        for _ in 0..<3 { downlink.tell(state: "on air") }
        let (lines, isLast) = downlink.take()
        #expect(lines.count == 17 && !isLast)
        #expect(lines[0] == "{\"state\":\"on air\"}")
        #expect(lines.allSatisfy { !$0.contains("\n") })
        downlink.goodbye("One.")
        downlink.goodbye("Two.")
        #expect(downlink.take().lines == ["{\"goodbye\":\"One.\"}"])
        #expect(downlink.take().isLast)
    }

    @Test(arguments: [
        "", "2; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=0; buffer=2", "1",
        "1; session=short; attempt=1; offset=0; buffer=2",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=0; offset=0; buffer=2",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=-1; buffer=2",
        // The first byte behind it was more than a number holds, and the daemon died of it.
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=9223372036854775807; buffer=2",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=1125899906842625; buffer=2",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=0; buffer=nan",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=1; offset=0; buffer=1e9",
        "1; session=q83vASNFZ4mrze8BI0V/iQ; attempt=1; offset=0; buffer=1",
        "1; session=q83vASNFZ4mrze8BI0VniQ; attempt=99999999999999999999; offset=0; buffer=2",
    ])
    func whatDoesNotKeepToTheProtocolIsAPlainSource(field: String) async throws {
        #expect(UplinkRequest(field) == nil)
        let stage = SourceTests.FakeStage()
        try await withHouse([FakeMount(pages: 1)], stage: stage) { house in
            let client = try RawClient(port: house.port)
            client.send(
                "PUT /live HTTP/1.1\r\n\(Self.login)\r\nContent-Type: audio/ogg\r\nFunkhaus-Uplink: \(field)\r\n\r\nOggS"
            )
            #expect(try await client.readHead() == "HTTP/1.0 200 OK\r\n\r\n")
            client.finishSending()
            _ = try await client.readToEnd()
            #expect(stage.line.text == "OggS" && stage.line.wasClean == true)
        }
    }
}
