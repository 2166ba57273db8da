internal import ArgumentParser
internal import Audio
internal import Codecs
internal import Foundation
internal import Glibc
internal import Studio
internal import TestKit
internal import Testing

@testable import funkhaus

/// What a DJ types, and what a DJ sees.
@Suite struct LiveTests {
    // MARK: Keys

    private func keys(_ text: String) -> [LiveKey] {
        var keyboard = Keyboard()
        // Terminals and ssh cut where they like, through characters too.
        return text.utf8.flatMap { keyboard.take([$0]) }
    }

    @Test func aTypedLineIsATitleAndControlKeysActWithinIt() {
        #expect(keys("Nina – Sinner\tman\r") == [.mute, .line("Nina – Sinnerman")])
        #expect(keys("\u{12}\u{3}") == [.cue, .end])
        #expect(keys("ab\u{7f}c\r") == [.line("ac")])
        #expect(keys("ä👍🏽\u{7f}\r") == [.line("ä")])
        #expect(keys("weg\u{15}da\n") == [.line("da")])
    }

    @Test func theEndOfInputEndsAnEmptyLineOnly() {
        #expect(keys("\u{4}") == [.end])
        #expect(keys("x\u{4}\r") == [.line("x")])
    }

    @Test func arrowsAndOtherKeysOfTheTerminalTypeNothing() {
        #expect(keys("a\u{1b}[A\u{1b}[3~\u{1b}OPb\u{1b}[1;5Cc\r") == [.line("abc")])
        #expect(keys("\u{1b}\u{1b}x\r") == [.line("x")])
    }

    @Test func whateverIsTypedTheLineStaysShortAndText() {
        var random = SeededGenerator(seed: 3)
        var keyboard = Keyboard()
        for _ in 0..<2_000 {
            _ = keyboard.take((0..<20).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            #expect(keyboard.typed.count <= 251)
        }
    }

    // MARK: The panel

    private func panel(_ state: ShowState, _ words: LiveWords = .english, typed: String = "") -> String {
        LivePanel(words: words, station: "radio.example:8000").lines(
            state, typed: typed, at: 3_723_000_000_000
        )
        .shown
    }

    private var onAir: ShowState {
        var state = ShowState()
        state.take(.connected(resumes: false, isFunkhaus: true), at: 0)
        state.take(.state(.onAir), at: 0)
        state.take(
            .opened(SourceDescription(codec: "flac", container: "flac", sampleRate: 44_100, channels: 2)))
        state.take(.title(Title(artist: "Nina Simone", title: "Sinnerman")))
        state.take(.recording(path: "/music/show.flac"))
        state.level = ShowLevel(peaks: [-6.02, -9], loudness: Loudness(momentary: -15, shortTerm: -16.34))
        return state
    }

    @Test func aShowOnAir() {
        #expect(
            panel(onAir, typed: "Next - On") == """
                ON AIR.  on air for 1:02:03
                Level      [###########################---] peak -6.0 dBFS  -16.3 LUFS
                Line       radio.example:8000
                Record     /music/show.flac
                Title      Nina Simone - Sinnerman
                Tab mute · Ctrl-R cue · Ctrl-C end · type a title, then Enter
                New title: Next - On

                """)
    }

