import Codecs
import Playout
import Programme
import Testing

/// What listeners see of files without a title in their tags.
@Suite struct FileNameTests {
    private func title(_ name: String, artist: String? = nil) -> Title {
        Track(file: "/music/\(name)", key: name, artist: artist).shownTitle
    }

    @Test(arguments: [
        ("03 Foo - Bar.mp3", "Foo", "Bar"), ("03 - Foo - Bar.mp3", "Foo", "Bar"),
        ("3 - Foo - Bar.mp3", "Foo", "Bar"),
        ("03. Foo - Bar.mp3", "Foo", "Bar"), ("12. Foo - Bar.mp3", "Foo", "Bar"),
        ("03_Foo_-_Bar.mp3", "Foo", "Bar"),
        ("003-Foo - Bar.mp3", "Foo", "Bar"), ("1 - 03 - Foo - Bar.mp3", "Foo", "Bar"),
        ("Foo - Bar - Baz.ogg", "Foo", "Bar - Baz"),
    ])
    func aTrackNumberIsNoPartOfTheArtist(name: String, artist: String, shown: String) {
        #expect(title(name) == Title(artist: artist, title: shown))
    }

    @Test(arguments: [
        ("01 Foo.mp3", "Foo"), ("01 - Foo.mp3", "Foo"), ("01.Foo.mp3", "Foo"), ("10. Foo.mp3", "Foo"),
        ("007 Foo.flac", "Foo"), ("01 99 Luftballons.mp3", "99 Luftballons"), ("07_Foo_Bar.mp3", "Foo Bar"),
        ("5 - ...Baby.mp3", "...Baby"),
    ])
    func aTrackNumberIsNoPartOfTheTitle(name: String, shown: String) {
        #expect(title(name) == Title(title: shown))
    }

    @Test(arguments: [
        ("99 Luftballons.mp3", "99 Luftballons"), ("9. Sinfonie.mp3", "9. Sinfonie"), ("01.mp3", "01"),
        ("03 - .mp3", "03 - "), ("08.30 Uhr Nachrichten.wav", "08.30 Uhr Nachrichten"), ("0815.ogg", "0815"),
        ("2026-05-01 Sendung.mp3", "2026-05-01 Sendung"), ("01-02-2026 Treffen.mp3", "01-02-2026 Treffen"),
        ("1999.mp3", "1999"), ("4'33.flac", "4'33"), ("03 .mp3", "03 "),
    ])
    func aNumberThatIsTheTitleStays(name: String, shown: String) {
        #expect(title(name) == Title(title: shown))
    }

    @Test func anArtistWhoseNameIsANumberStays() {
        #expect(title("50 Cent - In da Club.mp3") == Title(artist: "50 Cent", title: "In da Club"))
        #expect(title("2 Unlimited - No Limit.mp3") == Title(artist: "2 Unlimited", title: "No Limit"))
    }

    @Test func theArtistOfTheTagsIsNotLostWhenTheTitleIsMissing() {
        #expect(title("03 Bar.mp3", artist: "Foo") == Title(artist: "Foo", title: "Bar"))
        #expect(title("03 Foo - Bar.mp3", artist: "Foo") == Title(artist: "Foo", title: "Bar"))
        #expect(title("Bar - Baz.mp3", artist: "Foo") == Title(artist: "Foo", title: "Bar - Baz"))
    }
}
