internal import ArgumentParser
internal import Foundation
internal import Station

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Puts files on air before the rotation goes on.",
        discussion: """
            What is in the queue is aired entry by entry as soon as the item on air ends.

              funkhaus queue add interview.flac "new record.mp3"
              funkhaus queue list
              funkhaus queue remove 12
            """,
        subcommands: [Add.self, List.self, Remove.self], defaultSubcommand: List.self)

    struct Add: StationCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Puts files behind the last entry.",
            discussion: """
                All of them or none: a file that cannot be aired is refused with its reason. What the station does \
                not know yet it measures first, which takes some time for long files; Ctrl-C until then, and nothing \
                is queued. The daemon's user must be able to read them.

                  funkhaus queue add interview.flac
                """)

        @Argument(help: "Audio files.", completion: .file())
        var files: [String]

        @OptionGroup var station: StationOptions

        func ask(_ desk: Desk) throws {
            let paths = files.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
            let waiting = Progress(environment: ProcessInfo.processInfo.environment)
            defer { waiting.finish() }
            let done = try desk.client.add(files: paths) {
                waiting.show("the station measures what is new to it")
            }
            waiting.finish()
            try desk.out.print(done, json: station.json)
        }
    }

    struct List: StationCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Tells what is in the queue, the next entry first.",
            discussion: """
                The number in front is that for funkhaus queue remove.

                  funkhaus queue list --json
                """)

        @OptionGroup var station: StationOptions

        func ask(_ desk: Desk) throws {
            let entries = try desk.client.queue()
            try desk.out.print(entries, json: station.json) {
                entries.isEmpty ? ["The queue is empty."] : entries.map(\.row)
            }
        }
    }

    struct Remove: StationCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Takes an entry out of the queue.",
            discussion: """
                  funkhaus queue list
                  funkhaus queue remove 12
                """)

        @Argument(help: "The entry's number, as funkhaus queue list tells it.")
        var number: Int

        @OptionGroup var station: StationOptions

        func ask(_ desk: Desk) throws {
            try desk.out.print(try desk.client.remove(id: number), json: station.json)
        }
    }
}
