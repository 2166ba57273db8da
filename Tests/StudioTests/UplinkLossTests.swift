import TestKit
import Testing

@testable import Studio

/// Made-up lines: what the DJ's end of the line does with losses in any order.
@Suite struct UplinkLossTests {
    /// A line that loses, doubles its connections and answers late, as a seed says: what the station takes is the stream.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func whateverTheLineDoesTheStationTakesTheStreamOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = UplinkMachine(UplinkTarget(host: "h", port: 1, user: "a", secret: "b", buffer: 5)) {
            "s"
        }
        // The station's side: whose connection is served, what is here, what is on its way on each connection.
        var (served, here) = (0, [UInt8]())
        var onTheWay: [Int: [UInt8]] = [:]
        var (replies, sent, now) = ([(Int, Int64)](), [UInt8](), Duration.zero)
        var waiting: [UplinkMachine.Event] = []

        func arrive(_ number: Int) {
            guard number == served, var bytes = onTheWay[number] else { return }
            // Whole chunks; what is left of one comes later.
            while let end = bytes.firstIndex(of: 10),
                let size = Int(String(decoding: bytes[..<(end - 1)], as: UTF8.self), radix: 16),
                bytes.count >= end + size + 3
            {
                here += bytes[(end + 1)...].prefix(size)
                bytes.removeFirst(end + size + 3)
            }
            onTheWay[number] = bytes
        }

        for step in 0..<3_000 {
            now += .milliseconds(10)
            if step % 10 == 0, step < 2_500 {
                let page = (0..<Int.random(in: 1...50, using: &random)).map {
                    UInt8(truncatingIfNeeded: sent.count + $0 * 7)
                }
                sent += page
                waiting.append(.page(page, seconds: 0.1))
            }
            waiting.append(.tick)
            for number in onTheWay.keys.sorted() where Int.random(in: 0..<3, using: &random) == 0 {
                arrive(number)
            }
            if served > 0, step % 20 == 0, Int.random(in: 0..<5, using: &random) > 0 || step > 2_600 {
                waiting.append(.heard(served, UplinkLine(received: Int64(here.count))))
            }
            if step < 2_500, Int.random(in: 0..<150, using: &random) == 0,
                let number = machine.current?.number
            {
                onTheWay[number] = nil
                waiting.append(.closed(number, why: "reset"))
            }
            for (number, received) in replies {
                waiting.append(.replied(number, UplinkReply(status: 200, received: received)))
            }
            replies = []
            while !waiting.isEmpty {
                for action in machine.handle(waiting.removeFirst(), at: now) {
                    switch action {
                    case .dial(let number):
                        if served == 0 || Int.random(in: 0..<3, using: &random) > 0 {
                            waiting.append(.opened(number))
                        }
                    case .ask(let number, _):
                        // A request may be lost; a newer one takes the session over.
                        guard served == 0 || Int.random(in: 0..<3, using: &random) > 0, number > served else {
                            continue
                        }
                        arrive(served)
                        (served, onTheWay[number]) = (number, [])
                        replies.append((number, Int64(here.count)))
                    case .write(let number, let bytes):
                        onTheWay[number]? += bytes
                        waiting.append(.wrote(number, bytes: bytes.count))
                    default: break
                    }
                }
            }
        }
        #expect(here == sent, "\(here.count) of \(sent.count)")
    }
}
