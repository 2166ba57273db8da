internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Station

/// The one program: puts a station on air, and the commands that talk to it. What the words mean is done in
/// `Station`; here arguments are read and answers are put into words for people.
@main
struct Funkhaus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funkhaus",
        abstract: "Puts a community radio station on air, and keeps it there.",
        discussion: """
            funkhaus serve puts the station on air that a YAML file describes; the other commands talk to it from \
            the same machine. A first station: copy Config/station.minimal.yaml to station.yaml, put audio into \
            a folder music beside it, then

              funkhaus check      tells everything that would go wrong on air
              funkhaus serve      is on air until Ctrl-C
              funkhaus status     tells how it goes

            The configuration is the file of --config, else that of the environment's FUNKHAUS_CONFIG, else the \
            first of \(ConfigurationOption.standard.joined(separator: ", ")) that exists.

            --json gives every answer in one vocabulary for programs: start (RFC 3339 with offset and milliseconds), \
            duration (seconds), kind, artist, title, album, file, show; a list is an array with an element a line. \
            NO_COLOR in the environment turns colours off.

            The exit code is 0 when all is well, 1 when the answer is bad, 2 when the command line is wrong, and 3 \
            when there is no daemon to talk to.

            Shells complete these commands after make install; without that, by what funkhaus \
            --generate-completion-script bash (or zsh, or fish) prints.
            """,
        version: Release.version,
        subcommands: [
            ServeCommand.self, CheckCommand.self, StatusCommand.self, NowCommand.self, NextCommand.self,
            SkipCommand.self, ReloadCommand.self, QueueCommand.self, RenderCommand.self, PreviewCommand.self,
            SimulateCommand.self, HistoryCommand.self, ScheduleCommand.self, LiveCommand.self,
            TitleCommand.self, DJCommands.self, TakeoverCommand.self, HoldCommand.self, KickCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var serving = command as? any AsyncParsableCommand {
                try await serving.run()
            } else {
                try command.run()
            }
        } catch {
            let ending = Ending(error)
            if !ending.words.isEmpty {
                _ = writeAll(ending.words + "\n", to: ending.code == .success ? STDOUT_FILENO : STDERR_FILENO)
            }
            Glibc.exit(ending.code.rawValue)
        }
    }
}
