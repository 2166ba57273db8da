internal import ArgumentParser
internal import Audio
internal import Codecs
internal import Foundation
internal import Glibc
internal import Station
internal import Studio

struct LiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Takes you live on a station: this one, another Funkhaus, or an Icecast.",
        discussion: """
            Sends the default microphone or line, or --input: a file, - for standard input, pulse:NAME or alsa:NAME \
            (see --devices). What the station has not confirmed is kept, so that a break of the line shorter than \
            --buffer is not heard. The show is recorded as FLAC in the current folder, unless told not to.

              funkhaus live https://radio.example --as anna
              funkhaus live http://radio.example:8000 --as anna --input show.flac --titles now-playing.txt
              arecord -f cd -t raw | funkhaus live http://radio.example:8000 --as anna --input - --raw 44100:2:s16le
              funkhaus live http://icecast.example:8000 --as source --mount /radio.ogg

            The secret is asked for, or taken from --secret-file or from FUNKHAUS_SECRET. To an https address the \
            station has to show a certificate that this machine trusts, or one that the file SSL_CERT_FILE holds. While the show runs: Tab \
            mutes, Ctrl-R is cue (connected, and not put on air), Ctrl-C ends the show; a line that is typed is the \
            next title, and so is what funkhaus title says on a second terminal.
            """)

    @Argument(help: "The station: http://host:port or https://host; a path in it is the mount.")
    var station: String?

    @Option(name: .customLong("as"), help: ArgumentHelp("The name of your account.", valueName: "name"))
    var user: String?

    @Option(help: "The mount on which live shows come in.")
    var mount: String?

    @Option(
        help: ArgumentHelp("A file with the secret and nothing else.", valueName: "file"), completion: .file()
    )
    var secretFile: String?

    @Option(help: ArgumentHelp("A device, a file, or - for standard input.", valueName: "input"))
    var input: String?

    @Option(
        help: ArgumentHelp(
            "What standard input is when it is bare samples: frames a second, channels, and s16le, s24le, s32le or f32le.",
            valueName: "44100:2:s16le"),
        transform: { text in
            guard let raw = RawSound(text) else { throw ValidationError("Write it like 44100:2:s16le.") }
            return raw
        })
    var raw: RawSound?

    @Flag(help: "List the devices from which sound can come, and end.")
    var devices = false

    @Option(
        help: ArgumentHelp(
            "vorbis:QUALITY from -1 to 10, or opus:KBITS from 16 to 510 for thin lines.", valueName: "format")
    )
    var format = LiveFormat(.vorbis(quality: 5))

    @Option(
        help: ArgumentHelp(
            "How long a break of the line the station should be able to cover: 5s. More is also later on air.",
            valueName: "length"))
    var buffer: SpokenLength?

    @Option(help: ArgumentHelp("The name of the show.", valueName: "name"))
    var show: String?

    @Option(
        help: ArgumentHelp("The folder for the recording (default: the current one).", valueName: "folder"),
        completion: .directory)
    var record: String?

    @Flag(help: "Do not record the show.")
    var noRecording = false

    @Option(
        help: ArgumentHelp("A file whose last line is the title; it is followed.", valueName: "file"),
        completion: .file())
    var titles: String?

    @Flag(help: "Begin in cue: connected, and not on air before you press Ctrl-R.")
    var cue = false

    func validate() throws {
        guard !devices else { return }
        guard let station else {
            throw ValidationError("Which station? funkhaus live http://radio.example:8000 --as NAME")
        }
        _ = try LiveAddress(station, user: user, mount: mount)
        guard raw == nil || input == "-" else {
            throw ValidationError("--raw says what standard input is: use it with --input -.")
        }
        guard record == nil || !noRecording else {
            throw ValidationError("--record and --no-recording exclude each other.")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let workers = MediaWorkers(program: Programs.media)
        defer { workers.stop() }
        let sound = SoundSettings(environment: environment)
        guard !devices, let station else { return try list(workers, sound, environment) }
        let address = try LiveAddress(station, user: user, mount: mount)
        var target = address.target(
            secret: try LiveSecret.find(file: secretFile, for: address, environment: environment))
        target.contentType = format.format.contentType
        target.authorities = environment["SSL_CERT_FILE"]
        target.showName = show
        target.language = LiveWords.language(environment)
        target.userAgent = "Funkhaus/\(Release.version)"
        if let buffer { target.buffer = Double(buffer.seconds) }
        let plan = Show.Plan(
            source: source, format: format.format, name: show ?? address.user, fader: cue ? .cued : .open,
            recording: noRecording ? nil : recording(address.user), sound: sound)
        let desk = LiveDesk(
            station: address.place, words: .of(environment), titles: titles.map { TitlesFile(path: $0) },
            environment: environment)
        try await desk.run(plan, target, workers)
    }

    private var source: ShowSource {
        guard let input else { return .device(nil) }
        if input == "-" { return .standardInput(raw) }
        if let device = SoundDevice(address: input) { return .device(device) }
        return .file(URL(fileURLWithPath: input).path)
    }

    private func recording(_ user: String) -> RecordingPlan {
        let now = Date()
        let day = Date.VerbatimFormatStyle(
            format:
                "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))-\(minute: .twoDigits)",
            timeZone: .current, calendar: Calendar(identifier: .gregorian))
        let start = now.formatted(day)
        return RecordingPlan(
            folder: URL(fileURLWithPath: record ?? ".").path, name: "\(start) \(show ?? user)",
            comments: ["TITLE": show ?? "Live", "ARTIST": user, "DATE": String(start.prefix(10))])
    }

    private func list(_ workers: MediaWorkers, _ sound: SoundSettings, _ environment: [String: String]) throws
    {
        let found: [SoundDevice]
        do throws(MediaFault) {
            found = try SoundDevice.list(workers: workers, settings: sound)
        } catch {
            throw CommandError(sentence: "The devices cannot be listed: \(error.ofADevice)")
        }
        guard !found.isEmpty else {
            throw CommandError(
                sentence: "No device for sound was found.",
                remedy: "Is a microphone or an interface plugged in, and a sound server running?")
        }
        try Printer.standard(environment: environment).print(
            found.flatMap { device in
                [Line(device.address, .strong)]
                    + (device.label.isEmpty ? [] : Line.wrapped(device.label, after: "    "))
            })
    }
}

/// `vorbis`, `vorbis:6`, `opus`, `opus:96`.
struct LiveFormat: ExpressibleByArgument, CustomStringConvertible {
    let format: StreamFormat

    init(_ format: StreamFormat) { self.format = format }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("vorbis", 1): format = .vorbis(quality: 5)
        case ("vorbis", 2):
            guard let quality = Double(parts[1]), (-1...10).contains(quality) else { return nil }
            format = .vorbis(quality: quality)
        case ("opus", 1): format = .opus(bitrate: 128_000)
        case ("opus", 2):
            guard let bitrate = Int(parts[1]), StreamFormat.opusBitrates.contains(bitrate * 1_000) else {
                return nil
            }
            format = .opus(bitrate: bitrate * 1_000)
        default: return nil
        }
    }

    var description: String {
        switch format {
        case .vorbis(let quality): "vorbis:\(quality.tenths)"
        case .opus(let bitrate), .mp3(let bitrate): "opus:\(bitrate / 1_000)"
        }
    }
}
