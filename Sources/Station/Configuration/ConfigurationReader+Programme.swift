internal import Programme

extension ConfigurationReader {
    func readProgramme(
        _ setting: Setting, _ playlists: [Configuration.Playlist]?
    ) -> Configuration.Programme? {
        guard let section = setting.section(ConfigurationKeys.programme) else { return nil }
        let names = playlists?.map(\.name)
        let standard = section.required("default", example: "default: and the name of a playlist")
            .flatMap { readReference($0, to: "playlist", among: names) }
        let identification = section["identification"].flatMap {
            readJingles($0, playlists?.filter { $0.draws == nil }.map(\.name))
        }
        let emergency = section["emergency"]?.text("an audio file").map(folders.resolve)
        let loudness = section.value("loudness", otherwise: .some(-16)) {
            $0.value("a level from -40 to -5 LUFS, such as -16 LUFS, or none", Self.loudness)
        }
        guard let standard, let loudness else { return nil }
        return Configuration.Programme(
            standard: standard, identification: identification, emergency: emergency, loudness: loudness)
    }

    /// Short pieces between tracks: after so many, or at minutes of every hour.
    ///
    /// - Parameter playlists: those with files of their own.
    func readJingles(_ setting: Setting, _ playlists: [String]?) -> Jingles? {
        guard let section = setting.section(ConfigurationKeys.jingles) else { return nil }
        let from = section.required("from", example: "from: and the name of a playlist")
            .flatMap { readReference($0, to: "playlist", among: playlists) }
        guard let at = section["at"] else {
            section["start"]?.report("belongs to at: delete it, or write at: and minutes, such as :00")
            let every = section.value("every", otherwise: 4) {
                $0.value("a number of tracks from 1 to 1000 with its unit, such as 4 tracks", Self.tracks)
            }
            guard let from, let every else { return nil }
            return Jingles(playlist: from, due: .every(tracks: every))
        }
        section["every"]?.report("and at say both when they are due: keep one of them")
        let start = section.value("start", otherwise: Show.Start.soft) { $0.choice(Show.Start.allCases) }
        guard let minutes = readMinutes(at), let start, let from, section["every"] == nil else { return nil }
        return Jingles(playlist: from, due: .at(minutes: minutes, start))
    }

    /// `:00`, or `[":00", ":30"]`.
    private func readMinutes(_ setting: Setting) -> [Int]? {
        guard let items = setting.list(of: "minutes", allowsOne: true) else { return nil }
        let minutes = items.compactMap { item in
            item.value("minutes of the hour in quotation marks, such as \":30\"") { text -> Int? in
                guard text.hasPrefix(":"), text.count == 3, let minute = Int(text.dropFirst()) else {
                    return nil
                }
                return (0...59).contains(minute) ? minute : nil
            }
        }
        guard minutes.count == items.count else { return nil }
        guard !minutes.isEmpty, minutes.count <= 12, Set(minutes).count == minutes.count else {
            setting.report("names \(minutes.count) minutes: write 1 to 12 different ones")
            return nil
        }
        return minutes
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
