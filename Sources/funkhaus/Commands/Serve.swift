internal import ArgumentParser
internal import Foundation
internal import Station

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Puts the station on air, until Ctrl-C.",
        discussion: """
            It stays in the foreground and logs to standard error; systemd or the terminal keep it. SIGTERM and \
            Ctrl-C end it cleanly, SIGHUP is funkhaus reload.

              funkhaus serve --config Config/station.yaml
            """)

    @OptionGroup var place: ConfigurationOption

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        try await Daemon.serve(
            configuration: try place.find(environment: environment), environment: environment,
            // A terminal that has gone is no reason not to be on air.
            onAir: { try? Printer.standard(environment: environment).print($0.announcement) })
    }
}
