internal import ArgumentParser
internal import Foundation
internal import Station

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Prints what will air, to the second.",
        discussion: """
            The same plan as on air: what is printed is what is played, unless somebody acts later. ~ marks what \
            nobody can know yet, because a DJ may come or a file may change. --from takes \(SpokenTime.forms)

            A calendar (--ics) has an event for each show, as /schedule.ics does, with what is played in its \
            description; what is on between the shows is not in it.

              funkhaus preview --for 3h
              funkhaus preview --from 18:00 --for 1d --json
              funkhaus preview --for 7d --ics > week.ics
            """)

    @Flag(help: "Print a calendar of the shows, as in RFC 5545.")
    var ics = false

    @OptionGroup var span: PlanSpan

    func validate() throws {
        guard !ics || !span.json else { throw ValidationError("Use --json or --ics, not both.") }
    }

    func run() throws {
        let (preview, printer) = try span.plan { configuration, from, seconds, progress in
            try Preview(configuration: configuration, from: from, seconds: seconds, progress: progress)
        }
        guard !ics else {
            guard let calendar = preview.calendar else {
                throw CommandError(
                    sentence: "No show is on then, and the rotation is nothing for a calendar.",
                    remedy: "Ask for a longer span with --for, or leave --ics out.")
            }
            return try printer.write(calendar)
        }
        let items = preview.items
        try printer.print(items, json: span.json) {
            var table = ItemTable()
            return items.flatMap { table.lines(for: $0) } + table.legend
        }
    }
}

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Goes through the coming weeks and tells what is wrong with them.",
        discussion: """
            It plans everything as the station would, without a sound, and tells of minutes with nothing to play, of \
            shows that begin late, of files that are too long or too short, of what comes again too soon, and who is \
            responsible.

              funkhaus simulate --for 8w
            """)

    @OptionGroup var span: PlanSpan

    func run() throws {
        let (simulation, printer) = try span.plan { configuration, from, seconds, progress in
            try Simulation.run(configuration: configuration, from: from, seconds: seconds, progress: progress)
        }
        try printer.print(simulation, json: span.json) { simulation.lines }
    }
}

extension Simulation {
    var lines: [Line] {
        let counts = "\(slots) slots, \(items) items: "
        guard !findings.isEmpty else { return [Line(counts + "nothing is wrong.")] }
        let sum = findings.count == 1 ? "1 thing" : "\(findings.count) things"
        return findings.flatMap(\.lines) + [Line(counts + "\(sum) to look after.")]
    }
}

/// The span of a plan, and how its command prints it.
struct PlanSpan: ParsableArguments {
    @Option(help: ArgumentHelp("When the span begins.", valueName: "time"))
    var from = "now"

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is: 90s, 1h30m, 2h, 1d, 8w.", valueName: "length"))
    var length: SpokenLength

    @OptionGroup var place: ConfigurationOption

    @Flag(help: "Print JSON.")
    var json = false

    /// Has a plan made of the span, and tells where it is printed.
    func plan<Plan>(
        _ make: (Configuration, _ from: Int64, _ seconds: Double, _ progress: (Double) -> Void) throws -> Plan
    ) throws -> (Plan, Printer) {
        let environment = ProcessInfo.processInfo.environment
        let path = try place.find(environment: environment)
        let configuration = try Configuration.load(path: path, environment: environment)
        let zone = TimeZone(identifier: configuration.station.timezone) ?? .gmt
        let start = try SpokenTime.instant(from, "--from", .wallNow, zone)
        let progress = Progress(environment: environment)
        defer { progress.finish() }
        let plan = try make(configuration, start, Double(length.seconds)) { progress.show($0, "measuring") }
        return (plan, Printer.standard(environment: environment))
    }
}

extension Simulation.Finding {
    /// When, how often and who, and under it what is wrong.
    fileprivate var lines: [Line] {
        let time = "\(first.local.dayWords), \(first.local.clock)"
        let often = count == 1 ? "" : ", \(count) times"
        let who = host.map { ", \($0)" } ?? ""
        return [Line((time + often + who).safe.cut(to: 78), .strong)] + Line.wrapped(words, after: "    ")
    }
}
