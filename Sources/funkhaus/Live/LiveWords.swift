internal import Audio
internal import Codecs
internal import Foundation
internal import Glibc
internal import Studio

/// The words of `funkhaus live`, in the language of the person at the terminal. A `%` stands for what is told.
struct LiveWords: Equatable {
    let connecting: String
    let connected: String
    let connectedPlainly: String
    let resumed: String
    let greenRoom: String
    let onAir: String
    let bridged: String
    let held: String
    let sending: String
    let lost: String
    let over: String
    let refused: String
    let unreached: String
    let says: String
    let repaired: String
    let dropped: String
    let input: String
    let inputLost: String
    let title: String
    let recording: String
    let recordingNot: String
    let recordingFull: String
    let recordingSlow: String
    let recordingFailed: String
    let muted: String
    let cued: String
    let open: String
    let ending: String
    let ended: String
    /// The panel's own.
    let labels: Labels
    let keys: String
    let noSound: String
    let notRecorded: String
    let timeOnAir: String
    let timeLeft: String
    let peak: String
    let clipped: String

    /// The left column of the panel.
    struct Labels: Equatable {
        let level: String
        let line: String
        let record: String
        let now: String
        let station: String
        let type: String
    }

    static let english = LiveWords(
        connecting: "Connecting to % …", connected: "Connected to %.",
        connectedPlainly: "Connected to %. It is not Funkhaus: a break of the line is heard there.",
        resumed: "Connected again; the show goes on where it was.", greenRoom: "In the green room.",
        onAir: "ON AIR.", bridged: "The station covers for you: nothing of yours is heard.",
        held: "The station has you wait in the green room.", sending: "Sending",
        lost: "The line is lost: %", over: "Not connected", refused: "The station does not take the show: %",
        unreached: "The station at % was never reached. Is the address right, and is it on?",
        says: "The station: %", repaired: "Repaired: % s crossed a break of the line.",
        dropped: "Lost: % s were not saved; the break of the line was too long.",
        input: "Sound comes in: %.",
        inputLost: "No sound comes in: % Silence goes out until it is back.", title: "Title: %",
        recording: "Recording to %.", recordingNot: "The show is not recorded: %.",
        recordingFull: "The recording has ended, the disk is full; the show goes on.",
        recordingSlow: "The recording has ended, the disk is too slow; the show goes on.",
        recordingFailed: "The recording has ended (%); the show goes on.",
        muted: "Muted: silence goes out.",
        cued: "Cue: the station gets silence, and does not put you on air.", open: "Open: you are heard.",
        ending: "Ending: what was sent has to arrive. Once more to hang up at once.",
        ended: "The show is over: % on air.",
        labels: Labels(
            level: "Level", line: "Line", record: "Record", now: "Title", station: "Station",
            type: "New title"),
        keys: "Tab mute · Ctrl-R cue · Ctrl-C end · type a title, then Enter", noSound: "no sound yet",
        notRecorded: "not recorded", timeOnAir: "on air for %", timeLeft: "% left", peak: "peak",
        clipped: "CLIPPED %×")

    static let german = LiveWords(
        connecting: "Verbinde mit % …", connected: "Verbunden mit %.",
        connectedPlainly: "Verbunden mit %. Das ist kein Funkhaus: Ein Abriss der Leitung ist dort zu hören.",
        resumed: "Wieder verbunden; die Sendung geht weiter, wo sie war.", greenRoom: "Im Warteraum.",
        onAir: "AUF SENDUNG.", bridged: "Der Sender überbrückt: Von dir ist nichts zu hören.",
        held: "Der Sender lässt dich im Warteraum warten.", sending: "Verbunden",
        lost: "Die Leitung ist weg: %", over: "Nicht verbunden",
        refused: "Der Sender nimmt die Sendung nicht: %",
        unreached: "Der Sender % war nie zu erreichen. Stimmt die Adresse, und läuft er?",
        says: "Der Sender: %",
        repaired: "Gerettet: % s haben einen Abriss der Leitung überstanden.",
        dropped: "Verloren: % s waren nicht zu retten, der Abriss war zu lang.", input: "Ton kommt an: %.",
        inputLost: "Es kommt kein Ton an: % Bis er wieder da ist, geht Stille hinaus.", title: "Titel: %",
        recording: "Aufnahme in %.", recordingNot: "Die Sendung wird nicht aufgenommen: %.",
        recordingFull: "Die Aufnahme ist zu Ende, der Datenträger ist voll; die Sendung geht weiter.",
        recordingSlow: "Die Aufnahme ist zu Ende, der Datenträger ist zu langsam; die Sendung geht weiter.",
        recordingFailed: "Die Aufnahme ist zu Ende (%); die Sendung geht weiter.",
        muted: "Stumm: Es geht Stille hinaus.",
        cued: "Vorhören: Der Sender bekommt Stille und schaltet dich nicht auf.",
        open: "Offen: Du bist zu hören.",
        ending: "Ende: Was unterwegs ist, kommt noch an. Noch einmal, um sofort aufzulegen.",
        ended: "Die Sendung ist zu Ende: % auf Sendung.",
        labels: Labels(
            level: "Pegel", line: "Leitung", record: "Aufnahme", now: "Titel", station: "Sender",
            type: "Neuer Titel"),
        keys: "Tab stumm · Strg-R vorhören · Strg-C Ende · Titel tippen, dann Enter",
        noSound: "noch kein Ton", notRecorded: "keine Aufnahme", timeOnAir: "% auf Sendung",
        timeLeft: "noch %",
        peak: "Spitze", clipped: "ÜBERSTEUERT %×")

