internal import Programme

/// The playlists: files of their own, or turns of others.
extension ConfigurationReader {
    /// Nil when one is wrong, so that nobody can say whether a reference is.
    func readPlaylists(_ setting: Setting) -> [Configuration.Playlist]? {
        guard let pairs = setting.pairs() else { return nil }
        if pairs.isEmpty { setting.report("has no playlist: add a line such as rotation: { from: music }") }
        var playlists: [Configuration.Playlist] = []
        // Whoever draws from another does so by its name, and may stand before it.
        let names = pairs.filter { _, value in
            value.isGroup && !(value.pairs() ?? []).contains { ["clock", "mix"].contains($0.key) }
        }.map(\.key)
        for (name, item) in pairs {
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) }) else {
                findings.report(
                    "\(name.quoted) cannot be a playlist's name: use letters, digits, - and _ only",
                    at: item.keyPlace)
                continue
            }
            guard let section = item.section(ConfigurationKeys.playlist) else { continue }
            if let playlist = readPlaylist(name, item, section, names) { playlists.append(playlist) }
        }
        for (name, item) in pairs { lookAtTurns(name, item, playlists) }
        return playlists.count == pairs.count ? playlists : nil
    }

    private func readPlaylist(
        _ name: String, _ item: Setting, _ section: Section, _ names: [String]
    ) -> Configuration.Playlist? {
        let sources = ["from", "clock", "mix"].filter { section[$0] != nil }
        if sources.count > 1 {
            item.report("has \(sources.listed("and")): keep one of them")
            return nil
        }
        let draws: Configuration.Playlist.Draws?
        var paths: [String]? = []
        switch sources.first {
        case "clock":
            draws = section["clock"].flatMap { readClock($0, names) }
            if draws == nil { paths = nil }
        case "mix":
            draws = section["mix"].flatMap { readMix($0, names) }
            if draws == nil { paths = nil }
        default:
            draws = nil
            let from = section.required("from", example: "from: and a folder, a list or a file")?
                .list(of: "folders, lists and files", allowsOne: true)
            if from?.isEmpty == true { item.report("has nothing in from: name a folder, a list or a file") }
            paths = from?.compactMap { $0.text("a folder, a list or a file") }.map(folders.resolve)
        }
        let order = section.value("order", otherwise: .shuffle) { $0.choice([Order.sequence, .shuffle]) }
        let rules = readRotationRules(section)
        let hours = section.value("hours", otherwise: Hours?.none) { readHours($0).map { .some($0) } }
        guard let paths, let order, let rules, let hours else { return nil }
        if let source = sources.first, source != "from" {
            for key in ["order", "artist_share", "hours"] {
                section[key]?.report(
                    "belongs to the playlists that \(source) names: write it there, and delete it here")
            }
        } else if order == .sequence, rules != .none {
            for key in ["separate", "artist_share"] {
                section[key]?.report("needs order: shuffle, because a sequence is played as it is listed")
            }
        }
        return Configuration.Playlist(
            name: name, from: paths, order: order, draws: draws, rules: rules, hours: hours)
    }

    /// What is well written, and has no meaning beside the others.
    private func lookAtTurns(_ name: String, _ item: Setting, _ playlists: [Configuration.Playlist]) {
        guard let playlist = playlists.first(where: { $0.name == name }) else { return }
        let parts = playlist.draws?.playlists.compactMap { part in playlists.first { $0.name == part } } ?? []
        if !parts.isEmpty, parts.allSatisfy({ $0.hours != nil }) {
            item.report(
                "draws from playlists that all have hours: add one without, so that there is something to play at any time"
            )
        }
        let other = playlists.first { $0.draws?.playlists.contains(name) ?? false }
        if playlist.hours != nil, other == nil {
            item.report(
                "has hours, which count where a clock or a mix draws from it: name it there, or write a show with on:, "
                    + "at: and until:")
        }
        if playlist.rules.artistShare != nil, let other {
            item.report(
                "has an artist_share, which counts where a playlist is played by itself, and \(other.name) draws from it: "
                    + "delete it, and keep artists apart there by separate:")
        }
    }

    // MARK: Turns

    /// `[2 new, 1 local, jingle]`.
    private func readClock(_ setting: Setting, _ names: [String]) -> Configuration.Playlist.Draws? {
        guard let items = setting.list(of: "turns, such as 2 new") else { return nil }
        var turns: [String] = []
        for item in items {
            guard let text = item.text("how often, and the name of a playlist, such as 2 new") else {
                return nil
            }
            let words = text.split(separator: " ", maxSplits: 1).map(String.init)
            let count = words.count == 2 ? Int(words[0]) : 1
            guard let count, (1...100).contains(count), let name = words.last else {
                item.report("is \(text.quoted): write how often, and the name of a playlist, such as 2 new")
                return nil
            }
            guard isPlaylist(name, item, names) else { return nil }
            turns += Array(repeating: name, count: count)
        }
        guard !turns.isEmpty, turns.count <= 100 else {
            setting.report(
                turns.isEmpty
                    ? "is empty: write turns, such as [2 new, 1 classic]"
                    : "has \(turns.count) turns: 100 are the most")
            return nil
        }
        return .clock(turns)
    }

    /// `{ new: 3, classic: 1 }`.
    private func readMix(_ setting: Setting, _ names: [String]) -> Configuration.Playlist.Draws? {
        guard let pairs = setting.pairs() else { return nil }
        var shares: [Configuration.Playlist.Draws.Share] = []
        for (name, value) in pairs {
            let weight = value.value("how often it is drawn from beside the others, 1 to 100") {
                Int($0).flatMap { (1...100).contains($0) ? $0 : nil }
            }
            guard isPlaylist(name, value, names), let weight else { return nil }
            shares.append(Configuration.Playlist.Draws.Share(playlist: name, weight: weight))
        }
        guard !shares.isEmpty else {
            setting.report("is empty: write playlists and weights, such as { new: 3, classic: 1 }")
            return nil
        }
        return .mix(shares)
    }

    private func isPlaylist(_ name: String, _ setting: Setting, _ names: [String]) -> Bool {
        if names.contains(name) { return true }
        let nearest = nearestWord(to: name, among: names).map { "did you mean \($0)?" }
        setting.report(
            "names \(name.quoted), but no playlist with files of its own is called so: "
                + (nearest ?? (names.isEmpty ? "add one" : "write \(names.listed("or"))")))
        return false
    }

    // MARK: Rules

    private func readRotationRules(_ section: Section) -> RotationRules? {
        let share = section.value("artist_share", otherwise: Int?.none) {
            $0.value("a part of the tracks from 1 to 100 %, such as 10 %") { text in
                quantity(text, units: ["%"]).flatMap(Int.init(exactly:)).flatMap {
                    (1...100).contains($0) ? .some($0) : nil
                }
            }
        }
        guard let share else { return nil }
        guard let separate = section["separate"] else { return RotationRules(artistShare: share) }
        guard let gaps = separate.section(ConfigurationKeys.separate) else { return nil }
        let artist = gaps.value("artist", otherwise: RotationRules.Gap.none, readGap)
        let title = gaps.value("title", otherwise: RotationRules.Gap.none, readGap)
        guard let artist, let title else { return nil }
        return RotationRules(artist: artist, title: title, artistShare: share)
    }

    /// `22:00-06:00`.
    private func readHours(_ setting: Setting) -> Hours? {
        setting.value("two times of day in quotation marks, such as \"22:00-06:00\"") { text in
            let times = text.replacing("\u{2013}", with: "-").split(separator: "-")
                .map { timeOfDay($0.filter { $0 != " " }) }
            guard times.count == 2, let from = times[0], let until = times[1], from != until, from < 86_400
            else {
                return nil
            }
            return Hours(from: from, until: until)
        }
    }

    /// `60 min`, `5 tracks`, or both in a list.
    private func readGap(_ setting: Setting) -> RotationRules.Gap? {
        guard let items = setting.list(of: "times and numbers of tracks", allowsOne: true) else { return nil }
        var gap = RotationRules.Gap.none
        for item in items {
            let one = item.value(
                "a time up to 7 d, such as 60 min, or a number of tracks up to 1000, such as 5 tracks"
            ) {
                Self.gap($0)
            }
            guard let one else { return nil }
            gap = gap.wider(one)
        }
        return gap
    }

    private static func gap(_ text: String) -> RotationRules.Gap? {
        if let tracks = quantity(text, units: ["tracks", "track"]).flatMap(Int.init(exactly:)) {
            return (0...1_000).contains(tracks) ? RotationRules.Gap(tracks: tracks) : nil
        }
        guard let time = duration(text, .zero ... .seconds(7 * 86_400)) else { return nil }
        return RotationRules.Gap(time: Length(frames: time.components.seconds * Instant.rate))
    }
}
