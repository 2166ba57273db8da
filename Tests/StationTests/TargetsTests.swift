import Broadcast
import Codecs
import TestKit
import Testing

@testable import Station

/// The targets of a configuration, before and after a reload. No push is started here.
@Suite struct TargetsTests {
    private let folder: TemporaryDirectory
    private let mount = Mount(
        MountDescription(
            path: "/stream.ogg", format: .vorbis(quality: 5), name: "", description: "", genre: "", url: ""))

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("icecast.secret", "hackme\n")
        try folder.write("admin.secret", "hackme\n")
    }

    private func configuration(
        _ change: (String) -> String = { $0 }
    ) throws -> Configuration {
        let text = sampleText.replacing("mounts:", with: "  admin: { password_file: admin.secret }\nmounts:")
        return try Configuration.load(
            bytes: Array(change(text).utf8), path: folder.path + "/station.yaml",
            environment: sampleEnvironment)
    }

    private func secrets(_ configuration: Configuration) -> StationSecrets {
        StationSecrets(configuration, environment: [:])
    }

    private func targets(_ configuration: Configuration, keeping old: Targets = Targets()) -> Targets {
        Targets(configuration, secrets(configuration), [mount], keeping: old)
    }

    @Test func aPasswordThatCannotBeReadRefusesAReloadInsteadOfEndingThePush() throws {
        let configuration = try configuration()
        #expect(secrets(configuration).problems == [])
        try folder.remove("icecast.secret")
        try folder.write("admin.secret", "")
        let told = secrets(configuration).problems.map {
            $0.description.replacing(folder.path + "/", with: "")
        }
        #expect(
            told == [
                "station.yaml:6:27: admin.secret is empty: write the password into it",
                "station.yaml:13:20: icecast.secret is not there: write the password into it and nothing else",
            ])
    }

    @Test func aTargetThatStaysAsItIsKeepsItsPush() throws {
        let first = targets(try configuration())
        let again = targets(
            try configuration { $0.replacing("rotation, order", with: "rotation , order") }, keeping: first)
        #expect(first.pushes.count == 1 && first.pushes[0] === again.pushes[0])
    }

    @Test(arguments: [
        ("/radio.ogg", "/other.ogg"), ("name: Radio Beispiel", "name: Radio Umbenannt"),
        ("icecast.secret", "other.secret"),
    ])
    func aTargetThatChangedGetsAnotherPush(old: String, new: String) throws {
        try folder.write("other.secret", "changed")
        let first = targets(try configuration())
        let second = targets(try configuration { $0.replacing(old, with: new) }, keeping: first)
        #expect(second.pushes.count == 1 && first.pushes[0] !== second.pushes[0])
    }

    @Test func aTargetWithoutItsPasswordIsInTheStatusWithTheReason() throws {
        try folder.remove("icecast.secret")
        let targets = targets(try configuration())
        #expect(targets.pushes.isEmpty)
        let report = try #require(targets.reports.first)
        #expect(report.url == "http://icecast.example:8000/radio.ogg" && !report.connected)
        #expect(
            report.state.replacing(folder.path + "/", with: "") == """
                not pushed: icecast.secret is not there: write the password into it and nothing else, and then: \
                funkhaus reload
                """)
    }
}
