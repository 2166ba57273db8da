import Testing

@testable import Station

@Suite struct ConfigurationChangesTests {
    private func refused(_ written: String, _ instead: String) throws -> [String] {
        let old = try load(sampleText)
        #expect(sampleText.contains(written))
        let new = try load(sampleText.replacing(written, with: instead))
        return new.changesNeedingRestart(from: old).map { $0.description.replacing("/srv/radio/", with: "") }
    }

    @Test func whatListenersHangOnNeedsARestart() throws {
        let remedy = "restart the daemon for that, or put it back"
        #expect(
            try refused("quality: 5", "quality: 6") == [
                "station.yaml:9:14: the quality of /stream.ogg cannot change while it is on air: \(remedy)"
            ])
        #expect(
            try refused("codec: vorbis\n    quality: 5", "codec: mp3") == [
                "station.yaml:8:12: the codec of /stream.ogg cannot change while it is on air: \(remedy)"
            ])
        #expect(
            try refused("- path: /stream.ogg", "- path: /other.ogg") == [
                "station.yaml:6:1: the mount /stream.ogg is on air and cannot be renamed or taken away: \(remedy)"
            ])
        #expect(
            try refused("\"[::]:8000\"", "localhost:80\n  data: /d\n  control: /c") == [
                "station.yaml:5:11: the station listens at [::]:8000 and cannot move while it is on air: \(remedy)",
                "station.yaml:6:9: the journal lies in /home/radio/.local/state/funkhaus and cannot move while it is on "
                    + "air: \(remedy)",
                "station.yaml:7:12: commands come through /run/user/1000/funkhaus/control.sock, which cannot move while "
                    + "the station is on air: \(remedy)",
            ])
    }

    @Test func theBitrateOfAMountNeedsARestartToo() throws {
        let old = sampleText.replacing(
            "codec: vorbis\n    quality: 5", with: "codec: opus\n    bitrate: 64 kbit/s")
        let new = try load(old.replacing("64", with: "65"))
        #expect(
            new.changesNeedingRestart(from: try load(old)).map(\.description) == [
                "/srv/radio/station.yaml:9:14: the bitrate of /stream.ogg cannot change while it is on air: restart the "
                    + "daemon for that, or put it back"
            ])
    }

    @Test(arguments: [
        ("Radio Beispiel", "Radio Anders"), ("Europe/Berlin", "Europe/Lisbon"),
        ("mounts:\n", "mounts:\n  - path: /new.ogg\n"), ("titles", "titles"), ("radio.ogg", "other.ogg"),
        ("from: music, order: shuffle", "from: other, order: sequence"), ("4 tracks", "2 tracks"),
        ("emergency.ogg", "calm.ogg"), ("-16 LUFS", "none"), ("default: rotation", "default: ids"),
    ])
    func everythingElseDoesNot(written: String, instead: String) throws {
        let text = sampleText.replacing(
            "password_file", with: "from: /stream.ogg\n    titles: chained\n    password_file")
        let new = try load(text.replacing(written, with: instead))
        #expect(new.changesNeedingRestart(from: try load(text)).isEmpty)
    }
}
