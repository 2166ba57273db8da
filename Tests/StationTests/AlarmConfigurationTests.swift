import Testing

@testable import Station

/// What the file says of alarms, and of where the station listens.
@Suite struct AlarmConfigurationTests {
    /// What is reported for a text behind the sample's last line.
    private func messages(adding text: String) -> [String] {
        StationTests.messages(Array((sampleText + text).utf8)).map {
            String($0.drop { $0 != " " }.dropFirst())
        }
    }

    @Test func withoutTheSectionTheProgrammeMayBeSilentForTenSeconds() throws {
        let configuration = try load(sampleText)
        #expect(configuration.alarm == Configuration.Alarm())
        #expect(configuration.alarm.silence == .seconds(10))
    }

    @Test func everyWayToCallIsRead() throws {
        let alarm = try load(
            sampleText + """
                alarm:
                  silence: 20s
                  command: [ bin/ring, --loud, "" ]
                  mail:
                    server: smtp://localhost
                    from: station@radio.example
                    to: crew@radio.example
                  webhook: { url_env: HOOK }
                """
        ).alarm
        #expect(alarm.silence == .seconds(20))
        #expect(alarm.command == ["/srv/radio/bin/ring", "--loud", ""])
        #expect(alarm.mail?.server == "smtp://localhost" && alarm.mail?.user == nil)
        #expect(alarm.mail?.to == ["crew@radio.example"])
        #expect(alarm.webhook == .environment("HOOK"))
        #expect(try load(sampleText + "alarm: { command: logger }").alarm.command == ["logger"])
    }

    @Test func secretsDoNotStandInTheFile() {
        #expect(
            messages(adding: "alarm: { webhook: { url: https://chat.example/hooks/geheim } }") == [
                "alarm.webhook.url stands in this file, where many may read it: put it alone into a file and write "
                    + "url_file: webhook.secret"
            ])
        let mail = "server: smtps://m.example, from: a@b.example, to: c@d.example"
        #expect(
            messages(adding: "alarm: { mail: { \(mail), user: u, password: geheim } }") == [
                "alarm.mail.password stands in this file, where many may read it: put it alone into a file and write "
                    + "password_file: mail.secret"
            ])
        #expect(
            messages(adding: "alarm: { mail: { \(mail), user: u } }") == [
                "alarm.mail has no password: put it alone into a file and add the line password_file: mail.secret"
            ])
        #expect(
            messages(adding: "alarm: { mail: { \(mail), password_env: P } }") == [
                "alarm.mail has a password and no user: add the line user:"
            ])
    }

    @Test(arguments: [
        "alarm: { silence: 1s }", "alarm: { silence: 10 }", "alarm: { command: [] }", "alarm: { bell: ring }",
        "alarm: { mail: { server: mail.example, from: a@b.example, to: c@d.example } }",
        "alarm: { mail: { server: smtp://m, from: a@b.example, to: [] } }",
        "alarm: { mail: { server: smtp://m, from: a, to: c@d.example } }",
        "alarm: { mail: { server: smtp://m, from: \"a@b>\", to: c@d.example } }",
    ])
    func aMistakeIsToldOnce(_ text: String) {
        #expect(messages(adding: text).count == 1, "\(messages(adding: text))")
    }

    @Test func theStationListensWhereItPushesUnlessItIsTold() throws {
        func listenAt(_ line: String) throws -> String? {
            let text = sampleText.replacing(
                "    password_file: icecast.secret\n", with: "    password_file: icecast.secret\n\(line)")
            return try load(text).icecast[0].listenAt
        }
        #expect(try listenAt("") == "http://icecast.example:8000/radio.ogg")
        #expect(try listenAt("    listen_at: none\n") == nil)
        #expect(try listenAt("    listen_at: https://radio.example/live\n") == "https://radio.example/live")
        for wrong in [
            "radio.example", "https://u:p@radio.example/", "https://", "ftp://radio.example/x", "http://a b",
        ] {
            #expect(throws: ConfigurationErrors.self) { try listenAt("    listen_at: \(wrong)\n") }
        }
    }

    @Test func aMountCannotStandWhereHealthIs() {
        let text = sampleText.replacing("/stream.ogg\n    codec", with: "/health\n    codec")
        #expect(StationTests.messages(Array(text.utf8)).contains { $0.contains("keeps for itself") })
    }
}
