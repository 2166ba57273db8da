import Foundation
import TestKit

/// A line to a browser that lets itself be steered: JSON over a WebSocket (RFC 6455), in Chromium's own debugging
/// protocol or in WebDriver BiDi. One test uses it, one call after the other.
final class BrowserLine {
    private let socket: RawClient
    private var lastCall = 0

    /// - Parameter path: of the WebSocket.
    init(port: Int, path: some StringProtocol) async throws {
        socket = try RawClient(port: port, deadline: .seconds(60))
        socket.send(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        guard try await socket.readHead().contains(" 101 ") else {
            throw StationTrouble("The browser takes no WebSocket.")
        }
    }

    /// Asks the browser for something, and gives its `result`.
    ///
    /// - Parameter session: in Chromium's protocol, the page that is asked; empty for the browser itself.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any], session: String = "") async throws
        -> [String: Any]
    {
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

    /// One text in one frame; a client's are masked, and Firefox takes zeros for no mask.
    private func send(_ text: Data) {
        var frame: [UInt8] = [0x81]
        switch text.count {
        case ..<126: frame.append(0x80 | UInt8(text.count))
        default: frame += [0x80 | 126, UInt8(text.count >> 8 & 0xff), UInt8(text.count & 0xff)]
        }
        let mask: [UInt8] = [1, 2, 3, 4]
        socket.send(frame + mask + text.enumerated().map { $1 ^ mask[$0 % 4] })
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
