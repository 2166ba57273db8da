import Dispatch
import Testing

@testable import Playout

/// Acts of people, and whoever asked for them.
@Suite struct PendingTests {
    @Test func `an act whose asker had given up was carried out all the same`() {
        let answer = Pending<Int>()
        #expect(answer.wait(.milliseconds(0)) == nil)
        answer.carryOut {
            Issue.record("a DJ is let in whom the door has sent away")
            return 1
        }
        // What the station has to know is done late rather than never.
        let lasting = Pending<Int>(isLasting: true)
        #expect(lasting.wait(.milliseconds(0)) == nil)
        lasting.carryOut { 2 }
        #expect(lasting.wait(.milliseconds(0)) == 2)
    }

    @Test func `an act that has begun is waited for: it cannot be taken back`() {
        let answer = Pending<Int>()
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        DispatchQueue.global().async {
            answer.carryOut {
                begun.signal()
                goOn.wait()
                return 7
            }
        }
        begun.wait()
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { goOn.signal() }
        #expect(answer.wait(.milliseconds(0)) == 7)
    }
}
