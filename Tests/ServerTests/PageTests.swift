import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

/// The page at `/` and the player at `/embed`.
@Suite struct PageTests {
    private func get(_ port: Int, _ target: String, _ language: String = "en") async throws -> (
        head: String, body: String
    ) {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\nHost: radio.example\r\nAccept-Language: \(language)\r\n\r\n")
        return try await client.readResponse()
    }

    @Test(arguments: hostileTexts)
    func noTextBecomesMarkup(_ text: String) async throws {
        let station = StationTexts(name: text, description: text)
        let fake = FakeMount(pages: 1)
        try await withFrontDoor([fake], station: station) { door, port in
            let tags = try await tagsOfPlainWords()
            door.runningOrder = .sample(text, artist: text, last: 1, next: 1)
            for page in ["/", "/embed"] {
                let body = try await get(port, page).body
                #expect(body.contains("<p id=\"title\">\(escaped(Title(title: text).title))</p>"))
                // No text brings a tag or an attribute into the document.
                for mark in ["<img", "alert(1)>", "onmouseover=\""] {
                    #expect(!body.contains(mark), "\(mark) in \(page)")
                }
                #expect(body.count { $0 == "<" } == tags[page], "\(page)")
            }
        }
    }

    /// How many tags the pages have when every text is a word.
    private func tagsOfPlainWords() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try await withFrontDoor([FakeMount(pages: 1)]) { door, port in
            door.runningOrder = .sample(last: 1, next: 1)
            for page in ["/", "/embed"] {
                counts[page] = try await get(port, page).body.count { $0 == "<" }
            }
        }
        return counts
    }

    @Test func onlyTheEmbeddedPlayerMayBeFramed() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            for (page, ancestors) in [("/", "frame-ancestors 'none'"), ("/embed", "frame-ancestors *")] {
                let (head, body) = try await get(port, page)
                let policy = try #require(fields(head)["content-security-policy"])
                #expect(policy.hasPrefix("default-src 'none'; ") && policy.hasSuffix(ancestors))
                #expect(!policy.contains("unsafe"))
                // Neither address nor file of anybody else.
                let markup = body.prefix(upTo: try #require(body.firstRange(of: "<script")).lowerBound)
                let places = markup.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.1) }
                #expect(places.allSatisfy { $0.hasPrefix("/") && !$0.hasPrefix("//") }, "\(places)")
                #expect(!body.contains("url(") && !body.contains("@import"))
                // What the policy would not let run.
                #expect(markup.firstMatch(of: /<[^>]* (?:style|on[a-z]+)=/) == nil)
            }
        }
    }

    @Test(arguments: [("de", PageWords.german), ("en", PageWords.english)])
    func itSpeaksBothLanguagesWholly(_ language: String, _ words: PageWords) async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { door, port in
            door.runningOrder = .sample()
            let body = try await get(port, "/", language).body
            for word in [
                words.onAir, words.next, words.last, words.listen, words.stop, words.volume, words.connecting,
                words.lost, words.unplayable, words.elsewhere, words.embedding,
            ] {
                #expect(body.contains(word), "\(word)")
            }
            #expect(try await get(port, "/embed", language).body.contains(words.listen))
            await door.setMounts([])
            #expect(try await get(port, "/", language).body.contains(words.nothing))
        }
    }

    @Test func itIsSmall() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { door, port in
            door.runningOrder = .sample(length: 50)
            var bytes = 0
            for part in ["/", "/icon.svg", "/api/now"] {
                let (head, body) = try await get(port, part)
                #expect(head.hasPrefix("HTTP/1.1 200 "))
                bytes += head.utf8.count + body.utf8.count
            }
            #expect(bytes < 60_000)
        }
    }

    @Test func withoutJavaScriptItPlaysAndShowsTheStationsTime() async throws {
        let station = StationTexts(
            name: "Radio", description: "", zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        try await withFrontDoor([FakeMount(pages: 1)], station: station) { door, port in
            door.runningOrder = .sample(last: 1, next: 1)
            let body = try await get(port, "/").body
            #expect(body.contains("<audio controls preload=\"none\""))
            // 03:04:05 UTC is five past four in Berlin's winter.
            #expect(body.contains(">04:03</time><p><b>Now last 0</b><span>Artist</span></p></li>"))
            #expect(body.contains(">04:05</time><p><b>Now next 0</b><span>Artist</span></p></li>"))
            #expect(body.contains("<noscript><p>Titles as they were at 04:04;"))
        }
    }

    @Test func aBrowserIsOfferedWhatItPlaysBestFirst() async throws {
        let kinds = [("mp3", "audio/mpeg"), ("Opus", "application/ogg"), ("Vorbis", "application/ogg")]
        let fakes = kinds.map { kind in
            let fake = FakeMount("/\(kind.0)", pages: 1)
            fake.mount.description.subtype = kind.0
            fake.mount.description.contentType = kind.1
            return fake
        }
        try await withFrontDoor(fakes) { _, port in
            let body = try await get(port, "/").body
            let sources = body.matches(of: /<source src="([^"]*)" type="([^"]*)">/).map { [$0.1, $0.2] }
            #expect(
                sources == [
                    ["/Vorbis?titles=none", "audio/ogg; codecs=vorbis"],
                    ["/Opus?titles=none", "audio/ogg; codecs=opus"], ["/mp3?titles=none", "audio/mpeg"],
                ])
        }
    }

    private struct Nobody: Membership {
        func verify(user: String, password: String) async -> MembershipAnswer { .stranger }
    }

    @Test func aMembersMountIsOfferedToNoStranger() async throws {
        let members = FakeMount("/members.ogg")
        members.append(1, title: Title(title: "Inside"))
        let rules = ["/members.ogg": MountRules(members: Nobody())]
        try await withHouse([members, FakeMount(pages: 1)], rules: rules) { house in
            for page in ["/", "/embed"] {
                let body = try await get(house.port, page).body
                #expect(body.contains("<source src=\"/stream.ogg?titles=none\""))
                #expect(!body.contains("members.ogg") && !body.contains("Inside"), "\(page)")
                #expect(body.contains("<p id=\"title\">First</p>"))
            }
        }
        try await withHouse([members], rules: rules) { house in
            let body = try await get(house.port, "/").body
            #expect(body.contains(PageWords.english.members) && !body.contains(PageWords.english.nothing))
            #expect(!body.contains("members.ogg") && !body.contains("<script"))
        }
    }

    @Test func thePieceOfHTMLForABlogLeadsHere() async throws {
        try await withFrontDoor([FakeMount(pages: 1)]) { _, port in
            let body = try await get(port, "/").body
            #expect(
                body.contains("&lt;iframe src=&quot;http://radio.example/embed&quot; title=&quot;Radio&quot;")
            )
        }
    }
}
