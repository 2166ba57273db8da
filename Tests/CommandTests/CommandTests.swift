internal import ArgumentParser
internal import Foundation
internal import Station
internal import TestKit
internal import Testing

@testable import funkhaus

/// The commands as a person types them, with a daemon at the other end of a real socket.
@Suite struct CommandTests {
    private let folder = try! TemporaryDirectory()
    private var path: String { folder.path + "/station.yaml" }

    init() throws {
        let yaml =
            "station: { name: Radio, timezone: Europe/Berlin }\nserver: { data: data, control: run/c.sock }\n"
        try yaml.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// What a command prints.
    private func output(_ words: String...) throws -> String {
        let server = try ControlServer(path: folder.path + "/run/c.sock", handler: SmallStation())
        server.start()
        defer { server.stop() }
        return try ask(words)
    }

    private func ask(_ words: [String]) throws -> String {
        let command = try Funkhaus.parseAsRoot(words + ["--config", path])
        let asking = try #require(command as? any StationCommand)
        let printed = Printed()
        let place = try ControlPlace(configuration: path, environment: [:])
        try asking.ask(
            Desk(
                client: ControlClient(socket: place.socket, configuration: path), place: place,
                now: StationTime("2026-07-01T12:00:00+02:00").nanoseconds,
                out: Printer(terminal: Terminal(colour: false)) { printed.text += $0 }))
        return printed.text
    }

    @Test func everyAnswerComesInWordsAndAsJSON() throws {
        #expect(try output("now").hasPrefix("Nina Simone - Sinnerman\n"))
        #expect(try output("now", "--json").hasPrefix(#"{"album":"Pastel Blues","artist":"Nina Simone","#))
        #expect(try output("status").hasPrefix("Radio Beispiel\n"))
        #expect(try output("status", "--json").contains(#""station":"Radio Beispiel""#))
        #expect(try output("next", "--count", "2").split(separator: "\n").count == 4)
        #expect(try output("queue").hasPrefix("    7  00:00:31      0:08"))
        #expect(try output("queue", "list", "--json").hasPrefix("[\n{\"duration\":8.2,"))
        #expect(try output("skip") == "Skipped Sinnerman.\nNext: Radio Beispiel 3.wav\n")
        #expect(try output("skip", "--json").contains(#""warnings":[]"#))
        #expect(
            try output("reload")
                == "Nothing has changed.\n  ! The disk is full: this is not written down yet.\n")
        #expect(try output("queue", "remove", "7") == "Removed 7.\n")
    }

    @Test func aListAsJSONIsAnArrayWithAnElementALine() throws {
        let lines = try output("next", "--count", "3", "--json").split(separator: "\n")
        #expect(lines.count == 5 && lines.first == "[" && lines.last == "]")
        let items = try JSONDecoder().decode([OnAirItem].self, from: Data(lines.joined().utf8))
        #expect(items == [.sinnerman, .sinnerman, .sinnerman])
    }

    @Test func queuedFilesAreNamedByAbsolutePaths() throws {
        let here = FileManager.default.currentDirectoryPath
        #expect(try output("queue", "add", "a b.ogg", "/x/../y.ogg").hasPrefix("\(here)/a b.ogg /y.ogg"))
    }

