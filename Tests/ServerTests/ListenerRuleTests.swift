import TestKit
import Testing

@testable import Server

/// What a listener may, and what leads players to a mount.
@Suite struct ListenerRuleTests {
    // MARK: Preflights, ranges, versions

    @Test(arguments: ["/stream.ogg", "/", "/status-json.xsl", "/stream.ogg.m3u", "*"])
    func apreflightAllowsEverySiteWhatIsPublic(_ target: String) async throws {
        try await withHouse([FakeMount(pages: 1)]) { house in
            let answer = try await house.get(
                target, "Origin: https://blog.example", "Access-Control-Request-Headers: icy-metadata, range",
                method: "OPTIONS")
            #expect(answer.hasPrefix("HTTP/1.1 204 "))
            let fields = fields(answer)
            #expect(fields["access-control-allow-origin"] == "*")
            #expect(fields["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
            #expect(fields["access-control-allow-headers"]?.contains("Icy-MetaData") == true)
            #expect(fields["access-control-allow-headers"]?.contains("Range") == true)
            #expect(fields["access-control-expose-headers"]?.contains("icy-metaint") == true)
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func nothingOfTheAdministrationIsForAnotherSite() async throws {
        try await withHouse([FakeMount(pages: 1)], configured: { $0.admin = Login(user: "a", password: "b") })
        {
            house in
            for method in ["OPTIONS", "GET", "DELETE"] {
                let answer = try await house.get("/admin/stats", method: method)
                #expect(!answer.lowercased().contains("access-control"), "\(method)")
            }
        }
    }

    @Test(arguments: ["bytes=0-", "bytes=0-1", "bytes=100-", "nonsense"], ["1.0", "1.1"])
    func aRangeOfALiveMountIsAnsweredWithTheWhole(_ range: String, _ version: String) async throws {
        let fake = FakeMount(pages: 2)
        try await withHouse([fake]) { house in
            let client = try RawClient(port: house.port)
            client.send("GET /stream.ogg HTTP/\(version)\r\nRange: \(range)\r\nIcy-MetaData: 1\r\n\r\n")
            let head = try await client.readHead()
            #expect(head.hasPrefix("HTTP/\(version) 200 OK\r\n"))
            #expect(fields(head)["accept-ranges"] == nil && fields(head)["icy-metaint"] == "4096")
            #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
        }
    }

    // MARK: Playlists

    @Test func everyPlaylistLeadsToTheMount() async throws {
        let fake = FakeMount("/a b.ogg", pages: 1, name: "R&B <Radio>\r\n2")
        try await withHouse([fake]) { house in
            let m3u = try await house.get("/a%20b.ogg.m3u")
            #expect(fields(m3u)["content-type"] == "audio/x-mpegurl")
            #expect(m3u.hasSuffix("\r\n\r\nhttp://radio.example/a%20b.ogg\r\n"))
            let pls = try await house.get("/a%20b.ogg.pls")
            #expect(fields(pls)["content-type"] == "audio/x-scpls; charset=utf-8")
            #expect(
                pls.hasSuffix(
                    "[playlist]\r\nNumberOfEntries=1\r\nFile1=http://radio.example/a%20b.ogg\r\n"
                        + "Title1=R&B <Radio> 2\r\nLength1=-1\r\nVersion=2\r\n"))
            let xspf = try await house.get("/a%20b.ogg.xspf")
            #expect(fields(xspf)["content-type"] == "application/xspf+xml; charset=utf-8")
            #expect(xspf.contains("<location>http://radio.example/a%20b.ogg</location>"))
            #expect(xspf.contains("<title>R&amp;B &lt;Radio&gt; 2</title>"))
            #expect(try await house.get("/none.ogg.pls").hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func onlyATrustedProxyIsBelieved() async throws {
        let told = [
            "X-Forwarded-Proto: https", "X-Forwarded-Host: radio.example:444", "X-Forwarded-For: 192.0.2.7",
        ]
        for (proxies, address) in [
            (["127.0.0.0/8"], "https://radio.example:444"), (["10.0.0.1", "::1"], "http://radio.example"),
        ] {
            try await withHouse(
                [FakeMount(pages: 1)],
                configured: { $0.trustedProxies = proxies.compactMap { AddressRange($0) } }
            ) { house in
                let answer = try await house.get("/stream.ogg.m3u", told[0], told[1], told[2])
                #expect(answer.hasSuffix("\r\n\r\n\(address)/stream.ogg\r\n"))
                let status = try await house.get("/status-json.xsl", told[0], told[1], told[2])
                #expect(status.contains("\"listenurl\":\"\(address)/stream.ogg\""))
                // What is no host is nobody's, not even the proxy's.
                let broken = try await house.get("/stream.ogg.m3u", "X-Forwarded-Host: a\"><script>")
                #expect(broken.hasSuffix("\r\n\r\nhttp://radio.example/stream.ogg\r\n"))
            }
        }
    }

    @Test(arguments: [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"), ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        // What stands before the last proxy that we trust is the visitor's own word.
        ("127.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "6.6.6.6, 192.0.2.1 , 10.1.2.3", "192.0.2.1"),
        ("127.0.0.1", "rubbish", "127.0.0.1"), ("127.0.0.1", "", "127.0.0.1"),
        ("::1", "2001:db8::1", "2001:db8::1"),
    ])
    func theVisitorIsWhomTheLastTrustedProxySaw(_ peer: String, _ chain: String, _ visitor: String) throws {
        let head = try RequestHead(
            lines: ["GET / HTTP/1.1", "X-Forwarded-For: \(chain)"].map { ArraySlice($0.utf8) })
        let proxies = ["127.0.0.1", "::1", "10.0.0.0/8"].compactMap { AddressRange($0) }
        let found = Visitor(
            head, peer: NetworkAddress(peer), isEncrypted: false, trustedProxies: proxies)
        #expect(found.address?.description == visitor)
    }

    private func visitor(_ fields: [String], peer: String = "127.0.0.1") throws -> Visitor {
        let head = try RequestHead(
            lines: (["GET / HTTP/1.1", "Host: inner"] + fields).map { ArraySlice($0.utf8) })
        let proxies = ["127.0.0.1", "10.0.0.0/8"].compactMap { AddressRange($0) }
        return Visitor(head, peer: NetworkAddress(peer), isEncrypted: false, trustedProxies: proxies)
    }

    @Test(arguments: [
        (["X-Forwarded-Proto: https"], true), (["X-Forwarded-Proto: gopher"], false),
        // Each proxy adds its own; the word of the last one that we trust counts.
        (["X-Forwarded-Proto: https, http"], false), (["X-Forwarded-Proto: http , HTTPS"], true),
        (["X-Forwarded-Proto: https, http", "X-Forwarded-For: 192.0.2.1, 10.0.0.1"], true),
        (
            ["X-Forwarded-Proto: https", "X-Forwarded-Proto: http", "X-Forwarded-For: 192.0.2.1, 10.0.0.1"],
            true
        ),
        (["X-Forwarded-Proto: https, http", "X-Forwarded-For: 10.0.0.1, 192.0.2.1"], false),
        // One for all the way.
        (["X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1, 10.0.0.1"], true),
        (["Forwarded: for=192.0.2.1;proto=https, for=10.0.0.1;proto=http"], true),
        (["Forwarded: for=10.0.0.1;proto=https, for=192.0.2.1;proto=http"], false),
        // The visitor's own word beside the proxy's.
        (["Forwarded: proto=https", "X-Forwarded-Proto: http"], false),
    ])
    func `a proxy's list of schemes was taken for none`(_ fields: [String], _ isEncrypted: Bool) throws {
        #expect(try visitor(fields).isEncrypted == isEncrypted)
        #expect(try !visitor(fields, peer: "203.0.113.9").isEncrypted)
    }

    @Test(arguments: [
        (["for=192.0.2.1"], "192.0.2.1"), (["FOR = \"192.0.2.1:4711\" ;proto=http"], "192.0.2.1"),
        (["for=\"[2001:db8::1]:4711\""], "2001:db8::1"), (["for=\"[2001:db8::1]\""], "2001:db8::1"),
        (["for=6.6.6.6, for=192.0.2.1, for=10.0.0.1"], "192.0.2.1"),
        (["for=6.6.6.6", "for=192.0.2.1"], "192.0.2.1"),
        // Whoever hides, and what is broken, is the proxy itself.
        (["for=unknown"], "127.0.0.1"), (["for=_hidden"], "127.0.0.1"), (["for=\"[::1"], "127.0.0.1"),
        (["proto=https"], "127.0.0.1"), ([";;,=,for"], "127.0.0.1"),
        (["for=6.6.6.6, for=\", for=192.0.2.1"], "127.0.0.1"),
        (["host=\"a,b;for=6.6.6.6\\\",for=6.6.6.6\";for=192.0.2.1"], "192.0.2.1"),
    ])
    func `a proxy that speaks RFC 7239 was not understood`(_ words: [String], _ address: String) throws {
        #expect(try visitor(words.map { "Forwarded: \($0)" }).address?.description == address)
    }

    @Test func `a list of hosts was taken for none`() throws {
        let desk = FrontDesk(
            FrontDoorConfiguration(listen: [], station: StationTexts(name: "Radio", description: "")),
            mounts: [], titles: nil, logger: silent, now: { testInstant })
        for (field, host) in [
            ("X-Forwarded-Host: a.example, b.example:81", "b.example:81"), ("X-Forwarded-Host: <>", "inner"),
            ("Forwarded: host=\"a.example:444\";proto=https", "a.example:444"),
            ("Forwarded: host=\"a b\"", "inner"),
        ] {
            #expect(try visitor([field]).authority(desk) == host)
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "9.9.9.9", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("192.0.2.5", "192.0.2.5", true),
        ("192.0.2.4/31", "192.0.2.5", true),
        ("192.0.2.4/31", "192.0.2.6", false), ("fd00::/8", "fdab::1", true), ("fd00::/8", "fe00::1", false),
        ("::/0", "1.2.3.4", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
        ("2001:db8::/65", "2001:db8::7000:0:0:1", true), ("::1", "::1", true),
        ("::ffff:1.2.3.4", "1.2.3.4", true),
    ])
    func aNetworkHoldsItsAddresses(_ range: String, _ address: String, _ isIn: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(NetworkAddress(address))) == isIn)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "::/129", "a", "10.0.0", "10.0.0.0/-1", "10.0.0.0/", "[::1]", "1.2.3.4:80",
    ])
    func whatIsNoNetworkIsNone(_ text: String) { #expect(AddressRange(text) == nil) }

    // MARK: Limits

    @Test func aFullMountAndAFullStationSaySoAndTheOperatorStillGetsIn() async throws {
        try await withHouse(
            [FakeMount("/a.ogg", pages: 1), FakeMount("/b.ogg", pages: 1)],
            rules: ["/a.ogg": MountRules(maxListeners: 1)], configured: { $0.limits.listeners = 2 }
        ) { house in
            let first = try await house.listen("/a.ogg")
            let full = try await house.get("/a.ogg")
            #expect(full.hasPrefix("HTTP/1.1 403 "))
            #expect(
                full.hasSuffix(
                    "\r\n\r\nThis mount has as many listeners as it may have. Please try again later.\n"))
            let second = try await house.listen("/b.ogg")
            let over = try await house.get("/b.ogg")
            #expect(over.hasPrefix("HTTP/1.1 503 ") && fields(over)["retry-after"] == "30")
            #expect(
                over.hasSuffix("The station has as many listeners as it can hold. Please try again later.\n"))
            #expect(try await house.get("/status-json.xsl").hasPrefix("HTTP/1.1 200 "))
            #expect(try await house.get("/b.ogg", method: "HEAD").hasPrefix("HTTP/1.1 200 "))
            // Whoever goes makes room.
            first.hangUp()
            try await eventually { house.door.listeners["/a.ogg"]?.now == 0 }
            _ = try await house.listen("/a.ogg")
            second.hangUp()
        }
    }

