internal import Station

@testable import funkhaus

extension StationTime {
    /// Made from the text of RFC 3339.
    init(_ text: String) { self.init(rfc3339: text)! }
}

extension OnAirItem {
    static let sinnerman = OnAirItem(
        kind: .track, start: StationTime("2026-07-01T23:50:12.250+02:00"), duration: 619.432,
        ends: StationTime("2026-07-02T00:00:31.682+02:00"), position: 200.9, artist: "Nina Simone",
        title: "Sinnerman", album: "Pastel Blues", file: "/music/sinnerman.flac", show: "Nachtschicht")

    static let identification = OnAirItem(
        kind: .identification, start: StationTime("2026-07-02T00:00:31.682+02:00"), duration: 8.2,
        file: "/music/ids/Radio Beispiel 3.wav")

    /// Wide letters, umlauts of two scalars, emoji, and more than fits.
    static let wide = OnAirItem(
        kind: .queued, start: StationTime("2026-07-02T00:00:39.882+02:00"), duration: 3_723.5,
        artist: "\u{5742}\u{672c}\u{9f8d}\u{4e00} & Bjo\u{308}rk \u{1f3b9}",
        title: String(repeating: "\u{6226}\u{5834}\u{306e}", count: 12), provisional: true)

    /// Everything that a tag can do to a terminal: colours, a title of the window, C1, new lines, other direction.
    static let hostile = OnAirItem(
        kind: .track, start: StationTime("2026-07-02T01:02:43.382+02:00"),
        artist: "\u{1b}[31mred\u{1b}[0m\u{1b}]0;owned\u{07}",
        title: "a\nb\r\u{9b}2Jc\u{202e}txt\u{2028}\u{7f}z" + String(repeating: "\u{301}", count: 400),
        album: "=HYPERLINK(\"http://evil\")", file: "/music/\u{1b}c.mp3")

    static let tone = OnAirItem(
        kind: .tone, start: StationTime("2026-07-02T01:02:43.382+02:00"), position: 3)
}

extension ScheduledShow {
    static let samples = [
        ScheduledShow(
            show: "Küchenradio", start: StationTime("2026-12-01T20:00:00.000+01:00"), duration: 7_200,
            ends: StationTime("2026-12-01T22:00:00.000+01:00"), live: true, accounts: ["redaktion", "gast"],
            plays: "playlist rotation"),
        ScheduledShow(
            show: "Nacht\u{1b}[2J", start: StationTime("2026-12-01T23:59:30.000+01:00"), duration: 1_830,
            ends: StationTime("2026-12-02T00:30:00.000+01:00"),
            plays: "the newest file of /srv/radio/\(String(repeating: "x", count: 80))"),
        ScheduledShow(
            show: "Frühstück", start: StationTime("2026-12-02T07:00:00.000+01:00"), duration: 7_200,
            ends: StationTime("2026-12-02T09:00:00.000+01:00"), plays: "playlist rotation"),
    ]
}

extension StatusReport {
    static let sample = StatusReport(
        station: "Radio Beispiel", version: "0.1.0",
        onAirSince: StationTime("2026-06-29T10:00:00.000+02:00"), uptime: 222_812, now: .sinnerman,
        next: .identification,
        mounts: [
            MountReport(
                path: "/stream.ogg", url: "http://localhost:8000/stream.ogg", listeners: 1, peak: 17,
                bitrate: 159_600)
        ],
        icecast: [
            PushReport(
                url: "http://source:geheim@icecast.example:8000/radio.ogg", connected: false,
                state: """
                    The server refuses the password since 23:40; the next try is in 10 s. Put the right one into \
                    icecast.secret.
                    """),
            PushReport(url: "http://zwei.example/r.ogg", connected: true, state: "on air since 10:00:01"),
        ],
        library: LibraryReport(
            files: 412, measured: 400, measuring: 10,
            problems: ["/music/leer.mp3 is empty: take it out, or put the audio into it."]
                + Array(repeating: "x", count: 60)), journal: "written up to now",
        clock: ClockReport(blocksLate: 2, resets: 0),
        air: AirReport(
            troubles: [
                AirReport.Trouble(
                    place: "http://zwei.example/r.ogg", kind: "silent",
                    words: "Who listens to http://zwei.example/r.ogg hears silence instead of the programme.")
            ],
            ears: [
                AirReport.Ear(address: "http://127.0.0.1:8000/stream.ogg", heard: true, behind: 0.7),
                AirReport.Ear(address: "http://zwei.example/r.ogg", heard: false, behind: nil),
            ], loudness: -16.04))
}

extension Array where Element == Line {
    /// What a terminal without colours shows.
    var shown: String { map { $0.text(for: Terminal(colour: false)) + "\n" }.joined() }
}