    /// German where the person's locale is, else English.
    static func of(_ environment: [String: String]) -> LiveWords {
        language(environment) == "de" ? german : english
    }

    /// `de` or `en`, by the person's locale.
    static func language(_ environment: [String: String]) -> String {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first {
            !$0.isEmpty
        }
        return locale?.hasPrefix("de") == true ? "de" : "en"
    }

    func fill(_ sentence: String, _ text: some StringProtocol) -> String {
        sentence.replacingOccurrences(of: "%", with: text)
    }
}

/// Something that happened, for people.
struct LiveSentence: Equatable {
    var text: String
    var style: Line.Style

    init(_ text: String, _ style: Line.Style = .plain) {
        self.text = text
        self.style = style
    }
}

extension LiveWords {
    /// What a person is told of an event; nil where there is nothing to tell.
    ///
    /// - Parameter station: what the station is called: host and port.
    func sentence(_ event: UplinkEvent, station: String, wasConnected: Bool) -> LiveSentence? {
        switch event {
        case .connected(let resumes, let isFunkhaus):
            let words =
                resumes || (wasConnected && isFunkhaus) ? resumed : isFunkhaus ? connected : connectedPlainly
            return LiveSentence(fill(words, station), .good)
        case .lost(let why): return LiveSentence(fill(lost, why), .bad)
        case .refused(let why): return LiveSentence(fill(refused, why), .bad)
        case .state(.greenRoom): return LiveSentence(greenRoom)
        case .state(.onAir): return LiveSentence(onAir, .bad)
        case .state(.bridged): return LiveSentence(bridged, .bad)
        case .state(.held): return LiveSentence(held)
        case .says(let text): return LiveSentence(fill(says, text), .strong)
        case .repaired(let seconds): return LiveSentence(fill(repaired, seconds.tenths))
        case .dropped(let seconds): return LiveSentence(fill(dropped, seconds.tenths), .bad)
        case .acknowledged, .left, .ended: return nil
        }
    }

    func sentence(_ event: ShowEvent) -> LiveSentence? {
        switch event {
        case .opened(let source): return LiveSentence(fill(input, source.words))
        case .inputLost(let fault): return LiveSentence(fill(inputLost, fault.ofADevice), .bad)
        case .title(let title): return LiveSentence(fill(self.title, title.line))
        case .recording(let path): return LiveSentence(fill(recording, path))
        case .recordingEnded(.tooSlow): return LiveSentence(recordingSlow, .bad)
        case .recordingEnded(.notWritten(ENOSPC)), .recordingEnded(.notWritten(EDQUOT)):
            return LiveSentence(recordingFull, .bad)
        case .recordingEnded(.notWritten(let code)):
            return LiveSentence(fill(recordingFailed, String(cString: strerror(code))), .bad)
        case .recordingEnded(.notBegun(let code)):
            return LiveSentence(fill(recordingNot, String(cString: strerror(code))), .bad)
        case .ended: return nil
        }
    }

    func sentence(_ fader: Fader) -> LiveSentence {
        switch fader {
        case .open: LiveSentence(open, .good)
        case .muted: LiveSentence(muted, .bad)
        case .cued: LiveSentence(cued, .strong)
        }
    }
}

extension SourceDescription {
    fileprivate var words: String {
        "\(codec), \(sampleRate) Hz, \(channels == 1 ? "mono" : channels == 2 ? "stereo" : "\(channels) channels")"
    }
}

extension Double {
    /// With one digit behind the point.
    var tenths: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// Hours, minutes and seconds of a length in seconds.
    var clock: String {
        let seconds = Int(self)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3_600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
