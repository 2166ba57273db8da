import Broadcast
import Codecs
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Server

/// Who gets into the operator's part of the door, what is read there, and its forms.
@Suite struct AdminTests {
    // MARK: Who gets in

    @Test(arguments: [
        "stats", "stats.xml", "listmounts", "listclients?mount=/stream.ogg",
        "metadata?mount=/stream.ogg&mode=updinfo",
        "streamlist.txt",
    ])
    func nobodyGetsInWithoutThePassword(_ command: String) async throws {
        try await Office.open([FakeMount(pages: 1)]) { house in
            for wrong in [
                "X: y", basic("admin:"), basic("admin:ge"), basic(":ge:heim"), basic("Admin:ge:heim"),
            ] {
                let answer = try await house.get("/admin/\(command)", wrong)
                #expect(answer.hasPrefix("HTTP/1.1 401 "))
                #expect(fields(answer)["www-authenticate"] == "Basic realm=\"Radio\", charset=\"UTF-8\"")
                #expect(!answer.contains("heim"))
            }
        }
    }

    @Test func theRelayGetsTheListAndNothingElse() async throws {
        let mounts = [
            FakeMount("/a b.ogg", pages: 1), FakeMount("/m.ogg", pages: 1), FakeMount("/silent.ogg"),
        ]
        struct Nobody: Membership {
            func verify(user: String, password: String) async -> MembershipAnswer { .stranger }
        }
        try await Office.open(mounts, rules: ["/m.ogg": MountRules(members: Nobody())]) { house in
            for who in [basic("relay:r"), Office.login] {
                let list = try await house.get("/admin/streamlist.txt", who)
                #expect(fields(list)["content-type"] == "text/plain; charset=utf-8")
                #expect(Office.body(list) == "/a%20b.ogg\r\n")
            }
            #expect(try await house.get("/admin/stats", basic("relay:r")).hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test func withoutAPasswordTheOfficeIsClosedInWords() async throws {
        try await withHouse([FakeMount(pages: 1)]) { house in
            for command in ["stats", "streamlist.txt"] {
                let answer = try await house.get("/admin/\(command)", basic("admin:admin"))
                #expect(answer.hasPrefix("HTTP/1.1 403 "))
                #expect(Office.body(answer).contains("set one under server: admin:"))
            }
        }
    }

    /// The status that a login from an address gets, as a proxy tells it.
    private func guess(_ house: House, _ address: String, _ password: String) async throws -> String {
        let answer = try await house.get(
            "/admin/listmounts", basic("admin:\(password)"), "X-Forwarded-For: \(address)")
        return String(answer.dropFirst(9).prefix(3))
    }

    @Test func whoGuessesIsSlowedDownAndNobodyElse() async throws {
        let book = LogBook()
        let proxies = [try #require(AddressRange("127.0.0.1"))]
        try await withHouse(
            [FakeMount(pages: 1)], now: { book.time },
            configured: {
                $0.admin = Login(user: "admin", password: "ge:heim")
                $0.trustedProxies = proxies
            }
        ) { house in
            // libshout asks without a login first; that is no guess.
            for _ in 0..<20 {
                #expect(
                    try await house.get("/admin/listmounts", "X-Forwarded-For: 192.0.2.1").hasPrefix(
                        "HTTP/1.1 401 "))
            }
            for _ in 0..<10 { #expect(try await guess(house, "192.0.2.1", "x") == "401") }
            let tired = try await guess(house, "192.0.2.1", "x")
            #expect(tired == "429")
            #expect(try await guess(house, "192.0.2.1", "ge:heim") == "429")
            #expect(try await guess(house, "192.0.2.2", "ge:heim") == "200")
            book.pass(seconds: 7)
            #expect(try await guess(house, "192.0.2.1", "ge:heim") == "200")
            // A household has half an IPv6 address.
            for index in 0..<10 { #expect(try await guess(house, "2001:db8::\(index + 1)", "x") == "401") }
            #expect(try await guess(house, "2001:db8::99", "ge:heim") == "429")
            #expect(try await guess(house, "2001:db8:0:1::99", "ge:heim") == "200")
        }
    }

    @Test func thoseWhoGuessFillNoMemory() {
        var guesses = GuessLimit()
        let attacker = NetworkAddress("203.0.113.1")
        for index in 0..<5_000 {
            let address = NetworkAddress("10.\(index / 65_536).\(index / 256 % 256).\(index % 256)")
            guesses.guessedWrong(address, at: Int64(index))
            guesses.guessedWrong(attacker, at: Int64(index))
        }
        #expect(guesses.count <= 1_024)
        #expect(guesses.isTired(of: attacker, at: 5_000))
        for index in 0..<5_000 {
            guesses.cameIn(NetworkAddress("10.1.\(index / 256).\(index % 256)"), at: Int64(index))
        }
        #expect(guesses.count <= 1_024)
    }

    @Test func aHouseholdFromWhichADJCameInIsNotSlowedDown() {
        var guesses = GuessLimit()
        let (home, other) = (NetworkAddress("192.0.2.1"), NetworkAddress("192.0.2.2"))
        guesses.cameIn(home, at: 0)
        for _ in 0..<20 {
            guesses.guessedWrong(home, at: 1)
            guesses.guessedWrong(other, at: 1)
        }
        #expect(!guesses.isTired(of: home, at: 2) && guesses.isTired(of: other, at: 2))
        for _ in 0..<20 { guesses.guessedWrong(home, at: 3_600_000_000_000) }
        #expect(guesses.isTired(of: home, at: 3_600_000_000_001))
    }

    @Test(arguments: [
        "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example",
        "Origin: null",
    ])
    func noOtherSiteActsThroughTheOperatorsBrowser(_ field: String) async throws {
        let book = TitleBook()
        try await Office.open([FakeMount(pages: 1)], titles: book) { house in
            for (method, target) in [
                ("GET", "/admin/metadata?mount=/stream.ogg&mode=updinfo&song=Evil"), ("GET", "/admin/stats"),
                ("POST", "/admin/killclient?mount=/stream.ogg&id=1"),
            ] {
                let answer = try await house.get(target, Office.login, field, method: method)
                #expect(answer.hasPrefix("HTTP/1.1 403 "))
            }
            #expect(book.titles.isEmpty)
            for ours in [
                "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Origin: http://radio.example",
            ] {
                #expect(try await house.get("/admin/stats", Office.login, ours).hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test(arguments: [
        "killclient?mount=/stream.ogg&id=1", "killsource?mount=/stream.ogg",
        "moveclients?mount=/a&destination=/b",
    ])
    func whatChangesSomethingTakesPost(_ command: String) async throws {
        try await Office.open([FakeMount(pages: 1)]) { house in
            let answer = try await house.get("/admin/\(command)", Office.login)
            #expect(answer.hasPrefix("HTTP/1.1 405 "))
            #expect(fields(answer)["allow"] == "POST")
        }
    }

    @Test(arguments: [
        ("nothing", 400), ("", 400), ("..%2fstats", 400), ("stats.xsl", 400), ("listclients", 400),
        ("listclients?mount=/none", 400), ("metadata?mode=updinfo&song=x", 400),
        ("metadata?mount=/none&mode=updinfo&song=x", 400), ("metadata?mount=/stream.ogg&song=x", 400),
    ])
    func whatCannotBeDoneIsSaidInOneSentence(_ command: String, _ status: Int) async throws {
        try await Office.open([FakeMount(pages: 1)]) { house in
            let answer = try await house.get("/admin/\(command)", Office.login)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(
                Office.body(answer).hasSuffix(".\n") && Office.body(answer).count(where: { $0 == "\n" }) == 1)
        }
    }

    // MARK: Reading

    @Test func theStatisticsAreXMLWhateverATitleHolds() async throws {
        let fake = FakeMount("/a&b.ogg", pages: 1, name: "R&B <\u{1}>")
        fake.append(1, title: Title(artist: "]]>", title: "<script>\u{0}'\"&amp;"))
        let other = FakeMount("/b.ogg", pages: 1)
        try await Office.open(
            [fake, other, FakeMount("/silent.ogg")], rules: ["/b.ogg": MountRules(maxListeners: 9)]
        ) {
            house in
            let listener = try await house.listen("/b.ogg")
            for name in ["stats", "stats.xml"] {
                let answer = try await house.get("/admin/\(name)", Office.login)
                #expect(fields(answer)["content-type"] == "text/xml; charset=utf-8")
                #expect(!answer.contains("<script>"))
                let found = try Office.elements(answer)
                #expect(found["source@mount"] == ["/a&b.ogg", "/b.ogg"])
                #expect(found["title"] == ["<script> '\"&amp;", "First"])
                #expect(found["artist"] == ["]]>", "One"])
                // The station's, and each mount's.
                #expect(found["listeners"] == ["1", "0", "1"] && found["sources"] == ["2"])
                #expect(found["max_listeners"] == ["unlimited", "9"])
                #expect(found["server_type"] == ["application/ogg", "application/ogg"])
            }
            let one = try Office.elements(try await house.get("/admin/stats?mount=/b.ogg", Office.login))
            #expect(one["source@mount"] == ["/b.ogg"])
            let mounts = try Office.elements(try await house.get("/admin/listmounts", Office.login))
            #expect(mounts["source@mount"] == ["/a&b.ogg", "/b.ogg"] && mounts["listeners"] == ["0", "1"])
            listener.hangUp()
        }
    }

    @Test func theStatisticsLeadToWhereTheOperatorAsked() async throws {
        let proxies = [try #require(AddressRange("127.0.0.1"))]
        try await withHouse(
            [FakeMount(pages: 1)],
            configured: {
                $0.admin = Login(user: "admin", password: "ge:heim")
                $0.trustedProxies = proxies
            }
        ) { house in
            let proxy = ["X-Forwarded-Proto: https", "X-Forwarded-Host: radio.example:444"]
            let behind = try Office.elements(
                try await house.get("/admin/stats", Office.login, proxy[0], proxy[1]))
            #expect(behind["listenurl"] == ["https://radio.example:444/stream.ogg"])
            let found = try Office.elements(try await house.get("/admin/stats", Office.login))
            #expect(found["listenurl"] == ["http://radio.example/stream.ogg"])
            #expect(found["audio_bitrate"] == ["32000"] && found["audio_samplerate"] == ["44100"])
            #expect(found["channels"] == ["2"] && found["audio_channels"] == ["2"])
            #expect(found["samplerate"] == ["44100"] && found["quality"] == ["5.0"])
        }
    }

    @Test func theOperatorSeesWhoListensAndSendsOneAway() async throws {
        let book = LogBook()
        let fake = FakeMount(pages: 1)
        try await withHouse(
            [fake], logger: book.logger, configured: { $0.admin = Login(user: "admin", password: "ge:heim") }
        ) { house in
            let first = try await house.listen("/stream.ogg", "User-Agent: A <&> player\r\n")
            let second = try await house.listen()
            var clients = try Office.elements(
                try await house.get("/admin/listclients?mount=/stream.ogg", Office.login))
            #expect(clients["IP"] == ["127.0.0.1", "127.0.0.1"])
            #expect(clients["UserAgent"] == ["A <&> player", ""] && clients["Connected"] == ["0", "0"])
            let id = try #require(clients["ID"]?.first)
            let gone = try await house.get(
                "/admin/killclient?mount=/stream.ogg&id=\(id)", Office.login, method: "POST")
            #expect(
                try Office.elements(gone) == [
                    "iceresponse": [""], "message": ["Client \(id) removed"], "return": ["1"],
                ])
            _ = try await first.readToEnd()
            try await eventually { house.door.listeners["/stream.ogg"]?.departures == [.removed: 1] }
            let again = try await house.get(
                "/admin/killclient?mount=/stream.ogg&id=\(id)", Office.login, method: "POST")
            #expect(try Office.elements(again)["return"] == ["0"])
            // A form in the body is as good as a query.
            clients = try Office.elements(
                try await house.get("/admin/listclients?mount=/stream.ogg", Office.login))
            let form = "mount=%2Fstream.ogg&id=\(try #require(clients["ID"]?.first))"
            let answer = try await house.ask(
                "POST /admin/killclient HTTP/1.1\r\n\(Office.login)\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
            )
            #expect(try Office.elements(answer)["return"] == ["1"])
            _ = try await second.readToEnd()
            #expect(
                try Office.elements(
                    try await house.get("/admin/listclients?mount=/stream.ogg", Office.login))["ID"] == nil)
        }
        #expect(book.lines.contains { $0.contains("A listener is gone.") })
        #expect(!book.lines.contains { $0.contains("127.0.0.1") || $0.contains("player") })
    }

    // MARK: Forms

    @Test(arguments: [
        ("Content-Length: 9999999", 413), ("Content-Length: x", 411), ("Transfer-Encoding: chunked", 411),
        ("Content-Length: -1", 411),
    ])
    func aFormIsBounded(_ field: String, _ status: Int) async throws {
        try await Office.open([FakeMount(pages: 1)]) { house in
            let answer = try await house.ask(
                "POST /admin/killclient HTTP/1.1\r\n\(Office.login)\r\n\(field)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test func aFormThatDoesNotComeIsNotWaitedForForever() async throws {
        try await withHouse(
            [FakeMount(pages: 1)], configured: { $0.limits.headTime = .milliseconds(80) }
        ) { house in
            let answer = try await house.ask("POST /admin/killclient HTTP/1.1\r\nContent-Length: 9\r\n\r\nab")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }
}
