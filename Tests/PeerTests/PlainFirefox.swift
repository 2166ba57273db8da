import Foundation
import TestKit

/// Firefox without a window and with its JavaScript switched off, steered over WebDriver BiDi. One test uses it, one
/// call after the other.
final class PlainFirefox {
    private let home: TemporaryDirectory
    private let program: RunningProgram
    private let line: BrowserLine
    private let page: String

    /// - Parameter environment: where it finds a sound card.
    init(environment: [String: String]) async throws {
        let home = try TemporaryDirectory()
        let profile = home.path + "/profile"
        try FileManager.default.createDirectory(atPath: profile, withIntermediateDirectories: false)
        try "user_pref(\"javascript.enabled\", false);\n".write(
            toFile: profile + "/user.js", atomically: false, encoding: .utf8)
        let program = try RunningProgram(
            "firefox-esr",
            [
                "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0",
                "about:blank",
            ],
            environment: environment.merging(["HOME": home.path]) { $1 })
        let place = /WebDriver BiDi listening on ws:\/\/127\.0\.0\.1:([0-9]+)/
        try await until("the browser listens", within: .seconds(120), telling: { program.errors }) {
            program.errors.firstMatch(of: place) != nil
        }
        guard let match = program.errors.firstMatch(of: place), let port = Int(match.1) else {
            throw StationTrouble("The browser tells no port.")
        }
        (self.home, self.program) = (home, program)
        line = try await BrowserLine(port: port, path: "/session")
        try await line.call("session.new", ["capabilities": [String: Any]()])
        let tree = try await line.call("browsingContext.getTree", [:])
        page = (tree["contexts"] as? [[String: Any]])?.first?["context"] as? String ?? ""
    }

    deinit { program.signalAlone(SIGTERM) }

    /// Opens a page and waits until it is there.
    func open(_ url: String) async throws {
        try await line.call("browsingContext.navigate", ["context": page, "url": url, "wait": "complete"])
    }

    /// What an expression of JavaScript gives in the page, as text: our own runs although the page's does not.
    func value(_ expression: String) async throws -> String {
        let answer = try await line.call(
            "script.evaluate",
            [
                "expression": "String(\(expression))", "awaitPromise": false,
                "target": ["context": page, "sandbox": "test"],
            ])
        guard let result = answer["result"] as? [String: Any], let text = result["value"] as? String else {
            throw StationTrouble("\(expression): \(answer)")
        }
        return text
    }

    /// Clicks with the mouse at a place of the window.
    func click(x: Double, y: Double) async throws {
        let acts: [[String: Any]] = [
            ["type": "pointerMove", "x": x, "y": y], ["type": "pointerDown", "button": 0],
            ["type": "pointerUp", "button": 0],
        ]
        try await line.call(
            "input.performActions",
            [
                "context": page,
                "actions": [["type": "pointer", "id": "mouse", "actions": acts] as [String: Any]],
            ])
    }
}
