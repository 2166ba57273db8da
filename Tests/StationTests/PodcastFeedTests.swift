import Foundation
import TestKit
import Testing

@testable import Station

/// What podcasts' feeds say, in the forms that they really have, and what strangers can write into them.
@Suite struct PodcastFeedTests {
    private func read(_ text: String, from url: String = "https://podcast.example/feed.xml") -> PodcastFeed? {
        PodcastFeed(Array(text.utf8), from: url)
    }

    private static func rss(_ items: String, title: String = "Hinterhof") -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
          xmlns:atom="http://www.w3.org/2005/Atom"><channel>
          <title>\(title)</title><itunes:title>Nicht der</itunes:title>
          <atom:link rel="self" href="https://podcast.example/feed.xml"/>
          <image><title>Ein Bild</title></image>
        \(items)
        </channel></rss>
        """
    }

    private static func item(_ sound: String, _ more: String = "<title>Eins</title>") -> String {
        "<item>\(more)<enclosure url=\"\(sound)\" length=\"1\" type=\"audio/mpeg\"/></item>"
    }

    @Test func `the newest of RSS comes first, whatever the order of the file`() throws {
        let feed = try #require(
            read(
                Self.rss(
                    """
                    <item><title>Zwei &amp; drei</title><guid isPermaLink="false">b</guid>
                      <itunes:title>Nicht der</itunes:title>
                      <pubDate>Tue, 01 Dec 2026 20:00:00 +0100</pubDate>
                      <enclosure url="https://podcast.example/b.mp3?x=1&amp;y=2" type="audio/mpeg"/></item>
                    <item><title><![CDATA[<b>Vier</b>]]></title><guid>c</guid><pubDate>1 Dec 26 19:30 GMT</pubDate>
                      <enclosure url="/c.OPUS" type=""/></item>
                    <item><title>Eins</title><guid>a</guid><pubDate>Mon, 30 Nov 2026 20:00:00 EST</pubDate>
                      <enclosure url="cover.jpg" type="image/jpeg"/>
                      <enclosure url="https://podcast.example/a" type="audio/ogg"/></item>
                    """)))
        #expect(feed.title == "Hinterhof")
        #expect(feed.episodes.map(\.id) == ["c", "b", "a"])
        #expect(feed.episodes.map(\.title) == ["<b>Vier</b>", "Zwei & drei", "Eins"])
        #expect(
            feed.episodes.map(\.url) == [
                "https://podcast.example/c.OPUS", "https://podcast.example/b.mp3?x=1&y=2",
                "https://podcast.example/a",
            ])
        #expect(feed.episodes.map(\.ending) == ["opus", "mp3", nil])
        #expect(feed.episodes[1].published == 1_796_151_600_000)
        #expect(feed.episodes[2].published == 1_796_086_800_000)
    }

    @Test func `Atom is read as well`() throws {
        let feed = try #require(
            read(
                """
                <feed xmlns="http://www.w3.org/2005/Atom"><title>Atomhof</title>
                <entry><title>Alt</title><id>urn:1</id><published>2026-11-01T10:00:00Z</published>
                  <link rel="alternate" href="https://podcast.example/1"/>
                  <link rel="enclosure" href="https://podcast.example/1.ogg" type="audio/ogg"/></entry>
                <entry><title>Neu</title><id>urn:2</id><updated>2026-11-02T10:00:00+01:00</updated>
                  <link rel="enclosure" href="2.mp3" type="audio/mpeg"/></entry>
                <entry><title>Ein Text</title><id>urn:3</id></entry>
                </feed>
                """))
        #expect(feed.title == "Atomhof" && feed.episodes.map(\.title) == ["Neu", "Alt"])
        #expect(feed.episodes[0].url == "https://podcast.example/2.mp3")
    }

    @Test func `where a date is missing the order of the file counts`() throws {
        let feed = try #require(
            read(
                Self.rss(
                    Self.item("https://a.example/2.mp3", "<guid>2</guid>")
                        + Self.item(
                            "https://a.example/9.mp3",
                            "<guid>9</guid><pubDate>Tue, 01 Dec 2026 20:00:00 GMT</pubDate>")
                        + Self.item("https://a.example/2b.mp3", "<guid>2</guid>"))))
        #expect(feed.episodes.map(\.url) == ["https://a.example/2.mp3", "https://a.example/9.mp3"])
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://a.example/1.mp3", "gopher://a.example/1.mp3", "javascript:alert(1)",
        "data:audio/mpeg;base64,AAAA", "https://user:word@a.example/1.mp3", "https:///1.mp3", "",
    ])
    func `what is no address of the web is no episode`(address: String) throws {
        // An empty one is the feed itself.
        let feed = try #require(read(Self.rss(Self.item(address) + Self.item("https://a.example/2.mp3"))))
        #expect(feed.episodes.map(\.url).last == "https://a.example/2.mp3")
        #expect(feed.episodes.allSatisfy { $0.url.hasPrefix("https://") && !$0.url.contains("word") })
    }

    @Test func `texts are made safe`() throws {
        let title = "Eins\u{202E}sniE &#10;\nund &lt;script&gt; " + String(repeating: "x", count: 5_000)
        let feed = try #require(
            read(Self.rss(Self.item("https://a.example/1.mp3", "<title>\(title)</title>"), title: title)))
        for text in [feed.title, feed.episodes[0].title] {
            #expect(text.hasPrefix("EinssniE und <script> x") && text.count <= 255)
        }
    }

    @Test(arguments: [
        "", "no XML", "<html><body>Please log in</body></html>", "<rss><channel><title>Halb",
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><rss><channel/></rss>",
        "<rss><channel></rss>", "\0",
    ])
    func `what is no whole feed is none`(text: String) { #expect(read(text) == nil) }

    @Test func `a feed that is cut anywhere is no feed`() throws {
        let whole = Self.rss(Self.item("https://a.example/1.mp3") + Self.item("https://a.example/2.mp3"))
        #expect(read(whole) != nil)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<100 {
            let cut = Int.random(in: 0..<(whole.utf8.count - 8), using: &random)
            #expect(PodcastFeed(Array(whole.utf8.prefix(cut)), from: "https://a.example/") == nil, "\(cut)")
        }
    }

    /// Declared as Latin-1 as well, whose bytes are always text.
    @Test(arguments: ["UTF-8", "ISO-8859-1"], [1, 2, 3, 4])
    func `bytes that somebody changed end in no crash`(
        encoding: String, seed: UInt64
    ) {
        let sound = Self.item(
            "https://a.example/1.mp3", "<title><![CDATA[Grün]]> &amp; &#228;</title><guid>1</guid>")
        let whole = Array(Self.rss(sound, title: "Höfe").replacing("UTF-8", with: encoding).utf8)
        let scraps =
            [
                "<", ">", "/", "=", "\"", "&", ";", "<!--", "-->", "<?", "?>", "<![CDATA[", "]]>",
                "<!ENTITY a \"b\">",
                "&a;", "&#xD800;", "&#0;", "&#x110000;", "xmlns:", ":", "<item>", "</item>", "<a:b c:d='e'>",
                "\u{FEFF}",
                "\u{FFFE}", "\u{1F4FB}", "encoding='UTF-16'", "encoding='EBCDIC'",
            ].map { Array($0.utf8) } + [[0x00], [0xff], [0xc3], [0xf0, 0x9f], [0x80], [0xed, 0xa0, 0x80]]
        var random = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: scraps.randomElement(using: &random)!, at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
                }
            }
            let feed = PodcastFeed(bytes, from: "https://a.example/")
            #expect(feed?.episodes.allSatisfy { $0.url.hasPrefix("http") } ?? true)
        }
    }

    /// The parser of Foundation ends the process over such names.
    @Test(arguments: [
        "<r\u{fffd}s>", "<rss \u{fffd}='1'>", "<rss><a:\u{fffd}/>", "<rss><?\u{fffd}?>", "<rss>&\u{fffd};",
    ])
    func `names that are no text end in no crash`(text: String) {
        let mark = Array("\u{fffd}".utf8)
        for wrong: [UInt8] in [
            [0xe9], [0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80],
        ] {
            for declaration in [
                "", "<?xml version='1.0' encoding='UTF-7'?>", "<?xml version='1.0' encoding='utf-16'?>",
            ] {
                var bytes = Array((declaration + text + "</rss>").utf8)
                bytes.replaceSubrange(bytes.firstRange(of: mark)!, with: wrong)
                #expect(PodcastFeed(bytes, from: "https://a.example/") == nil)
            }
        }
    }

    @Test func `entities neither blow up nor reach files`() throws {
        let folder = try TemporaryDirectory()
        let secret = folder.path + "/secret"
        try "secret".write(toFile: secret, atomically: true, encoding: .utf8)
        let bomb = (1...40).map { "<!ENTITY a\($0) \"&a\($0 - 1);&a\($0 - 1);\">" }.joined()
        for (entities, use) in [
            ("<!ENTITY a0 \"x\">" + bomb, "&a40;"), ("<!ENTITY a SYSTEM \"file://\(secret)\">", "&a;"),
            ("<!ENTITY % a SYSTEM \"file://\(secret)\"> %a;", "x"),
        ] {
            let body = Self.rss(Self.item("https://a.example/1.mp3", "<title>\(use)</title>"))
            let type = "<!DOCTYPE rss [\(entities)]>"
            let texts = [
                body.replacing("?>", with: "?>\(type)"), type + body,
                body.replacing("<channel>", with: entities + "<channel>"),
                body,
            ]
            for text in texts {
                let wide = text.replacing("UTF-8", with: "UTF-16").utf16.flatMap {
                    [UInt8($0 & 0xff), UInt8($0 >> 8)]
                }
                #expect(PodcastFeed([0xff, 0xfe] + wide, from: "https://a.example/") == nil)
                // Without its meaning an entity is an error.
                let feed = PodcastFeed(Array(text.utf8), from: "https://a.example/")
                #expect(feed == nil || use == "x" && text == body)
            }
        }
    }

    @Test(arguments: [
        ("Tue, 01 Dec 2026 20:00:00 +0100", 1_796_151_600_000),
        ("01 Dec 2026 19:00:00 GMT", 1_796_151_600_000),
        ("Tue, 1 December 2026 14:00 -0500", 1_796_151_600_000), ("1 Dec 26 11:00:00 PST", 1_796_151_600_000),
        ("yesterday", nil), ("32 Dec 2026 19:00:00 GMT", nil), ("1 Dec 2026", nil),
        ("1 Dec 2026 25:00 GMT", nil),
    ])
    func `dates of RSS are understood`(text: String, milliseconds: Int64?) {
        #expect(Station.milliseconds(rfc822: text) == milliseconds)
    }
}
