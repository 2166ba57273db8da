internal import Programme

/// What can be wrong with shows although each is written well.
extension Check {
    /// - Parameter now: from when on a show should be heard.
    mutating func lookAtShows(_ now: Instant) {
        lookAtContents()
        lookAtAccounts()
        lookAtOverlaps(now)
    }

    /// The playlists that shows and calendars may play, and the folders of shows.
    var playlistsOfShows: [String] {
        configuration.shows.flatMap { $0.contents.compactMap(\.playlist) }
            + configuration.calendars.flatMap(\.playlists)
    }

    private mutating func lookAtContents() {
        for (index, show) in configuration.shows.enumerated() {
            let kind: String
            switch show.plays ?? show.otherwise {
            case .podcast: kind = "a podcast"
            case .stream: kind = "a stream"
            case .recording: kind = "a recording"
            case .playlist, .continued, .file, .newest, .dated, nil: continue
            }
            report(
                "the show \(show.name.shown) plays \(kind), which cannot be played yet: the rotation is on instead",
                "shows[\(index)]", .note)
        }
    }

    /// A DJ whom the shows name and the book does not have would stand before a closed door.
    private mutating func lookAtAccounts() {
        guard let path = configuration.live?.accounts, let book = try? DJBook(path: path) else { return }
        var missing: Set<String> = []
        let named =
            configuration.shows.map { ("the show \($0.name.shown)", $0.live) }
            + configuration.calendars.map { ("the calendar \($0.name)", $0.accounts) }
        for (who, accounts) in named {
            for account in accounts where !book.djs.contains(where: { $0.name == account }) {
                guard missing.insert(account).inserted else { continue }
                let nearest = nearestWord(to: account, among: book.djs.map(\.name))
                report(
                    "\(who) names \(account), who has no account: "
                        + (nearest.map { "did you mean \($0)?" } ?? "add it with funkhaus dj add \(account)"),
                    "live", .note)
            }
        }
    }

    /// A show that others always hide is never heard.
    private mutating func lookAtOverlaps(_ now: Instant) {
        guard let schedule = try? configuration.schedule() else { return }
        let span = Length(seconds: 366 * 86_400)
        let heard = Set(schedule.slots(from: now, to: now + span).compactMap { $0.show?.name })
        for show in configuration.shows where !show.airings.isEmpty && !heard.contains(show.name) {
            report(
                "the show \(show.name.shown) is not on within a year: look whether its days are over, or whether another "
                    + "show is on at all its times, and give it a priority then", "shows", .note)
        }
    }
}
