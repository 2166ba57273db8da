internal import ArgumentParser
internal import Foundation
internal import Station

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells everything that would go wrong on air.",
        discussion: """
            It reads the configuration and the playlists and opens every file in them. Each problem is a line, \
            path:line:column: what is wrong, and what to do; the exit code is 1 when one of them would be heard. \
            The station may be on air meanwhile.

              funkhaus check --config Config/station.yaml
            """)

    @OptionGroup var place: ConfigurationOption

    @Flag(help: "Print the problems as JSON: path, line, column, severity, sentence.")
    var json = false

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let progress = Progress(environment: environment)
        let problems = try Check.problems(
            path: place.find(environment: environment), environment: environment,
            progress: { done, all in
                progress.show(Double(done) / Double(max(all, 1)), "looking into \(all) files")
            })
        progress.finish()
        try Printer.standard(environment: environment).print(problems, json: json)
        if problems.contains(where: { $0.severity == .wrong }) { throw ExitCode.failure }
    }
}
