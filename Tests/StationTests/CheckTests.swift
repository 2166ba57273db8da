import Programme
import TestKit
import Testing

@testable import Station

@Suite struct CheckTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// A station on the disk that is right.
    func makeStation(_ text: String = sampleText) throws {
        try folder.write("station.yaml", text)
        for name in ["music/a.mp3", "music/b.ogg", "ids/1.ogg", "emergency.ogg"] { try folder.write(name) }
        try folder.write("icecast.secret", "hackme\n")
        folder.mode("icecast.secret", 0o600)
    }

    func check(_ probe: (String) -> String? = { _ in nil }) -> [Problem] {
        Check.problems(path: folder.path + "/station.yaml", environment: sampleEnvironment, probe: probe)
    }

    func told(_ problems: [Problem]) -> [String] {
        problems.map { $0.description.replacing(folder.path + "/", with: "") }
    }

    @Test func aStationThatIsRightHasNoProblem() throws {
        try makeStation()
        var probed: [String] = []
        let problems = check {
            probed.append($0)
            return nil
        }
        #expect(told(problems) == [])
        #expect(
            probed.map { String($0.dropFirst(folder.path.count + 1)) } == [
                "music/a.mp3", "music/b.ogg", "ids/1.ogg", "emergency.ogg",
            ])
    }

    @Test func aBrokenConfigurationIsAllThatIsSaid() throws {
        try makeStation(sampleText.replacing("quality: 5", with: "quality: loud"))
        #expect(
            told(check()) == [
                "station.yaml:9:14: mounts[0].quality is “loud”: write a number from -1 (smallest) to 10 (best)"
            ])
    }

    @Test func whatIsWrongWithFilesAndSecretsIsNamedWhereItIsCalledFor() throws {
        try makeStation(sampleText.replacing("from: ids,", with: "from: [ids, ids.m3u],", maxReplacements: 1))
        try folder.remove("emergency.ogg")
        try folder.remove("icecast.secret")
        try folder.write("ids.m3u", "\nids/1.ogg\nids/2.ogg\nmusic/noise.wav\n")
        try folder.write("music/noise.mp3")
        try folder.write("music/noise.wav")
        let problems = check { $0.contains("noise") ? "\($0) holds no audio: replace it" : nil }
        #expect(
            told(problems) == [
                "station.yaml:12:20: icecast.secret is not there: write the password into it and nothing else",
                "ids.m3u:3:1: ids/2.ogg is not there: correct the line, or put it there",
                "station.yaml:19:14: emergency.ogg is not there: correct the path, or mount its disk",
                "station.yaml:14:21: music/noise.mp3 holds no audio: replace it",
                "station.yaml:14:21: music/noise.wav holds no audio: replace it",
            ])
        #expect(problems.allSatisfy { $0.severity == .wrong })
    }

    @Test(arguments: [
        ("/stream.mp3", "quality: 5", "vorbis", "mp3"), ("/a.ogg", "codec: mp3", "mp3", "vorbis or opus"),
        ("/a.opus", "quality: 3", "vorbis", "opus"),
    ])
    func aPathThatPromisesAnotherCodecIsANote(path: String, line: String, codec: String, remedy: String)
        throws
    {
        try makeStation(
            sampleText.replacing("/stream.ogg", with: path).replacing(
                "codec: vorbis\n    quality: 5", with: line))
        let problems = check()
        #expect(
            told(problems) == [
                "station.yaml:7:11: the mount \(path) carries \(codec), and players go by its ending: write codec: \(remedy), "
                    + "or choose another path"
            ])
        #expect(problems.allSatisfy { $0.severity == .note })
    }

    @Test func whatIsOnlyWorthKnowingIsANote() throws {
        try makeStation(
            sampleText.replacing("  emergency: emergency.ogg\n", with: "")
                .replacing("  ids: {", with: "  unused: { from: music }\n  ids: {"))
        folder.mode("icecast.secret", 0o644)
        let problems = check()
        #expect(
            told(problems) == [
                "station.yaml:12:20: icecast.secret can be read by others on this machine: run chmod 600 icecast.secret",
                "station.yaml:15:3: the playlist unused is not used in programme, nor by a show: delete it, or name it there",
                "station.yaml:17:1: programme has no emergency file, and listeners would hear a tone when nothing can be "
                    + "played: add emergency: and a calm piece of music",
            ])
        #expect(problems.allSatisfy { $0.severity == .note })
    }

    @Test func aRepeatOfWhatIsNotRecordedIsANote() throws {
        let shows = """

            live: { mounts: [ /live ], RECORDINGS }
            shows:
              - { name: Abend, on: daily, at: "20:00", for: 1h, SHOW }
              - { name: Wieder, on: daily, at: "10:00", for: 1h, repeat_of: Abend }
            """
        for (recordings, show, word) in [
            ("takeover: at once", "live: anna", "but nothing is recorded"),
            ("recordings: { to: rec }", "play: rotation", "in which nobody may be live"),
            ("recordings: { to: rec }", "live: anna", nil),
        ] {
            try makeStation(
                sampleText
                    + shows.replacing("RECORDINGS", with: recordings).replacing("SHOW", with: show))
            let problems = check().filter { $0.description.contains("Wieder") }
            #expect(problems.map(\.severity) == (word == nil ? [] : [.note]))
            #expect(problems.allSatisfy { $0.description.contains(word ?? "") })
        }
    }

    @Test func theEmergencyIsASingleFile() throws {
        try makeStation(sampleText.replacing("emergency.ogg", with: "music"))
        #expect(
            told(check()) == ["station.yaml:19:14: programme.emergency is music: name a single audio file"])
    }

    @Test func progressCountsEachFileOnce() throws {
        try makeStation()
        var seen: [Int] = []
        _ = Check.problems(
            path: folder.path + "/station.yaml", environment: sampleEnvironment, probe: { _ in nil },
            progress: { done, all in seen += [done, all] })
        #expect(seen == [0, 4, 1, 4, 2, 4, 3, 4])
    }
}

