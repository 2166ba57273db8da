import Foundation
import TestKit

/// Chromium without a window, into whose page a test can look: it speaks the browser's own debugging protocol, over a
/// WebSocket (RFC 6455). One test uses it, one call after the other.
final class WatchedBrowser {
    private let home: TemporaryDirectory
    private let program: RunningProgram
    private let socket: RawClient
    private var session = ""
    private var lastCall = 0

    init() async throws {
        let home = try TemporaryDirectory()
        let program = try RunningProgram(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(home.path)/profile",
                "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "about:blank",
            ], environment: ["HOME": home.path])
        let place = /DevTools listening on ws:\/\/127\.0\.0\.1:([0-9]+)(\/\S+)/
        try await until("the browser listens", telling: { program.errors }) {
            program.errors.firstMatch(of: place) != nil
        }
        guard let match = program.errors.firstMatch(of: place), let port = Int(match.1) else {
            throw StationTrouble("The browser tells no port.")
        }
        (self.home, self.program) = (home, program)
        socket = try RawClient(port: port, deadline: .seconds(60))
        socket.send(
            "GET \(match.2) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        guard try await socket.readHead().contains(" 101 ") else {
            throw StationTrouble("The browser takes no WebSocket.")
        }
        let target =
            try await call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String ?? ""
        let attached = try await call("Target.attachToTarget", ["targetId": target, "flatten": true])
        session = attached["sessionId"] as? String ?? ""
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

    // MARK: The protocol

    @discardableResult
    private func call(_ method: String, _ parameters: [String: Any]) async throws -> [String: Any] {
        lastCall += 1
        var message: [String: Any] = ["id": lastCall, "method": method, "params": parameters]
        if !session.isEmpty { message["sessionId"] = session }
        send(try JSONSerialization.data(withJSONObject: message))
        while true {
            let answer = try JSONSerialization.jsonObject(with: try await receive()) as? [String: Any]
            // Between the answers there may be events.
            guard answer?["id"] as? Int == lastCall else { continue }
            guard let result = answer?["result"] as? [String: Any] else {
                throw StationTrouble("\(method): \(answer ?? [:])")
            }
            return result
        }
    }

    /// One text in one frame; a client's are masked, here with zeros.
    private func send(_ text: Data) {
        var frame: [UInt8] = [0x81]
        switch text.count {
        case ..<126: frame.append(0x80 | UInt8(text.count))
        default: frame += [0x80 | 126, UInt8(text.count >> 8 & 0xff), UInt8(text.count & 0xff)]
        }
        socket.send(frame + [0, 0, 0, 0] + text)
    }

    private func receive() async throws -> Data {
        var text = Data()
        while true {
            let head = try await socket.read(2)
            var length = Int(head[1] & 0x7f)
            if length >= 126 {
                length = try await socket.read(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
            }
            text += try await socket.read(length)
            if head[0] & 0x80 != 0 { return text }
        }
    }
}
