internal import Programme

extension ConfigurationReader {
    /// Nil when one is wrong, so that nobody can say whether a reference is.
    func readPlaylists(_ setting: Setting) -> [Configuration.Playlist]? {
        guard let pairs = setting.pairs() else { return nil }
        if pairs.isEmpty { setting.report("has no playlist: add a line such as rotation: { from: music }") }
        var playlists: [Configuration.Playlist] = []
        for (name, item) in pairs {
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) }) else {
                findings.report(
                    "\(name.quoted) cannot be a playlist's name: use letters, digits, - and _ only",
                    at: item.keyPlace)
                continue
            }
            guard let section = item.section(ConfigurationKeys.playlist) else { continue }
            let from = section.required("from", example: "from: and a folder, a list or a file")?
                .list(of: "folders, lists and files", allowsOne: true)
            let paths = from?.compactMap { $0.text("a folder, a list or a file") }.map(folders.resolve)
            if from?.isEmpty == true { item.report("has nothing in from: name a folder, a list or a file") }
            let order = section.value("order", otherwise: .shuffle) { $0.choice([Order.sequence, .shuffle]) }
            guard let paths, let order else { continue }
            playlists.append(Configuration.Playlist(name: name, from: paths, order: order))
        }
        return playlists.count == pairs.count ? playlists : nil
    }

    func readProgramme(
        _ setting: Setting, _ playlists: [Configuration.Playlist]?
    ) -> Configuration.Programme? {
        guard let section = setting.section(ConfigurationKeys.programme) else { return nil }
        let names = playlists?.map(\.name)
        let standard = section.required("default", example: "default: and the name of a playlist")
            .flatMap { readReference($0, to: "playlist", among: names) }
        let identification = section["identification"].flatMap { readIdentification($0, names) }
        let emergency = section["emergency"]?.text("an audio file").map(folders.resolve)
        let loudness = section.value("loudness", otherwise: .some(-16)) {
            $0.value("a level from -40 to -5 LUFS, such as -16 LUFS, or none", Self.loudness)
        }
        guard let standard, let loudness else { return nil }
        return Configuration.Programme(
            standard: standard, identification: identification, emergency: emergency, loudness: loudness)
    }

    func readIdentification(
        _ setting: Setting, _ playlists: [String]?
    ) -> Configuration.Programme.Identification? {
        guard let section = setting.section(ConfigurationKeys.identification) else { return nil }
        let from = section.required("from", example: "from: and the name of a playlist")
            .flatMap { readReference($0, to: "playlist", among: playlists) }
        let every = section.value("every", otherwise: 4) {
            $0.value("a number of tracks from 1 to 1000 with its unit, such as 4 tracks", Self.tracks)
        }
        guard let from, let every else { return nil }
        return Configuration.Programme.Identification(from: from, every: every)
    }

    private static func tracks(_ text: String) -> Int? {
        guard let count = quantity(text, units: ["tracks", "track"]), (1...1_000).contains(count) else {
            return nil
        }
        return Int(exactly: count)
    }

    private static func loudness(_ text: String) -> Double?? {
        if text.lowercased() == "none" { return .some(nil) }
        guard let level = quantity(text, units: ["LUFS"]), (-40...(-5)).contains(level) else { return nil }
        return .some(level)
    }
}

/// A number with one of some units behind it: `-16 LUFS`, `4tracks`; nil for any other text.
func quantity(_ text: String, units: [String]) -> Double? {
    // People type, and word processors make, a real minus sign.
    let text = text.replacing("\u{2212}", with: "-")
    let number = text.prefix { "+-.0123456789".contains($0) }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    guard units.contains(where: { $0.lowercased() == unit.lowercased() }) else { return nil }
    return Double(number)
}
