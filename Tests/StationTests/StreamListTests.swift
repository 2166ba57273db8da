import TestKit
import Testing

@testable import Station

/// Addresses of streams as a station's page offers them.
@Suite struct StreamListTests {
    /// Passes bytes on in pieces; what is no list's, and what was found.
    private func pass(_ bytes: [UInt8], pieces: Int = 5) -> (bytes: [UInt8], finding: StreamList.Finding?) {
        var list = StreamList()
        var (rest, passed) = (bytes[...], [UInt8]())
        while !rest.isEmpty, list.finding == nil {
            passed += list.pass(Array(rest.prefix(pieces)), isOver: false)
            rest = rest.dropFirst(pieces)
        }
        if list.finding == nil { passed += list.pass([], isOver: true) }
        return (passed, list.finding)
    }

    @Test(
        arguments: [
            "#EXTM3U\r\n#EXTINF:-1,Hof http://a.example/no\r\nhttp://a.example/b.ogg\r\nhttp://a.example/c\r\n",
            "\u{feff}\n http://a.example/b.ogg", "HTTP://a.example/b.ogg",
            "[playlist]\nNumberOfEntries=2\nTitle1=http://a.example/no\nFile2=http://a.example/c\nFile1=http://a.example/b.ogg\n",
            """
            <?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track>
            <location>http://a.example/b.ogg</location></track></trackList></playlist>
            """,
        ], [1, 7, 4_096])
    func `the first address of a list is the stream's`(text: String, pieces: Int) throws {
        let (bytes, finding) = pass(Array(text.utf8), pieces: pieces)
        guard case .address(let address)? = finding else { return #expect(Bool(false), "\(finding as Any)") }
        #expect(bytes.isEmpty && address.lowercased() == "http://a.example/b.ogg")
    }

    @Test(arguments: [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nhttp://a.example/1.aac\n", "HLS"),
        ("#EXTM3U\nsub/stream.ogg\n", "without a stream's address"),
        ("[playlist]\n", "without a stream's address"),
        ("#EXTM3U\nfile:///etc/passwd\n", "without a stream's address"),
        ("#EXTM3U\nftp://a.example/b.ogg\n", "without a stream's address"),
        ("<?xml version='1.0'?><rss/>", "without a stream's address"),
        (String(repeating: "#EXTM3U\n", count: 20_000), "without a stream's address"),
    ])
    func `a list that leads to no stream says so`(text: String, words: String) {
        let (bytes, finding) = pass(Array(text.utf8), pieces: 4_096)
        guard case .vain(let why)? = finding else { return #expect(Bool(false), "\(finding as Any)") }
        #expect(bytes.isEmpty && why.contains(words))
    }

    @Test(arguments: [
        Array("OggS\0\u{2}".utf8), Array("ID3\u{4}".utf8), [0xff, 0xfb, 0x90, 0x64], Array("ht".utf8), [],
    ])
    func `what is sound passes to its last byte`(begin: [UInt8]) {
        let sound = begin + (begin.count < 3 ? [] : (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        for pieces in [1, 3, 4_096] {
            let (bytes, finding) = pass(sound, pieces: pieces)
            #expect(bytes == sound && finding == nil)
        }
    }
}
