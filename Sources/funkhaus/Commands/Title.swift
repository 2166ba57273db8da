internal import ArgumentParser
internal import Foundation

struct TitleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "title",
        abstract: "Tells a running funkhaus live what is played.",
        discussion: """
            On a second terminal of the same person, on the same machine; a program that plays may call it too.

              funkhaus title "Nina Simone - Sinnerman"
            """)

    @Argument(help: "Artist - Title, or a title alone.")
    var title: String

    func run() throws {
        guard TitleBox.send(title, environment: ProcessInfo.processInfo.environment) else {
            throw CommandError(
                code: .unreachable, sentence: "No funkhaus live of yours runs on this machine.",
                remedy: "Start it first, or type the title into its own terminal.")
        }
    }
}
