import Codecs
import Testing

@Suite struct TitleTests {
    @Test func aTitleIsOneLineOfText() {
        let title = Title(artist: " \tA\r\nB\u{0}\u{7f} ", title: "C\u{2028}D\u{85}E", album: "\u{1}")
        #expect(title.artist == "A B")
        #expect(title.title == "C D E")
        #expect(title.album == nil)
        #expect(title.line == "A B - C D E")
        #expect(Title(title: "Alone").line == "Alone")
    }

    @Test func itDoesNotTurnTheDirectionOfWhatFollows() {
        #expect(Title(title: "a\u{202e}b\u{2066}c\u{2069}").title == "abc")
        #expect(Title(title: "שלום עולם").title == "שלום עולם")
    }

    @Test func itIsShortAndEndsAtAWholeCharacter() {
        #expect(
            Title(title: String(repeating: "é", count: 1_000)).title == String(repeating: "é", count: 255))
        let families = Title(title: String(repeating: "👩‍👩‍👧‍👦", count: 200)).title
        #expect(families.utf8.count <= 2_040 && families.allSatisfy { $0 == "👩‍👩‍👧‍👦" } && families.count > 70)
        // A single letter that carries a thousand marks is no letter.
        #expect(Title(title: "a" + String(repeating: "\u{301}", count: 3_000)).title == "")
    }
}
