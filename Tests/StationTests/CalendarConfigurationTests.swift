import Foundation
import Testing

@testable import Station

/// Calendars in the station's file, and the sentences for those that are written wrongly.
@Suite struct CalendarConfigurationTests {
    private static let sample =
        scheduleSample + """
            calendars:
              - name: redaktion
                url: https://cloud.example/shows?export
                every: 30 min
                user: radio
                password_file: calendar.secret
                shows: [ Küchenradio ]
                playlists: rotation
                accounts: [ redaktion, gast ]
              - { name: haus, file: haus.ics, playlists: [ ids ] }

            """

    @Test func calendarsAreReadAsTheyStand() throws {
        let calendars = try load(Self.sample).calendars
        #expect(
            calendars == [
                Configuration.CalendarSource(
                    name: "redaktion", place: .url("https://cloud.example/shows?export"),
                    every: .seconds(1_800), user: "radio", password: .file("/srv/radio/calendar.secret"),
                    shows: ["Küchenradio"], playlists: ["rotation"], accounts: ["redaktion", "gast"]),
                Configuration.CalendarSource(
                    name: "haus", place: .file("/srv/radio/haus.ics"), every: .seconds(900), user: nil,
                    password: nil, shows: [], playlists: ["ids"], accounts: []),
            ])
    }

    @Test func aShowThatACalendarMayNameNeedsNoTime() throws {
        let show = "  - { name: Lesung, play: rotation }\ncalendars:"
        let text = Self.sample.replacing("calendars:", with: show)
        let named = text.replacing("[ Küchenradio ]", with: "[ Küchenradio, Lesung ]")
        #expect(try load(named).shows.last?.airings == [])
        #expect(
            messages(Array(text.utf8)) == [
                "43:5: the show Lesung has no at: add the line at: \"20:00\"",
                "43:5: the show Lesung does not say on which days it is: add the line on: tue",
            ])
    }

    @Test(arguments: [
        (
            "[ Küchenradio ]", "[ Küchnradio ]",
            "calendars[0].shows[0] is “Küchnradio”, but no show is called so: did you mean Küchenradio?"
        ),
        (
            "playlists: rotation", "playlists: rotatoin",
            "calendars[0].playlists is “rotatoin”, but no playlist is called so: did you mean rotation?"
        ),
        (
            "name: redaktion", "name: ../redaktion",
            "calendars[0].name is “../redaktion”: write a name of letters, digits, - and _"
        ),
        (
            "every: 30 min", "every: 1 s",
            "calendars[0].every is “1 s”: write a time from 1 min to 24h, such as 15 min"
        ),
        (
            "url: https://cloud.example/shows?export", "url: webcal://cloud.example/shows",
            "calendars[0].url is “webcal://cloud.example/shows”: write an address that begins with http:// or https://"
        ),
        (
            "file: haus.ics, ", "",
            "calendars[1] says not where the calendar is: add the line url: https://… or the line file: shows.ics"
        ),
        (
            "name: haus, file: haus.ics", "name: redaktion, file: haus.ics",
            "calendars[1] has the name “redaktion” once more: give each calendar a name of its own"
        ),
        (
            ", playlists: [ ids ]", "",
            "calendars[1] may put nothing on air: add shows:, playlists: or accounts: and the names that it may use"
        ),
        (
            "file: haus.ics", "file: haus.ics, url: https://a.example/",
            "calendars[1].url and file say both where the calendar is: keep one of them"
        ),
        (
            "    user: radio\n", "", "calendars[0] has a password and no user: add the line user:"
        ),
    ]) func aMistakeIsNamedWithItsRemedy(_ was: String, _ now: String, _ sentence: String) {
        #expect(Self.sample.contains(was))
        let told = messages(Array(Self.sample.replacing(was, with: now, maxReplacements: 1).utf8))
        #expect(told.count == 1 && told[0].hasSuffix(": \(sentence)"), "\(told)")
    }
}