    @Test func theHistoryIsReadPageByPage() throws {
        #expect(try output("history", "--last", "250").split(separator: "\n").count == 252)
        let array = try output("history", "--last", "250", "--json")
        let entries = try JSONDecoder().decode([HistoryEntry].self, from: Data(array.utf8))
        #expect(entries.map(\.id) == Array(51...300))
        let csv = try output("history", "--csv", "--last", "1")
        #expect(
            csv == """
                start,duration,kind,artist,title,album,file,offset,show,note\r
                2026-07-01T23:50:12.250+02:00,619.432,track,Nina Simone,Sinnerman,Pastel Blues,\
                /music/sinnerman.flac,,Nachtschicht,\r

                """)
        // The daemon of this test begins with the hour of the day that it is asked for.
        #expect(
            try output("history", "--since", "18:00", "--json").hasPrefix("[\n{\"album\":\"Pastel Blues\""))
        #expect(throws: CommandError.self) { try output("history", "--since", "soon") }
    }

    @Test func theScheduleIsATableByDays() throws {
        let lines = try output("schedule").split(separator: "\n")
        #expect(lines.count == 5 && lines[0] == "Tue 1 December 2026" && lines[3].hasPrefix("Wed"))
        #expect(lines[1] == "20:00-22:00        Küchenradio  (live: redaktion, gast; else playlist rotation)")
        #expect(lines[2].hasPrefix("23:59:30-00:30     Nacht\u{fffd}[2J  (the newest file of /srv/radio/xxx"))
        #expect(lines[2].count <= 80)
        #expect(lines[4] == "07:00-09:00        Frühstück  (playlist rotation)")
        #expect(try output("schedule", "--for", "1h") == "No show is on then: the rotation is.\n")
        let json = try output("schedule", "--json")
        #expect(
            try JSONDecoder().decode(ScheduleReport.self, from: Data(json.utf8)).shows
                == ScheduledShow.samples)
        #expect(
            try output("schedule", "diff") == "Tuesday 1 Dec: Küchenradio is now at 21:00, was at 20:00\n")
    }

    @Test func whatIsWrongOnTheCommandLineEndsWithTwo() {
        for words in [
            ["next", "--count", "0"], ["history", "--since", "now", "--last", "3"],
            ["history", "--csv", "--json"],
            ["render", "--for", "1h", "--output", "-", "--json"], ["render", "--for", "1", "--output", "a"],
            ["preview", "--for", "1h", "--ics", "--json"], ["preview", "--ics"],
            ["schedule", "--for", "32d"], ["queue", "add"], ["queue", "remove", "x"], ["fly"], ["--nonsense"],
        ] {
            let error = #expect(throws: (any Error).self) { try Funkhaus.parseAsRoot(words) }
            #expect(error.map { Ending($0).code } == .usage, "\(words)")
        }
    }

    @Test func helpAndVersionAreAnswers() {
        for words in [["--help"], ["help", "queue"], ["--version"], ["queue", "add", "--help"]] {
            let error = #expect(throws: (any Error).self) {
                var command = try Funkhaus.parseAsRoot(words)
                try command.run()
            }
            #expect(error.map { Ending($0).code } == .success, "\(words)")
        }
    }

    @Test func anyOtherErrorIsToldInItsOwnWords() {
        struct Trouble: Error, CustomStringConvertible { let description = "The disk is gone.\nMount it." }
        #expect(Ending(Trouble()).code == .bad)
        #expect(Ending(Trouble()).words == "funkhaus: The disk is gone.\n          Mount it.")
        // What check has found wrong it has told already.
        #expect(Ending(ExitCode.failure).code == .bad && Ending(ExitCode.failure).words == "")
    }

    @Test func anAnswerThatCannotBeWrittenIsNotSilentlyLost() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(writeAll("x", to: full) == ENOSPC)
    }

    @Test func withoutADaemonACommandEndsWithThreeAndTheRemedy() throws {
        let error = #expect(throws: ControlError.self) { try ask(["now"]) }
        let ending = try Ending(#require(error))
        #expect(ending.code == .unreachable)
        #expect(
            ending.words == """
                funkhaus: No funkhaus is running for this configuration (nobody answers at \
                \(folder.path)/run/c.sock).
                          Start it with: funkhaus serve --config \(path)
                """)
    }

    @Test func aBrokenConfigurationDoesNotHideTheDaemon() throws {
        // No mounts, no playlists, a zone that is none: the daemon would refuse it, and is still on air.
        let yaml = "station: { timezone: Berlin }\nserver: { data: data, control: run/c.sock }\nmunts: 3\n"
        try yaml.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try output("now").hasPrefix("Nina Simone"))
        #expect(throws: CommandError.self) { try output("history", "--since", "18:00") }
    }

    @Test func aFileThatIsNoConfigurationIsToldWithItsPlace() throws {
        try "a: [".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConfigurationErrors.self) { try output("now") }
        #expect(try Ending(#require(error)).words.hasPrefix("\(path):"))
    }

    @Test func theConfigurationIsSearchedInTheStatedOrder() throws {
        let named = try ConfigurationOption.parse(["--config", "a.yaml"])
        let open = try ConfigurationOption.parse([])
        #expect(try named.find(environment: ["FUNKHAUS_CONFIG": "b.yaml"]) { _ in true } == "a.yaml")
        #expect(try open.find(environment: ["FUNKHAUS_CONFIG": "b.yaml"]) { _ in true } == "b.yaml")
        #expect(try open.find(environment: ["FUNKHAUS_CONFIG": ""]) { _ in true } == "./station.yaml")
        #expect(try open.find(environment: [:]) { $0.hasPrefix("/etc") } == "/etc/funkhaus/station.yaml")
        let error = #expect(throws: CommandError.self) { try open.find(environment: [:]) { _ in false } }
        #expect(error?.code == .usage)
    }

    @Test func aProblemIsALineThatEditorsOpen() throws {
        let problems = [
            Problem("“x” is empty\u{1b}[2J: delete it", at: Place(path: "station.yaml", line: 3, column: 7)),
            Problem(
                "no emergency file", at: Place(path: "station.yaml", line: 9, column: 1), severity: .note),
        ]
        let printed = Printed()
        let out = Printer(terminal: Terminal(colour: false)) { printed.text += $0 }
        try out.print(problems, json: false)
        #expect(
            printed.text == """
                station.yaml:3:7: “x” is empty\u{fffd}[2J: delete it
                station.yaml:9:1: note: no emergency file

                """)
        printed.text = ""
        try out.print([problems[1]], json: true)
        #expect(
            printed.text == """
                [
                {"column":1,"line":9,"path":"station.yaml","sentence":"no emergency file","severity":"note"}
                ]

                """)
    }

    @Test func everyCommandHelpsWithAnExample() {
        let all: [any ParsableCommand.Type] =
            Funkhaus.configuration.subcommands
            + QueueCommand.configuration.subcommands
        for command in all {
            let help = Funkhaus.helpMessage(for: command, columns: 80)
            let name =
                command == QueueCommand.Add.self ? "queue add" : command.configuration.commandName ?? ""
            #expect(help.contains("\n  funkhaus "), "\(name) has an example")
            #expect(!command.configuration.abstract.isEmpty)
            #expect(
                ["queue", "dj", "live", "title", "schedule"].contains(name)
                    || help.contains("--config <file>"))
            for line in help.split(separator: "\n") where !line.hasPrefix("USAGE") {
                #expect(line.count <= 80)
            }
        }
    }

    @Test func theHelpOfNext() {
        #expect(
            Funkhaus.helpMessage(for: NextCommand.self, columns: 80) == """
                OVERVIEW: Tells what comes next, and when.

                What it tells is what will be on air, unless somebody skips, queues or changes
                something. A ~ marks what can still change by itself, because a file is not
                measured yet.

                  funkhaus next --count 20
                  funkhaus next --why

                USAGE: funkhaus next [--count <count>] [--why] [--config <file>] [--json]

                OPTIONS:
                  -c, --count <count>     How many items, 1 to 100. (default: 5)
                  --why                   Tell for each item why it comes then, and which rules
                                          it keeps.
                  --config <file>         The station's YAML file (default: FUNKHAUS_CONFIG,
                                          ./station.yaml, ./Config/station.yaml,
                                          /etc/funkhaus/station.yaml).
                  --json                  Print the answer as JSON.
                  --version               Show the version.
                  -h, --help              Show help information.

                """)
    }

    @Test func theUnitsStationIsFoundByWhoTypesACommand() throws {
        let yaml = "station: { name: Radio, timezone: Europe/Berlin }\n"
        try yaml.write(toFile: path, atomically: true, encoding: .utf8)
        let (unit, home) = (folder.path + "/unit.sock", folder.path + "/run")
        func socket() throws -> String {
            try ControlPlace(
                configuration: path, environment: ["HOME": home, "XDG_RUNTIME_DIR": home], unit: unit
            ).socket
        }
        #expect(try socket() == home + "/funkhaus/control.sock")
        try "".write(toFile: unit, atomically: false, encoding: .utf8)
        #expect(try socket() == unit)
        // Somebody's own station comes first, and so does what the file says.
        try FileManager.default.createDirectory(
            atPath: home + "/funkhaus", withIntermediateDirectories: true)
        try "".write(toFile: home + "/funkhaus/control.sock", atomically: false, encoding: .utf8)
        #expect(try socket() == home + "/funkhaus/control.sock")
        try (yaml + "server: { data: data, control: c.sock }\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        #expect(try socket().hasSuffix("/c.sock"))
    }

    @Test(.peers("make"), arguments: ["bash", "zsh", "fish"])
    func installingLeavesNoShellWithoutItsCompletions(shell: String) throws {
        let package = (0..<3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        // What it would do; nothing is done.
        let plan = try Tool.run("make", ["-n", "-C", package.path, "install", "PREFIX=/opt/radio"])
        let words = String(decoding: plan.output, as: UTF8.self)
        #expect(plan.status == 0, "\(plan.errors)")
        #expect(words.contains("--generate-completion-script") && words.contains("/opt/radio/share/"))
        #expect(words.contains(" \(shell):\(shell)"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func shellsGetTheirCompletions(shell: String) {
        let script = Funkhaus.completionScript(for: CompletionShell(rawValue: shell)!)
        #expect(script.contains("history") && script.contains("yaml"))
    }
}

/// What a command printed, on the test's own thread.
private final class Printed {
    var text = ""
}

/// A daemon with a short memory.
private struct SmallStation: ControlHandler {
    func status() throws(ControlRefusal) -> StatusReport { .sample }
    func now() throws(ControlRefusal) -> OnAirItem { .sinnerman }
    func next(count: Int) throws(ControlRefusal) -> [OnAirItem] { Array(repeating: .sinnerman, count: count) }
    func skip() throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: "Skipped Sinnerman.", next: .identification)
    }
    func reload() throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(
            done: "Nothing has changed.", warnings: ["The disk is full: this is not written down yet."])
    }
    func queue() throws(ControlRefusal) -> [QueueEntry] { [QueueEntry(id: 7, item: .identification)] }
    func add(files: [String], while isWanted: () -> Bool) throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: files.joined(separator: " "))
    }
    func remove(id: Int) throws(ControlRefusal) -> Acknowledgement { Acknowledgement(done: "Removed \(id).") }
    func direct(_ dj: String, _ act: DJAct) throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: "\(act.rawValue) \(dj)")
    }
    func schedule(from: StationTime, seconds: Int) throws(ControlRefusal) -> ScheduleReport {
        ScheduleReport(from: from, until: from, shows: seconds < 86_400 ? [] : ScheduledShow.samples)
    }
    func scheduleDiff() throws(ControlRefusal) -> ScheduleDiff {
        ScheduleDiff(changes: ["Tuesday 1 Dec: Küchenradio is now at 21:00, was at 20:00"])
    }
    func history(from start: HistoryStart) throws(ControlRefusal) -> HistoryPage {
        let first: Int64
        switch start {
        case .last(let count): first = 301 - Int64(count)
        case .since(let time): first = Int64(300 - time.local.hour)
        case .after(let id): first = id + 1
        }
        let end = min(300, first + 99)
        return HistoryPage(
            entries: (first...end).map { HistoryEntry(id: $0, item: .sinnerman) }, more: end < 300)
    }
}