    @Test func aShowInGermanThatIsMutedAndWasRepaired() {
        var state = onAir
        state.fader = .muted
        state.take(.repaired(seconds: 1.24), at: 0)
        #expect(
            panel(state, .german) == """
                AUF SENDUNG.  Stumm: Es geht Stille hinaus.  1:02:03 auf Sendung
                Pegel      [###########################---] Spitze -6.0 dBFS  -16.3 LUFS
                Leitung    Gerettet: 1.2 s haben einen Abriss der Leitung überstanden.
                Aufnahme   /music/show.flac
                Titel      Nina Simone - Sinnerman
                Tab stumm · Strg-R vorhören · Strg-C Ende · Titel tippen, dann Enter
                Neuer Titel:\(" ")

                """)
    }

    @Test func whatTheStationSaysCannotSteerTheTerminal() {
        var state = onAir
        state.take(.says("\u{1b}[2J\u{1b}]0;owned\u{7}too\nquiet"), at: 0)
        state.take(.lost("\u{9b}31mweg"), at: 0)
        state.take(.title(Title(title: "\u{202e}x")))
        let lines = LivePanel(words: .english, station: "s").lines(state, typed: "\u{1b}[A", at: 0)
        var screen = LiveScreen(Terminal(colour: false))
        let text = screen.draw([], panel: lines).replacing("\u{1b}[K", with: "").replacing(
            "\u{1b}[J", with: "")
        #expect(!text.unicodeScalars.contains { $0.value == 0x1b || $0.value == 0x9b || $0.value == 0x202e })
    }

    @Test func theScreenDrawsThePanelInItsOwnPlace() {
        var screen = LiveScreen(Terminal(colour: false))
        #expect(screen.draw([], panel: ["a", "b", "c"]) == "\ra\u{1b}[K\r\nb\u{1b}[K\r\nc\u{1b}[K\u{1b}[J")
        #expect(
            screen.draw(["news"], panel: ["a", "b"])
                == "\r\u{1b}[2Anews\u{1b}[K\r\na\u{1b}[K\r\nb\u{1b}[K\u{1b}[J")
        #expect(screen.draw([], panel: ["a"]).hasPrefix("\r\u{1b}[1Aa"))
    }

    @Test func theLanguageIsTheLocales() {
        #expect(LiveWords.of(["LANG": "de_AT.UTF-8"]) == .german)
        #expect(LiveWords.of(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]) == .english)
        #expect(LiveWords.of(["LC_ALL": "", "LC_MESSAGES": "de"]) == .german)
        #expect(LiveWords.of([:]) == .english)
    }

    // MARK: Where and who

    @Test func aStationIsGivenAsAnAddress() throws {
        let plain = try LiveAddress("http://radio.example:8000", user: "anna", mount: nil)
        #expect(
            plain.host == "radio.example" && plain.port == 8_000 && plain.mount == "/live" && !plain.usesTLS)
        let full = try LiveAddress("https://anna@[2001:db8::1]/studio", user: nil, mount: nil)
        #expect(full.host == "2001:db8::1" && full.port == 443 && full.usesTLS && full.user == "anna")
        #expect(full.mount == "/studio" && full.place == "[2001:db8::1]:443")
        #expect(try LiveAddress("radio.example/", user: "a", mount: "/x.ogg").mount == "/x.ogg")
        for wrong in ["ftp://radio.example", "http://", "http://a b", "http://anna:secret@radio.example"] {
            #expect(throws: ValidationError.self, "\(wrong)") {
                try LiveAddress(wrong, user: "a", mount: nil)
            }
        }
        #expect(throws: ValidationError.self) {
            try LiveAddress("http://radio.example", user: nil, mount: nil)
        }
    }

    @Test func theSecretIsOfAFileOrTheEnvironmentOrThePerson() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/secret"
        try Data("of the file\n".utf8).write(to: URL(fileURLWithPath: file))
        let address = try LiveAddress("http://radio.example", user: "anna", mount: nil)
        let environment = ["FUNKHAUS_SECRET": "of the environment"]
        func find(_ file: String?, _ environment: [String: String], _ answer: String? = nil) throws -> String
        {
            try LiveSecret.find(file: file, for: address, environment: environment) { question in
                #expect(question.contains("anna at radio.example:80"))
                return answer
            }
        }
        #expect(try find(file, environment) == "of the file")
        #expect(try find(nil, environment) == "of the environment")
        #expect(try find(nil, [:], "typed") == "typed")
        for answer in [nil, ""] { #expect(throws: CommandError.self) { try find(nil, [:], answer) } }
        #expect(throws: CommandError.self) { try find(folder.path + "/none", [:]) }
    }

    @Test func whatIsWrongOnTheCommandLineIsToldAtOnce() {
        func parse(_ words: String...) -> Ending.Code? {
            do {
                _ = try Funkhaus.parseAsRoot(["live"] + words)
                return nil
            } catch {
                return Ending(error).code
            }
        }
        #expect(parse("http://r.example", "--as", "a") == nil)
        #expect(parse("--devices") == nil)
        #expect(parse("http://r.example", "--as", "a", "--format", "opus:96", "--buffer", "5s") == nil)
        #expect(parse("http://r.example") == .usage)
        #expect(parse() == .usage)
        #expect(parse("http://r.example", "--as", "a", "--raw", "44100:2:s16le") == .usage)
        #expect(parse("http://r.example", "--as", "a", "--format", "wav") == .usage)
        #expect(parse("http://r.example", "--as", "a", "--record", ".", "--no-recording") == .usage)
    }

    // MARK: The second terminal

    @Test func aTitleReachesTheShowOfTheSamePerson() throws {
        let folder = try TemporaryDirectory()
        let environment = ["XDG_RUNTIME_DIR": folder.path]
        #expect(!TitleBox.send("nobody there", environment: environment))
        do {
            let box = try #require(TitleBox(environment: environment))
            #expect(TitleBox(environment: environment) == nil)
            #expect(TitleBox.send("Nina – Sinnerman", environment: environment))
            #expect(box.take() == "Nina – Sinnerman")
            #expect(box.take() == nil)
            var status = stat()
            #expect(stat(folder.path + "/funkhaus-live", &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
        #expect(!TitleBox.send("gone", environment: environment))
    }
}
