import Codecs
import TestKit
import Testing

@Suite struct IcyMetadataTests {
    /// What a client shows: up to the first `';`, looked for from the opening apostrophe on as FFmpeg does it.
    private func shown(_ block: [UInt8]) throws -> String {
        try #require(block.count == 1 + 16 * Int(block[0]))
        let text = Array(block.dropFirst())
        try #require(text.starts(with: "StreamTitle='".utf8))
        let end = try #require((12..<text.count).first { text[$0...].starts(with: "';".utf8) })
        #expect(text[(end + 2)...].allSatisfy { $0 == 0 })
        return try #require(String(validating: text[min(13, end)..<end], as: UTF8.self))
    }

    private func withoutSpaces(_ text: String) -> [UInt8] { text.utf8.filter { $0 != 0x20 } }

    @Test func aBlockIsACountOfSixteensAndPaddedText() throws {
        let block = IcyMetadata.block(for: Title(artist: "A", title: "B"))
        #expect(block == [2] + Array("StreamTitle='A - B';".utf8) + [UInt8](repeating: 0, count: 12))
        #expect(IcyMetadata.block(for: nil) == [1] + Array("StreamTitle='';".utf8) + [0])
        #expect(IcyMetadata.empty == [0])
    }

    @Test(arguments: ["Rock 'n' Roll", "'", "'';", "a'; b';", "'';'';", ";';", "Ünïcødé ♫"])
    func aClientShowsTheWholeTitle(title: String) throws {
        let line = try shown(IcyMetadata.block(for: Title(title: title)))
        #expect(withoutSpaces(line) == withoutSpaces(title))
    }

    @Test func aLongTitleEndsAtAWholeCharacter() throws {
        let long = Title(
            artist: String(repeating: "👩‍👩‍👧", count: 300),
            title: String(repeating: "e\u{301}\u{302}\u{303}';", count: 255))
        let block = IcyMetadata.block(for: long)
        #expect(block.count <= 1 + 4_080)
        #expect(withoutSpaces(long.line).starts(with: withoutSpaces(try shown(block))))
    }

    @Test func noTitleBreaksItsBlock() throws {
        var random = SeededGenerator(seed: 7)
        let signs = Array("';='\u{0}\n\r a\u{301}é👩‍👧\u{202e}\u{feff}\u{2028}")
        for _ in 0..<300 {
            let count = Int.random(in: 0...700, using: &random)
            let title = Title(
                artist: String((0..<count).map { _ in signs.randomElement(using: &random)! }),
                title: String((0..<count).map { _ in signs.randomElement(using: &random)! }))
            let line = try shown(IcyMetadata.block(for: title))
            #expect(withoutSpaces(title.line).starts(with: withoutSpaces(line)))
        }
    }
}
