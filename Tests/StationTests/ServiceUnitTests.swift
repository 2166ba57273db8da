import Foundation
import TestKit
import Testing

/// The systemd unit, as systemd reads it.
@Suite(.enabled(if: Tool.find("systemd-analyze") != nil, "systemd-analyze is not installed"))
struct ServiceUnitTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config/funkhaus.service")
        .path

    /// What systemd finds wrong with the unit; its exit code says nothing of keys that it leaves out.
    private func faults(_ change: (String) -> String = { $0 }) throws -> [Substring] {
        let folder = try TemporaryDirectory()
        // A program that is there: the one that is installed need not be.
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
            .replacing("/usr/local/bin/funkhaus", with: "/bin/true")
        let unit = folder.path + "/funkhaus.service"
        try change(text).write(toFile: unit, atomically: false, encoding: .utf8)
        let result = try Tool.run("systemd-analyze", ["verify", "--man=no", unit])
        let words = result.errors.split(separator: "\n").filter { $0.contains("funkhaus.service") }
        return result.status == 0 ? words : words + ["exit code \(result.status): \(result.errors)"]
    }

    @Test func systemdUnderstandsEveryLine() throws {
        #expect(try faults() == [])
        // And would say so if it did not.
        #expect(try !faults { $0.replacing("ProtectClock=", with: "ProtectClok=") }.isEmpty)
    }

    /// A crash must cost less than a second; and a station whose configuration is wrong is not to be started all the time.
    @Test func aStationIsStartedAgainAfterAShortPause() throws {
        let lines = try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n")
        #expect(lines.contains("RestartSec=500ms") && lines.contains("StartLimitIntervalSec=0"))
    }
}
