internal import ArgumentParser
internal import Station

/// A command about a DJ who is connected.
protocol DJCommand: StationCommand {
    static var act: DJAct { get }
    var dj: String { get }
}

extension DJCommand {
    func ask(_ desk: Desk) throws {
        try desk.out.print(try desk.client.direct(dj, Self.act), json: station.json)
    }
}

struct TakeoverCommand: DJCommand {
    static let configuration = CommandConfiguration(
        commandName: "takeover",
        abstract: "Gives a DJ the air, whoever has it.",
        discussion: """
            The DJ is faded in as soon as there is something to hear; whoever was on air before goes to the green room.

              funkhaus takeover anna
            """)
    static let act = DJAct.takeover

    @OptionGroup var station: StationOptions
    @Argument(help: "The DJ's name.")
    var dj: String
}

struct HoldCommand: DJCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Has a DJ wait in the green room.",
        discussion: """
            If the DJ is on air, the next one gets it, or the programme. The connection stays; funkhaus takeover gives \
            the air back.

              funkhaus hold anna
            """)
    static let act = DJAct.hold

    @OptionGroup var station: StationOptions
    @Argument(help: "The DJ's name.")
    var dj: String
}

struct KickCommand: DJCommand {
    static let configuration = CommandConfiguration(
        commandName: "kick",
        abstract: "Sends a DJ away.",
        discussion: """
            The connection is closed, and the next DJ gets the air, or the programme. Most programs connect again by \
            themselves: to keep a DJ out, use funkhaus dj disable.

              funkhaus kick anna
            """)
    static let act = DJAct.kick

    @OptionGroup var station: StationOptions
    @Argument(help: "The DJ's name.")
    var dj: String
}
