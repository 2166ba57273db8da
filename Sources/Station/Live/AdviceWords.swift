internal import Audio
internal import Playout
internal import Server

extension LiveAdvice {
    /// What the DJ is told: what is wrong, and what to do.
    var sentence: StudioNews.Spoken {
        switch self {
        case .tooQuiet:
            .init(
                en: "You are very quiet: turn your program's output up until voices reach −12 dBFS.",
                de:
                    "Du bist sehr leise: dreh den Ausgang deines Programms auf, bis Stimmen −12 dBFS erreichen."
            )
        case .tooLoud:
            .init(
                en: "You are too loud and it is distorted: turn the input down until it stays below −3 dBFS.",
                de: "Du bist zu laut und es verzerrt: dreh den Eingang zurück, bis er unter −3 dBFS bleibt.")
        case .oneChannel:
            .init(
                en: "Only one channel sounds: check the cable, or set the microphone to both channels.",
                de: "Nur ein Kanal klingt: prüf das Kabel, oder leg das Mikrofon auf beide Kanäle.")
        case .outOfPhase:
            .init(
                en:
                    "Left and right cancel each other out: turn the polarity of one channel over, or swap the cable.",
                de:
                    "Links und rechts löschen sich aus: dreh die Phase eines Kanals um, oder tausch das Kabel."
            )
        case .mono:
            .init(
                en:
                    "Both channels are the same: if this is meant to be stereo, check the mixer's pan and routing.",
                de: "Beide Kanäle sind gleich: soll es Stereo sein, prüf Panorama und Wege im Mischpult.")
        case .hum:
            .init(
                en:
                    "The mains hum in your pauses: use a balanced cable, or another socket for laptop and mixer.",
                de:
                    "In deinen Pausen brummt das Netz: nimm ein symmetrisches Kabel, oder eine andere Steckdose für "
                    + "Laptop und Pult.")
        case .offset:
            .init(
                en:
                    "The signal stands off its zero line (DC): switch the input's low cut on, or use another input.",
                de:
                    "Das Signal liegt neben der Nulllinie (Gleichanteil): schalte den Trittschallfilter ein, oder nimm "
                    + "einen anderen Eingang.")
        case .silence:
            .init(
                en: "Nothing but silence comes from you: check mute, fader and input.",
                de: "Von dir kommt nur Stille: prüf Stummschaltung, Regler und Eingang.")
        case .wrongRate:
            .init(
                en:
                    "Your program sends faster than time passes: set it and the sound card to the same sample rate, or "
                    + "have it play in real time.",
                de:
                    "Dein Programm sendet schneller, als die Zeit vergeht: stell es und die Soundkarte auf dieselbe "
                    + "Abtastrate, oder lass es in Echtzeit abspielen.")
        case .tooSlow:
            .init(
                en:
                    "Less sound comes than time passes: lower the bitrate, close other programs, and check that program "
                    + "and sound card have the same sample rate.",
                de:
                    "Es kommt weniger Ton, als Zeit vergeht: senk die Bitrate, schließ andere Programme, und prüf, ob "
                    + "Programm und Soundkarte dieselbe Abtastrate haben.")
        case .unstable:
            .init(
                en:
                    "Your line stalls again and again: use a cable instead of Wi-Fi, stop up- and downloads, or lower "
                    + "the bitrate.",
                de:
                    "Deine Leitung stockt immer wieder: nimm Kabel statt WLAN, halt Up- und Downloads an, oder senk die "
                    + "Bitrate.")
        case .somebodyWaits:
            .init(
                en: "The next DJ is ready and waits for the air.",
                de: "Der oder die Nächste ist bereit und wartet auf die Sendung.")
        case .mustWait:
            .init(
                en: "It is not your turn now, nor today: ask for a place in the schedule, or for a takeover.",
                de:
                    "Du bist jetzt nicht dran, und heute auch nicht mehr: bitte um einen Platz im Programm, oder um "
                    + "eine Übernahme.")
        case .almostOver:
            .init(
                en: "Your time on air is almost over: less than five minutes are left.",
                de: "Deine Sendezeit ist fast um: es bleiben weniger als fünf Minuten.")
        case .lastMinute:
            .init(
                en: "Your last minute on air: say goodbye now.",
                de: "Deine letzte Minute auf Sendung: verabschiede dich jetzt.")
        }
    }
}

extension LiveReport {
    /// Where it stands, in a word: its place, or that it is silent.
    var placeWord: String { isSilent && place != .onAir ? "silent" : place.rawValue }
}

extension StudioNews.DJ {
    /// - Parameter words: what an advice is in words.
    init(_ report: LiveReport, _ words: (LiveAdvice) -> StudioNews.Spoken) {
        self.init(
            name: report.account, place: report.placeWord,
            since: report.since.wallNanoseconds / 1_000_000, buffer: report.buffer.seconds,
            title: report.title.line,
            peaks: report.signal.map { second in
                [second.peak.x, second.peak.y].map {
                    (10 * max(-99, Decibels.level(Double($0)))).rounded() / 10
                }
            }, until: report.until?.milliseconds, advice: report.advice.map(words))
    }
}
