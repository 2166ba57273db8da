internal import ArgumentParser
internal import Foundation
internal import Station

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Tells which shows are on when, and what a reload would change.",
        discussion: """
              funkhaus schedule
              funkhaus schedule --from 2026-12-01 --for 31d --json
              funkhaus schedule diff && funkhaus reload
            """,
        subcommands: [Show.self, Diff.self], defaultSubcommand: Show.self)

    struct Show: StationCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Tells which shows are on when.",
            discussion: """
                Shows as they air, by days, on the station's clocks; between them is the rotation. When no daemon \
                runs, it is what the files on disk say. --from takes \(SpokenTime.forms)

                  funkhaus schedule --for 1d
                """)

        @Option(help: ArgumentHelp("When the span begins.", valueName: "time"))
        var from = "now"

        @Option(
            name: .customLong("for"),
            help: ArgumentHelp("How long it is, up to 31d.", valueName: "length"))
        var length = SpokenLength(seconds: 7 * 86_400)

        @OptionGroup var station: StationOptions

        func validate() throws {
            guard length.seconds <= ScheduleReport.longest else {
                throw ValidationError("--for takes 31d at the most.")
            }
        }

        func ask(_ desk: Desk) throws {
            let zone = desk.place.zone ?? .gmt
            let start = StationTime(
                nanoseconds: try SpokenTime.instant(from, "--from", desk.now, zone), zone: zone)
            let (report, note) = try report(desk, from: start)
            try desk.out.print(report, json: station.json) { report.lines + note }
        }

        private func report(_ desk: Desk, from start: StationTime) throws -> (ScheduleReport, note: [Line]) {
            do {
                return (try desk.client.schedule(from: start, seconds: length.seconds), [])
            } catch let error as ControlError where error.isUnreachable {
                let environment = ProcessInfo.processInfo.environment
                let path = try station.configuration.find(environment: environment)
                let report = try ScheduleReport(
                    configuration: path, environment: environment, from: start, seconds: length.seconds)
                return (report, [Line("Nobody is on air: this is what the files say.", .faint)])
            }
        }
    }

    struct Diff: StationCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Tells what a reload would change of the shows.",
            discussion: """
                For the coming two weeks, a line a change; then what the last change of the files and of each calendar \
                has changed. Nothing is changed by asking.

                  funkhaus schedule diff
                """)

        @OptionGroup var station: StationOptions

        func ask(_ desk: Desk) throws {
            let diff = try desk.client.scheduleDiff()
            try desk.out.print(diff, json: station.json) {
                let coming: [Line] =
                    diff.changes.isEmpty
                    ? ["Nothing changes in the coming two weeks."]
                    : diff.changes.flatMap { Line.wrapped($0, after: "") }
                return coming
                    + (diff.latest ?? []).flatMap { applied in
                        [
                            "",
                            Line(
                                "Changed by \(applied.source), \(applied.at.local.dayWords), \(applied.at.local.clock)",
                                .strong),
                        ]
                            + applied.changes.flatMap { Line.wrapped($0, after: "  ") }
                    }
            }
        }
    }
}
