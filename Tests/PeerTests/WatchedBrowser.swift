import Foundation
import TestKit

/// Chromium without a window, into whose page a test can look: it speaks the browser's own debugging protocol. One test
/// uses it, one call after the other.
final class WatchedBrowser {
    private let home: TemporaryDirectory
    private let program: RunningProgram
    private let line: BrowserLine
    private let session: String

    /// - Parameter environment: where it finds a sound card.
    init(environment: [String: String] = [:]) async throws {
        let home = try TemporaryDirectory()
        let program = try RunningProgram(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(home.path)/profile",
                "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "about:blank",
            ], environment: environment.merging(["HOME": home.path]) { $1 })
        let place = /DevTools listening on ws:\/\/127\.0\.0\.1:([0-9]+)(\/\S+)/
        try await until("the browser listens", telling: { program.errors }) {
            program.errors.firstMatch(of: place) != nil
        }
        guard let match = program.errors.firstMatch(of: place), let port = Int(match.1) else {
            throw StationTrouble("The browser tells no port.")
        }
        (self.home, self.program) = (home, program)
        line = try await BrowserLine(port: port, path: match.2)
        let target = try await line.call("Target.createTarget", ["url": "about:blank"])["targetId"]
        let page = try await line.call("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])
        session = page["sessionId"] as? String ?? ""
    }

    deinit { program.signalAlone(SIGTERM) }

    /// Opens a page and waits until it is there.
    func open(_ url: String, scripts: Bool = true) async throws {
        try await call("Emulation.setScriptExecutionDisabled", ["value": !scripts])
        try await call("Page.navigate", ["url": url])
        try await until("the page is there", telling: { self.program.errors }) {
            try await value("location.href + document.readyState") == url + "complete"
        }
    }

    /// What an expression of JavaScript gives in the page, as text.
    func value(_ expression: String) async throws -> String {
        let answer = try await call(
            "Runtime.evaluate",
            ["expression": "String(\(expression))", "awaitPromise": true, "userGesture": true])
        let result = answer["result"] as? [String: Any]
        guard let text = result?["value"] as? String, answer["exceptionDetails"] == nil else {
            throw StationTrouble("\(expression): \(answer)")
        }
        return text
    }

    /// Clicks with the mouse at a place of the window.
    func click(x: Double, y: Double) async throws {
        for kind in ["mousePressed", "mouseReleased"] {
            try await call(
                "Input.dispatchMouseEvent",
                ["type": kind, "x": x, "y": y, "button": "left", "clickCount": 1])
        }
    }

    @discardableResult
    private func call(_ method: String, _ parameters: [String: Any]) async throws -> [String: Any] {
        try await line.call(method, parameters, session: session)
    }
}
