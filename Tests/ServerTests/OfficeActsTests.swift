import Codecs
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Server

/// What the operator does at the office: listeners are moved, titles are set.
@Suite struct OfficeActsTests {
    // MARK: Moving

    @Test func thoseWithLinksGoOverWhereTheNextLinkBegins() async throws {
        let (from, to) = (FakeMount("/a.ogg", pages: 2), FakeMount("/b.ogg", pages: 3))
        try await Office.open([from, to]) { house in
            let chained = try await house.listen("/a.ogg?titles=chained")
            let plain = try await house.listen("/a.ogg")
            #expect(try await chained.read(from.chained(from: 0).count) == from.chained(from: 0))
            #expect(try await plain.read(from.plain(from: 0).count) == from.plain(from: 0))
            let answer = try await house.get(
                "/admin/moveclients?mount=/a.ogg&destination=/b.ogg", Office.login, method: "POST")
            #expect(
                try Office.elements(answer)["message"] == [
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
        try await Office.open([from, to]) { house in
            let plain = try await house.listen("/a.mp3")
            let icy = try await house.listen("/a.mp3?titles=icy")
            #expect(try await plain.read(800) == from.pages.flatMap(\.plain))
            #expect(try await icy.read(800) == from.pages.flatMap(\.plain))
            let answer = try await house.get(
                "/admin/moveclients?mount=/a.mp3&destination=/b.mp3", Office.login, method: "POST")
            #expect(try Office.elements(answer)["message"] == ["Clients moved: 2 go over with the next page"])
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
        try await Office.open([from, to, silent]) { house in
            let plain = try await house.listen("/a.ogg")
            func move(_ destination: String) async throws -> [String: [String]] {
                try Office.elements(
                    try await house.get(
                        "/admin/moveclients?mount=/a.ogg&destination=\(destination)", Office.login,
                        method: "POST"))
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

    @Test func `killsource sent no DJ away`() async throws {
        let stage = SourceTests.FakeStage()
        try await withHouse(
            [FakeMount(pages: 1)], stage: stage,
            configured: { $0.admin = Login(user: "admin", password: "ge:heim") }
        ) { house in
            func kill(_ mount: String) async throws -> String {
                try await house.get("/admin/killsource?mount=\(mount)", Office.login, method: "POST")
            }
            #expect(try await kill("/live").contains("<message>No DJ is on air.</message><return>0</return>"))
            let dj = try RawClient(port: house.port)
            dj.send("SOURCE /live HTTP/1.0\r\n\(basic("anna:geheim:nis"))\r\n\r\n")
            _ = try await dj.readHead()
            #expect(try await kill("/none").hasPrefix("HTTP/1.1 400 "))
            for mount in ["/live", "/stream.ogg"] {
                #expect(
                    try await kill(mount).contains(
                        "<message>Source Removed: anna was sent away</message><return>1</return>"))
            }
            #expect(try await dj.readToEnd().isEmpty)
        }
    }

    @Test func aSourceCannotBeSentAwayWhereNoneComesIn() async throws {
        try await Office.open([FakeMount(pages: 1)]) { house in
            let answer = try await house.get(
                "/admin/killsource?mount=/stream.ogg", Office.login, method: "POST")
            #expect(try Office.elements(answer)["return"] == ["0"])
        }
    }

    // MARK: Titles

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
        try await Office.open([FakeMount(pages: 1)], titles: book) { house in
            let answer = try await house.get(
                "/admin/metadata?mount=/stream.ogg&mode=updinfo&\(query)", Office.login)
            #expect(try Office.elements(answer)["message"] == ["Metadata update successful"])
            #expect(book.titles == [title])
        }
    }

    @Test func `a title for one mount went to all without a word`() async throws {
        let book = TitleBook()
        try await Office.open([FakeMount("/a.ogg", pages: 1), FakeMount("/b.ogg", pages: 1)], titles: book) {
            house in
            let answer = try await house.get("/admin/metadata?mount=/a.ogg&mode=updinfo&song=x", Office.login)
            #expect(
                try Office.elements(answer)["message"] == [
                    "Metadata update successful: all mounts carry one programme, and show this title"
                ])
        }
    }

    @Test func aTitleThatIsNotTakenIsSaidSo() async throws {
        let book = TitleBook()
        try await Office.open([FakeMount(pages: 1)], titles: book) { house in
            for (query, message) in [
                ("mode=updinfo&artist=A", "The title is empty: write song, or title and artist"),
                ("mode=updinfo&song=%00", "The title is empty: write song, or title and artist"),
                ("mode=other&song=x", "No such action"),
                ("mode=updinfo&song=refused", "The station is not on air yet."),
            ] {
                let found = try Office.elements(
                    try await house.get("/admin/metadata?mount=/stream.ogg&\(query)", Office.login))
                #expect(found["message"] == [message] && found["return"] == ["0"])
            }
        }
    }
}
