internal import Foundation
internal import Station
internal import Testing

@testable import funkhaus

/// What people read, to the letter, at 80 columns.
@Suite struct WordsTests {
    @Test func theStatus() {
        var report = StatusReport.sample
        report.library = LibraryReport(
            files: 412, measured: 400, measuring: 10, problems: Array(report.library.problems.prefix(1)))
        #expect(
            report.lines.shown == """
                Radio Beispiel
                on air since Mon 29 June 2026, 10:00:00 (2 d 13 h)

                Now      Nina Simone - Sinnerman
                         3:20 of 10:19, until 00:00:31
                Next     00:00:31  Radio Beispiel 3.wav
                Heard    not as it should be:
                         ! Who listens to http://zwei.example/r.ogg hears silence instead of the
                           programme.

                Listen
                  http://localhost:8000/stream.ogg
                    1 listener (17 at most), 160 kbit/s

                Icecast
                  http://icecast.example:8000/radio.ogg
                    The server refuses the password since 23:40; the next try is in 10 s. Put
                    the right one into icecast.secret.
                  http://zwei.example/r.ogg
                    on air since 10:00:01

                Library  412 files, 400 of them measured, 10 still to measure, 1 with problems
                         ! /music/leer.mp3 is empty: take it out, or put the audio into it.
                Journal  written up to now
                Clock    2 blocks late, 0 resets since the station is on air
                Version  0.1.0

                """)
    }

    @Test func aRottenLibraryDoesNotFloodTheStatus() {
        let lines = StatusReport.sample.lines.shown.split(separator: "\n")
        #expect(lines.contains("         and 11 more: funkhaus check lists them"))
    }

    @Test func theFirstWordsOfAStation() {
        #expect(
            StatusReport.sample.announcement.shown == """
                Radio Beispiel is on air.
                Listen:  http://localhost:8000/stream.ogg
                Stop:    Ctrl-C
                Look:    funkhaus status

                """)
    }

    @Test func whereAStationIsHeardEncryptedIsSaidToo() {
        var report = StatusReport.sample
        report.mounts[0].tlsURL = "https://localhost:8443/stream.ogg"
        #expect(
            report.lines.shown.contains(
                "  http://localhost:8000/stream.ogg\n  https://localhost:8443/stream.ogg\n    1 listener"))
        #expect(
            report.announcement.shown.contains(
                "Listen:  http://localhost:8000/stream.ogg\nListen:  https://localhost:8443/stream.ogg\n"))
    }

    @Test func whatIsOnAirNow() {
        #expect(
            OnAirItem.sinnerman.now.shown == """
                Nina Simone - Sinnerman
                from Pastel Blues
                in Nachtschicht
                3:20 of 10:19, until 00:00:31

                """)
        #expect(
            OnAirItem.tone.now.shown == """
                tone, because there is nothing else
                for 0:03

                """)
    }

    @Test func whatComesNext() {
        var table = ItemTable()
        let items: [OnAirItem] = [.sinnerman, .identification, .wide, .tone]
        #expect(
            (items.flatMap { table.lines(for: $0) } + table.legend).shown == """
                Wed 1 July 2026
                Nachtschicht
                23:50:12     10:19  Nina Simone - Sinnerman
                Thu 2 July 2026
                Rotation
                00:00:31      0:08  Radio Beispiel 3.wav  (station identification)
                00:00:39  ~1:02:03  坂本龍一 & Bjo\u{308}rk 🎹 - 戦場の戦場の戦場の戦場の戦…  (queued)
                01:02:43         ?  tone, because there is nothing else
                ~ not certain yet: a file is not measured, or it is not known how long it is.

                """)
    }

    @Test func theQueue() {
        #expect(
            [QueueEntry(id: 12, item: .identification).row].shown == """
                   12  00:00:31      0:08  Radio Beispiel 3.wav

                """)
    }

    @Test func theHistoryTellsShowsItemsAndFacts() {
        var table = ItemTable()
        let jump = HistoryEntry(
            id: 2,
            item: OnAirItem(
                kind: ItemKind(rawValue: "clock"), start: StationTime("2026-07-01T23:55:00.000+02:00")),
            note: "The machine's clock jumped forward by 3,600 seconds; the programme followed it at once.")
        let broken = HistoryEntry(
            id: 2,
            item: OnAirItem(
                kind: ItemKind(rawValue: "deviation"), start: StationTime("2026-07-01T23:56:00.000+02:00"),
                file: "/music/b.ogg"), note: "/music/b.ogg cannot be read.")
        let entries = [
            HistoryEntry(id: 1, item: .sinnerman, note: "skipped by a person"), jump, broken,
            HistoryEntry(id: 3, item: .identification),
        ]
        #expect(
            entries.flatMap { $0.lines(in: &table) }.shown == """
                Wed 1 July 2026
                Nachtschicht
                23:50:12     10:19  Nina Simone - Sinnerman
                                    skipped by a person
                23:55:00            The machine's clock jumped forward by 3,600 seconds; the
                                    programme followed it at once.
                23:56:00         ?  b.ogg  (deviation)
                                    /music/b.ogg cannot be read.
                Thu 2 July 2026
                Rotation
                00:00:31      0:08  Radio Beispiel 3.wav  (station identification)

                """)
    }

    @Test func theSimulationTellsWhenWhoAndWhat() throws {
        let json = #"""
            {"slots": 42, "items": 1000, "findings": [
                {"kind": "long", "show": "Küchenradio", "host": "Kim", "first": "2026-12-01T22:00:00+01:00", "count": 2,
                 "words": "The file of Küchenradio is 1 min too long, and its end is not heard: shorten it."},
                {"kind": "repeat", "first": "2026-12-02T00:10:00+01:00", "count": 1, "words": "/a\u001b[2J comes again."}]}
            """#
        var simulation = try JSONDecoder().decode(Simulation.self, from: Data(json.utf8))
        #expect(
            simulation.lines.shown == """
                Tue 1 December 2026, 22:00:00, 2 times, Kim
                    The file of Küchenradio is 1 min too long, and its end is not heard: shorten
                    it.
                Wed 2 December 2026, 00:10:00
                    /a\u{fffd}[2J comes again.
                42 slots, 1000 items: 2 things to look after.

                """)
        simulation.findings = []
        #expect(simulation.lines.shown == "42 slots, 1000 items: nothing is wrong.\n")
    }

    @Test func noLineIsWiderThanTheTerminal() {
        let items: [OnAirItem] = [.sinnerman, .identification, .wide, .hostile, .tone]
        let lines =
            items.flatMap { [$0.row, QueueEntry(id: 1, item: $0).row] + $0.now } + StatusReport.sample.lines
        for line in lines { #expect(line.text(for: Terminal(colour: false)).columns <= 80) }
    }

    @Test func coloursAreOnlyForTerminalsAndNeverChangeTheText() {
        let line = Line("on air", .good)
        #expect(line.text(for: Terminal(colour: true)) == "\u{1b}[32mon air\u{1b}[0m")
        #expect(line.text(for: Terminal(colour: false)) == "on air")
        #expect(!Terminal(descriptor: 1, environment: ["NO_COLOR": "1"]).colour)
        #expect(!Terminal(descriptor: 1, environment: ["TERM": "dumb"]).colour)
        // Standard input of a test is no terminal.
        #expect(!Terminal(descriptor: 0, environment: [:]).colour)
    }

    @Test(arguments: [(0.0, "0 s"), (59.9, "59 s"), (3_600, "1 h"), (3_725, "1 h 2 min"), (86_405, "1 d")])
    func spans(seconds: Double, words: String) { #expect(seconds.spanWords == words) }

    @Test(arguments: [(0.0, "0:00"), (59.9, "0:59"), (600, "10:00"), (3_661, "1:01:01"), (-1, "0:00")])
    func clocks(seconds: Double, words: String) { #expect(seconds.clockWords == words) }
}

/// Nothing in a tag reaches a terminal, a table or a program as anything but text.
@Suite struct HostileTextTests {
    @Test func noEscapeReachesTheTerminal() {
        let entry = HistoryEntry(id: 1, item: .hostile, note: "\u{1b}[2J\u{9d}x")
        var table = ItemTable()
        var report = StatusReport.sample
        (report.now, report.station, report.journal) = (.hostile, "\u{1b}c", "\u{1b}]52;c;eA==\u{07}")
        let lines = OnAirItem.hostile.now + [OnAirItem.hostile.row] + entry.lines(in: &table) + report.lines
        for line in lines {
            let text = line.text(for: Terminal(colour: false))
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
            #expect(!text.unicodeScalars.contains("\u{202e}") && !text.unicodeScalars.contains("\u{2028}"))
        }
        #expect(OnAirItem.hostile.label.safe.unicodeScalars.count < 70, "marks do not pile up")
    }

    @Test func noEscapeReachesTheTerminalInAnError() {
        let refusal = ControlRefusal("\u{1b}c cannot be aired.", remedy: "Delete \u{9b}31m.")
        #expect(
            Ending(refusal).words == "funkhaus: \u{fffd}c cannot be aired.\n          Delete \u{fffd}31m.")
    }

    @Test func jsonKeepsTheTagAndStillHarmsNoTerminal() throws {
        let text = try Report.json(OnAirItem.hostile)
        #expect(text.contains(#""artist":"\u001b[31mred\u001b[0m\u001b]0;owned\u0007""#))
        #expect(text.contains(#""title":"a\nb\r\u009b2Jc\u202etxt\u2028\u007f"#))
        #expect(try Report.json(["x": "\u{e0041}"]) == #"{"x":"\udb40\udc41"}"#)
    }

    @Test func aTagIsNoFormulaInASpreadsheet() {
        #expect(Report.csv(["a,b", "say \"hi\"", "", "x\ny"]) == "\"a,b\",\"say \"\"hi\"\"\",,x\u{fffd}y")
        #expect(Report.csv(["=1+1", "+49", "-x", "@y"]) == "'=1+1,'+49,'-x,'@y")
    }

    @Test func textsAreCutBetweenCharacters() {
        #expect("戦場".cut(to: 3) == "戦…")
        #expect("戦場".cut(to: 2) == "…")
        #expect("戦場".cut(to: 4) == "戦場")
        #expect("Bjo\u{308}rk".columns == 5)
        #expect("🇩🇪".columns == 2 && "👩‍👩‍👧".columns == 2 && "❤️".columns == 2 && "é—“".columns == 3)
        #expect("ab".cut(to: 0) == "")
    }

    @Test func longTextsAreBrokenAtSpacesOrAnywhere() {
        #expect("one two three".wrapped(7) == ["one two", "three"])
        #expect("aaaaaaaaaa b".wrapped(4) == ["aaaa", "aaaa", "aa b"])
        #expect("戦場の戦".wrapped(5) == ["戦場", "の戦"])
        #expect("".wrapped(5) == [""])
    }
}
