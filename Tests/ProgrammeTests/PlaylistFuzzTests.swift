import TestKit
import Testing

@testable import Programme

@Suite("Any bytes as a list of files") struct PlaylistFuzzTests {
    private static let pieces: [[UInt8]] =
        [
            "#EXTM3U", "#EXTINF:", "#EXTINF:1,A - B", "\n", "\r\n", "\r", "[playlist]", "File1=", "Title1=",
            "file:///",
            "file://", "%", "%41", "%C3", "http://", "C:\\", "\\", "/", "=", ",", "\"", " - ", "\t", "a.mp3",
            "é", "\u{feff}",
        ].map { Array($0.utf8) } + [[0x00], [0xff], [0xc3], [0xf0, 0x9f], [0x80], [0x1b]]

    @Test(
        "never ends the program, and whatever comes out has a place and can be a path",
        arguments: [1, 2, 3, 4])
    func survives(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let isNoise = Int.random(in: 0..<4, using: &random) == 0
                bytes +=
                    isNoise
                    ? [UInt8.random(in: 1...255, using: &random)] : Self.pieces.randomElement(using: &random)!
            }
            let lines = 1 + bytes.count { $0 == 0x0a || $0 == 0x0d }
            for list in [PlaylistFile(m3u: bytes), PlaylistFile(pls: bytes)] {
                for entry in list.entries {
                    #expect((1...lines).contains(entry.line) && entry.column >= 1, "\(bytes)")
                    #expect(
                        !entry.path.isEmpty && !entry.path.utf8.contains(0) && !entry.path.contains("\n"),
                        "\(bytes)")
                    #expect(entry.title != "" && entry.artist != "", "\(bytes)")
                }
                for fault in list.faults {
                    #expect((1...lines).contains(fault.line) && fault.column >= 1, "\(bytes)")
                    #expect(fault.sentence.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(bytes)")
                }
            }
        }
    }

    @Test("a written list is read back", arguments: [5, 6])
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("abc äß☂ -_.%&'(),;#=[]0123456789")
        for _ in 0..<100 {
            let paths = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                "x" + String((0..<12).map { _ in letters.randomElement(using: &random)! }) + "y"
            }
            let end = ["\n", "\r\n", "\r"].randomElement(using: &random)!
            let m3u = paths.map { $0 + end }.joined()
            #expect(PlaylistFile(m3u: Array(m3u.utf8)).entries.map(\.path) == paths)
            let pls = "[playlist]" + end + paths.enumerated().map { "File\($0 + 1)=\($1)\(end)" }.joined()
            #expect(PlaylistFile(pls: Array(pls.utf8)).entries.map(\.path) == paths)
        }
    }
}
