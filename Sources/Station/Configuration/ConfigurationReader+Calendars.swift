internal import Programme

/// Calendars that others write, and what each may say.
extension ConfigurationReader {
    /// A calendar, and where the names of its shows stand: whether there are such shows is known later.
    struct ReadCalendar {
        var calendar: Configuration.CalendarSource
        var shows: [Setting]
    }

    static let mostCalendars = 32

    func readCalendars(_ setting: Setting, _ playlists: [String]?, hasLive: Bool) -> [ReadCalendar]? {
        guard let items = setting.list(of: "calendars") else { return nil }
        if items.count > Self.mostCalendars {
            setting.report("has more than \(Self.mostCalendars) calendars: put several into one")
        }
        let calendars = items.compactMap { item in
            item.section(ConfigurationKeys.calendar, refused: ["password"]).flatMap {
                readCalendar($0, playlists, hasLive: hasLive)
            }
        }
        guard calendars.count == items.count else { return nil }
        for (place, one) in calendars.enumerated()
        where calendars[..<place].contains(where: { $0.calendar.name == one.calendar.name }) {
            items[place].report(
                "has the name \(one.calendar.name.quoted) once more: give each calendar a name of its own")
        }
        return calendars
    }

    private func readCalendar(_ section: Section, _ playlists: [String]?, hasLive: Bool) -> ReadCalendar? {
        let name = section.required("name", example: "name: redaktion")?.value(
            "a name of letters, digits, - and _"
        ) { text in
            !text.isEmpty && text.count <= 60
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_".contains($0) }
                ? text : nil
        }
        let place = readPlace(section)
        let every = section.value("every", otherwise: .seconds(900)) {
            $0.value("a time from 1 min to 24h, such as 15 min") {
                duration($0, .seconds(60) ... .seconds(86_400))
            }
        }
        let user = section["user"].flatMap { $0.text("the name of the account") }
        let isSecret = ["password_file", "password_env", "password"].contains { section[$0] != nil }
        let password = user != nil || isSecret ? readPassword(section, example: "calendar.secret") : nil
        if isSecret, section["user"] == nil {
            section.report("has a password and no user: add the line user:")
        }
        func names(_ key: String, _ read: (Setting) -> String?) -> (names: [String], settings: [Setting])? {
            guard let setting = section[key] else { return ([], []) }
            guard let items = setting.list(of: key, allowsOne: true) else { return nil }
            let names = items.compactMap(read)
            return names.count == items.count ? (names, items) : nil
        }
        let shows = names("shows") { $0.text("the name of a show") }
        let lists = names("playlists") { readReference($0, to: "playlist", among: playlists) }
        let accounts = names("accounts") {
            $0.value("the name of an account, as funkhaus dj list shows it") { DJBook.isName($0) ? $0 : nil }
        }
        if !hasLive {
            section["accounts"]?.report(
                "names accounts, but nobody can come in: add the section live: to the station's file")
        }
        guard let name, let place, let every, let shows, let lists, let accounts,
            (user == nil) == (password == nil)
        else { return nil }
        if shows.names.isEmpty, lists.names.isEmpty, accounts.names.isEmpty {
            section.report(
                "may put nothing on air: add shows:, playlists: or accounts: and the names that it may use")
        }
        return ReadCalendar(
            calendar: Configuration.CalendarSource(
                name: name, place: place, every: every, user: user, password: password, shows: shows.names,
                playlists: lists.names, accounts: accounts.names), shows: shows.settings)
    }

    private func readPlace(_ section: Section) -> Configuration.CalendarSource.Place? {
        switch (section["file"], section["url"]) {
        case (let file?, nil):
            if let user = section["user"] { user.report("belongs to url: delete it") }
            return file.text("a calendar's file, such as shows.ics").map { .file(folders.resolve($0)) }
        case (nil, let url?): return readAddress(url).map { .url($0) }
        case (_?, let url?):
            url.report("and file say both where the calendar is: keep one of them")
            return nil
        case (nil, nil):
            section.report(
                "says not where the calendar is: add the line url: https://… or the line file: shows.ics")
            return nil
        }
    }
}
