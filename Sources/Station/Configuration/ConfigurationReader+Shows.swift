internal import Calendar
internal import Foundation
internal import Programme

/// What shows may name.
struct ShowNames {
    /// Nil when they are wrong themselves.
    var playlists: [String]?
    /// Those of them that have files of their own.
    var ofFiles: [String]?
    /// The station's; nil when it is wrong itself.
    var timezone: String?
    /// Whether DJs can come in at all.
    var hasLive: Bool
    /// The shows that calendars may put on air: these need no time of their own.
    var inCalendars: Set<String> = []
}

/// The shows, from `shows:` of the station's file or from the file that `schedule:` names.
extension ConfigurationReader {
    func readSchedule(_ file: Section, _ names: ShowNames) throws(ConfigurationErrors) -> [Show]? {
        guard let path = file["schedule"] else { return file["shows"].map { readShows($0, names) } ?? [] }
        if file["shows"] != nil {
            path.report("names a file of shows, and shows stand here too: keep one of them")
            return nil
        }
        guard let path = path.text("a file, such as schedule.yaml").map(folders.resolve) else { return nil }
        let document = try ConfigurationDocument(
            path: path, from: sources,
            remedy: "write it as Config/schedule.example.yaml shows, or delete the line schedule:"
        )
        let shows = document.root.section(ConfigurationKeys.schedule)?
            .required("shows", example: "shows: and below it - name: Küchenradio").flatMap {
                readShows($0, names)
            }
        guard document.findings.problems.isEmpty else {
            throw ConfigurationErrors(problems: document.findings.problems)
        }
        return shows
    }

    private func readShows(_ setting: Setting, _ names: ShowNames) -> [Show]? {
        guard let items = setting.list(of: "shows")?.map({ $0.called("the show", by: "name") }) else {
            return nil
        }
        let all = items.compactMap { item in
            item.section(ConfigurationKeys.show).flatMap { section in
                readShow(item, section, names).map { (show: $0, section: section) }
            }
        }
        for (place, one) in all.enumerated() {
            if all[..<place].contains(where: { $0.show.name == one.show.name }) {
                one.section["name"]?.report("is taken by a show above: give each show a name of its own")
            }
            guard case .recording(let name) = one.show.plays else { continue }
            let others = all.map(\.show.name).filter { $0 != one.show.name }
            // A show that is broken itself is not missed.
            guard all.count == items.count, !others.contains(name) else { continue }
            let nearest = nearestWord(to: name, among: others).map { "did you mean \($0)?" }
            one.section["repeat_of"]?.report(
                "is \(name.quoted), but no other show is called so: \(nearest ?? "write the name of a show that is live")"
            )
        }
        return all.map(\.show)
    }

    private func readShow(_ setting: Setting, _ section: Section, _ names: ShowNames) -> Show? {
        let name = section.required("name", example: "name: Küchenradio")?.text("the show's name")
        let isInCalendar = name.map(names.inCalendars.contains) ?? false
        let hasTime = (ConfigurationKeys.airing + ["times"]).contains { section[$0] != nil }
        let airings = isInCalendar && !hasTime ? [] : readAirings(section, zone: names.timezone)
        let live = section.value("live", otherwise: []) { readLive($0, names) }
        let plays = readPlays(section, names)
        let otherwise = section["otherwise"].map { readContent($0, names) }
        let priority = section.value("priority", otherwise: 0) {
            $0.value("a number from -100 to 100") { Int($0).flatMap { (-100...100).contains($0) ? $0 : nil } }
        }
        let start = section.value("start", otherwise: Show.Start.hard) { $0.choice(Show.Start.allCases) }
        let overlong = section.value("overlong", otherwise: .fade) {
            $0.value("fade, warn, or how long it may run on, such as run 10 min", Self.overlong)
        }
        let jingles = section.value("jingles", otherwise: Jingles?.none) {
            readJingles($0, names.ofFiles).map { .some($0) }
        }
        let files = ["intro", "outro"].map { key in
            section.value(key, otherwise: Content?.none) {
                $0.text("an audio file").map { .file(folders.resolve($0)) }
            }
        }
        let link = section.value("link", otherwise: "", readWebSite)
        let texts = ["host", "text"].map { key in
            section.value(key, otherwise: "") { $0.text("a text", mayBeEmpty: true) }
        }
        guard let name, let airings, let live, let plays, let priority, let start, let overlong, let link,
            let jingles, let intro = files[0], let outro = files[1], let host = texts[0], let text = texts[1]
        else { return nil }
        if plays == nil, live.isEmpty {
            section.report(
                "has nothing to play: add the line play: and the name of a playlist, or live: and the names of those "
                    + "who may take the air")
        }
        if otherwise != nil, plays?.isAlwaysThere ?? live.isEmpty {
            section["otherwise"]?.report(
                plays == nil
                    ? "is for a show that is live, when nobody comes: write play: instead, or add live:"
                    : live.isEmpty
                        ? "stands beside a playlist, which is always there: keep one of them"
                        : "stands beside play, and both say what is on when nobody comes: keep one of them")
        }
        if let otherwise, otherwise == nil { return nil }
        return Show(
            name: name, airings: airings, plays: plays, live: live, otherwise: otherwise ?? nil, start: start,
            priority: priority, overlong: overlong, jingles: jingles, intro: intro, outro: outro, host: host,
            text: text, link: link)
    }

