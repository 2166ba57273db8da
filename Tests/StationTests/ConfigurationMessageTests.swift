import Testing

@testable import Station

@Suite struct ConfigurationMessageTests {
    @Test(arguments: mistakes) func aMistakeIsNamedWithPlaceAndRemedy(mistake: Mistake) {
        #expect(sampleText.contains(mistake.written))
        #expect(messages(Array(mistake.text.utf8)) == mistake.told)
    }

    @Test func allMistakesAreNamedAtOnceInTheOrderOfTheFile() {
        let text = sampleText.replacing("name: Radio", with: "nam: Radio").replacing(
            "quality: 5", with: "quality: x"
        )
        .replacing("every: 4 tracks", with: "every: day")
        #expect(
            messages(Array(text.utf8)).map { $0.prefix { $0 != " " } } == ["1:1:", "2:3:", "9:14:", "18:39:"])
    }

    @Test func aPasswordInTheFileIsNeverRepeated() {
        for url in [
            "http://dj:hackme@a/b", "https://hackme:@x@y/z", "ftp://a:hackme@b/c", "http://a:hackme@b",
        ] {
            let text = sampleText.replacing("http://source@icecast.example:8000/radio.ogg", with: url)
            #expect(!messages(Array(text.utf8)).isEmpty)
            #expect(!messages(Array(text.utf8)).joined().contains("hackme"))
        }
        let text = sampleText.replacing("password_file: icecast.secret", with: "password: hackme")
        #expect(!messages(Array(text.utf8)).joined().contains("hackme"))
    }

    @Test func bytesThatAreNotUTF8AreNamedWithTheirPlace() {
        var bytes = Array(sampleText.utf8)
        let place = bytes.firstRange(of: Array("Beispiel".utf8))!.lowerBound
        bytes[place] = 0xfc
        #expect(messages(bytes) == ["2:15: this character is not UTF-8: save the file as UTF-8"])
    }

    @Test func anEmptyFileAndOneOfCommentsAreNamed() {
        let told = ["1:1: this file is empty: copy Config/station.example.yaml and change it"]
        #expect(messages([]) == told)
        #expect(messages(Array("# nothing\n".utf8)) == told)
        let remedy = "write keys and values, such as name: value"
        #expect(messages(Array("just words".utf8)) == ["1:1: the file is a single value: \(remedy)"])
        #expect(messages(Array("- a\n- b\n".utf8)) == ["1:1: the file is a list: \(remedy)"])
    }

    /// Each alias holds the one before it nine times: nine to the ninth values from a few lines.
    @Test func aBombOfAliasesIsRefusedBeforeItIsParsed() {
        var text = "a0: &a0 [x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) ["
                + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(messages(Array("\(text)? *a9\n: 1\n".utf8)).count == 1)
        #expect(messages(Array(text.utf8))[0].contains("more than 24 asterisks"))
    }

    @Test func nestingWithoutEndIsRefused() {
        for opening in ["[", "{a: ", "- ", "? "] {
            #expect(!messages(Array(String(repeating: opening, count: 50_000).utf8)).isEmpty)
        }
    }

    @Test func anAliasServesAsItsValue() throws {
        let text = sampleText.replacing("rotation: { from: music", with: "rotation: { from: &m music")
            .replacing("ids: { from: ids", with: "ids: { from: *m")
        #expect(try load(text).playlists[1].from == ["/srv/radio/music"])
    }
}
