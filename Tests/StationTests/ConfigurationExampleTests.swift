import Foundation
import TestKit
import Testing

@testable import Station

/// Holds `Config/` and the code together.
@Suite struct ConfigurationExampleTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config").path

    private func text() throws -> String {
        try String(contentsOfFile: Self.folder + "/station.example.yaml", encoding: .utf8)
    }

    @Test func theDemoStationIsWithoutProblems() throws {
        let problems = Check.problems(
            path: Self.folder + "/station.yaml", environment: sampleEnvironment, probe: { _ in nil })
        #expect(problems.map(\.description) == [])
    }

    @Test func theMinimalStationIsOnAirAsItIsBesideAFolderOfMusic() throws {
        let folder = try TemporaryDirectory()
        let text = try String(contentsOfFile: Self.folder + "/station.minimal.yaml", encoding: .utf8)
        try folder.write("station.yaml", text)
        try folder.write("music/a.mp3")
        func problems() -> [Problem] {
            Check.problems(
                path: folder.path + "/station.yaml", environment: sampleEnvironment, probe: { _ in nil })
        }
        #expect(problems().filter { $0.severity == .wrong } == [])
        #expect(problems().map(\.sentence).allSatisfy { $0.hasPrefix("programme has no emergency file") })
        // The same with its comments followed.
        try folder.write("station.yaml", text.replacing("# emergency:", with: "emergency:"))
        try folder.write("emergency.ogg")
        #expect(problems() == [])
    }

    /// What a newcomer is told to copy must work as it is: it may not be the file with every key.
    @Test func theFirstInstructionsNameTheMinimalStation() throws {
        for path in ["/funkhaus.service", "/../Sources/funkhaus/Funkhaus.swift"] {
            let text = try String(contentsOfFile: Self.folder + path, encoding: .utf8)
            #expect(text.contains("Config/station.minimal.yaml"), "\(path)")
            #expect(!text.contains("station.example.yaml"), "\(path)")
        }
    }

    @Test func theExampleIsWithoutProblems() throws {
        _ = try load(text())
        _ = try load(
            text().replacing("    # password_env:", with: "    password_env:")
                .replacing("    password_file:", with: "    # password_file:"))
        let mp3 = try load(
            text().replacing("codec: vorbis", with: "codec: mp3").replacing(
                "    quality:", with: "    # quality:"
            )
            .replacing("    # bitrate:", with: "    bitrate:").replacing(
                "titles: chained", with: "titles: admin"))
        #expect(mp3.mounts[0].format == .mp3(bitrate: 128_000))
    }

    @Test func theExampleHasEveryKeyOfTheCodeAndNoOther() throws {
        // A key that stands in a comment is one with two spaces after the hash's indentation and no words behind it.
        let keys = try text().split(separator: "\n").compactMap { line -> String? in
            try?
                #/^ *(?:- |# (?=(?:password_env|url_env|bitrate|fallback|schedule|shows|file|at|start):))?([a-z_]+):( .*)?$/#
                .firstMatch(
                    in: line
                )
                .map {
                    String($0.1)
                }
        }
        typealias Keys = ConfigurationKeys
        let known =
            Keys.file + Keys.station + Keys.server + Keys.mount + Keys.icecast + Keys.playlist
            + Keys.programme
            + Keys.jingles + Keys.separate + Keys.tls + Keys.account + Keys.limits + Keys.live + Keys.bridge
            + Keys.silence + Keys.alarm + Keys.mail + Keys.webhook + Keys.recordings + Keys.aircheck
            + Keys.calendar
        #expect(
            Set(keys).subtracting(["rotation", "ids", "frisch", "archiv", "stunde", "bunt"]) == Set(known))
    }

    /// Deletes one line after the other: what the example calls a default is what the code takes.
    @Test func aDefaultOfTheExampleIsThatOfTheCode() throws {
        let whole = try load(text())
        let lines = try text().split(separator: "\n", omittingEmptySubsequences: false)
        for key in [
            "description", "genre", "url", "seed", "listen", "data", "control", "codec", "quality", "from",
            "titles", "public", "listen_at", "order", "every", "loudness", "listeners", "head", "head_time",
            "burst", "takeover", "overtime", "fade", "latency", "below", "silence", "mount",
        ] {
            let isTheLine = { (line: Substring) in
                line.drop { $0 == " " }.hasPrefix(key + ":") && !line.contains("Playlists")
                    && !line.contains("ids")
                    && !line.contains("sequence") && !line.contains("8443") && !line.contains("15 min")
                    && !line.contains("cloud.example")
                    && line != "  silence:" && !line.contains("@radio")
            }
            #expect(lines.count(where: isTheLine) == 1, "\(key)")
            let rest = lines.filter { !isTheLine($0) }.joined(separator: "\n")
            #expect(try load(rest) == whole, "\(key)")
        }
    }

    @Test func whatTheExampleCallsRequiredIsRequired() throws {
        let lines = try text().split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.contains("# Required") && line.hasPrefix(" ") {
            let key = lines[index...].firstIndex { !$0.drop { $0 == " " }.hasPrefix("#") }!
            var rest = lines
            rest[key] = rest[key].contains("- ") ? "  - public: false" : ""
            #expect(!messages(Array(rest.joined(separator: "\n").utf8)).isEmpty, "\(lines[key])")
        }
    }
}
