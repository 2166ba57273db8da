import Glibc
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

@Suite struct LibraryScanTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test func aFolderIsReadInTheOrderOfItsNamesBytes() throws {
        for name in [
            "b.mp3", "a/z.ogg", "a.flac", "A.wav", "ä.opus", "a/b/c.m4a", "a b.mp3", "10.mp3", "9.MP3",
        ] {
            try folder.write("music/" + name)
        }
        let scan = try folder.scan("music")
        #expect(
            scan.files.map(\.key) == [
                "10.mp3", "9.MP3", "A.wav", "a/b/c.m4a", "a/z.ogg", "a b.mp3", "a.flac", "b.mp3", "ä.opus",
            ])
        #expect(scan.files[0].path == folder.path + "/music/10.mp3")
        #expect(scan.files[0].size == 9 && scan.files[0].modified > 0)
        #expect(scan.problems.isEmpty)
    }

    @Test func coversTextsListsAndHiddenFilesArePassedOver() throws {
        for name in [
            "a.mp3", "cover.jpg", "liner notes.txt", "a.cue", "a.nfo", "all.m3u", ".hidden.mp3",
            ".hidden/b.mp3", "lost+found/c.mp3", "README", "._a.mp3", "empty.jpg",
            // Films: the worker opens no such container.
            "film.avi",
        ] {
            try folder.write("music/" + name, name == "empty.jpg" ? "" : "x")
        }
        let scan = try folder.scan("music")
        #expect(scan.files.map(\.key) == ["a.mp3"])
        #expect(scan.problems.isEmpty)
    }

    @Test func aRottenFolderIsPlayedAroundAndEachProblemIsNamedOnce() throws {
        try folder.write("rotten/1 good.mp3")
        try folder.write("rotten/2 empty.mp3", "")
        folder.pipe("rotten/3 pipe.mp3")
        try folder.write("rotten/4 folder.mp3/inside.mp3")
        folder.link("rotten/5 nowhere.mp3", to: "missing.mp3")
        folder.link("rotten/6 circle.mp3", to: "6 circle.mp3")
        folder.link("rotten/7 up", to: "..")
        folder.link("rotten/8 self", to: ".")
        try folder.write("rotten/9 caf\u{e9}.mp3")
        writeFile(folder.path + "/rotten/", [0x61, 0xe9, 0x2e, 0x6d, 0x70, 0x33])
        let scan = try folder.scan("rotten")
        #expect(scan.files.map(\.key) == ["1 good.mp3", "4 folder.mp3/inside.mp3", "9 caf\u{e9}.mp3"])
        let told = folder.told(scan)
        let place = "station.yaml:5:12:"
        let remedy = "is a link that leads nowhere, or round in a circle: make it anew or delete it"
        #expect(
            told.filter { !$0.contains("7 up") } == [
                "\(place) rotten/2 empty.mp3 is empty (0 bytes): copy it anew, or delete it",
                "\(place) rotten/3 pipe.mp3 is a pipe, a socket or a device and no file: delete it, or put the file there",
                "\(place) rotten/4 folder.mp3 is a folder, although it is named like a file: rename it",
                "\(place) rotten/5 nowhere.mp3 \(remedy)",
                "\(place) rotten/6 circle.mp3 \(remedy)",
                "\(place) rotten/8 self leads to a folder that this playlist has already, and its files are taken once: "
                    + "delete the link",
                "\(place) rotten/a\u{fffd}.mp3 has a name that is not UTF-8: rename it, with convmv if there are many",
            ])
        // `7 up` is the folder above, which holds `rotten` again.
        #expect(told.contains { $0.contains("7 up/rotten leads to a folder that this playlist has already") })
        #expect(scan.problems.filter { $0.severity == .note }.count == 3)
    }

    @Test func whatMayNotBeReadIsNamed() throws {
        try folder.write("music/a.mp3")
        try folder.write("music/closed.mp3")
        try folder.write("music/closed/b.mp3")
        folder.mode("music/closed.mp3", 0o000)
        folder.mode("music/closed", 0o000)
        folder.mode("", 0o755)
        let result = Mutex<PlaylistScan?>(nil)
        asNobody { [folder] in result.withLock { $0 = try? folder.scan("music") } }
        let scan = try #require(result.withLock { $0 })
        folder.mode("music/closed", 0o700)
        #expect(scan.files.map(\.key) == ["a.mp3"])
        let remedy = "may not be read by the user who runs this: change its owner or its mode (chmod a+rX)"
        #expect(
            folder.told(scan) == [
                "station.yaml:5:12: music/closed \(remedy)", "station.yaml:5:12: music/closed.mp3 \(remedy)",
            ])
    }

    @Test func aPlaylistOfNothingSaysSo() throws {
        try folder.makeFolder("empty")
        try folder.write("notes.txt")
        folder.pipe("pipe")
        #expect(
            folder.told(try folder.scan("empty")) == [
                "station.yaml:5:12: empty holds no audio file: put some there, or correct the path"
            ])
        #expect(
            folder.told(try folder.scan("missing")) == [
                "station.yaml:5:12: missing is not there: correct the path, or mount its disk"
            ])
        #expect(
            folder.told(try folder.scan("notes.txt")) == [
                "station.yaml:5:12: notes.txt does not end like audio or a list (.m3u, .m3u8, .pls, .xspf): rename it"
            ])
        #expect(folder.told(try folder.scan("pipe"))[0].contains("is a pipe"))
    }

    @Test func severalSourcesFollowOneAnotherWithKeysOfTheirOwn() throws {
        try folder.write("one/a.mp3")
        try folder.write("two/a.mp3")
        try folder.write("b.mp3")
        let scan = try folder.scan("two", "b.mp3", "one", "b.mp3")
        #expect(
            scan.files.map { $0.path.dropFirst(folder.path.count + 1) } == [
                "two/a.mp3", "b.mp3", "one/a.mp3", "b.mp3",
            ])
        #expect(scan.files.map(\.key) == ["a.mp3", "b.mp3", "a.mp3 (2)", "b.mp3 (2)"])
    }

    @Test func aListIsReadInItsOwnOrder() throws {
        try folder.write("music/a.mp3")
        try folder.write("music/b c.mp3")
        try folder.write(
            "lists/all.m3u",
            "#EXTM3U\n#EXTINF:10,Artist - Title\n../music/b c.mp3\n\(folder.path)/music/a.mp3\n")
        let scan = try folder.scan("lists/all.m3u")
        #expect(
            scan.files.map { $0.path.dropFirst(folder.path.count) } == ["/music/b c.mp3", "/music/a.mp3"])
        #expect(
            scan.files[0].artist == "Artist" && scan.files[0].title == "Title" && scan.files[1].title == nil)
        #expect(scan.files[0].place == Place(path: folder.path + "/lists/all.m3u", line: 3, column: 1))
        #expect(scan.problems.isEmpty)
        #expect(scan.folders == [folder.path + "/lists", folder.path + "/music"])
    }

    @Test func aListOfAnotherSystemFindsItsFiles() throws {
        try folder.write("music/Caf\u{e9} 1.mp3")
        try folder.write("music/100% live.mp3")
        // A Mac writes e and accent apart, Windows writes backslashes, VLC writes percent signs.
        try folder.write(
            "a.m3u8",
            "music/Cafe\u{301} 1.mp3\nmusic\\Caf\u{e9} 1.mp3\nmusic/Caf%C3%A9%201.mp3\nmusic/100% live.mp3\n")
        try folder.write("b.m3u", Array("music/Caf".utf8) + [0xe9] + Array(" 1.mp3\r\n".utf8))
        try folder.write("c.pls", "[playlist]\nFile1=music/Caf\u{e9} 1.mp3\n")
        try folder.write(
            "d.xspf",
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>
              <track><location>music/Caf%C3%A9%201.mp3</location><creator>A &amp; B</creator><title>C</title></track>
            </trackList></playlist>
            """)
        let scan = try folder.scan("a.m3u8", "b.m3u", "c.pls", "d.xspf")
        #expect(folder.told(scan) == [])
        let cafe = "Caf\u{e9} 1.mp3"
        #expect(
            scan.files.map { $0.path.split(separator: "/").last! }
                == [cafe, cafe, cafe, "100% live.mp3", cafe, cafe, cafe].map { $0[...] })
        #expect(scan.files.last?.artist == "A & B" && scan.files.last?.title == "C")
    }

    @Test func eachLineThatIsWrongHasItsPlaceAndRemedy() throws {
        try folder.write("Song.mp3")
        try folder.write("cover.jpg")
        try folder.write("other.m3u", "Song.mp3\n")
        try folder.write("empty.mp3", "")
        try folder.makeFolder("album")
        folder.pipe("pipe.mp3")
        try folder.write(
            "all.m3u",
            """
            # a comment
            Song.mp3

              missing.mp3
            song.MP3
            cover.jpg
            other.m3u
            empty.mp3
            album
            pipe.mp3
            http://radio.example/stream
            C:\\Music\\a.mp3
            file://elsewhere/a.mp3
            Song.mp3
            """)
        let scan = try folder.scan("all.m3u")
        #expect(scan.files.map(\.key) == ["Song.mp3", "Song.mp3 (2)"])
        #expect(
            folder.told(scan).sorted { $0.split(separator: ":")[1].count < $1.split(separator: ":")[1].count }
                == [
                    "all.m3u:4:3: missing.mp3 is not there: correct the line, or put it there",
                    "all.m3u:5:1: song.MP3 is not there, but Song.mp3 is: correct the line",
                    "all.m3u:6:1: cover.jpg does not end like audio: rename it, or remove the line",
                    "all.m3u:7:1: other.m3u is a list itself: name it in from",
                    "all.m3u:8:1: empty.mp3 is empty (0 bytes): copy it anew, or delete it",
                    "all.m3u:9:1: album is a folder: list its files, or name the folder in from",
                    "all.m3u:10:1: pipe.mp3 is a pipe, a socket or a device and no file: delete it, or put the file there",
                    "all.m3u:11:1: this is an address on the network, and a playlist takes files only: remove the line",
                    "all.m3u:12:1: this is a path of a Windows machine: write it relative to the list, or as it is on this "
                        + "machine",
                    "all.m3u:13:1: this is a file of another machine: mount its disk here and write the path",
                ])
    }

    @Test func aFolderDeeperThanAnyLibraryEndsTheWay() throws {
        let deep = Array(repeating: "d", count: 40).joined(separator: "/")
        try folder.write("music/\(deep)/a.mp3")
        try folder.write("music/b.mp3")
        let scan = try folder.scan("music")
        #expect(scan.files.map(\.key) == ["b.mp3"])
        #expect(scan.problems.count == 1 && scan.problems[0].sentence.contains("deeper than 32 folders"))
    }

    @Test func problemsWithoutEndAreCutShort() throws {
        try folder.write("all.m3u", (0..<5_000).map { "missing \($0).mp3\n" }.joined())
        let scan = try folder.scan("all.m3u")
        #expect(scan.problems.count == SourceScan.mostProblems)
        #expect(scan.problems.last?.sentence.contains("more problems than can be listed") == true)
    }

    @Test func namesCannotSteerTheTerminal() throws {
        try folder.write("music/\u{1b}[2Ja.mp3", "")
        let scan = try folder.scan("music")
        #expect(folder.told(scan)[0].contains("\u{fffd}[2Ja.mp3"))
        #expect(!folder.told(scan)[0].unicodeScalars.contains("\u{1b}"))
    }

    @Test func aListThatNamesAnotherFileByEntityIsRefused() throws {
        try folder.write("secret.mp3")
        try folder.write(
            "a.xspf",
            """
            <!DOCTYPE playlist [<!ENTITY e SYSTEM "secret.mp3">]>
            <playlist><trackList><track><location>&e;</location></track></trackList></playlist>
            """)
        let scan = try folder.scan("a.xspf")
        #expect(scan.files.isEmpty)
        #expect(
            folder.told(scan)[0]
                == "a.xspf:1:1: this is no plain XSPF: save it as UTF-8 and without a <!DOCTYPE>")
    }

    @Test func anXSPFWhoseNamesAreNoUTF8EndsNothing() throws {
        let list = Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <playlist version="1" xmlns:x="urn:x"><trackList><track><location>a.mp3</location><title x:c="d">Hé &#233;</title>
            <x:y z='1'><![CDATA[ab]]></x:y></track></trackList></playlist>
            """.utf8)
        let place = try #require(list.firstIndex(of: UInt8(ascii: "=")))
        var random = SeededGenerator(seed: 1)
        for _ in 0..<300 {
            var broken = list
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                broken[Int.random(in: place..<broken.count, using: &random)] = UInt8.random(
                    in: 1...255, using: &random)
            }
            _ = PlaylistFile(xspf: broken)
        }
        var latin = Array(
            "<?xml version='1.0' encoding='ISO-8859-1'?><playlist><trackList><track><location>".utf8)
        latin += [0x48, 0xe9] + Array(".mp3</location></track></trackList></playlist>".utf8)
        #expect(PlaylistFile(xspf: latin).entries.count == 1)
        #expect(PlaylistFile(xspf: latin).faults.isEmpty)
        let unsaid =
            Array("<playlist><trackList><tr".utf8) + [0xe9] + Array("ck/></trackList></playlist>".utf8)
        #expect(PlaylistFile(xspf: unsaid).faults.count == 1)
    }

    @Test func aBrokenXSPFKeepsWhatCameBeforeTheBreak() throws {
        try folder.write("a.mp3")
        try folder.write(
            "a.xspf", "<playlist><trackList>\n<track><location>a.mp3</location></track>\n<track><loc")
        let scan = try folder.scan("a.xspf")
        #expect(scan.files.map(\.key) == ["a.mp3"])
        #expect(folder.told(scan).map { $0.prefix { $0 != " " } } == ["a.xspf:3:12:"])
    }
}

/// A file whose name Swift's own functions cannot write.
private func writeFile(_ folder: String, _ name: [UInt8]) {
    var path = folder.utf8.map { CChar(bitPattern: $0) } + name.map { CChar(bitPattern: $0) } + [0]
    let descriptor = open(&path, O_CREAT | O_WRONLY, 0o600)
    write(descriptor, "x", 1)
    close(descriptor)
}
