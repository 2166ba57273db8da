@testable import Studio

/// A machine and what it has done.
struct UplinkBench {
    var machine: UplinkMachine
    var now = Duration.zero
    var told: [UplinkEvent] = []
    /// What was written to each connection, after the request.
    var written: [Int: [UInt8]] = [:]
    var asked: [Int: String] = [:]
    var dialled: [Int] = []
    var closed: Set<Int> = []
    var isStopped = false
    var sessions = 0

    init(buffer: Double = 2) {
        var count = 0
        machine = UplinkMachine(
            UplinkTarget(host: "h", port: 8000, user: "anna", secret: "geheim", buffer: buffer)
        ) {
            count += 1
            return "session-\(count)"
        }
        send(.headers(Array("HEAD".utf8)))
    }

    mutating func send(_ event: UplinkMachine.Event) {
        for action in machine.handle(event, at: now) {
            switch action {
            case .dial(let number): dialled.append(number)
            case .ask(let number, let head): asked[number] = head
            case .write(let number, let bytes):
                written[number, default: []] += bytes
                send(.wrote(number, bytes: bytes.count))
            case .close(let number): closed.insert(number)
            case .tell(let event): told.append(event)
            case .stop: isStopped = true
            }
        }
    }

    mutating func pass(_ milliseconds: Int, hearing received: Int64? = nil) {
        for _ in 0..<(milliseconds / 50) {
            now += .milliseconds(50)
            if let received, let number = machine.current?.number {
                send(.heard(number, UplinkLine(received: received)))
            }
            send(.tick)
        }
    }

    mutating func page(_ text: String, seconds: Double = 0.1) {
        send(.page(Array(text.utf8), seconds: seconds))
    }

    /// The newest connection stands, and is answered.
    mutating func answer(_ received: Int64? = 0, status: Int = 200, as number: Int? = nil) {
        let number = number ?? dialled.last ?? 0
        if asked[number] == nil { send(.opened(number)) }
        send(.replied(number, UplinkReply(status: status, received: received)))
    }

    /// The bytes of the stream that a connection carried; nil when its chunks are broken.
    func stream(_ number: Int) -> String? {
        var bytes = (written[number] ?? [])[...]
        var stream: [UInt8] = []
        while let end = bytes.firstIndex(of: 10) {
            guard let size = Int(String(decoding: bytes[..<(end - 1)], as: UTF8.self), radix: 16),
                bytes.count >= end - bytes.startIndex + size + 3
            else { return nil }
            stream += bytes[(end + 1)...].prefix(size)
            bytes = bytes[(end + 1)...].dropFirst(size + 2)
        }
        return String(decoding: stream, as: UTF8.self)
    }

    func text(_ number: Int) -> String { String(decoding: written[number] ?? [], as: UTF8.self) }
    func offset(_ number: Int) -> String? {
        asked[number]?.split(separator: "; ").first { $0.hasPrefix("offset=") }.map(String.init)
    }

    static func connected(buffer: Double = 2) -> UplinkBench {
        var bench = UplinkBench(buffer: buffer)
        bench.send(.tick)
        bench.answer()
        return bench
    }
}
