internal import ArgumentParser
internal import Foundation
internal import Station

struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Writes to a file what is on air in a span of time.",
        discussion: """
            The same engine as on air, as fast as the machine goes: the file is what listeners of the first mount \
            hear, or will hear, or have heard, unless somebody acts later. --from takes \(SpokenTime.forms)

              funkhaus render --from 18:00 --for 1h --output tonight.ogg
              funkhaus render --for 10m --output - | ogg123 -
            """)

    @Option(help: ArgumentHelp("When the span begins.", valueName: "time"))
    var from = "now"

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is: 90s, 1h30m, 2h, 1d.", valueName: "length"))
    var length: SpokenLength

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to be written: .ogg, .mp3, .opus, or .wav for the mix before encoding; - is Ogg on standard output.",
            valueName: "file"),
        completion: .file(extensions: ["ogg", "wav"]))
    var output: String

    @OptionGroup var place: ConfigurationOption

    @Flag(help: "Print what the span holds as JSON.")
    var json = false

    func validate() throws {
        guard !json || output != "-" else {
            throw ValidationError("--json and --output - both want standard output: write to a file.")
        }
    }

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try place.find(environment: environment)
        let configuration = try Configuration.load(path: path, environment: environment)
        let zone = TimeZone(identifier: configuration.station.timezone) ?? .gmt
        let start = try SpokenTime.instant(from, "--from", .wallNow, zone)
        let progress = Progress(environment: environment)
        defer { progress.finish() }
        let items = try Render.run(
            configuration: configuration, from: start, seconds: Double(length.seconds),
            output: output == "-" ? nil : output,
            progress: { done in progress.show(done, "rendering") })
        progress.finish()
        guard output != "-" else { return }
        try Printer.standard(environment: environment).print(items, json: json) {
            var table = ItemTable()
            return items.flatMap { table.lines(for: $0) } + [Line("Written to \(output).")]
        }
    }
}
