import Audio
import Codecs
import Testing

@testable import Broadcast

/// The push's way through a mount of pages of 0.2 s without audio.
struct PushReaderTests {
    private let mount = PushFixture.mount()
    private let links = (0..<5).map { LinkHeaders(bytes: Array("headers \($0)".utf8)) }

    /// Appends pages; a new link begins at each number in `starts`.
    private func append(_ numbers: Range<Int>, starts: [Int] = [0]) {
        for number in numbers {
            let link = starts.lastIndex { $0 <= number } ?? 0
            mount.append(
                emptyPage(
                    number, link: links[link], startsLink: starts.contains(number),
                    title: Title(title: "T\(link)")))
        }
    }

    private func reader(_ titles: PushTarget.Titles = .chained) throws -> PushReader {
        try #require(PushReader(of: mount, titles: titles))
    }

    private func text(_ piece: PushReader.Piece?) -> [String]? {
        piece?.bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `there is none before the first page`() {
        #expect(PushReader(of: mount, titles: .chained) == nil)
    }

    @Test func `it begins with headers and the burst`() throws {
        append(0..<100)
        var reader = try reader()
        #expect(text(reader.next()) == ["headers 0", "chained 90"])
        #expect(text(reader.next()) == ["chained 91"])
    }

    @Test func `it begins with nothing before the newest title`() throws {
        append(0..<100, starts: [0, 97])
        var reader = try reader()
        let first = reader.next()
        #expect(text(first) == ["headers 1", "chained 97"])
        #expect(first?.title?.title == "T1")
    }

    @Test func `it follows through links, with headers once for each`() throws {
        append(0..<4, starts: [0, 2])
        var reader = try reader()
        append(4..<6, starts: [0, 2, 5])
        let all = (0..<4).map { _ in text(reader.next()) }
        #expect(
            all == [["headers 1", "chained 2"], ["chained 3"], ["chained 4"], ["headers 2", "chained 5"]])
        #expect(text(reader.next()) == nil)
        #expect(reader.lag == .zero)
    }

    @Test func `plain, it sends the headers of the plain stream once for ever`() throws {
        append(0..<4, starts: [0, 2])
        var reader = try reader(.admin)
        append(4..<6, starts: [0, 2, 5])
        let all = (0..<4).map { _ in text(reader.next()) }
        #expect(all == [["plain headers", "plain 2"], ["plain 3"], ["plain 4"], ["plain 5"]])
    }

    @Test func `a skip within a link leaves a gap and nothing else`() throws {
        append(0..<1)
        var reader = try reader()
        _ = reader.next()
        append(1..<60)
        #expect(reader.lag == FrameCount(frames: 59 * 8_820))
        #expect(reader.skip() == FrameCount(frames: 49 * 8_820))
        #expect(text(reader.next()) == ["chained 50"])
        #expect(reader.lag == FrameCount(frames: 9 * 8_820))
    }

    @Test func `a skip into another link ends the old one by its last page`() throws {
        append(0..<1)
        var reader = try reader()
        _ = reader.next()
        append(1..<60, starts: [0, 20, 40])
        _ = reader.skip()
        #expect(text(reader.next()) == ["chained 19", "headers 2", "chained 50"])
        #expect(text(reader.next()) == ["chained 51"])
    }

    @Test func `a link that was sent to its end is not ended again`() throws {
        append(0..<1)
        var reader = try reader()
        _ = reader.next()
        append(1..<60, starts: [0, 1])
        _ = reader.skip()
        #expect(text(reader.next()) == ["headers 1", "chained 50"])
    }

    @Test func `what the ring has lost is skipped too`() throws {
        append(0..<1)
        var reader = try reader()
        _ = reader.next()
        append(1..<400, starts: [0, 300])
        #expect(text(reader.next()) == nil)
        #expect(reader.lag == FrameCount(frames: 399 * 8_820))
        #expect(reader.skip() == FrameCount(frames: 389 * 8_820))
        #expect(text(reader.next()) == ["headers 1", "chained 390"])
    }

    @Test func `a skip at the edge is none`() throws {
        append(0..<5)
        var reader = try reader()
        for _ in 0..<5 { _ = reader.next() }
        #expect(reader.skip() == .zero)
        #expect(text(reader.next()) == nil)
    }
}

struct PushProgressTests {
    @Test func `what is ahead is what was handed on and not taken`() {
        var progress = PushProgress()
        for second in 1...4 { progress.hand(1_000, end: FrameTime(frames: Int64(second) * 44_100)) }
        #expect(progress.settle(owed: 4_000) == false)
        #expect(progress.ahead == FrameCount(seconds: 3))
        #expect(progress.settle(owed: 1_500) == true)
        #expect(progress.ahead == FrameCount(seconds: 2))
        #expect(progress.behind(FrameTime(frames: 5 * 44_100)) == FrameCount(seconds: 3))
        #expect(progress.settle(owed: 0) == true)
        #expect(progress.ahead == .zero)
    }

    @Test func `bytes that others add to what is owed never undo what was taken`() {
        var progress = PushProgress()
        progress.hand(1_000, end: FrameTime(frames: 44_100))
        #expect(progress.settle(owed: 200) == true)
        #expect(progress.settle(owed: 1_900) == false)
        #expect(progress.taken == 800)
    }
}

struct PushRequestTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("source:geheim", "c291cmNlOmdlaGVpbQ=="),
    ])
    func `base64 is RFC 4648's`(text: String, encoded: String) {
        #expect(PushRequest.base64(Array(text.utf8)) == encoded)
    }

    @Test func `a title never becomes a part of the request`() {
        #expect(PushRequest.escaped("a b&c=d\r\nX: é") == "a%20b%26c%3Dd%0D%0AX%3A%20%C3%A9")
        #expect(PushRequest.escaped("A-z0_9.~") == "A-z0_9.~")
    }
}

struct ShoutReplyTests {
    @Test(arguments: [
        "", "HTTP/1.0 200 OK", "HTTP/1.0 200 OK\r\n", "HTTP/1.0 401 No\r\nContent-Length: 4\r\n\r\nabc",
        "\r\n\r\n",
        "SSH-2.0-OpenSSH_9\r\n\r\n", "HTTP/1.0 abc\r\n\r\n",
    ])
    func `what is not whole, or none, is no reply`(text: String) {
        #expect(ShoutReply(Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\n\r\n", 200), ("HTTP/1.1 100 Continue\n\n", 100),
        ("HTTP/1.0 401 No\r\ncontent-length:3\r\n\r\nabc", 401), ("HTTP/1.0 403 Forbidden\r\n\r\n", 403),
    ])
    func `a whole reply has a status`(text: String, status: Int) {
        #expect(ShoutReply(Array(text.utf8))?.status == status)
        // However it is cut, it is not whole before its end.
        for count in 0..<text.utf8.count { #expect(ShoutReply(Array(text.utf8.prefix(count))) == nil) }
    }
}
