import Foundation
import Synchronization
import TestKit

/// The public address of a stream, as a relay in front of the station's server would be: it passes the stream on, or
/// carries what it should not. A change ends the connections of before.
final class PublicAddress: Sendable {
    enum Carriage: Sendable {
        /// What the station's mount at this address has.
        case rightStream(port: Int, path: String)
        /// These bytes of MP3 at 16,000 of them a second, again and again.
        case loop([UInt8])
        /// A head, and nothing behind it.
        case nothing
        /// Nobody has such a stream.
        case missing
    }

    private let carriage = Mutex(Carriage.missing)
    private let server = Mutex<ScriptedServer?>(nil)
    let port: Int

    init() {
        let current = Locked<@Sendable () -> Carriage>({ .missing })
        let server = ScriptedServer { line in
            _ = line.readHead()
            switch current.withLock({ $0 })() {
            case .missing:
                line.write("HTTP/1.0 404 File Not Found\r\n\r\nThe file you requested could not be found")
            case .nothing:
                line.write("HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
                while line.isOpen { usleep(50_000) }
            case .loop(let bytes):
                line.write("HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
                // Four seconds at once, as servers do; then at its pace.
                var sent = -64_000
                let begin = ContinuousClock.now
                while line.isOpen {
                    let due = Int((ContinuousClock.now - begin) / .milliseconds(100)) * 1_600
                    while sent < due {
                        let place = (sent + 64_000) % bytes.count
                        let part = bytes[place..<min(bytes.count, place + 1_600)]
                        guard line.write(part) else { return }
                        sent += part.count
                    }
                    usleep(50_000)
                }
            case .rightStream(let port, let path): Self.passOn(line, port, path)
            }
        }
        port = server.port
        self.server.withLock { $0 = server }
        current.withLock { current in current = { [weak self] in self?.carriage.withLock { $0 } ?? .missing }
        }
    }

    private static func passOn(_ line: ScriptedServer.Line, _ port: Int, _ path: String) {
        let curl = ["-s", "-N", "-i", "--http1.0", "http://127.0.0.1:\(port)\(path)"]
        guard let program = Tool.find("curl") else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = curl
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return }
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        while line.isOpen {
            let bytes = pipe.fileHandleForReading.availableData
            guard !bytes.isEmpty, line.write(bytes) else { return }
        }
    }

    var url: String { "http://127.0.0.1:\(port)/radio.mp3" }

    func carry(_ carriage: Carriage) {
        self.carriage.withLock { $0 = carriage }
        server.withLock { $0?.hangUp() }
    }
}
