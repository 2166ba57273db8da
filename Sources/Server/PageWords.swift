/// The page's own words.
struct PageWords: Sendable {
    let language: String
    let onAir: String
    let next: String
    let last: String
    let listen: String
    let stop: String
    let volume: String
    /// While a stream is asked for.
    let connecting: String
    /// When it broke; `%` stands for the seconds until the next attempt.
    let lost: String
    /// When no mount is of a kind that the browser plays.
    let unplayable: String
    let nothing: String
    /// For a station that plays for its members alone.
    let members: String
    let elsewhere: String
    let elsewhereHint: String
    let embedding: String
    let embeddingHint: String
    /// For a browser without JavaScript; `%` stands for the time.
    let frozen: String
    let week: String
    let today: String
    let subscribe: String
    /// When not all of the week is shown.
    let more: String
    /// Whose clocks the week is on; `%` stands for the name of their zone.
    let clocks: String
    /// When a show ends; `%` stands for the time.
    let until: String
    /// Who makes a show; `%` stands for the name.
    let host: String
    /// From Sunday on.
    let weekdays: [String]
    let months: [String]
    /// What stands in a date before the day of the month, and behind it.
    let beforeDay: String
    let behindDay: String

    static let english = PageWords(
        language: "en", onAir: "On air", next: "Coming up", last: "Just played", listen: "Listen",
        stop: "Stop", volume: "Volume", connecting: "Connecting …",
        lost: "The connection is lost. Trying again in % s.",
        unplayable: "This browser cannot play the station. Another player can: see below.",
        nothing: "Nothing is on air at the moment.",
        members: "This station plays for its members alone.", elsewhere: "Listen in another player",
        elsewhereHint: "Open the playlist, or copy the address into VLC, mpv or a radio.",
        embedding: "Put the player on your own page",
        embeddingHint: "This piece of HTML shows it, and loads nothing from anywhere else.",
        frozen: "Titles as they were at %; without JavaScript they stay so until you load the page again.",
        week: "The coming week", today: "Today", subscribe: "Subscribe to the schedule as a calendar",
        more: "There is more than fits here: the calendar has all of it.",
        clocks: "The week is on the station's clocks (%).",
        until: "until %", host: "with %",
        weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ], beforeDay: " ", behindDay: " ")

    static let german = PageWords(
        language: "de", onAir: "Auf Sendung", next: "Danach", last: "Gerade lief", listen: "Hören",
        stop: "Anhalten", volume: "Lautstärke", connecting: "Verbindung wird aufgebaut …",
        lost: "Die Verbindung ist unterbrochen. Neuer Versuch in % s.",
        unplayable:
            "Dieser Browser kann den Sender nicht abspielen. Ein anderer Player kann es: siehe unten.",
        nothing: "Gerade ist nichts auf Sendung.",
        members: "Dieser Sender sendet nur für seine Mitglieder.", elsewhere: "In einem anderen Player hören",
        elsewhereHint: "Die Playlist öffnen, oder die Adresse in VLC, mpv oder ein Radio kopieren.",
        embedding: "Den Player auf die eigene Seite setzen",
        embeddingHint: "Dieses Stück HTML zeigt ihn, und es lädt nichts von anderswo.",
        frozen: "Titel von % Uhr; ohne JavaScript bleiben sie so, bis die Seite neu geladen wird.",
        week: "Die nächste Woche", today: "Heute", subscribe: "Das Programm als Kalender abonnieren",
        more: "Es ist mehr, als hierher passt: der Kalender hat alles.",
        clocks: "Die Woche zeigt die Uhrzeit des Senders (%).",
        until: "bis %", host: "mit %",
        weekdays: ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
        months: [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember",
        ], beforeDay: ", ", behindDay: ". ")

    /// German when the browser wants it more than English: by the weights (RFC 9110, section 12.4.2), and of two that weigh
    /// the same the one that is named first.
    static func preferred(_ acceptLanguage: String) -> PageWords {
        typealias Wish = (weight: Double, place: Int)
        var wishes: [Substring: Wish] = [:]
        let wanted = acceptLanguage.lowercased().filter { !$0.isWhitespace }
        for (place, wish) in wanted.split(separator: ",").enumerated() {
            let parts = wish.split(separator: ";")
            guard let language = parts.first?.split(separator: "-").first else { continue }
            // A weight that is no number is no wish.
            let stated = parts.dropFirst().first { $0.hasPrefix("q=") }
            let weight = stated.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            // de-AT, de
            guard weight > wishes[language]?.weight ?? -1 else { continue }
            wishes[language] = (weight, place)
        }
        func wish(_ language: Substring) -> Wish { wishes[language] ?? wishes["*"] ?? (0, .max) }
        let (german, english) = (wish("de"), wish("en"))
        let wantsGerman =
            german.weight > english.weight
            || german.weight == english.weight && german.weight > 0 && german.place < english.place
        return wantsGerman ? Self.german : Self.english
    }
}
