import NIOCore
import TestKit
import Testing

@testable import Server

@Suite struct RequestHeadTests {
    private func read(_ text: String, limit: Int = 8192) -> HeadReader.Outcome {
        var reader = HeadReader(limit: limit)
        reader.append(ByteBuffer(string: text))
        return reader.next()
    }

    private func head(_ text: String) throws -> RequestHead {
        guard case .head(let head) = read(text) else {
            throw Missing(text: text)
        }
        return head
    }

    private struct Missing: Error {
        let text: String
    }

    @Test func aHeadTellsMethodPathQueryVersionAndFields() throws {
        let head = try head("GET /a%20b.ogg?x=1&titles=icy HTTP/1.1\r\nHost: h:1\r\nIcy-MetaData:1 \r\n\r\n")
        #expect(head.method == "GET")
        #expect(head.path == "/a b.ogg")
        #expect(head.target == "/a%20b.ogg?x=1&titles=icy")
        #expect(head.parameters("titles") == ["icy"])
        #expect(head.minorVersion == 1)
        #expect(head["icy-metadata"] == "1")
        #expect(head["host"] == "h:1")
    }

    @Test(arguments: ["\r\n\r\n", "\n\n", "\r\r\n\r\r\n", "\r\n\n"])
    func everyLineEndOfOldClientsIsTaken(_ end: String) throws {
        let line = String(end.prefix { $0 != "\n" && $0 != "\r\n" })
        let head = try head("GET / HTTP/1.0\(line == "" ? "\r\n" : line + "\r\n")A: b\(end)")
        #expect(head["a"] == "b")
        #expect(head.minorVersion == 0)
    }

    @Test func aDripFedHeadIsTheSameAndWhatFollowsIsKept() throws {
        let text = "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\n\nrest"
        var reader = HeadReader(limit: 64)
        var paths: [String] = []
        for byte in text.utf8 {
            reader.append(ByteBuffer(bytes: [byte]))
            switch reader.next() {
            case .head(let head): paths.append(head.path)
            case .more: break
            case .refused(let refusal): Issue.record("refused: \(refusal)")
            }
        }
        #expect(paths == ["/x", "/y"])
        #expect(String(buffer: reader.unread) == "rest")
    }

    @Test func sloppyButHarmlessHeadsAreTaken() throws {
        #expect(try head("GET /x HTTP/1.1\r\nno colon here\r\nA: b\r\n\r\n")["a"] == "b")
        #expect(try head("GET http://h:80/x?y HTTP/1.1\r\n\r\n").path == "/x")
        #expect(try head("GET http://h HTTP/1.1\r\n\r\n").path == "/")
        #expect(try head("GET HTTPS://h:443/x?y HTTP/1.1\r\n\r\n").target == "/x?y")
        #expect(try head("GET https://h?y HTTP/1.1\r\n\r\n").target == "/?y")
        #expect(try head("SOURCE /x ICE/1.0\n\n").method == "SOURCE")
        var reader = HeadReader(limit: 100)
        reader.append(
            ByteBuffer(bytes: Array("GET / HTTP/1.0\r\nA: caf".utf8) + [0xe9] + Array("\r\n\r\n".utf8)))
        guard case .head(let latin1) = reader.next() else { throw Missing(text: "latin1") }
        #expect(latin1["a"] == "café")
    }

    @Test(arguments: [
        ("\u{16}\u{3}\u{1}", 400), ("hackme\r\n", 400), ("GET /\r\n", 400), ("GET / HTTP/1.1 x\r\n", 400),
        ("PRI * HTTP/2.0\r\n", 505), ("GET / GOPHER/1.0\r\n", 400), ("G\u{1}T / HTTP/1.1\r\n", 400),
        ("GET x HTTP/1.1\r\n\r\n", 400), ("GET /%00 HTTP/1.1\r\n\r\n", 400),
        ("GET /%0d%0aX HTTP/1.1\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\n\r\n", 400), ("GET /%ff HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\u{0}c\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n: b\r\n\r\n", 400),
    ])
    func whatIsNoRequestIsRefusedAtOnce(_ text: String, _ status: Int) {
        guard case .refused(let refusal) = read(text) else {
            Issue.record("not refused: \(text.debugDescription)")
            return
        }
        #expect(refusal.status == status)
    }

    @Test func aHeadIsBounded() {
        let start = "GET / HTTP/1.1\r\nA: "
        let fits = start + String(repeating: "a", count: 8192 - start.utf8.count - 4) + "\r\n\r\n"
        guard case .head = read(fits) else {
            Issue.record("8192 bytes were refused")
            return
        }
        #expect(
            read("GET / HTTP/1.1\r\nAA: " + String(repeating: "a", count: 9000)) == .refused(.headTooLarge))
        #expect(read("GET /" + String(repeating: "a", count: 9000)) == .refused(.targetTooLong))
        #expect(
            read("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n")
                == .refused(.headTooLarge))
    }

    /// They were neither counted nor let go, and a stranger could fill the memory with them.
    @Test(arguments: ["\r\n", "\n", "\r"]) func `empty lines without end were kept`(_ line: String) {
        var reader = HeadReader(limit: 64)
        var outcome = HeadReader.Outcome.more
        var count = 0
        while outcome == .more, count < 1_000 {
            reader.append(ByteBuffer(string: line))
            outcome = reader.next()
            count += line.utf8.count
            #expect(reader.unread.writerIndex == 0)
        }
        #expect(outcome == .refused(.headTooLarge) && count == 64)
    }

    @Test func `empty lines count for the head behind them and for no other`() {
        var reader = HeadReader(limit: 64)
        for _ in 0..<3 {
            reader.append(ByteBuffer(string: String(repeating: "\r\n", count: 20) + "GET / HTTP/1.1\r\n\r\n"))
            guard case .head = reader.next() else {
                Issue.record("no head")
                return
            }
        }
        let long = String(repeating: "\r\n", count: 24) + "GET / HTTP/1.1\r\n\r\n"
        reader.append(ByteBuffer(string: long))
        #expect(reader.next() == .refused(.headTooLarge))
    }

    @Test func anyBytesGiveTheSameAnswerWholeAndDripFed() {
        var random = SeededGenerator(seed: 6)
        let seeds = [
            "GET /stream.ogg?titles=icy HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\n\r\n",
            "SOURCE /x ICE/1.0\nAuthorization: Basic eDp5\n\n", "GET %2e%2e/ HTTP/1.0\r\n\r\n",
        ]
        for round in 0..<400 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
                }
            }
            var whole = HeadReader(limit: 60)
            whole.append(ByteBuffer(bytes: bytes))
            let expected = whole.next()
            var drip = HeadReader(limit: 60)
            var outcome = HeadReader.Outcome.more
            for byte in bytes where outcome == .more {
                drip.append(ByteBuffer(bytes: [byte]))
                outcome = drip.next()
            }
            #expect(outcome == expected, "seed 6, round \(round): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", false),
    ])
    func aConnectionIsKeptOnlyWhenTheNextHeadIsCertain(_ text: String, _ isKept: Bool) throws {
        #expect(try head(text).keepsConnection == isKept)
    }
}