    private func readLive(_ setting: Setting, _ names: ShowNames) -> [String]? {
        guard let items = setting.list(of: "accounts", allowsOne: true) else { return nil }
        if !names.hasLive {
            setting.report(
                "names accounts, but nobody can come in: add the section live: to the station's file, as "
                    + "Config/station.example.yaml has it")
        }
        let accounts = items.compactMap {
            $0.value("the name of an account, as funkhaus dj list shows it") { DJBook.isName($0) ? $0 : nil }
        }
        return accounts.count == items.count ? accounts : nil
    }

    private static func overlong(_ text: String) -> Show.Overlong? {
        switch text {
        case "fade": return .fade
        case "warn": return .warn
        default:
            guard text.hasPrefix("run "),
                let time = duration(String(text.dropFirst(4)), .seconds(1) ... .seconds(43_200))
            else { return nil }
            return .run(seconds: Int(time.components.seconds))
        }
    }

    // MARK: What is on

    /// `.some(nil)` for a show that plays nothing by itself.
    private func readPlays(_ section: Section, _ names: ShowNames) -> Content?? {
        guard let original = section["repeat_of"] else {
            guard let play = section["play"] else { return .some(nil) }
            return readContent(play, names).map { .some($0) }
        }
        if section["play"] != nil {
            original.report("stands beside play, and both say what is on: keep one of them")
            return nil
        }
        return original.text("the name of another show").map { .some(.recording(of: $0)) }
    }

    private func readContent(_ setting: Setting, _ names: ShowNames) -> Content? {
        guard setting.isGroup else {
            let text = setting.text("the name of a playlist or an address")
            if let text, text.contains("://") { return readAddress(setting).map(Content.stream) }
            return readReference(setting, to: "playlist", among: names.playlists).map(Content.playlist)
        }
        guard let section = setting.section(ConfigurationKeys.play) else { return nil }
        let kinds = ["playlist", "newest", "file", "podcast", "stream"].filter { section[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let value = section[kind] else {
            let all = "playlist, newest, file, podcast or stream"
            setting.report(
                kinds.isEmpty
                    ? "says not what is played: add \(all)" : "has \(kinds.listed("and")): keep one of them")
            return nil
        }
        for (key, owner) in [("continue", "playlist"), ("episode", "podcast")] where kind != owner {
            section[key]?.report("belongs to \(owner): delete it")
        }
        switch kind {
        case "playlist":
            guard let name = readReference(value, to: "playlist", among: names.playlists),
                let goesOn = section.value("continue", otherwise: false, { $0.flag() })
            else { return nil }
            return goesOn ? .continued(playlist: name) : .playlist(name)
        case "newest": return value.text("a folder").map { .newest(folder: folders.resolve($0)) }
        case "file":
            return value.text("a file, or one for each day, such as shows/{date}.ogg").map {
                $0.contains("{date}") ? .dated(file: folders.resolve($0)) : .file(folders.resolve($0))
            }
        case "podcast":
            let episode = section.value("episode", otherwise: Content.Episode.newest) {
                $0.choice(Content.Episode.allCases)
            }
            guard let url = readAddress(value), let episode else { return nil }
            return .podcast(url: url, episode)
        default: return readAddress(value).map(Content.stream)
        }
    }

    func readAddress(_ setting: Setting) -> String? {
        setting.value("an address that begins with http:// or https://") { text in
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
                url.host()?.isEmpty == false, url.user() == nil
            else { return nil }
            return text
        }
    }
}

extension Content {
    /// Whether it cannot be missing, as a file or a stream can.
    fileprivate var isAlwaysThere: Bool {
        switch self {
        case .playlist, .continued: true
        case .file, .newest, .dated, .podcast, .stream, .recording: false
        }
    }
}