    @Test func aReloadChangesWhatIsAllowedAndSendsNobodyAway() async throws {
        let fake = FakeMount(pages: 1)
        try await withHouse([fake]) { house in
            let stayed = [try await house.listen(), try await house.listen()]
            var tight = house.configuration
            tight.limits.listeners = 2
            tight.limits.headBytes = 200
            tight.admin = Login(user: "a", password: "b")
            house.door.apply(tight)
            #expect(try await house.get("/stream.ogg").hasPrefix("HTTP/1.1 503 "))
            let long = "X: \(String(repeating: "x", count: 200))"
            #expect(try await house.get("/", long).hasPrefix("HTTP/1.1 431 "))
            #expect(try await house.get("/admin/stats", basic("a:b")).hasPrefix("HTTP/1.1 200 "))

            house.door.apply(house.configuration)
            await house.door.setMounts([fake.mount], rules: ["/stream.ogg": MountRules(maxListeners: 3)])
            let third = try await house.listen()
            #expect(try await house.get("/stream.ogg").hasPrefix("HTTP/1.1 403 "))
            #expect(try await house.get("/", long).hasPrefix("HTTP/1.1 200 "))
            #expect(try await house.get("/admin/stats", basic("a:b")).hasPrefix("HTTP/1.1 403 "))

            fake.append(1, title: fake.pages[0].title)
            for client in stayed {
                #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            }
            for client in stayed + [third] { client.hangUp() }
        }
    }

    @Test func descriptorsAreKeptForTheOperatorAndForTheStation() async throws {
        // One listener's more than is kept back, and room for two further connections.
        let descriptors = Turnstile.kept + Turnstile.keptForPages + 1
        try await withHouse([FakeMount(pages: 1)], configured: { $0.descriptors = descriptors }) { house in
            #expect(house.door.capacity == Capacity(listeners: 1, allowed: 10_000, descriptors: descriptors))
            #expect(house.door.capacity.isCutBySystem)
            let listener = try await house.listen()
            #expect(try await house.get("/stream.ogg").hasPrefix("HTTP/1.1 503 "))
            #expect(try await house.get("/").hasPrefix("HTTP/1.1 200 "))
            listener.hangUp()
        }
        // This machine's own would get more.
        let proxies = [try #require(AddressRange("127.0.0.1"))]
        try await withHouse(
            [FakeMount(pages: 1)],
            configured: {
                $0.descriptors = Turnstile.kept + 3
                $0.trustedProxies = proxies
            }
        ) { house in
            let idle = try (0..<3).map { _ in try RawClient(port: house.port) }
            try await eventually { house.door.connections == 3 }
            let over = try await house.ask("")
            #expect(over.hasPrefix("HTTP/1.1 503 "))
            #expect(
                over.hasSuffix(
                    "The station has as many connections as it can hold. Please try again later.\n"))
            for client in idle { client.hangUp() }
            try await eventually { house.door.connections == 0 }
            #expect(try await house.get("/").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aListenersTimeOnAMountEndsBehindAWholePage() async throws {
        let fake = FakeMount(pages: 3)
        try await withHouse([fake], rules: ["/stream.ogg": MountRules(maxTime: .milliseconds(50))]) { house in
            let client = try await house.listen()
            #expect(try await client.readToEnd() == fake.plain(from: 0))
            try await eventually { house.door.listeners["/stream.ogg"]?.departures == [.overtime: 1] }
        }
    }

    /// The circle wrote on behind the flush that closes the connection.
    @Test func `a slow listener's last page was cut when its time was over`() async throws {
        let fake = FakeMount(pages: 20, pageBytes: 200_000)
        try await withHouse(
            [fake], rules: ["/stream.ogg": MountRules(maxTime: .milliseconds(50))],
            configured: { $0.limits.farewell = .seconds(600) }
        ) { house in
            let client = try RawClient(port: house.port, receiveBuffer: 4096)
            client.send("GET /stream.ogg HTTP/1.1\r\n\r\n")
            try await eventually { house.door.listeners["/stream.ogg"]?.departures == [.overtime: 1] }
            fake.append(5, title: fake.pages[0].title)
            _ = try await client.readHead()
            #expect(try await client.readToEnd() == fake.plain(from: 0, to: 20))
            try await eventually { house.door.connections == 0 }
            #expect(house.door.listeners["/stream.ogg"]?.departures == [.overtime: 1])
        }
    }

    /// It was cut off by `max_time`, and kept out by the limits, like a single listener.
    @Test func `a relay was held to the limits of a single listener`() async throws {
        let fake = FakeMount(pages: 2)
        let rules = MountRules(maxListeners: 1, maxTime: .milliseconds(50))
        try await withHouse(
            [fake], rules: ["/stream.ogg": rules],
            configured: {
                $0.relay = Login(user: "relay", password: "r:r")
                $0.limits.listeners = 1
                $0.limits.farewell = .seconds(600)
            }
        ) { house in
            let relay = try await house.listen("/stream.ogg", basic("relay:r:r") + "\r\n")
            #expect(try await relay.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            // It has the one place, and yet another gets in.
            let other = try await house.listen("/stream.ogg", basic("relay:r:r") + "\r\n")
            for login in ["relay:r", "guest:r:r", "relay:"] {
                #expect(try await !house.get("/stream.ogg", basic(login)).hasPrefix("HTTP/1.1 200 "))
            }
            other.hangUp()
            relay.hangUp()
            try await eventually { house.door.connections == 0 }
            let again = try await house.listen("/stream.ogg", basic("relay:r:r") + "\r\n")
            // A guest who came later is sent away by the clock; the relay's would have come before.
            var roomy = house.configuration
            roomy.limits.listeners = 2
            house.door.apply(roomy)
            await house.door.setMounts(
                [fake.mount], rules: ["/stream.ogg": MountRules(maxListeners: 2, maxTime: .milliseconds(50))])
            let guest = try await house.listen()
            #expect(try await guest.readToEnd() == fake.plain(from: 0))
            #expect(house.door.listeners["/stream.ogg"]?.departures == [.left: 2, .overtime: 1])
            fake.append(1, title: fake.pages[0].title)
            #expect(try await again.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            again.hangUp()
        }
    }

    @Test func `whoever guesses the relay's password is slowed down`() async throws {
        try await withHouse(
            [FakeMount(pages: 1)], rules: ["/stream.ogg": MountRules(maxListeners: 0)],
            configured: { $0.relay = Login(user: "relay", password: "r") }
        ) { house in
            for _ in 0..<10 {
                let guess = try await house.get("/stream.ogg", basic("relay:x"))
                #expect(guess.hasPrefix("HTTP/1.1 403 "))
            }
            let answer = try await house.get("/stream.ogg", basic("relay:r"))
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
        }
    }

    // MARK: Fallbacks

    /// It counted as running for as long as it had a page, however old.
    @Test func `a mount whose encoder stands still kept its listeners from the fallback`() async throws {
        let book = LogBook()
        let (stuck, spare) = (FakeMount("/a.ogg", pages: 2), FakeMount("/b.ogg", pages: 2, pageBytes: 500))
        try await withHouse(
            [stuck, spare], rules: ["/a.ogg": MountRules(fallback: "/b.ogg")], now: { book.time },
            configured: { $0.admin = Login(user: "a", password: "b") }
        ) { house in
            func heard() async throws -> FakeMount {
                let client = try await house.listen("/a.ogg")
                let bytes = try await client.read(stuck.plain(from: 0).count)
                client.hangUp()
                return bytes == stuck.plain(from: 0) ? stuck : spare
            }
            func pass(_ seconds: Int64) {
                book.pass(seconds: seconds)
                spare.append(1, title: spare.pages[0].title)
            }
            pass(9)
            #expect(try await heard() === stuck)
            pass(2)
            #expect(try await heard() === spare)
            let move = try await house.get(
                "/admin/moveclients?mount=/b.ogg&destination=/a.ogg", basic("a:b"), method: "POST")
            #expect(move.contains("The destination is not running"))
            stuck.append(1, title: stuck.pages[0].title)
            #expect(try await heard() === stuck)
            // A clock that is set, or a machine that has slept: all mounts are as old, and nobody is sent anywhere.
            book.pass(seconds: 3_600)
            #expect(try await heard() === stuck)
            pass(-7_200)
            #expect(try await heard() === stuck)
            // What is listed does not come and go.
            let list = try await house.get("/admin/listmounts", basic("a:b"))
            #expect(list.contains("/a.ogg") && list.contains("/b.ogg"))
        }
    }

    @Test func aMountThatIsNotRunningIsAnsweredByItsFallback() async throws {
        let (silent, other, spare) = (FakeMount("/a.ogg"), FakeMount("/b.ogg"), FakeMount("/c.ogg", pages: 2))
        try await withHouse(
            [silent, other, spare],
            rules: ["/a.ogg": MountRules(fallback: "/b.ogg"), "/b.ogg": MountRules(fallback: "/c.ogg")]
        ) { house in
            let client = try await house.listen("/a.ogg")
            #expect(try await client.read(spare.plain(from: 0).count) == spare.plain(from: 0))
            // Another format cannot stand in under the same head: the player asks anew.
            spare.mount.description.subtype = "Opus"
            let found = try await house.get("/a.ogg?titles=none")
            #expect(found.hasPrefix("HTTP/1.1 302 "))
            // Found by the fuzzer: a tab in the query stood in the header as it was.
            let tab = try await house.get("/a.ogg?a=%25\tbü")
            #expect(tab.contains("/c.ogg?a=%25%09b%C3%BC\r\n"))
            #expect(fields(found)["location"] == "http://radio.example/c.ogg?titles=none")
            // Back again, it answers for itself.
            silent.append(1, title: nil)
            #expect(
                try await house.listen("/a.ogg").read(silent.plain(from: 0).count) == silent.plain(from: 0))
        }
    }

    @Test func fallbacksInACircleEndTheSearch() async throws {
        try await withHouse(
            [FakeMount("/a.ogg"), FakeMount("/b.ogg")],
            rules: ["/a.ogg": MountRules(fallback: "/b.ogg"), "/b.ogg": MountRules(fallback: "/a.ogg")],
            configured: { $0.limits.firstPageTime = .milliseconds(50) }
        ) { house in
            let answer = try await house.get("/a.ogg")
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
        }
    }

    // MARK: Members

    private struct Fake: Membership {
        func verify(user: String, password: String) async -> MembershipAnswer {
            switch (user, password) {
            case ("ana", "mañana:x"): .member
            case ("slow", _): .unavailable
            default: .stranger
            }
        }
    }

    @Test func aMembersMountIsForItsMembers() async throws {
        let fake = FakeMount(pages: 2)
        try await withHouse([fake], rules: ["/stream.ogg": MountRules(members: Fake())]) { house in
            for target in ["/stream.ogg", "/stream.ogg?titles=icy"] {
                let answer = try await house.get(target)
                #expect(answer.hasPrefix("HTTP/1.1 401 "))
                #expect(fields(answer)["www-authenticate"] == "Basic realm=\"Radio\", charset=\"UTF-8\"")
            }
            #expect(try await house.get("/stream.ogg", method: "HEAD").hasPrefix("HTTP/1.1 401 "))
            #expect(try await house.get("/stream.ogg", basic("ana:no")).hasPrefix("HTTP/1.1 401 "))
            #expect(try await house.get("/stream.ogg", basic("slow:x")).hasPrefix("HTTP/1.1 503 "))
            let client = try await house.listen("/stream.ogg", basic("ana:mañana:x") + "\r\n")
            #expect(try await client.read(fake.plain(from: 0).count) == fake.plain(from: 0))
            #expect(
                try await house.get("/stream.ogg", basic("ana:mañana:x"), method: "HEAD").hasPrefix(
                    "HTTP/1.1 200 "))
        }
    }

    @Test(arguments: [
        "Basic", "Basic ", "basic !!!", "Basic YQ==", "Bearer YTpi", "Basic Og==", "Basic /w==", ":",
        "Basic \u{e9}",
    ])
    func brokenCredentialsAreNone(_ value: String) async throws {
        try await withHouse(
            [FakeMount(pages: 1)], rules: ["/stream.ogg": MountRules(members: Fake())],
            configured: { $0.admin = Login(user: "a", password: "b") }
        ) { house in
            for target in ["/stream.ogg", "/admin/stats", "/admin/streamlist.txt"] {
                let answer = try await house.get(target, "Authorization: \(value)")
                #expect(answer.hasPrefix("HTTP/1.1 401 "))
            }
        }
    }
}
