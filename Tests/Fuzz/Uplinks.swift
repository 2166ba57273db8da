@testable import Server

/// Takes a few bytes at a time.
private final class Sink: SourceLine {
    static let most = 7
    func take(_ bytes: UnsafeRawBufferPointer) -> Int { min(Self.most, bytes.count) }
    func end(clean: Bool) {}
}

/// Requests of one session that can be resumed, one in a line: whatever places they name, the station counts what came
/// and what is lost, to the byte; and when it has ended the session, nothing more comes in, and each is told.
func takeUplink(_ bytes: [UInt8]) {
    let session = UplinkSession(patience: .seconds(60)) { _ in }
    session.begin(Sink())
    var (attempt, received) = (0, Int64(0))
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let request = UplinkRequest(String(decoding: line, as: UTF8.self)) else { continue }
        check(request)
        switch session.claim(request) {
        case .taken(let way):
            precondition(request.attempt > attempt)
            precondition(way.welcome == "Funkhaus-Uplink: 1; received=\(received)\r\n")
            attempt = request.attempt
            received = max(received, request.offset)
            for _ in 0..<2 {
                let taken = Array(line).withUnsafeBytes { way.take($0) }
                precondition(taken == min(Sink.most, line.count))
                received += Int64(taken)
            }
            precondition(session.received == received, "\(session.received) \(received)")
        case .late: precondition(request.attempt <= attempt)
        case .gone, .other: preconditionFailure("a session that stands was not found")
        }
    }
    session.downlink.goodbye("Away.")
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let request = UplinkRequest(String(decoding: line, as: UTF8.self)) else { continue }
        switch session.claim(request) {
        case .taken(let way): precondition(Array(line).withUnsafeBytes { way.take($0) } == 0)
        case .late: break
        case .gone, .other: preconditionFailure("a goodbye was not told")
        }
    }
    precondition(session.received == received)
}

private func check(_ request: UplinkRequest) {
    precondition(request.session.utf8.count == 22 && request.session.utf8.allSatisfy(isToken))
    precondition(request.attempt > 0 && (0...UplinkRequest.farthest).contains(request.offset))
    precondition(request.buffer >= 0 && request.buffer <= 60)
}
