internal import ArgumentParser
internal import Station

struct StatusCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells how the station is.",
        discussion: """
            On air since when, what is on now and next, listeners, every Icecast target, the library with the files \
            that cannot be aired, the journal, and the clock.

              funkhaus status --json | jq .mounts[].listeners
            """)

    @OptionGroup var station: StationOptions

    func ask(_ desk: Desk) throws {
        let report = try desk.client.status()
        try desk.out.print(report, json: station.json) { report.lines }
    }
}

struct NowCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "now",
        abstract: "Tells what is on air.",
        discussion: """
              funkhaus now
              funkhaus now --json | jq -r .title
            """)

    @OptionGroup var station: StationOptions

    func ask(_ desk: Desk) throws {
        let item = try desk.client.now()
        try desk.out.print(item, json: station.json) { item.now }
    }
}

struct NextCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Tells what comes next, and when.",
        discussion: """
            What it tells is what will be on air, unless somebody skips, queues or changes something. A ~ marks what \
            can still change by itself, because a file is not measured yet.

              funkhaus next --count 20
              funkhaus next --why
            """)

    @Option(name: .shortAndLong, help: "How many items, 1 to 100.")
    var count = 5

    @Flag(help: "Tell for each item why it comes then, and which rules it keeps.")
    var why = false

    @OptionGroup var station: StationOptions

    func validate() throws {
        guard (1...100).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 100.")
        }
    }

    func ask(_ desk: Desk) throws {
        let items = try desk.client.next(count: count)
        try desk.out.print(items, json: station.json) {
            var table = ItemTable()
            return items.flatMap { item in
                table.lines(for: item)
                    + (why ? item.why ?? [] : []).flatMap { Line.wrapped($0, after: "    ", .faint) }
            } + table.legend
        }
    }
}
