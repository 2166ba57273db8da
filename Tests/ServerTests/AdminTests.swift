import Broadcast
import Codecs
import Foundation
import FoundationXML
import Synchronization
import TestKit
import Testing

@testable import Server

/// The operator's part of the door.
@Suite struct AdminTests {
    private let login = basic("admin:ge:heim")

    private func withOffice(
        _ mounts: [FakeMount], rules: [String: MountRules] = [:], titles: (any TitleOverride)? = nil,
        now: @escaping @Sendable () -> Int64 = { testInstant }, _ body: (House) async throws -> Void
    ) async throws {
        try await withHouse(
            mounts, rules: rules, titles: titles, now: now,
            configured: {
                $0.admin = Login(user: "admin", password: "ge:heim")
                $0.relay = Login(user: "relay", password: "r")
            }, body)
    }

    private func body(_ answer: String) -> String {
        String(answer[(answer.firstRange(of: "\r\n\r\n")?.upperBound ?? answer.startIndex)...])
    }

    /// A document that a parser takes, with the text of each of its elements.
    private func elements(_ answer: String) throws -> [String: [String]] {
        final class Reader: NSObject, XMLParserDelegate {
            var texts: [String: [String]] = [:]
            var text = ""
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
                qualifiedName: String?, attributes: [String: String]
            ) {
                text = ""
                for (key, value) in attributes { texts["\(name)@\(key)", default: []].append(value) }
            }
            func parser(_ parser: XMLParser, foundCharacters part: String) { text += part }
            func parser(
                _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
            ) {
                texts[name, default: []].append(text)
                text = ""
            }
        }
        let (parser, reader) = (XMLParser(data: Data(body(answer).utf8)), Reader())
        parser.delegate = reader
        try #require(parser.parse(), "no XML: \(answer)")
        return reader.texts
    }

    // MARK: Who gets in

    @Test(arguments: [
        "stats", "stats.xml", "listmounts", "listclients?mount=/stream.ogg",
        "metadata?mount=/stream.ogg&mode=updinfo",
        "streamlist.txt",
    ])
    func nobodyGetsInWithoutThePassword(_ command: String) async throws {
        try await withOffice([FakeMount(pages: 1)]) { house in
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
        try await withOffice(mounts, rules: ["/m.ogg": MountRules(members: Nobody())]) { house in
            for who in [basic("relay:r"), login] {
                let list = try await house.get("/admin/streamlist.txt", who)
                #expect(fields(list)["content-type"] == "text/plain; charset=utf-8")
                #expect(body(list) == "/a%20b.ogg\r\n")
            }
            #expect(try await house.get("/admin/stats", basic("relay:r")).hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test func withoutAPasswordTheOfficeIsClosedInWords() async throws {
        try await withHouse([FakeMount(pages: 1)]) { house in
            for command in ["stats", "streamlist.txt"] {
                let answer = try await house.get("/admin/\(command)", basic("admin:admin"))
                #expect(answer.hasPrefix("HTTP/1.1 403 "))
                #expect(body(answer).contains("set one under server: admin:"))
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
        try await withOffice([FakeMount(pages: 1)], titles: book) { house in
            for (method, target) in [
                ("GET", "/admin/metadata?mount=/stream.ogg&mode=updinfo&song=Evil"), ("GET", "/admin/stats"),
                ("POST", "/admin/killclient?mount=/stream.ogg&id=1"),
            ] {
                let answer = try await house.get(target, login, field, method: method)
                #expect(answer.hasPrefix("HTTP/1.1 403 "))
            }
            #expect(book.titles.isEmpty)
            for ours in [
                "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Origin: http://radio.example",
            ] {
                #expect(try await house.get("/admin/stats", login, ours).hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test(arguments: [
        "killclient?mount=/stream.ogg&id=1", "killsource?mount=/stream.ogg",
        "moveclients?mount=/a&destination=/b",
    ])
    func whatChangesSomethingTakesPost(_ command: String) async throws {
        try await withOffice([FakeMount(pages: 1)]) { house in
            let answer = try await house.get("/admin/\(command)", login)
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
        try await withOffice([FakeMount(pages: 1)]) { house in
            let answer = try await house.get("/admin/\(command)", login)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(body(answer).hasSuffix(".\n") && body(answer).count(where: { $0 == "\n" }) == 1)
        }
    }

    // MARK: Reading

    @Test func theStatisticsAreXMLWhateverATitleHolds() async throws {
        let fake = FakeMount("/a&b.ogg", pages: 1, name: "R&B <\u{1}>")
        fake.append(1, title: Title(artist: "]]>", title: "<script>\u{0}'\"&amp;"))
        let other = FakeMount("/b.ogg", pages: 1)
        try await withOffice(
            [fake, other, FakeMount("/silent.ogg")], rules: ["/b.ogg": MountRules(maxListeners: 9)]
        ) {
            house in
            let listener = try await house.listen("/b.ogg")
            for name in ["stats", "stats.xml"] {
                let answer = try await house.get("/admin/\(name)", login)
                #expect(fields(answer)["content-type"] == "text/xml; charset=utf-8")
                #expect(!answer.contains("<script>"))
                let found = try elements(answer)
                #expect(found["source@mount"] == ["/a&b.ogg", "/b.ogg"])
                #expect(found["title"] == ["<script> '\"&amp;", "First"])
                #expect(found["artist"] == ["]]>", "One"])
                // The station's, and each mount's.
                #expect(found["listeners"] == ["1", "0", "1"] && found["sources"] == ["2"])
                #expect(found["max_listeners"] == ["unlimited", "9"])
                #expect(found["server_type"] == ["application/ogg", "application/ogg"])
            }
            let one = try elements(try await house.get("/admin/stats?mount=/b.ogg", login))
            #expect(one["source@mount"] == ["/b.ogg"])
            let mounts = try elements(try await house.get("/admin/listmounts", login))
            #expect(mounts["source@mount"] == ["/a&b.ogg", "/b.ogg"] && mounts["listeners"] == ["0", "1"])
            listener.hangUp()
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
            var clients = try elements(try await house.get("/admin/listclients?mount=/stream.ogg", login))
            #expect(clients["IP"] == ["127.0.0.1", "127.0.0.1"])
            #expect(clients["UserAgent"] == ["A <&> player", ""] && clients["Connected"] == ["0", "0"])
            let id = try #require(clients["ID"]?.first)
            let gone = try await house.get(
                "/admin/killclient?mount=/stream.ogg&id=\(id)", login, method: "POST")
            #expect(
                try elements(gone) == [
                    "iceresponse": [""], "message": ["Client \(id) removed"], "return": ["1"],
                ])
            _ = try await first.readToEnd()
            try await eventually { house.door.listeners["/stream.ogg"]?.departures == [.removed: 1] }
            let again = try await house.get(
                "/admin/killclient?mount=/stream.ogg&id=\(id)", login, method: "POST")
            #expect(try elements(again)["return"] == ["0"])
            // A form in the body is as good as a query.
            clients = try elements(try await house.get("/admin/listclients?mount=/stream.ogg", login))
            let form = "mount=%2Fstream.ogg&id=\(try #require(clients["ID"]?.first))"
            let answer = try await house.ask(
                "POST /admin/killclient HTTP/1.1\r\n\(login)\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
            )
            #expect(try elements(answer)["return"] == ["1"])
            _ = try await second.readToEnd()
            #expect(
                try elements(try await house.get("/admin/listclients?mount=/stream.ogg", login))["ID"] == nil)
        }
        #expect(book.lines.contains { $0.contains("A listener is gone.") })
        #expect(!book.lines.contains { $0.contains("127.0.0.1") || $0.contains("player") })
    }

    // MARK: Moving

    @Test func thoseWithLinksGoOverWhereTheNextLinkBegins() async throws {
        let (from, to) = (FakeMount("/a.ogg", pages: 2), FakeMount("/b.ogg", pages: 3))
        try await withOffice([from, to]) { house in
            let chained = try await house.listen("/a.ogg?titles=chained")
            let plain = try await house.listen("/a.ogg")
            #expect(try await chained.read(from.chained(from: 0).count) == from.chained(from: 0))
            #expect(try await plain.read(from.plain(from: 0).count) == from.plain(from: 0))
            let answer = try await house.get(
                "/admin/moveclients?mount=/a.ogg&destination=/b.ogg", login, method: "POST")
            #expect(
                try elements(answer)["message"] == [
                    "Clients moved: 1 go over at the next title; 1 stay, whose stream must not begin a second time"
                ])
            from.append(1, title: from.pages[1].title)
            #expect(try await chained.read(from.pages[2].chained.count) == from.pages[2].chained)
            from.append(1, title: Title(title: "Next"))
            let rest = to.chained(from: 2)
            #expect(try await chained.read(rest.count) == rest)
            to.append(1, title: to.pages[2].title)
            #expect(try await chained.read(to.pages[3].chained.count) == to.pages[3].chained)
            #expect(try await plain.read(800) == from.pages[2...].flatMap(\.plain))
            try await eventually {
                house.door.listeners["/a.ogg"]?.now == 1 && house.door.listeners["/b.ogg"]?.now == 1
            }
            chained.hangUp()
            try await eventually { house.door.listeners["/b.ogg"]?.now == 0 }
            #expect(house.door.listeners["/a.ogg"]?.departures == [:])
        }
    }

    @Test func thoseWithoutAContainerGoOverWithTheNextPageAndTheirBlocksGoOn() async throws {
        let format = StreamFormat.mp3(bitrate: 128_000)
        let from = FakeMount("/a.mp3", pages: 2, format: format)
        let to = FakeMount("/b.mp3", pages: 3, format: format)
        to.append(1, title: Title(title: "There"))
        try await withOffice([from, to]) { house in
            let plain = try await house.listen("/a.mp3")
            let icy = try await house.listen("/a.mp3?titles=icy")
            #expect(try await plain.read(800) == from.pages.flatMap(\.plain))
            #expect(try await icy.read(800) == from.pages.flatMap(\.plain))
            let answer = try await house.get(
                "/admin/moveclients?mount=/a.mp3&destination=/b.mp3", login, method: "POST")
            #expect(try elements(answer)["message"] == ["Clients moved: 2 go over with the next page"])
            from.append(1, title: nil)
            try await eventually { house.door.listeners["/b.mp3"]?.now == 2 }
            // The newest page of the other mount, and all that follow it.
            to.append(9, title: Title(title: "There"))
            let music = to.pages[3...].flatMap(\.plain)
            #expect(try await plain.read(music.count) == music)
            // The bytes that were heard before the move count.
            let untilBlock = 4096 - 800
            let block = IcyMetadata.block(for: Title(title: "There"))
            let framed = music[..<untilBlock] + block + music[untilBlock...]
            #expect(try await icy.read(framed.count) == Array(framed))
            #expect(house.door.listeners["/a.mp3"]?.now == 0)
            for client in [plain, icy] { client.hangUp() }
        }
    }

    @Test func aMoveThatWouldBreakAStreamIsRefused() async throws {
        let (from, to, silent) = (
            FakeMount("/a.ogg", pages: 2), FakeMount("/b.ogg", pages: 3), FakeMount("/c.ogg")
        )
        try await withOffice([from, to, silent]) { house in
            let plain = try await house.listen("/a.ogg")
            func move(_ destination: String) async throws -> [String: [String]] {
                try elements(
                    try await house.get(
                        "/admin/moveclients?mount=/a.ogg&destination=\(destination)", login, method: "POST"))
            }
            for destination in ["/a.ogg", "/b.ogg", "/c.ogg"] {
                let answer = try await move(destination)
                #expect(answer["return"] == ["0"])
                #expect(answer["message"]?.first?.lowercased().contains("nobody was moved") == true)
            }
            to.mount.description.subtype = "Opus"
            #expect(try await move("/b.ogg")["message"]?.first?.contains("differ in format") == true)
            plain.hangUp()
        }
    }

    @Test func aSourceCannotBeSentAway() async throws {
        try await withOffice([FakeMount(pages: 1)]) { house in
            let answer = try await house.get("/admin/killsource?mount=/stream.ogg", login, method: "POST")
            #expect(try elements(answer)["return"] == ["0"])
        }
    }

    // MARK: Titles

    private final class TitleBook: TitleOverride {
        private let book = Mutex<[Title]>([])
        var titles: [Title] { book.withLock { $0 } }
        func announce(_ title: Title, on mount: String) async -> String? {
            book.withLock { $0.append(title) }
            return title.title == "refused" ? "The station is not on air yet." : nil
        }
    }

    @Test(arguments: [
        ("song=New+Song%20%C3%A9", Title(title: "New+Song é")),
        ("charset=UTF-8&title=T&artist=A", Title(artist: "A", title: "T")),
        ("song=S&title=T&artist=A", Title(title: "S")), ("song=Caf%E9", Title(title: "Café")),
        ("song=%C3%A9&charset=ISO-8859-1", Title(title: "Ã©")),
        ("song=a%0d%0aSet-Cookie:%20x", Title(title: "a Set-Cookie: x")),
        ("song=50%&x=%zz", Title(title: "50%")),
    ])
    func aTitleIsTakenAsItWasMeant(_ query: String, _ title: Title) async throws {
        let book = TitleBook()
        try await withOffice([FakeMount(pages: 1)], titles: book) { house in
            let answer = try await house.get("/admin/metadata?mount=/stream.ogg&mode=updinfo&\(query)", login)
            #expect(try elements(answer)["message"] == ["Metadata update successful"])
            #expect(book.titles == [title])
        }
    }

    @Test func aTitleThatIsNotTakenIsSaidSo() async throws {
        let book = TitleBook()
        try await withOffice([FakeMount(pages: 1)], titles: book) { house in
            for (query, message) in [
                ("mode=updinfo&artist=A", "The title is empty: write song, or title and artist"),
                ("mode=updinfo&song=%00", "The title is empty: write song, or title and artist"),
                ("mode=other&song=x", "No such action"),
                ("mode=updinfo&song=refused", "The station is not on air yet."),
            ] {
                let found = try elements(
                    try await house.get("/admin/metadata?mount=/stream.ogg&\(query)", login))
                #expect(found["message"] == [message] && found["return"] == ["0"])
            }
        }
    }

    // MARK: Forms

    @Test(arguments: [
        ("Content-Length: 9999999", 413), ("Content-Length: x", 411), ("Transfer-Encoding: chunked", 411),
        ("Content-Length: -1", 411),
    ])
    func aFormIsBounded(_ field: String, _ status: Int) async throws {
        try await withOffice([FakeMount(pages: 1)]) { house in
            let answer = try await house.ask(
                "POST /admin/killclient HTTP/1.1\r\n\(login)\r\n\(field)\r\n\r\n")
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
