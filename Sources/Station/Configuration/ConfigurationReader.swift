/// Turns the tree of a file into a `Configuration`, or into all its problems.
struct ConfigurationReader {
    let path: String
    let folders: StationFolders
    /// What other files are read with.
    let sources: ConfigurationSources
    private let document: ConfigurationDocument
    var findings: Findings { document.findings }

    init(
        _ document: ConfigurationDocument, path: String, environment: [String: String],
        sources: ConfigurationSources = ConfigurationSources()
    ) {
        self.document = document
        self.sources = sources
        self.path = path
        folders = StationFolders(configuration: path, environment: environment)
    }

    func read() throws(ConfigurationErrors) -> Configuration {
        let section = document.root.section(ConfigurationKeys.file)
        var inSchedule: [Problem] = []
        var configuration: Configuration?
        if let section {
            do throws(ConfigurationErrors) {
                configuration = try everything(section)
            } catch {
                inSchedule = error.problems
            }
        }
        guard findings.problems.isEmpty, inSchedule.isEmpty, let configuration else {
            throw ConfigurationErrors(problems: inOrder(findings.problems) + inOrder(inSchedule))
        }
        return configuration
    }

    private func inOrder(_ problems: [Problem]) -> [Problem] {
        problems.sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    }

    /// Every section is read, whatever the others say, so that all problems come at once.
    ///
    /// - Throws: what is wrong in the file of the schedule, after all of this file was read.
    private func everything(_ file: Section) throws(ConfigurationErrors) -> Configuration? {
        let station = file.required("station", example: "station: and below it name: and timezone:")
            .flatMap(readStation)
        let server = readServer(file["server"])
        let mounts =
            file.required("mounts", example: "mounts: and below it - path: /stream.ogg").flatMap(readMounts)
        let icecast = file["icecast"].map { readTargets($0, mounts) } ?? []
        let playlists =
            file.required("playlists", example: "playlists: and below it rotation: { from: music }")
            .flatMap(readPlaylists)
        let programme = file.required("programme", example: "programme: and below it default: rotation")
            .flatMap { readProgramme($0, playlists) }
        let live = file["live"].map { readLive($0, mounts: mounts?.map(\.path)) }
        let alarm = readAlarm(file["alarm"])
        let aircheck = file["aircheck"].map {
            readAircheck($0, mounts, beside: (live ?? nil)?.recordings)
        }
        let calendars = file["calendars"].map {
            readCalendars($0, playlists?.map(\.name), hasLive: file["live"] != nil)
        }
        let names = ShowNames(
            playlists: playlists?.map(\.name), ofFiles: playlists?.filter { $0.draws == nil }.map(\.name),
            timezone: station?.timezone, hasLive: file["live"] != nil,
            inCalendars: Set((calendars ?? [])?.flatMap(\.calendar.shows) ?? []))
        let shows = try readSchedule(file, names)
        for name in (calendars ?? [])?.flatMap(\.shows) ?? [] {
            _ = readReference(name, to: "show", among: shows?.map(\.name))
        }
        guard let station, let server, let mounts, let playlists, let programme, let alarm, let shows else {
            return nil
        }
        return Configuration(
            path: path, station: station, server: server, mounts: mounts, icecast: icecast,
            playlists: playlists, programme: programme, shows: shows,
            calendars: (calendars ?? [])?.map(\.calendar) ?? [], live: live ?? nil, alarm: alarm,
            aircheck: aircheck ?? nil,
            places: Configuration.Places(byKey: findings.places))
    }

    /// A name that something else in the file must have; `names` is nil when that is wrong itself.
    func readReference(_ setting: Setting, to kind: String, among names: [String]?) -> String? {
        guard let text = setting.text("the name of a \(kind)") else { return nil }
        guard let names, !names.contains(text) else { return text }
        let nearest = nearestWord(to: text, among: names).map { "did you mean \($0)?" }
        setting.report(
            "is \(text.quoted), but no \(kind) is called so: \(nearest ?? "write \(names.listed("or"))")")
        return nil
    }
}
