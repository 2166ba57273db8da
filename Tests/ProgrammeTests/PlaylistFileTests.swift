import Testing

@testable import Programme

@Suite("A list of files") struct PlaylistFileTests {
    private func m3u(_ text: String) -> PlaylistFile { PlaylistFile(m3u: Array(text.utf8)) }
    private func paths(_ list: PlaylistFile) -> [String] { list.entries.map(\.path) }

    @Test(
        "M3U: a path a line, comments, labels, blank lines, any line ends, a byte order mark",
        arguments: ["\n", "\r\n", "\r"])
    func m3u(end: String) {
        let text = [
            "#EXTM3U", "# a comment", "", "#EXTINF:123,Artist - Title - Live", "  dir/a b.mp3\t",
            "/abs/c.mp3",
        ]
        for mark in ["", "\u{feff}"] {
            for last in ["", end] {
                let list = m3u(mark + text.joined(separator: end) + last)
                #expect(
                    list.entries == [
                        .init(
                            path: "dir/a b.mp3", artist: "Artist", title: "Title - Live", line: 5, column: 3),
                        .init(path: "/abs/c.mp3", artist: nil, title: nil, line: 6, column: 1),
                    ])
                #expect(list.faults.isEmpty)
            }
        }
    }

    @Test("EXTINF: a title alone, attributes with commas, no comma, nothing behind it")
    func labels() {
        let list = m3u(
            """
            #EXTINF:-1 logo="a,b",Title alone
            a
            #EXTINF:10
            b
            #extinf:10, - Title
            c
            #EXTINF:10,
            d
            #EXTINF:1,lost
            #EXTINF:2,A -  B
            e
            """)
        #expect(list.entries.map(\.title) == ["Title alone", nil, "- Title", nil, "B"])
        #expect(list.entries.map(\.artist) == [nil, nil, nil, nil, "A"])
    }

    @Test("a list is UTF-8, or else Latin-1 with the letters of Windows")
    func encodings() {
        #expect(paths(m3u("Björk ☂.mp3")) == ["Björk ☂.mp3"])
        #expect(paths(PlaylistFile(m3u: [0x42, 0x6a, 0xf6, 0x72, 0x6b])) == ["Björk"])
        #expect(paths(PlaylistFile(m3u: [0x93, 0x80, 0x94])) == ["“€”"])
    }

    @Test("file addresses are decoded, plain paths keep their percent signs")
    func addresses() {
        let list = m3u(
            "file:///m/a%20b%C3%A9.mp3\nFILE://localhost/m/c.mp3\nfile:/m/d.mp3\n100% live.mp3\nA: B.mp3\nw:x.mp3"
        )
        #expect(
            paths(list) == ["/m/a bé.mp3", "/m/c.mp3", "/m/d.mp3", "100% live.mp3", "A: B.mp3", "w:x.mp3"])
        #expect(list.faults.isEmpty)
    }

    @Test(
        "what is no file here is refused with its place, the rest stays",
        arguments: [
            ("http://radio.example/a", "an address on the network"),
            ("HTTPS://user:hackme@x/", "an address on the network"),
            ("smb://nas/a.mp3", "an address on the network"), ("C:\\Music\\a.mp3", "a Windows machine"),
            ("d:/a.mp3", "a Windows machine"), ("\\\\nas\\music\\a.mp3", "a Windows machine"),
            ("file:///C:/Music/a.mp3", "a Windows machine"), ("file://nas/a.mp3", "another machine"),
            ("file:a.mp3", "file:///"), ("file:///a%2", "%25"), ("file:///a%zz", "%25"),
            ("file:///a%00b", "control character"),
            ("a\u{7}b.mp3", "control character"),
            (String(repeating: "a", count: 5_000), "longer than any path"),
        ])
    func refused(line: String, sentence: String) {
        let list = m3u("a.mp3\n \(line)\nb.mp3\n")
        #expect(paths(list) == ["a.mp3", "b.mp3"])
        #expect(list.faults.map(\.line) == [2] && list.faults.map(\.column) == [2])
        #expect(list.faults[0].sentence.contains(sentence))
        #expect(!list.faults[0].sentence.contains("hackme"))
    }

    @Test("PLS: files and titles by their numbers")
    func pls() {
        let text =
            "[playlist]\nNumberOfEntries=3\nFile10=ten.mp3\nTitle2=A - B\nfile2 = two.mp3\nFile1=one.mp3\nLength1=-1\nVersion=2\n"
        let list = PlaylistFile(pls: Array(text.utf8))
        #expect(paths(list) == ["one.mp3", "two.mp3", "ten.mp3"])
        #expect(list.entries[1].artist == "A" && list.entries[1].title == "B")
        #expect(list.entries[1].line == 5 && list.entries[1].column == 9)
        #expect(list.faults.isEmpty)
    }

    @Test("PLS: a missing head and a number twice are named, and the rest is read")
    func plsFaults() {
        let list = PlaylistFile(
            pls: Array("File1=a\nFile1=b\nFile2=http://x/y\nFile99999999999999999999=c\nFile=d\n".utf8))
        #expect(paths(list) == ["a"])
        #expect(list.faults.map(\.line) == [1, 2, 3])
    }

    @Test("what is no text is refused whole")
    func noText() {
        #expect(PlaylistFile(m3u: [0x49, 0x44, 0x33, 0, 0x0a, 0x61]).entries.isEmpty)
        #expect(
            PlaylistFile(m3u: Array("\u{feff}a".utf16).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }).faults
                .count == 1)
        #expect(PlaylistFile(pls: [0]).faults.count == 1)
        #expect(m3u("").entries.isEmpty && m3u("").faults.isEmpty)
    }

    @Test("a list without end is cut, and says so once")
    func bounds() {
        var list = PlaylistFile()
        for line in 1...(PlaylistFile.mostEntries + 10) {
            list.add(location: "a", isURI: false, line: line, column: 1)
        }
        #expect(list.entries.count == PlaylistFile.mostEntries)
        #expect(list.faults.map(\.line) == [PlaylistFile.mostEntries + 1])
        let faults = PlaylistFile(m3u: Array(String(repeating: "http://a/\n", count: 2_000).utf8)).faults
        #expect(faults.count == PlaylistFile.mostFaults)
        #expect(faults.last?.sentence == "there are more faults than can be listed: is this a playlist?")
        let large = [UInt8](repeating: 0x61, count: PlaylistFile.mostBytes + 1)
        #expect(
            PlaylistFile(m3u: large).faults.map(\.sentence) == [
                "the list is larger than 10 MB: divide it into several lists"
            ])
    }
}
