internal import ArgumentParser
internal import Station

struct SkipCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip",
        abstract: "Ends what is on air; the next item begins.",
        discussion: """
            The skip is written into the journal: after a restart it is not heard again.

              funkhaus skip
            """)

    @OptionGroup var station: StationOptions

    func ask(_ desk: Desk) throws { try desk.out.print(try desk.client.skip(), json: station.json) }
}

struct ReloadCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Reads the configuration and the playlists again.",
        discussion: """
            No listener is dropped. A configuration with a mistake in it is refused whole, and the station goes on \
            with the one it has. What is on air is heard to its end.

              funkhaus check && funkhaus reload
            """)

    @OptionGroup var station: StationOptions

    func ask(_ desk: Desk) throws { try desk.out.print(try desk.client.reload(), json: station.json) }
}
