import TestKit
import Testing

@testable import Server

/// Guesses at DJs' secrets, from one household and from many.
@Suite struct GuessLimitTests {
    private func home(_ index: Int) -> NetworkAddress? {
        NetworkAddress("10.2.\(index / 256).\(index % 256)")
    }

    @Test func manyHouseholdsThatGuessAtOneAccountAreSlowedDownTogether() {
        var guesses = GuessLimit()
        for index in 0..<50 {
            #expect(!guesses.isTired(of: "anna", from: home(999), at: 0))
            guesses.guessedWrong(home(index), account: "anna", at: 0)
        }
        #expect(guesses.isTired(of: "anna", from: home(999), at: 0))
        #expect(!guesses.isTired(of: home(999), at: 0))
        #expect(!guesses.isTired(of: "bert", from: home(999), at: 0))
        #expect(!guesses.isTired(of: "anna", from: home(999), at: 2_000_000_000))
        guesses.cameIn(home(999), at: 0)
        #expect(!guesses.isTired(of: "anna", from: home(999), at: 0))
    }

    @Test func oneHouseholdAloneShutsNobodyOut() {
        var guesses = GuessLimit()
        // For an hour, as often as it may.
        for second in Int64(0)..<3_600 {
            let now = second * 1_000_000_000
            while !guesses.isTired(of: home(1), at: now) {
                guesses.guessedWrong(home(1), account: "anna", at: now)
            }
            #expect(!guesses.isTired(of: "anna", from: home(2), at: now))
        }
    }

    @Test func namesThatAreMadeUpFillNoMemory() {
        var guesses = GuessLimit()
        for index in 0..<5_000 { guesses.guessedWrong(nil, account: "\(index)", at: Int64(index)) }
        #expect(guesses.count <= 1_024)
    }

    @Test func anAccountThatIsGuessedAtIsOpenToWhoWasThereBefore() async throws {
        let (stage, book) = (SourceTests.FakeStage(), LogBook())
        let proxies = [try #require(AddressRange("127.0.0.1"))]
        try await withHouse(
            [FakeMount(pages: 1)], stage: stage, now: { book.time },
            configured: { $0.trustedProxies = proxies }
        ) { house in
            func come(_ home: Int, _ secret: String = "geheim:nis") async throws -> String {
                let client = try RawClient(port: house.port)
                client.send(
                    "SOURCE /live HTTP/1.0\r\n\(basic("anna:\(secret)"))\r\nContent-Type: audio/ogg\r\n"
                        + "X-Forwarded-For: 10.3.0.\(home)\r\n\r\n")
                let head = try await client.readHead()
                client.hangUp()
                return String(head.dropFirst(9).prefix(3))
            }
            let answer1 = try await come(1)
            #expect(answer1 == "200")
            for index in 0..<50 {
                let guess = try await come(10 + index, "falsch")
                #expect(guess == "401")
            }
            let answer2 = try await come(90)
            #expect(answer2 == "429")
            // Somebody came in from there, and the login was right before.
            let answer3 = try await come(1)
            #expect(answer3 == "200")
            stage.remembers.store(true, ordering: .relaxed)
            let answer4 = try await come(91)
            #expect(answer4 == "200")
            let answer5 = try await come(92, "falsch")
            #expect(answer5 == "429")
            // (At an account that was guessed at, a household's guesses cost it nothing: the right one was found by trying.)
            for _ in 0..<20 {
                let guess = try await come(94, "falsch")
                #expect(guess == "429")
            }
            let answer7 = try await come(94)
            #expect(answer7 == "429")
            stage.remembers.store(false, ordering: .relaxed)
            book.pass(seconds: 3)
            let answer6 = try await come(93)
            #expect(answer6 == "200")
        }
    }
}
