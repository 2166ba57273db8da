import Codecs
import Programme
import TestKit
import Testing

@testable import Station

@Suite struct ConfigurationTests {
    @Test func theSampleIsReadAsWritten() throws {
        let configuration = try load(sampleText)
        #expect(configuration.station.name == "Radio Beispiel")
        #expect(configuration.station.seed == "Radio Beispiel")
        #expect(
            configuration.mounts == [Configuration.Mount(path: "/stream.ogg", format: .vorbis(quality: 5))])
        let target = try #require(configuration.icecast.first)
        #expect(target.address == IcecastAddress(host: "icecast.example", port: 8_000, mount: "/radio.ogg"))
        #expect(target.password == .file("/srv/radio/icecast.secret"))
        #expect(target.from == "/stream.ogg" && target.titles == .chained && !target.isPublic)
        #expect(configuration.playlists.map(\.name) == ["rotation", "ids"])
        #expect(configuration.playlists.map(\.order) == [.shuffle, .sequence])
        #expect(configuration.playlist("ids")?.from == ["/srv/radio/ids"])
        #expect(configuration.programme.standard == "rotation")
        #expect(configuration.programme.identification?.due == .every(tracks: 4))
        #expect(configuration.programme.emergency == "/srv/radio/emergency.ogg")
        #expect(configuration.programme.loudness == -16)
    }

    @Test func theLeastThatAStationNeedsIsEnough() throws {
        let configuration = try load(
            """
            station: { name: A, timezone: UTC }
            mounts: [ { path: /a } ]
            playlists: { all: { from: [x, /y/../z, ../w.m3u] } }
            programme: { default: all }
            """)
        #expect(configuration.server.listen == ListenAddress(host: "::", port: 8_000))
        #expect(configuration.server.data == "/home/radio/.local/state/funkhaus")
        #expect(configuration.server.control == "/run/user/1000/funkhaus/control.sock")
        #expect(configuration.mounts[0].format == .vorbis(quality: 5))
        #expect(configuration.icecast.isEmpty)
        #expect(configuration.playlists[0].from == ["/srv/radio/x", "/z", "/srv/w.m3u"])
        #expect(configuration.playlists[0].order == .shuffle)
        #expect(configuration.programme.identification == nil && configuration.programme.emergency == nil)
        #expect(configuration.programme.loudness == -16)
    }

    @Test(arguments: [
        (
            ["STATE_DIRECTORY": "/var/lib/funkhaus:/x", "RUNTIME_DIRECTORY": "/run/funkhaus", "HOME": "/h"],
            "/var/lib/funkhaus", "/run/funkhaus/control.sock"
        ),
        (["XDG_STATE_HOME": "/state", "HOME": "/h"], "/state/funkhaus", "/state/funkhaus/control.sock"),
        (
            ["XDG_STATE_HOME": "relative", "XDG_RUNTIME_DIR": "also", "HOME": "/h"],
            "/h/.local/state/funkhaus",
            "/h/.local/state/funkhaus/control.sock"
        ),
    ])
    func dataAndControlLieWhereTheSystemWantsThem(
        environment: [String: String], data: String, control: String
    ) throws {
        let server = try load(sampleText, environment: environment).server
        #expect(server.data == data)
        #expect(server.control == control)
    }

    @Test func withoutAHomeTheDataFolderIsAskedFor() {
        #expect(
            messages(Array(sampleText.utf8), environment: [:]) == [
                "4:1: server.data is not set, and the environment has no HOME: add the line data: /var/lib/funkhaus"
            ])
    }

    @Test func `the rules of a playlist are read as written`() throws {
        let text = sampleText.replacing(
            "  rotation: { from: music, order: shuffle }",
            with: """
                  rotation:
                    clock: [ 2 new, ids ]
                    separate: { artist: [ 60 min, 5 tracks ], title: 3 h }
                  new: { from: new, separate: { artist: 1 track } }
                  bunt: { mix: { late: 3, ids: 1 } }
                  late: { from: late, hours: "22:00 – 06:30" }
                """
        ).replacing("every: 4 tracks", with: "at: [ \":00\", \":30\" ], start: hard")
        let configuration = try load(text)
        let rotation = try #require(configuration.playlist("rotation"))
        #expect(rotation.draws == .clock(["new", "new", "ids"]) && rotation.from.isEmpty)
        #expect(rotation.rules.artist == .init(tracks: 5, time: Length(seconds: 3_600)))
        #expect(rotation.rules.title == .init(time: Length(seconds: 10_800)))
        #expect(configuration.playlist("new")?.rules.artist == .init(tracks: 1))
        #expect(
            configuration.playlist("bunt")?.draws
                == .mix([.init(playlist: "late", weight: 3), .init(playlist: "ids", weight: 1)]))
        #expect(configuration.playlist("late")?.hours == Hours(from: 79_200, until: 23_400))
        #expect(configuration.programme.identification?.due == .at(minutes: [0, 30], .hard))
        let share = sampleText.replacing("from: music,", with: "from: music, artist_share: 10 %,")
        #expect(try load(share).playlist("rotation")?.rules.artistShare == 10)
    }

    @Test func aMountHasACodecWithItsOneSetting() throws {
        func format(_ lines: String) throws -> StreamFormat {
            try load(sampleText.replacing("codec: vorbis\n    quality: 5", with: lines)).mounts[0].format
        }
        #expect(try format("codec: mp3") == .mp3(bitrate: 128_000))
        #expect(try format("codec: mp3\n    bitrate: 320 kbit/s") == .mp3(bitrate: 320_000))
        #expect(try format("codec: opus") == .opus(bitrate: 96_000))
        #expect(try format("codec: opus\n    bitrate: 16kbps") == .opus(bitrate: 16_000))
        #expect(try format("quality: -1") == .vorbis(quality: -1))
    }

    @Test(arguments: [("vorbis", "http", Titles.chained), ("mp3", "http", .admin), ("opus", "https", .none)])
    func titlesReachATargetAsItsCodecAllows(codec: String, scheme: String, titles: Titles) throws {
        let text = sampleText.replacing("codec: vorbis\n    quality: 5", with: "codec: \(codec)")
            .replacing("http:", with: "\(scheme):")
        #expect(try load(text).icecast[0].titles == titles)
        let without = text.replacing("password_file:", with: "titles: none\n    password_file:")
        #expect(try load(without).icecast[0].titles == .none)
    }

    typealias Titles = Configuration.IcecastTarget.Titles

    @Test func loudnessCanBeSwitchedOffAndMinusMayBeARealMinus() throws {
        #expect(try load(sampleText.replacing("-16 LUFS", with: "none")).programme.loudness == nil)
        #expect(try load(sampleText.replacing("-16 LUFS", with: "\u{2212}23lufs")).programme.loudness == -23)
    }

    @Test func valuesThatYAMLWouldTakeForOthersStayText() throws {
        #expect(try load(sampleText.replacing("Radio Beispiel", with: "1984")).station.name == "1984")
        #expect(try load(sampleText.replacing("Radio Beispiel", with: "yes")).station.name == "yes")
        #expect(
            try load(sampleText.replacing("from: music", with: "from: '/My  Music'")).playlists[0].from == [
                "/My  Music"
            ])
        #expect(
            try load(sampleText.replacing("Radio Beispiel", with: ">\n    Radio\n    Eins")).station.name
                == "Radio Eins")
    }

    @Test func aPlaceIsKnownForEveryValueAndForWhatIsLeftOut() throws {
        let configuration = try load(sampleText)
        #expect("\(configuration.place(of: "programme.emergency"))" == "/srv/radio/station.yaml:19:14")
        #expect(configuration.place(of: "playlists.ids.from[0]").line == 15)
        #expect(configuration.place(of: "mounts[0].quality").column == 14)
        #expect(configuration.place(of: "server.data").line == 4)
        #expect(configuration.place(of: "nothing.at.all").line == 1)
    }

    @Test func whereAValueStandsMakesNoDifference() throws {
        #expect(try load(sampleText) == load("# a comment\n\n" + sampleText))
    }

    @Test func pathsAreRelativeToTheFileThroughALink() throws {
        let folder = try TemporaryDirectory()
        try folder.write("real/station.yaml", sampleText)
        folder.link("linked", to: "real")
        let configuration = try Configuration.load(
            path: folder.path + "/linked/station.yaml", environment: sampleEnvironment)
        #expect(configuration.playlists[0].from == [folder.path + "/real/music"])
        #expect(configuration.path == folder.path + "/linked/station.yaml")
    }

    @Test func aFileThatCannotBeReadIsOneSentence() throws {
        let folder = try TemporaryDirectory()
        try folder.write("large.yaml", String(repeating: "# comment\n", count: 30_000))
        folder.pipe("pipe.yaml")
        func told(_ name: String) -> String {
            do throws(ConfigurationErrors) {
                _ = try Configuration.load(path: folder.path + "/" + name, environment: [:])
                return ""
            } catch {
                return error.description.replacing(folder.path + "/", with: "")
            }
        }
        let remedy = "name the station's YAML file with --config"
        #expect(told("none.yaml") == "none.yaml:1:1: none.yaml is not there: \(remedy)")
        #expect(told("large.yaml") == "large.yaml:1:1: large.yaml is larger than 262144 bytes: \(remedy)")
        #expect(
            told("pipe.yaml")
                == "pipe.yaml:1:1: pipe.yaml is a pipe, a socket or a device and no file: \(remedy)")
        #expect(told(".") == ".:1:1: . is a folder: \(remedy)")
    }

    @Test(arguments: [
        ("[::]:8000", "::", 8_000), ("0.0.0.0:80", "0.0.0.0", 80), ("localhost:0", "localhost", 0),
        (":8000", "::", 8_000), ("[fe80::1]:8000", "fe80::1", 8_000), ("radio.example:1", "radio.example", 1),
    ])
    func aListenAddressIsHostAndPort(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", ":", "8000", "a:b", "::1:8000", "[1.2.3.4]:80", "[::]", "a b:80", "a:65536", "a:+1", "-a:1",
        "ä:1",
    ])
    func otherTextIsNoListenAddress(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func theNearestWordIsFoundAndAFarOneIsNot() {
        let words = ["quality", "codec", "path"]
        #expect(nearestWord(to: "qualtiy", among: words) == "quality")
        #expect(nearestWord(to: "Codecs", among: words) == "codec")
        #expect(nearestWord(to: "bitrate", among: words) == nil)
        #expect(nearestWord(to: "", among: words) == nil)
    }
}
