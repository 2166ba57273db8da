internal import ArgumentParser
internal import Foundation
internal import Station

/// A command that talks to the daemon.
protocol StationCommand: ParsableCommand {
    var station: StationOptions { get }

    /// Asks, and prints the answer line by line.
    func ask(_ desk: Desk) throws
}

/// What these commands have in common.
struct StationOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Flag(help: "Print the answer as JSON.")
    var json = false
}

/// What a command works with: the daemon at the other end, and the person's terminal.
struct Desk {
    var client: ControlClient
    var place: ControlPlace
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    var now: Int64
    var out: Printer
}

extension StationCommand {
    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try station.configuration.find(environment: environment)
        let place = try ControlPlace(configuration: path, environment: environment)
        try ask(
            Desk(
                client: ControlClient(socket: place.socket, configuration: path), place: place, now: .wallNow,
                out: .standard(environment: environment)))
    }
}

extension Int64 {
    /// Nanoseconds since 1970-01-01T00:00:00Z, to the microsecond.
    static var wallNow: Int64 { Int64(Date().timeIntervalSince1970 * 1e6) * 1_000 }
}
