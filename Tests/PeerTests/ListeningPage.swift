import Foundation
import TestKit

/// A web page that plays a stream and tells this test how: a small HTTP server on a free loopback port, so that every
/// browser can be asked in the same way, without a driver of its own.
///
/// Each connection has a thread of its own, which ends with it.
final class ListeningPage: Sendable {
    /// What the page told.
    struct Report: Sendable {
        /// Seconds that were played, each half a second. Chromium's `currentTime` begins at an Opus stream's own.
        var times: [Double] = []
        /// The names of the element's events, in order, and errors in words.
        var events: [String] = []
        /// What was decoded, as the browser's own recorder writes it.
        var audio = Data()
    }

    private struct Message: Decodable {
        var time: Double
        var events: [String]
    }

    let port: Int
    private let listener: Int32
    private let told = Locked(Report())

    var report: Report { told.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)/" }

    init(playing stream: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 50) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard bound else {
            throw StationTrouble("No port for the page: \(String(cString: strerror(errno))).")
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let page = Self.page.replacingOccurrences(of: "STREAM", with: stream)
        Thread.detachNewThread { [told] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread {
                    Self.serve(connection, page, told)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ connection: Int32, _ page: String, _ told: Locked<Report>) {
        guard let (head, body) = request(connection) else { return }
        var answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        if head.hasPrefix("POST /audio") {
            told.withLock { $0.audio += body }
        } else if head.hasPrefix("POST /report"),
            let message = try? JSONDecoder().decode(Message.self, from: body)
        {
            told.withLock {
                $0.times.append(message.time)
                $0.events = message.events
            }
        } else if head.hasPrefix("GET / ") {
            answer =
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"
                + page
        }
        _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
    }

    private static func request(_ connection: Int32) -> (head: String, body: Data)? {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = bytes.range(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let length = head.lowercased().firstMatch(of: /content-length: *([0-9]+)/).flatMap {
                    Int($0.1)
                }
                if bytes.count - end.upperBound >= length ?? 0 { return (head, bytes[end.upperBound...]) }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    /// One message after the other: the slices of the recorder are parts of one file.
    private static let page = """
        <!doctype html><audio id=radio crossorigin=anonymous autoplay src="STREAM"></audio><script>
        const radio = document.getElementById("radio"), events = [];
        const kinds = ["playing", "waiting", "stalled", "pause", "ended", "emptied", "abort", "error"];
        for (const kind of kinds) radio.addEventListener(kind, () => events.push(
            kind + (radio.error ? " " + radio.error.message : "")));
        let sent = Promise.resolve(), recorder, first;
        const tell = (path, body) => sent = sent.then(() => fetch(path, { method: "POST", body }));
        radio.addEventListener("playing", () => {
            if (recorder) return;
            first = radio.currentTime;
            const heard = (radio.captureStream || radio.mozCaptureStream).call(radio);
            recorder = new MediaRecorder(heard, { audioBitsPerSecond: 256000 });
            recorder.ondataavailable = slice => tell("/audio", slice.data);
            recorder.start(1000);
        });
        radio.play().catch(error => events.push("refused " + error));
        const played = () => first === undefined ? 0 : radio.currentTime - first;
        setInterval(() => tell("/report", JSON.stringify({ time: played(), events })), 500);
        </script>
        """
}