/// Without its certificate a station does not begin.
extension CheckTests {
    private func checkEncrypted() throws -> [Problem] {
        try makeStation(
            sampleText.replacing(
                "mounts:", with: "  tls: { certificate: cert.pem, key: key.pem }\nmounts:"))
        return check()
    }

    @Test func aCertificateThatIsNotThereIsFoundBeforeTheStart() throws {
        let problems = try checkEncrypted()
        #expect(problems.map(\.severity) == [.wrong])
        #expect(told(problems)[0].hasPrefix("station.yaml:6:23: cert.pem is not there: name a file"))
    }

    @Test(.peers("openssl")) func aCertificateIsLookedAtWithItsKey() throws {
        for name in ["", "other-"] {
            let made = try Tool.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", "\(folder.path)/\(name)key.pem", "-out", "\(folder.path)/\(name)cert.pem",
                ])
            try #require(made.status == 0, "\(made.errors)")
            folder.mode("\(name)key.pem", 0o600)
        }
        #expect(try told(checkEncrypted()) == [])
        try folder.remove("key.pem")
        #expect(try told(checkEncrypted())[0].hasPrefix("station.yaml:6:38: key.pem is not there"))
        try folder.move("other-key.pem", to: "key.pem")
        #expect(try told(checkEncrypted())[0].contains("The key in key.pem is not that of the certificate"))
        try folder.write("cert.pem", "no certificate")
        #expect(try told(checkEncrypted())[0].contains("cert.pem holds no certificate"))
    }
}

/// What only the whole of a schedule shows.
extension CheckTests {
    @Test func aBrokenBookOfAccountsIsNamedBeforeADJStandsOutside() throws {
        try makeStation(sampleText + "live: { mounts: [ /live ] }\n")
        try folder.write("djs.yaml", "anna: { secret: $y$a, when: [ someday ] }\n")
        let problems = check()
        #expect(problems.map(\.severity) == [.wrong])
        #expect(problems[0].sentence.hasPrefix("no DJ can come in: "))
        #expect(problems[0].sentence.contains("line 1"))
    }

    @Test func showsThatNobodyHearsAndDJsWhoCannotComeInAreNotes() throws {
        let shows = """
            live: { mounts: [ /live ] }
            shows:
              - { name: A, on: mon, at: "10:00", for: 1h, live: [ anna, bret, carl ], play: rotation }
              - { name: B, on: mon, at: "10:10", for: 10m, priority: -1, play: rotation }
              - { name: C, dates: 2020-01-01, at: "10:00", for: 1h, play: rotation }

            """
        try makeStation(sampleText + shows)
        try folder.write("djs.yaml", "anna: { secret: $y$a }\nbert: { secret: $y$b }\n")
        let problems = check()
        #expect(problems.allSatisfy { $0.severity == .note })
        #expect(
            problems.map(\.sentence) == [
                "the show A names bret, who has no account: did you mean bert?",
                "the show A names carl, who has no account: add it with funkhaus dj add carl",
                "the show B is not on within a year: look whether its days are over, or whether another show is on at "
                    + "all its times, and give it a priority then",
                "the show C is not on within a year: look whether its days are over, or whether another show is on at "
                    + "all its times, and give it a priority then",
            ])
    }

    @Test func aPlaylistThatAShowPlaysIsUsed() throws {
        try makeStation(
            sampleText.replacing("  ids: {", with: "  other: { from: music }\n  ids: {")
                + "shows: [ { name: A, on: mon, at: \"10:00\", for: 1h, play: { playlist: other, continue: true } } ]\n"
        )
        #expect(told(check()) == [])
    }

    @Test func `shows that cut one another off were not told`() throws {
        let shows = """
            shows:
              - { name: Nacht, on: daily, at: "22:00", for: 4h, play: rotation }
              - { name: Nachrichten, on: daily, at: "23:00", for: 5m, play: rotation }
              - { name: Eil, on: daily, at: "23:30", for: 5m, priority: 1, play: rotation }
              - { name: Chor, dates: 2030-01-06, at: "10:00", for: 1h, play: rotation }
              - { name: Rat, dates: 2030-01-06, at: "10:00", for: 2h, play: rotation }

            """
        try makeStation(sampleText + shows)
        var check = Check(
            configuration: try Configuration.load(
                path: folder.path + "/station.yaml", environment: sampleEnvironment))
        // 2030-01-01T00:00:00Z, a Tuesday.
        check.lookAtShows(Instant(wallNanoseconds: 1_893_456_000_000_000_000))
        #expect(check.problems.allSatisfy { $0.severity == .note })
        #expect(
            check.problems.map(\.sentence) == [
                "the show Nacht is interrupted by Nachrichten on Tuesday 1 Jan at 23:00 and goes on behind it: if that is "
                    + "meant, give Nachrichten a priority, else move one of them",
                "the shows Chor and Rat begin together on Sunday 6 Jan at 10:00, and Chor is on: move one of them, or give "
                    + "the one that is meant a priority",
            ])
    }
}
